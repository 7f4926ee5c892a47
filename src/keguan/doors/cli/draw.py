"""`keguan draw verify BUNDLE`: do a published draw again, without server or database. `keguan draw commit DRAW PARTY`."""

from __future__ import annotations

import argparse
import secrets
from pathlib import Path

from keguan.kernel.bilingual import Text

NAME = "draw"
HELP = Text("核验公开的专家抽取", "verify a published draw of experts")


def configure(parser: argparse.ArgumentParser) -> None:
    """The words after `keguan draw`."""
    words = parser.add_subparsers(dest="word", metavar="verify|commit", required=True)
    verify = words.add_parser("verify", help="由公布的文件重算整个抽取 / do the whole draw again from a published file")
    verify.add_argument("bundle", help="公布的文件 / the published file")
    verify.add_argument(
        "--digest", default="", metavar="SHA256", help="抽取前公布的名单摘要 / the digest announced before"
    )
    verify.add_argument("--value", default="", help="自行查到的随机数 / the public value, as you looked it up yourself")
    commit = words.add_parser("commit", help="生成秘密及其承诺 / make a secret and the promise of it")
    commit.add_argument("draw", help="抽取的编号 / the name of the draw")
    commit.add_argument("party", help="哪一方 / which party")


def run(args: argparse.Namespace) -> int:
    """0: everything agrees; 1: something does not, and it is said what; 2: there is no such file, or it is no bundle."""
    return _commit(args.draw, args.party) if args.word == "commit" else _verify(args)


def _verify(args: argparse.Namespace) -> int:
    from keguan.doors.cli.speech import print_problems, say
    from keguan.fairness.draw_bundle import check

    try:
        file = Path(args.bundle).read_bytes()
    except OSError as error:
        say(f"不能读取 {args.bundle}：{error.strerror}", f"cannot read {args.bundle}: {error.strerror}")
        return 2
    found = check(file, announced=args.digest, value=args.value)
    if not found.agrees:
        print_problems(found.problems)
        return 1 if found.readable else 2
    print(f"✓ {found.draw}")
    print(f"  名单摘要 / digest of the list: {found.digest}")
    print(f"  办件 / cases: {found.cases}  专家 / experts: {found.experts}  递补 / replaced: {found.replaced}")
    if not args.digest:
        say("请用 --digest 与抽取前公布的摘要核对", "compare with the digest announced before, by --digest")
    if not args.value and found.fetching:
        say(
            f"请用 --value 与公开的随机数核对：{found.fetching.zh}",
            f"compare the value, by --value: {found.fetching.en}",
        )
    return 0


def _commit(draw: str, party: str) -> int:
    from keguan.fairness.randomness import promised

    secret = secrets.token_hex(32)
    print(f"秘密（揭示前自行保管） / secret (keep it until you reveal it): {secret}")
    print(f"承诺（名单封存前交出） / promise (hand it over before the list is fixed): {promised(draw, party, secret)}")
    return 0
