"""`keguan registrar USERNAME --name NAME`: the first person who can give others their duties and accounts, by the pages."""

from __future__ import annotations

import argparse
import getpass
import os

from keguan.kernel.bilingual import Text

NAME = "registrar"
HELP = Text("建立名录管理员账户", "make a registrar, who gives others duties and accounts")
NEEDS_DATABASE = True
PASSWORD = "KEGUAN_REGISTRAR_PASSWORD"  # noqa: S105 - the name of a variable


def configure(parser: argparse.ArgumentParser) -> None:
    """The words after `keguan registrar`."""
    parser.add_argument("username", help="用户名 / the username to sign in with")
    parser.add_argument("--name", required=True, help="姓名 / the person's name")


def run(args: argparse.Namespace) -> int:
    """Register the person, give the duty, open the account: all or nothing. Raises Refused.

    The password is asked for, or read from KEGUAN_REGISTRAR_PASSWORD where there is no terminal.
    """
    from django.db import transaction

    from keguan.database.migration import is_up_to_date, migrate
    from keguan.doors.cli.speech import say
    from keguan.kernel.actors import SYSTEM
    from keguan.registers.parties import services

    if not is_up_to_date():
        migrate(verbosity=0)
    password = os.environ.get(PASSWORD) or getpass.getpass(
        "密码（至少 12 个字符） / password (at least 12 characters): "
    )
    with transaction.atomic():
        person = services.register_person(SYSTEM, name=args.name)
        services.grant_duty(SYSTEM, person, "registrar")
        services.open_account(SYSTEM, person, username=args.username, password=password)
    say("已建立，可在登录页登录", "made; sign in on the sign-in page")
    return 0
