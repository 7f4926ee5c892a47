"""Starts, watches and stops the embedded PostgreSQL: one server per home, shared by all its processes."""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from keguan.database import troubles
from keguan.database.binaries import MAJOR, Binaries, reachable
from keguan.database.passwords import make_passwords, password_of
from keguan.database.places import (
    APPLICATION,
    OUTSIDE,
    OWNER,
    PORT,
    SUPERUSER,
    Places,
    embedded_url,
    places,
    short_name,
)
from keguan.database.postmaster import clear_stale_pid, running_pid
from keguan.database.roles import make_roles
from keguan.database.server_user import ServerUser, server_user
from keguan.database.tuning import write_settings

PATIENCE = 600.0  # seconds: crash recovery replays up to max_wal_size on a slow disk
_LEAST_FREE = 200 * 1024 * 1024  # bytes: less cannot hold the WAL of one checkpoint


@dataclass(frozen=True, slots=True)
class Status:
    """Whether the embedded server answers, under which process id, and in which version (text)."""

    answers: bool
    pid: int | None
    version: str
    root: Path


class EmbeddedServer:
    """The embedded server of one home. Every method may be called by several processes at once."""

    def __init__(self, at: Places | None = None) -> None:
        self._given = at or places()

    @property
    def places(self) -> Places:
        """Where it keeps its files. Asked anew: the first start may move the root out of a closed home."""
        return Places(
            root=self._given.root.resolve(),
            passwords=self._given.passwords,
            lock=self._given.lock,
            users=self._given.users,
            stay=self._given.stay,
        )

    def start(self) -> None:
        """See that the server runs and answers; returns at once if it already does.

        Raises Refused with the reason and the way out: no binaries, no user, disk full, another version, no answer.
        """
        if self.answers():
            return
        with self._locked():
            user = self._prepare_root()
            here = self.places
            if here.cluster.is_dir():
                self._refuse_other_version()
            if shutil.disk_usage(here.root).free < _LEAST_FREE:
                raise troubles.disk_full(here.root)
            binaries = reachable(user, here.root.parent / "postgres-binaries")
            if not here.cluster.is_dir():
                self._create(user, binaries)
            elif not here.passwords.is_file():
                self._replace_passwords(user, binaries)
            if running_pid(here.cluster) is None:
                self._launch(user, binaries)
            self._wait()
            self._make_roles()

    def stop(self) -> bool:
        """Stop the server after its running statements are rolled back. Returns whether it was running."""
        with self._locked():
            here = self.places
            here.stay.unlink(missing_ok=True)
            if not here.cluster.is_dir() or running_pid(here.cluster) is None:
                return False
            user = server_user(here.root)
            binaries = reachable(user, here.root.parent / "postgres-binaries")
            said = user.run(
                [binaries["pg_ctl"], "stop", "-D", str(here.cluster), "-m", "fast", "-w", "-t", "120"], timeout=150
            )
            if said.returncode != 0:
                raise troubles.no_answer(here.log, said.stdout + said.stderr)
            return True

    def answers(self) -> bool:
        """Whether a real connection to the application's database succeeds now."""
        try:
            self.connect(APPLICATION).close()
        except (psycopg.OperationalError, FileNotFoundError):
            return False
        return True

    def status(self) -> Status:
        """What is running."""
        here = self.places
        pid = running_pid(here.cluster) if here.cluster.is_dir() else None
        try:
            with self.connect(APPLICATION) as connection:
                version = connection.info.parameter_status("server_version") or ""
        except psycopg.OperationalError:
            return Status(answers=False, pid=pid, version="", root=here.root)
        return Status(answers=True, pid=pid, version=version, root=here.root)

    def connect(self, role: str = OWNER, database: str = "keguan") -> psycopg.Connection[Any]:
        """A connection as `role` (autocommit). Raises psycopg.OperationalError if nobody answers."""
        return psycopg.connect(
            embedded_url(role, database, self.places), connect_timeout=10, autocommit=True, application_name="keguan"
        )

    def _prepare_root(self) -> ServerUser:
        here = self.places
        user = server_user(here.root)
        if not here.root.is_dir():
            if user.may_enter(here.lock.parent):
                here.root.mkdir(mode=0o700)
            else:
                self._move_out(user)
            user.takes(self.places.root, 0o700)
        elif not user.may_enter(here.root):
            raise troubles.closed_folder(here.root, user.name)
        self._make_sockets(user)
        return user

    def _move_out(self, user: ServerUser) -> None:
        """The home (say /root/keguan) is closed to the server's user: keep the cluster in /var/lib and link to it."""
        here = self.places
        outside = OUTSIDE / short_name(here.root)
        outside.mkdir(mode=0o755, parents=True, exist_ok=True)
        (outside / "postgres").mkdir(mode=0o700, exist_ok=True)
        here.root.symlink_to(outside / "postgres")
        if not user.may_enter(outside):
            raise troubles.closed_folder(outside, user.name)

    def _make_sockets(self, user: ServerUser) -> None:
        folder = self.places.sockets
        if folder.is_symlink() or (folder.exists() and folder.stat().st_uid not in {user.uid, os.geteuid()}):
            raise troubles.foreign_sockets(folder)
        folder.mkdir(mode=0o700, exist_ok=True)
        user.takes(folder, 0o700)

    def _refuse_other_version(self) -> None:
        found = (self.places.cluster / "PG_VERSION").read_text().strip()
        if found != str(MAJOR):
            raise troubles.other_version(self.places.cluster, found, MAJOR)

    def _create(self, user: ServerUser, binaries: Binaries) -> None:
        here = self.places
        make_passwords(here.passwords)
        # Made aside and renamed: a cluster that was cut off half-way never looks whole.
        draft = here.root / "cluster.new"
        shutil.rmtree(draft, ignore_errors=True)
        word = here.root / "initial.pass"
        word.write_text(password_of(here.passwords, SUPERUSER))
        user.takes(word, 0o600)
        try:
            said = user.run(
                [
                    binaries["initdb"],
                    f"--pgdata={draft}",
                    f"--username={SUPERUSER}",
                    f"--pwfile={word}",
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                    "--locale=C",
                    "--data-checksums",
                ],
                timeout=PATIENCE,
            )
        finally:
            word.unlink()
        if said.returncode != 0:
            raise troubles.explained(here, said.stdout + said.stderr)
        draft.rename(here.cluster)

    def _replace_passwords(self, user: ServerUser, binaries: Binaries) -> None:
        """The password file was lost: set a new one in single-user mode, which asks for none."""
        here = self.places
        if running_pid(here.cluster) is not None:
            raise troubles.wrong_password(here.passwords)
        clear_stale_pid(here.cluster, here.sockets)
        make_passwords(here.passwords)
        said = user.run(
            [binaries["postgres"], "--single", "-D", str(here.cluster), "postgres"],
            words=f"ALTER ROLE {SUPERUSER} PASSWORD '{password_of(here.passwords, SUPERUSER)}'\n",
            timeout=PATIENCE,
        )
        if said.returncode != 0:
            here.passwords.unlink()
            raise troubles.explained(here, said.stderr)

    def _launch(self, user: ServerUser, binaries: Binaries) -> None:
        here = self.places
        clear_stale_pid(here.cluster, here.sockets)
        write_settings(here.cluster, here.sockets, PORT)
        for name in ("keguan.conf", "pg_hba.conf", "postgresql.conf"):
            user.takes(here.cluster / name, 0o600)
        before = here.log.stat().st_size if here.log.is_file() else 0
        deadline = time.monotonic() + PATIENCE
        while True:
            said = user.run(
                [
                    *(binaries["pg_ctl"], "start", "-D", str(here.cluster), "-l", str(here.log)),
                    *("-w", "-t", str(int(PATIENCE)), "-s"),
                ],
                timeout=PATIENCE + 30,
            )
            if said.returncode == 0:
                return
            heard = troubles.heard_since(here.log, before)
            # Children of a killed postmaster need a moment to notice and let go of the shared memory.
            if "pre-existing shared memory block" not in heard or time.monotonic() > deadline:
                raise troubles.explained(here, said.stdout + said.stderr + heard)
            before = here.log.stat().st_size
            time.sleep(0.2)

    def _wait(self) -> None:
        """Wait for a real answer: after a crash the server runs long before it lets anybody in."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self.connect(SUPERUSER, "postgres").close()
            except psycopg.OperationalError as error:
                if "password authentication failed" in str(error):
                    raise troubles.wrong_password(self.places.passwords) from error
                if running_pid(self.places.cluster) is None or time.monotonic() > deadline:
                    raise troubles.no_answer(self.places.log, str(error)) from error
                time.sleep(0.1)
            else:
                return

    def _make_roles(self) -> None:
        words = {role: password_of(self.places.passwords, role) for role in (OWNER, APPLICATION)}
        with self.connect(SUPERUSER, "postgres") as connection:
            make_roles(connection, words)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        lock = self._given.lock
        lock.parent.mkdir(parents=True, exist_ok=True)
        with lock.open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
