"""Where a command finds programmes and their numbers, and how it shows a place in their files."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refused
from keguan.kernel.workdays import Workdays
from keguan.language.definition import Definition
from keguan.language.loader import load
from keguan.language.parameters import load_parameters
from keguan.language.schema import Parameter
from keguan.language.workdays import load_workdays


@dataclass(frozen=True)
class Ground:
    """What all programmes of one folder tree share: dated numbers and the working-day calendar."""

    home: Path
    parameters: Mapping[str, Parameter]
    calendar: Workdays


def ground(near: Path | None = None) -> Ground:
    """The parameters and calendar beside the programmes at `near` (default: here). Raises Refused for unreadable ones."""
    home = home_of(near or Path.cwd())
    parameters = load_parameters(home / "parameters")
    if isinstance(parameters, tuple):
        raise Refused.because(*parameters)
    calendar = load_workdays(home / "parameters" / "workdays.yaml")
    if isinstance(calendar, tuple):
        raise Refused.because(*calendar)
    return Ground(home, parameters, calendar)


def home_of(path: Path) -> Path:
    """The nearest folder at or above `path` that holds `parameters`; the installation's own where there is none."""
    for folder in (path.resolve(), *path.resolve().parents):
        if (folder / "parameters").is_dir():
            return folder
    from keguan.database.places import home

    return home()


def programme_folders(paths: Sequence[str]) -> list[Path]:
    """The folders that hold a `programme.yaml` at or below the given paths (default: all programmes), in order.

    A word that is no path is taken as a programme's code: its newest version. Raises Refused where nothing is found.
    """
    found: list[Path] = []
    for word in paths or [str(home_of(Path.cwd()) / "programmes")]:
        path = Path(word)
        if path.name == "programme.yaml":
            path = path.parent
        folders = sorted(one.parent for one in path.rglob("programme.yaml")) if path.exists() else newest(word)
        if not folders:
            say = Text("“{word}”里没有计划定义（programme.yaml）", "There is no programme (programme.yaml) in “{word}”")
            fix = Text(
                "给出计划的文件夹或代码，例如 key-rd-project", "Name a programme's folder or its code: key-rd-project"
            )
            raise Refused.because(Problem("programme.none", say.filled(word=word), value=word, fix=fix))
        found += [folder for folder in folders if folder not in found]
    return found


def newest(code: str) -> list[Path]:
    """The folder of a programme's newest version, as a list of one, or none."""
    versions = sorted((home_of(Path.cwd()) / "programmes" / code).glob("*/programme.yaml"), key=_version)
    return [versions[-1].parent] if versions else []


def one_definition(word: str) -> Definition:
    """The definition in this folder, or the newest version of this code. Raises Refused with all problems."""
    folder = programme_folders([word])[-1]
    definition = load(folder, ground(folder).parameters)
    if isinstance(definition, tuple):
        raise Refused.because(*definition)
    return definition


def _version(path: Path) -> list[tuple[int, str]]:
    return [(int(part) if part.isdigit() else 0, part) for part in path.parent.name.split(".")]


def language_of(asked: str) -> str:
    """`zh`, `en` or `both`: what was asked for, else what the terminal speaks."""
    if asked:
        return asked
    speaks = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh" if speaks.startswith("zh") else "en" if speaks.startswith("en") else "both"


def said(text: Text, language: str) -> str:
    """A text for the reader of this language, or both."""
    if language == "both" and text.zh != text.en:
        return f"{text.zh} / {text.en}"
    return text.said_in(language)


def print_by_file(problems: Iterable[Problem], folder: Path, sources: Mapping[str, str], language: str) -> None:
    """Problems grouped by file, each with the line it is about and a caret under the place."""
    by_file: dict[str, list[Problem]] = {}
    for problem in problems:
        by_file.setdefault(problem.where.split(":")[0], []).append(problem)
    for file in sorted(by_file):
        print(f"\n{folder / file if file else folder}")
        for problem in sorted(by_file[file], key=_line_and_column):
            _print_one(problem, sources.get(file, ""), language)


def _line_and_column(problem: Problem) -> tuple[int, int]:
    _, _, rest = problem.where.partition(":")
    line, _, column = rest.partition(":")
    return (int(line) if line.isdigit() else 0, int(column) if column.isdigit() else 0)


def _print_one(problem: Problem, text: str, language: str) -> None:
    line, column = _line_and_column(problem)
    print(f"  {line}:{column}  {said(problem.say, language)}  [{problem.code}]")
    lines = text.split("\n")
    if 0 < line <= len(lines):
        shown = lines[line - 1]
        print(f"      {shown}\n      {_under(shown, column)}^")
    if problem.value:
        print(f"      = {problem.value}")
    if problem.source:
        print(f"      {said(Text('依据', 'source'), language)}: {problem.source}")
    if problem.fix:
        print(f"      → {said(problem.fix, language)}")


def _under(line: str, column: int) -> str:
    """Blanks as wide as what stands before the column; Chinese characters are two wide."""
    before = line[: max(column - 1, 0)]
    return "".join("  " if unicodedata.east_asian_width(char) in "WF" else " " for char in before)
