"""What can be wrong with the embedded server, said so that the reader knows the way out."""

from __future__ import annotations

from pathlib import Path

from keguan.database.places import Places
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refused

_LOG_TAIL = 2000  # characters of the server's own words that a reader is shown


def heard_since(log: Path, position: int) -> str:
    """What the server wrote after `position` (bytes)."""
    if not log.is_file():
        return ""
    with log.open("rb") as file:
        file.seek(position)
        return file.read().decode(errors="replace")


def explained(here: Places, heard: str) -> Refused:
    """The refusal that fits the server's own words."""
    if "No space left on device" in heard:
        return disk_full(here.root)
    return no_answer(here.log, heard)


def no_answer(log: Path, heard: str) -> Refused:
    """It did not start, or does not answer."""
    return Refused.because(
        Problem(
            "database.no_answer",
            Text("内嵌 PostgreSQL 没有启动或没有回应", "The embedded PostgreSQL did not start or does not answer"),
            where=str(log),
            value=heard.strip()[-_LOG_TAIL:],
            fix=Text("请查看日志，然后运行 keguan database start", "Read the log, then run keguan database start"),
        )
    )


def disk_full(place: Path) -> Refused:
    """No room for the write-ahead log."""
    return Refused.because(
        Problem(
            "database.disk_full",
            Text("磁盘已满，数据库不能启动", "The disk is full, so the database cannot start"),
            where=str(place),
            fix=Text(
                "请释放空间后再启动；已提交的数据不会丢失。切勿删除该文件夹中的文件",
                "Free some space and start again; nothing committed is lost. Never delete files in that folder",
            ),
        )
    )


def other_version(cluster: Path, found: str, carried: int) -> Refused:
    """The data folder was made by another major version."""
    return Refused.because(
        Problem(
            "database.other_version",
            Text(
                "数据文件夹由另一版本的 PostgreSQL 建立，不能直接使用",
                "The data folder was made by another version of PostgreSQL and cannot be used as it is",
            ),
            where=str(cluster),
            value=f"{found}, not {carried}",
            fix=Text(
                "请用原版本的科管运行 keguan database backup，再用本版本运行 keguan database restore",
                "Run keguan database backup with the Keguan that made it, then keguan database restore with this one",
            ),
        )
    )


def wrong_password(file: Path) -> Refused:
    """The running server does not know our password."""
    return Refused.because(
        Problem(
            "database.wrong_password",
            Text("服务器不接受密码文件中的密码", "The server does not accept the password in our file"),
            where=str(file),
            fix=Text(
                "请停止服务器（keguan database stop），删除该文件，再启动：将生成新密码",
                "Stop the server (keguan database stop), delete this file and start again: new passwords are made",
            ),
        )
    )


def closed_folder(folder: Path, user: str) -> Refused:
    """The server's user cannot reach its own files."""
    return Refused.because(
        Problem(
            "database.closed_folder",
            Text("运行数据库的用户进不了该文件夹", "The user who runs the database cannot enter this folder"),
            where=str(folder),
            value=user,
            fix=Text(
                "请把 KEGUAN_HOME 设在该用户可进入的位置，或放开上级文件夹的 x 权限",
                "Set KEGUAN_HOME to a place that user can enter, or give the folders above it the x right",
            ),
        )
    )


def foreign_sockets(folder: Path) -> Refused:
    """Somebody else made the folder our socket would lie in."""
    return Refused.because(
        Problem(
            "database.foreign_sockets",
            Text("套接字文件夹属于别人，不予使用", "The socket folder belongs to somebody else and is not used"),
            where=str(folder),
            fix=Text("请删除该文件夹，或设置更短的 KEGUAN_HOME", "Remove that folder, or set a shorter KEGUAN_HOME"),
        )
    )
