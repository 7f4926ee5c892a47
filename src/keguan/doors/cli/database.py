"""`keguan database`: the embedded PostgreSQL, by hand."""

from __future__ import annotations

import argparse
import subprocess
from pathlib import Path

from keguan.doors.cli.speech import say
from keguan.kernel.bilingual import Text

NAME = "database"
HELP = Text("启动、停止、备份内嵌数据库", "start, stop and back up the embedded database")


def configure(parser: argparse.ArgumentParser) -> None:
    """The words after `keguan database`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="动作/action")
    actions.add_parser("start", help="启动并保持运行 / start it and keep it running")
    actions.add_parser("stop", help="停止 / stop it")
    actions.add_parser("status", help="状态 / what is running")
    url = actions.add_parser("url", help="连接地址（不含密码） / its address, without the password")
    url.add_argument("--owner", action="store_true", help="所有者的地址 / the owner's address")
    actions.add_parser("backup", help="备份到文件 / back up into a file").add_argument("file", type=Path)
    restore = actions.add_parser("restore", help="从备份恢复 / restore a backup")
    restore.add_argument("file", type=Path)
    restore.add_argument("--replace", action="store_true", help="覆盖现有内容 / replace what is there")
    psql = actions.add_parser("psql", help="打开 psql / open psql")
    psql.add_argument("--owner", action="store_true", help="以所有者身份 / as the owner")
    psql.add_argument("words", nargs="*", help="-- 之后的 psql 参数 / what follows -- goes to psql")


def run(args: argparse.Namespace) -> int:
    """Do one of them."""
    action = {
        "start": _start,
        "stop": _stop,
        "status": _status,
        "url": _url,
        "backup": _backup,
        "restore": _restore,
        "psql": _psql,
    }[args.action]
    return action(args)


def _start(_: argparse.Namespace) -> int:
    from keguan.database.places import is_embedded
    from keguan.database.supervisor import EmbeddedServer

    if not is_embedded():
        say("已设置 KEGUAN_DATABASE_URL，无需启动", "KEGUAN_DATABASE_URL is set: there is nothing to start")
        return 0
    server = EmbeddedServer()
    server.start()
    server.places.stay.touch()
    return _status(_)


def _stop(_: argparse.Namespace) -> int:
    from keguan.database.supervisor import EmbeddedServer

    if EmbeddedServer().stop():
        say("已停止", "stopped")
    else:
        say("本来就没有运行", "it was not running")
    return 0


def _status(_: argparse.Namespace) -> int:
    from keguan.database.places import application_url, is_embedded
    from keguan.database.status import answering_version
    from keguan.database.supervisor import EmbeddedServer

    if not is_embedded():
        version = answering_version(application_url())
        print(f"PostgreSQL {version} (KEGUAN_DATABASE_URL)" if version else "没有回应 / no answer")
        return 0 if version else 1
    status = EmbeddedServer().status()
    if not status.answers:
        print("未运行 / not running" if status.pid is None else f"没有回应 / does not answer (pid {status.pid})")
        return 1
    print(f"PostgreSQL {status.version} 运行中 / running (pid {status.pid})\n{status.root}")
    return 0


def _url(args: argparse.Namespace) -> int:
    from keguan.database.places import application_url, owner_url

    print(owner_url() if args.owner else application_url())
    return 0


def _backup(args: argparse.Namespace) -> int:
    from keguan.database.backup import back_up
    from keguan.database.use import database_in_use

    with database_in_use():
        size = back_up(args.file)
    say(f"已备份到 {args.file}（{size} 字节）", f"backed up into {args.file} ({size} bytes)")
    return 0


def _restore(args: argparse.Namespace) -> int:
    from keguan.database.backup import restore
    from keguan.database.use import database_in_use

    with database_in_use():
        restore(args.file, replace=args.replace)
    say("已恢复", "restored")
    return 0


def _psql(args: argparse.Namespace) -> int:
    from keguan.database.binaries import program
    from keguan.database.places import application_url, owner_url
    from keguan.database.use import database_in_use

    words = [program("psql"), owner_url() if args.owner else application_url(), *args.words]
    with database_in_use():
        return subprocess.run(words, check=False).returncode
