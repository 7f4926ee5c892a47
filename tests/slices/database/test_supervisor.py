"""The embedded server under our supervisor: it starts once, survives being killed, and lets nobody in unasked."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from keguan.database.places import APPLICATION, OWNER, places
from keguan.database.supervisor import EmbeddedServer
from keguan.kernel.problems import Refused

_START = "from keguan.database.supervisor import EmbeddedServer; s = EmbeddedServer(); s.start(); print(s.status().pid)"


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A home of its own, open to the user that runs the server when the tests run as root."""
    folder = Path(tempfile.mkdtemp(prefix="keguan-home-"))
    folder.chmod(0o755)
    yield folder
    EmbeddedServer(places(folder)).stop()
    shutil.rmtree(folder)


@pytest.fixture
def server(home: Path) -> EmbeddedServer:
    server = EmbeddedServer(places(home))
    server.start()
    return server


def _kill(server: EmbeddedServer) -> int:
    pid = server.status().pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    return pid


def test_a_second_start_finds_the_first_server(server: EmbeddedServer) -> None:
    before = server.status()
    server.start()
    assert before.answers
    assert server.status() == before


def test_a_row_committed_before_the_server_was_killed_is_there_after_the_next_start(server: EmbeddedServer) -> None:
    with server.connect(OWNER) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('before')")
    killed = _kill(server)
    server.start()
    assert server.status().pid != killed
    with server.connect(OWNER) as connection:
        assert connection.execute("SELECT word FROM kept").fetchall() == [("before",)]
        connection.execute("DROP TABLE kept")


def test_a_killed_server_is_not_said_to_answer(server: EmbeddedServer) -> None:
    _kill(server)
    time.sleep(0.1)
    status = server.status()
    assert (status.answers, status.pid) == (False, None)
    server.start()


def test_a_pid_file_that_names_a_stranger_does_not_hinder_the_start(server: EmbeddedServer) -> None:
    _kill(server)
    time.sleep(0.2)
    pid_file = server.places.cluster / "postmaster.pid"
    lines = pid_file.read_text().split("\n")
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    server.start()
    assert server.status().answers


def test_two_starts_at_once_give_one_server(server: EmbeddedServer, home: Path) -> None:
    server.stop()
    code = _START.replace("EmbeddedServer()", f"EmbeddedServer(places(Path({str(home)!r})))")
    code = "from pathlib import Path; from keguan.database.places import places; " + code
    starts = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(3)]
    pids = {start.communicate(timeout=60)[0].strip() for start in starts}
    assert [start.returncode for start in starts] == [0, 0, 0]
    assert pids == {str(server.status().pid)}


@pytest.mark.parametrize("password", ["wrong", ""])
def test_nobody_enters_without_the_right_password(server: EmbeddedServer, password: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(
            host=str(server.places.sockets), user=APPLICATION, dbname="keguan", password=password, passfile="/dev/null"
        )


def test_it_listens_on_no_network_address(server: EmbeddedServer) -> None:
    with server.connect() as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)


def test_its_files_are_closed_to_others(server: EmbeddedServer) -> None:
    here = server.places
    assert here.passwords.stat().st_mode & 0o777 == 0o600
    assert here.root.stat().st_mode & 0o777 == 0o700
    assert here.sockets.stat().st_mode & 0o777 == 0o700


def test_it_never_runs_as_root(server: EmbeddedServer) -> None:
    pid = server.status().pid
    owner = Path(f"/proc/{pid}").stat().st_uid
    assert owner != 0
    assert owner == server.places.root.stat().st_uid, pwd.getpwuid(owner).pw_name


def test_a_lost_password_file_is_replaced(server: EmbeddedServer) -> None:
    server.stop()
    before = server.places.passwords.read_text()
    server.places.passwords.unlink()
    server.start()
    assert server.status().answers
    assert server.places.passwords.read_text() != before


def test_a_data_folder_of_another_version_is_refused_with_the_way_out(server: EmbeddedServer) -> None:
    server.stop()
    version = server.places.cluster / "PG_VERSION"
    version.write_text("16\n")
    try:
        with pytest.raises(Refused) as refused:
            server.start()
    finally:
        version.write_text("18\n")
    problem = refused.value.refusal.problems[0]
    assert problem.code == "database.other_version"
    assert problem.value.startswith("16")
    assert "backup" in problem.fix.en if problem.fix else False


def test_a_full_disk_is_said_to_be_one(server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.stop()
    usage = shutil.disk_usage("/")._replace(free=1)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(Refused) as refused:
        server.start()
    assert refused.value.refusal.problems[0].code == "database.disk_full"
    monkeypatch.undo()
    server.start()


def test_a_home_with_a_long_name_gets_a_short_socket_folder() -> None:
    folder = Path(tempfile.mkdtemp(prefix="keguan-home-"))
    folder.chmod(0o755)
    home = folder / ("long" * 40)
    home.mkdir()
    server = EmbeddedServer(places(home))
    try:
        server.start()
        assert server.places.sockets.parent == Path("/tmp")  # noqa: S108
        assert server.status().answers
    finally:
        server.stop()
        shutil.rmtree(server.places.sockets)
        shutil.rmtree(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has another user run the server")
def test_root_may_keep_the_home_where_no_other_user_may_go(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(tempfile.mkdtemp(prefix="keguan-closed-"))  # 0700
    outside = Path(tempfile.mkdtemp(prefix="keguan-outside-"))
    outside.chmod(0o755)
    monkeypatch.setattr("keguan.database.supervisor.OUTSIDE", outside)
    server = EmbeddedServer(places(folder))
    try:
        server.start()
        assert server.places.root.is_relative_to(outside)
        assert server.status().answers
        assert EmbeddedServer(places(folder)).status().answers
    finally:
        server.stop()
        shutil.rmtree(folder)
        shutil.rmtree(outside)
