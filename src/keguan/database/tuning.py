"""How the embedded server is set: for a small machine, and never at the price of a committed row."""

from __future__ import annotations

from pathlib import Path

_SETTINGS = """\
# Written by keguan at every start; changes here are lost.
listen_addresses = ''
port = {port}
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
password_encryption = 'scram-sha-256'
max_connections = 100

shared_buffers = 256MB
effective_cache_size = 1GB
work_mem = 16MB
maintenance_work_mem = 128MB
random_page_cost = 1.1
jit = off
# Two cores serve many short requests; and a container's small /dev/shm breaks parallel hashes.
max_parallel_workers_per_gather = 0

fsync = on
synchronous_commit = on
full_page_writes = on
wal_compression = on
max_wal_size = 2GB
checkpoint_timeout = 15min

timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %u@%d '
log_min_duration_statement = 2s
log_lock_waits = on
idle_in_transaction_session_timeout = 5min
"""

_ACCESS = """\
# Written by keguan. The socket folder is 0700 and there is no network address; still nobody enters without a password.
local all all scram-sha-256
"""


def write_settings(cluster: Path, sockets: Path, port: int) -> None:
    """Set the server of `cluster`: its own postgresql.conf stays as initdb made it and includes our file."""
    text = _SETTINGS.format(port=port, sockets=str(sockets).replace("'", "''"))
    (cluster / "keguan.conf").write_text(text)
    (cluster / "pg_hba.conf").write_text(_ACCESS)
    main = cluster / "postgresql.conf"
    include = "include 'keguan.conf'\n"
    if include not in main.read_text():
        with main.open("a") as out:
            out.write("\n" + include)
