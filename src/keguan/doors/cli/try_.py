"""`keguan try <programme> --answers a.yaml`: what the rules say of these answers, without a database and without a case."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refused

NAME = "try"
HELP = Text("用一份答案试算申报条件，不用数据库", "what the rules say of some answers, without a database")


def configure(parser: argparse.ArgumentParser) -> None:
    """The words after `keguan try`."""
    parser.add_argument("programme", help="文件夹或代码 / folder or code")
    parser.add_argument("--answers", type=Path, required=True, help="答案（YAML） / answers, YAML: field: value")
    parser.add_argument("--facts", type=Path, help="事实（YAML） / facts, YAML: applicant.kind: enterprise")
    parser.add_argument("--at", default="", help="日期，决定参数取值 / the day whose parameters hold (2017-03-10)")
    parser.add_argument("--step", default="", help="环节，默认申报 / step, default: the application")
    parser.add_argument("--lang", choices=("zh", "en", "both"), default="", help="语言 / language")


def run(args: argparse.Namespace) -> int:
    """Print the problems of the answers and the verdict of every rule; 1 if the application could not go in."""
    from keguan.doors.cli import _folders
    from keguan.kernel import clock
    from keguan.language.typed import names_of
    from keguan.language.uses import form_of, rule_sets_of

    definition = _folders.one_definition(args.programme)
    language = _folders.language_of(args.lang)
    programme = definition.programme
    step = programme.step(args.step) if args.step else programme.steps[0]
    day = date.fromisoformat(args.at) if args.at else clock.today()
    facts, problems = names_of(_yaml(args.facts) if args.facts else {}, definition.types, _place(args.facts))
    facts = {"today": day, "round.year": day.year, **facts}
    names = {**definition.names({}, {}, {}, day), **facts}
    form = form_of(step)
    clean: Mapping[str, Any] = {}
    if form:
        clean, found = definition.check_answers(form, _answers(args.answers, form), names, complete=True)
        problems += found
        names |= definition.names({form: clean}, {}, {}, day)
    for problem in problems:
        print(f"✗ {problem.where}: {_folders.said(problem.say, language)}  {problem.value}".rstrip())
    verdicts = definition.verdicts(rule_sets_of(step), names)
    for verdict in verdicts:
        _print(programme, verdict, language)
    return 1 if problems or any(verdict.result == "fails" for verdict in verdicts) else 0


_MARKS = {"meets": "✓", "fails": "✗", "person": "?", "exempt": "–"}


def _print(programme: Any, verdict: Any, language: str) -> None:
    from keguan.doors.cli._folders import said
    from keguan.language.verdicts import SAID
    from keguan.language.wording import title_of, value_said

    print(
        f"{_MARKS[verdict.result]} {said(verdict.say, language)}  [{verdict.rule}: {said(SAID[verdict.result], language)}]"
    )
    for name, value in verdict.values.items():
        print(
            f"    {said(title_of(programme, name), language)} = {said(value_said(programme, name, value), language)}  [{name}]"
        )
    for name in verdict.missing:
        print(f"    {said(title_of(programme, name), language)}: {said(Text('缺', 'missing'), language)}  [{name}]")
    print(f"    {said(Text('依据', 'source'), language)}: {verdict.source}")
    if verdict.result == "fails" and verdict.fix:
        print(f"    → {said(verdict.fix, language)}")
    if verdict.result == "person" and verdict.ask:
        print(f"    → {said(verdict.ask, language)}")


def _yaml(path: Path) -> dict[str, Any]:
    """A YAML map as texts, lists and maps. Raises Refused with every problem."""
    from keguan.language.examples import plain
    from keguan.language.nodes import Map, read_nodes

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        say = Text("读不了文件“{path}”", "The file “{path}” cannot be read").filled(path=path)
        raise Refused.because(Problem("file.unreadable", say, value=str(error))) from error
    node = read_nodes(path.name, text)
    if isinstance(node, tuple):
        raise Refused.because(*node)
    found = plain(node)
    if not isinstance(node, Map):
        say = Text("文件应写成“名称: 值”", "The file should hold `name: value`")
        raise Refused.because(Problem("file.shape", say, where=f"{path.name}:1:1"))
    return dict(found)


def _answers(path: Path, form: str) -> dict[str, Any]:
    """The answers of one form: written flat, or below the form's name."""
    found = _yaml(path)
    inner = found.get(form)
    answers = inner if isinstance(inner, dict) and len(found) == 1 else found
    return {name.removeprefix(f"{form}."): value for name, value in answers.items() if value is not None}


def _place(path: Path | None) -> Any:
    from keguan.language.schema import Place

    return Place(path.name if path else "facts", 1, 1)
