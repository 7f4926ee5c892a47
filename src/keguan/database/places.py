"""Where this installation keeps its files and how its database is addressed. Reads the environment, starts nothing."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

DATABASE = "keguan"
SUPERUSER = "postgres"
OWNER = "keguan_owner"
APPLICATION = "keguan_app"
PORT = 5432  # only names the socket file: the embedded server listens on no network address

OUTSIDE = Path("/var/lib/keguan")  # for root, whose own home is closed to the user that must run the server

_SOCKET_PATH_LIMIT = 103  # bytes of sun_path on Linux (108) and the BSDs (104), less the closing zero


def home() -> Path:
    """The folder that holds this installation: KEGUAN_HOME, else the checkout, else the current folder."""
    given = os.environ.get("KEGUAN_HOME")
    if given:
        return Path(given).expanduser().resolve()
    checkout = Path(__file__).resolve().parents[3]
    if (checkout / "pyproject.toml").is_file() and (checkout / "programmes").is_dir():
        return checkout
    return Path.cwd()


def state_folder() -> Path:
    """`.keguan` under the home: everything this installation writes beside its database. May not exist yet."""
    return home() / ".keguan"


def short_name(path: Path) -> str:
    """Sixteen characters that stand for `path`, the same in every process."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Places:
    """The files of one embedded server. `root` belongs to the user that runs it, the rest to the one who asks."""

    root: Path
    passwords: Path
    lock: Path
    users: Path
    stay: Path

    @property
    def cluster(self) -> Path:
        """The data folder, PGDATA."""
        return self.root / "cluster"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.root / "server.log"

    @property
    def sockets(self) -> Path:
        """The folder of the socket: under `root`, or a short one under /tmp where that path would be too long."""
        near = self.root / "run"
        if len(os.fsencode(near / f".s.PGSQL.{PORT}")) <= _SOCKET_PATH_LIMIT:
            return near
        return Path("/tmp") / f"keguan-{short_name(self.root)}"  # noqa: S108 - made 0700, its owner is checked first


def places(folder: Path | None = None) -> Places:
    """The places of the embedded server whose state lives in `folder` (default: `.keguan` under the home)."""
    state = folder or state_folder()
    return Places(
        root=(state / "postgres").resolve(),
        passwords=state / "postgres.pass",
        lock=state / "postgres.lock",
        users=state / "postgres.users",
        stay=state / "postgres.stay",
    )


def embedded_url(role: str = APPLICATION, database: str = DATABASE, at: Places | None = None) -> str:
    """The address of the embedded server for `role`. Holds no password: libpq reads that from a file of mode 0600."""
    here = at or places()
    return f"postgresql://{role}@/{database}?host={here.sockets}&port={PORT}&passfile={here.passwords}"


def is_embedded() -> bool:
    """Whether the database is the embedded one, because no KEGUAN_DATABASE_URL names another."""
    return not os.environ.get("KEGUAN_DATABASE_URL")


def application_url() -> str:
    """How the application reaches its database."""
    return os.environ.get("KEGUAN_DATABASE_URL") or embedded_url(APPLICATION)


def owner_url() -> str:
    """How migrations, backups and tests reach it: the owner's address, else the application's own."""
    if is_embedded():
        return embedded_url(OWNER)
    return os.environ.get("KEGUAN_DATABASE_OWNER_URL") or application_url()
