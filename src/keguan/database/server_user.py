"""Who runs the database server: ourselves, or an unprivileged user when we are root."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refused

_CANDIDATES = ("keguan", "postgres", "nobody")


@dataclass(frozen=True, slots=True)
class ServerUser:
    """The user that owns the data folder and runs the server. `is_other`: not the one we are."""

    name: str
    uid: int
    gid: int
    is_other: bool

    def run(self, command: Sequence[str], *, words: str = "", timeout: float = 60) -> subprocess.CompletedProcess[str]:
        """Run a program as this user in a bare environment; `words` are its standard input."""
        who = {"user": self.uid, "group": self.gid, "extra_groups": []} if self.is_other else {}
        return subprocess.run(
            command,
            input=words,
            text=True,
            errors="replace",
            capture_output=True,
            check=False,
            timeout=timeout,
            cwd="/",  # our own folder may be closed to the other user
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            **who,  # type: ignore[call-overload]
        )

    def may_run(self, program: str) -> bool:
        """Whether this user can reach and run `program`."""
        try:
            return self.run([program, "--version"]).returncode == 0
        except PermissionError:
            return False

    def may_enter(self, folder: Path) -> bool:
        """Whether this user can pass through `folder`."""
        return not self.is_other or self.run(["test", "-x", str(folder)]).returncode == 0

    def takes(self, path: Path, mode: int) -> None:
        """Make `path` this user's, with `mode`."""
        path.chmod(mode)
        if self.is_other:
            os.chown(path, self.uid, self.gid)


def server_user(root: Path) -> ServerUser:
    """Who runs the server of `root`: its owner if it exists, ourselves, or, for root, an unprivileged user.

    KEGUAN_DATABASE_USER names one. Raises Refused where the folder belongs to somebody else, or no user is left.
    """
    me = os.geteuid()
    if root.is_dir():
        owner = root.stat().st_uid
        if owner not in {0, me} and me != 0:
            raise Refused.because(_belongs_to_another(root, owner))
        if me != 0 or owner != 0:
            return _user(owner)
    return _user(me) if me != 0 else _unprivileged()


def _user(uid: int) -> ServerUser:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:  # a container may run under a number without a name
        return ServerUser(str(uid), uid, os.getegid(), uid != os.geteuid())
    return ServerUser(entry.pw_name, uid, entry.pw_gid, uid != os.geteuid())


def _unprivileged() -> ServerUser:
    named = os.environ.get("KEGUAN_DATABASE_USER")
    for name in (named,) if named else _CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return ServerUser(name, entry.pw_uid, entry.pw_gid, is_other=True)
    raise Refused.because(
        Problem(
            "database.no_user",
            Text(
                "PostgreSQL 不能以 root 运行，且没有可用的普通用户",
                "PostgreSQL does not run as root and no other user is here",
            ),
            value=named or ", ".join(_CANDIDATES),
            fix=Text(
                "请新建用户（useradd --system keguan）或设置 KEGUAN_DATABASE_USER",
                "Make one (useradd --system keguan) or set KEGUAN_DATABASE_USER",
            ),
        )
    )


def _belongs_to_another(root: Path, owner: int) -> Problem:
    return Problem(
        "database.other_owner",
        Text("数据库文件夹属于另一个用户", "The database folder belongs to another user"),
        where=str(root),
        value=_user(owner).name,
        fix=Text("请以该用户或 root 运行", "Run as that user or as root"),
    )
