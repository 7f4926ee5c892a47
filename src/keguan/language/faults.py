"""Seeds faults into a programme, one at a time: what a hasty editor does to the text, class by class.

`engine.fault_trial` asks the loader, the checker and the examples whether they refuse each. Faults are found by looking at
the lines of the files, not at what they mean, so that no check can be tuned to them; the choice is the same each time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from keguan.kernel.bilingual import Text

MOST_PER_CLASS = 24
"""So many faults of one class are tried in one programme; which, is drawn with a fixed seed."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One slip: the class it belongs to, the line it is made at, and the text of the file with it."""

    kind: str
    file: str
    line: int
    before: str
    after: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.kind}: {self.before.strip()} → {self.after.strip() or '∅'}"


NOT_SEEDED: Mapping[str, Text] = {
    "wording": Text(
        "标题、说明、提示的措辞：机器无从判断对错",
        "the wording of titles, explanations and hints: no machine can judge it",
    ),
    "optional_source": Text("环节的依据可以不写", "a step's source may be left out"),
    "superseded": Text(
        "参数中已被取代的旧值：新批次用不到", "values of a parameter that a later one replaced: no new round uses them"
    ),
    "same_reading": Text(
        "读出来完全一样的文字（如多一个空格）", "texts that read exactly the same, such as one more blank"
    ),
    "at_least_one": Text(
        "必填的文字、表格、附件至少一项，不写也一样", "`least: 1` of a text, table or file that is owed anyway"
    ),
    "never_negative": Text("金额本来就不会小于零", "`least: 0` of money, which is never negative anyway"),
    "text_size": Text("text 与 long_text 只影响输入框大小", "text or long_text: only the size of the box"),
}
"""Slips that are not faults, each with its reason; they are neither seeded nor counted."""

Seeder = Callable[[str, list[str]], Iterator[tuple[int, str, str, list[str]]]]


def seeded(sources: Mapping[str, str], most: int = MOST_PER_CLASS) -> tuple[Fault, ...]:
    """Every fault to be tried in this programme (its files with the embedded `parameters.yaml`), always the same ones."""
    found: list[Fault] = []
    for kind, files, seeder in _SEEDERS:
        of_kind = []
        for file in files:
            lines = sources.get(file, "").split("\n")
            for line, before, after, changed in seeder(file, lines):
                text = "\n".join(changed)
                if text != sources.get(file, "") and not _says_nothing_new(lines, line - 1, after):
                    of_kind.append(Fault(kind, file, line, before, after, text))
        random = Random(f"{kind} {len(of_kind)}")  # noqa: S311 - a fixed choice, no secret
        found += sorted(random.sample(of_kind, most), key=lambda one: one.line) if len(of_kind) > most else of_kind
    return tuple(found)


def _says_nothing_new(lines: list[str], at: int, after: str) -> bool:
    """Whether a lower limit goes that held anyway: see `never_negative` and `at_least_one` in NOT_SEEDED."""
    least = re.match(r"^(\s+)least: ([01])( 元| 万元)?$", lines[at])
    if least is None or not re.match(r"^(\s+least: 0)?$", after):
        return False
    if least[2] == "0":
        return True
    begin = next((here for here in range(at, -1, -1) if lines[here].lstrip().startswith("- ")), at)
    own = [line.strip() for line in lines[begin : _block_end(lines, begin)] if _indent(line) == len(least[1])]
    counts = ("type: text", "type: long_text", "type: table", "type: file", "type: choices")
    return "required: false" not in own and any(line in counts for line in own)


# ------------------------------------------------------------------------------------------------ by line


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _block_end(lines: list[str], at: int) -> int:
    """The line after the block that begins at `at`: everything indented deeper, and lists at the same depth below a key."""
    depth = _indent(lines[at])
    here = at + 1
    while here < len(lines) and (not lines[here].strip() or _indent(lines[here]) > depth):
        here += 1
    return here


def _replaced(lines: list[str], at: int, line: str) -> tuple[int, str, str, list[str]]:
    return at + 1, lines[at], line, [*lines[:at], line, *lines[at + 1 :]]


def _dropped(lines: list[str], at: int) -> tuple[int, str, str, list[str]]:
    """Take out a line with everything below it; a list item or a map that loses its only line goes as a whole."""
    end = _block_end(lines, at)
    return at + 1, lines[at], "", [*lines[:at], *lines[end:]]


def _drop_key(*keys: str) -> Seeder:
    pattern = re.compile(rf"^\s+({'|'.join(keys)}):(\s|$)")

    def seed(file: str, lines: list[str]) -> Iterator[tuple[int, str, str, list[str]]]:
        for at, line in enumerate(lines):
            if pattern.match(line):
                yield _dropped(lines, at)

    return seed


def _change(pattern: str, *to: Callable[[re.Match[str]], str | None]) -> Seeder:
    """Replace what a pattern finds in a line, once for each find and each way of replacing."""
    compiled = re.compile(pattern)

    def seed(file: str, lines: list[str]) -> Iterator[tuple[int, str, str, list[str]]]:
        for at, line in enumerate(lines):
            if line.lstrip().startswith("#"):
                continue
            for found in compiled.finditer(line):
                for make in to:
                    new = make(found)
                    if new is not None and new != found[0]:
                        yield _replaced(lines, at, line[: found.start()] + new + line[found.end() :])

    return seed


def _within(inner: Seeder, *keys: str) -> Seeder:
    """Only in lines that hold one of these keys."""
    pattern = re.compile(rf"^\s*(?:- )?({'|'.join(keys)}):\s")

    def seed(file: str, lines: list[str]) -> Iterator[tuple[int, str, str, list[str]]]:
        for fault in inner(file, lines):
            if pattern.match(lines[fault[0] - 1]):
                yield fault

    return seed


def _below(inner: Seeder, key: str) -> Seeder:
    """Only in lines that stand below this key."""

    def seed(file: str, lines: list[str]) -> Iterator[tuple[int, str, str, list[str]]]:
        inside = set()
        for at, line in enumerate(lines):
            if re.match(rf"^\s*(?:- )?{key}:\s*$", line):
                inside |= set(range(at + 1, _list_end(lines, at)))
        for fault in inner(file, lines):
            if fault[0] - 1 in inside:
                yield fault

    return seed


def _list_end(lines: list[str], at: int) -> int:
    depth = _indent(lines[at].replace("- ", "  ", 1))
    here = at + 1
    while here < len(lines) and (not lines[here].strip() or _indent(lines[here]) > depth):
        here += 1
    return here


def _drop_item(file: str, lines: list[str]) -> Iterator[tuple[int, str, str, list[str]]]:
    for at, line in enumerate(lines):
        if re.match(r"^\s*- ", line):
            yield _dropped(lines, at)


def _drop_parts(pattern: str) -> Seeder:
    compiled = re.compile(pattern)

    def seed(file: str, lines: list[str]) -> Iterator[tuple[int, str, str, list[str]]]:
        for at, line in enumerate(lines):
            if compiled.match(line):
                yield _dropped(lines, at)

    return seed


def _swap_steps(file: str, lines: list[str]) -> Iterator[tuple[int, str, str, list[str]]]:
    starts = _steps(lines)
    for first, second in pairwise(starts):
        end = _block_end(lines, second)
        changed = [*lines[:first], *lines[second:end], *lines[first:second], *lines[end:]]
        yield first + 1, lines[first], lines[second], changed


def _drop_steps(file: str, lines: list[str]) -> Iterator[tuple[int, str, str, list[str]]]:
    for at in _steps(lines):
        yield _dropped(lines, at)


def _steps(lines: list[str]) -> list[int]:
    begin = next((at for at, line in enumerate(lines) if line.startswith("steps:")), len(lines))
    end = next((at for at in range(begin + 1, len(lines)) if lines[at] and not lines[at][0].isspace()), len(lines))
    return [at for at in range(begin + 1, end) if lines[at].startswith("  - ")]


def _swap_targets(file: str, lines: list[str]) -> Iterator[tuple[int, str, str, list[str]]]:
    """Each route to the target of another route."""
    routes = [at for at, line in enumerate(lines) if _in_routes(lines, at) and ":" in line]
    targets = sorted({lines[at].split(":")[1].strip() for at in routes})
    for at in routes:
        key, _, target = lines[at].partition(":")
        others = [one for one in targets if one != target.strip()]
        for other in others[:2]:
            yield _replaced(lines, at, f"{key}: {other}")


def _drop_routes(file: str, lines: list[str]) -> Iterator[tuple[int, str, str, list[str]]]:
    for at in range(len(lines)):
        if _in_routes(lines, at):
            yield _dropped(lines, at)


def _in_routes(lines: list[str], at: int) -> bool:
    depth = _indent(lines[at])
    for here in range(at - 1, -1, -1):
        if lines[here].strip() and _indent(lines[here]) < depth:
            return lines[here].strip() == "routes:"
    return False


def _negate(file: str, lines: list[str]) -> Iterator[tuple[int, str, str, list[str]]]:
    for at, line in enumerate(lines):
        found = re.match(r"^(\s*(?:must|when|eligible|shown_when): )(.+)$", line)
        if found:
            inner = found[2].strip("'") if found[2].startswith("'") else found[2]
            yield _replaced(lines, at, f"{found[1]}'!({inner})'")


def _blank(*keys: str) -> Seeder:
    return _change(rf"(?<=^)(\s+(?:{'|'.join(keys)}):) .+$", lambda found: f'{found[1]} ""')


def _typo(found: re.Match[str]) -> str:
    word = found[0]
    return word[:-2] + word[-1] + word[-2] if len(word) > 3 and word[-1] != word[-2] else word + "s"


def _insert_duplicate(file: str, lines: list[str]) -> Iterator[tuple[int, str, str, list[str]]]:
    for at, line in enumerate(lines):
        if re.match(r"^\s+[a-z_]+: \S", line):
            yield at + 1, line, f"{line} (×2)", [*lines[: at + 1], line, *lines[at + 1 :]]


def _off(change: float) -> Callable[[re.Match[str]], str | None]:
    """A number a little off: ±1, or so many parts of it."""

    def make(found: re.Match[str]) -> str | None:
        number = int(found[0])
        other = number + int(change) if abs(change) >= 1 else int(number * (1 + change))
        return str(other) if other >= 0 else None

    return make


def _add_required(file: str, lines: list[str]) -> Iterator[tuple[int, str, str, list[str]]]:
    """`required: false` where there was none."""
    for at, line in enumerate(lines):
        found = re.match(r"^(\s+)type: ", line)
        if not found:
            continue
        end = next(
            (h for h in range(at + 1, len(lines)) if lines[h].strip() and _indent(lines[h]) < len(found[1])), at + 1
        )
        if not any(re.match(rf"^{found[1]}(required|computed):", one) for one in lines[at:end]):
            yield at + 1, line, "required: false", [*lines[: at + 1], f"{found[1]}required: false", *lines[at + 1 :]]


def _flow_map(file: str, lines: list[str]) -> Iterator[tuple[int, str, str, list[str]]]:
    for at, line in enumerate(lines[:-2]):
        found = re.match(r"^(\s+title):$", line)
        if found and "zh:" in lines[at + 1] and "en:" in lines[at + 2]:
            flow = f"{found[1]}: {{{lines[at + 1].strip()}, {lines[at + 2].strip()}}}"
            yield at + 1, line, flow, [*lines[:at], flow, *lines[at + 3 :]]


# ------------------------------------------------------------------------------------------- what is tried

_P, _F, _R, _B, _N = ("programme.yaml",), ("forms.yaml",), ("rules.yaml",), ("rubrics.yaml",), ("parameters.yaml",)
_LOGIC = (*_P, *_F, *_R)
_EXPRESSIONS = ("must", "when", "amount", "order", "eligible", "quota", "shown_when", "computed", "title")
_NAME = r"(?<![\w.\"'])[a-z_]+(?:\.[a-z_]+)+(?![\w(])"
_NUMBER = r"(?<![\w.\"'])[0-9]+(?![\w.\"'])"
_ROLES = ("applicant", "host", "authority", "officer", "committee", "planning", "supervision", "finance")


def _other_role(found: re.Match[str]) -> str:
    return _ROLES[(_ROLES.index(found[0]) + 3) % len(_ROLES)] if found[0] in _ROLES else found[0]


def _swap(pairs: Mapping[str, str]) -> Callable[[re.Match[str]], str | None]:
    return lambda found: pairs.get(found[0])


_STRICTER = {">=": ">", "<=": "<", ">": ">=", "<": "<="}
_TURNED = {">=": "<=", "<=": ">=", ">": "<", "<": ">", "==": "!=", "!=": "=="}
_SPAN_UNITS = {
    "workdays": "days",
    "days": "workdays",
    "workday": "day",
    "day": "workday",
    "months": "days",
    "years": "months",
}
_FIELD_TYPES = {"money": "integer", "integer": "money", "date": "text", "yes_no": "text", "person": "organisation",
                "choice": "choices", "file": "text", "organisation": "person"}  # fmt: skip

_SEEDERS: tuple[tuple[str, tuple[str, ...], Seeder], ...] = (
    ("drop a route", _P, _drop_routes),
    ("swap a route", _P, _swap_targets),
    ("delete a step", _P, _drop_steps),
    ("swap two steps", _P, _swap_steps),
    ("delete an end", _P, _drop_parts(r"^  - end:")),
    ("success of an end", _P, _drop_key("success")),
    ("drop a deadline", _P, _drop_key("lapse", "remind", "correct_within", "valid", "due", "within")),
    ("change a deadline", (*_P, *_N), _change(r"(?<![\w.])[0-9]+(?= (?:work)?days?\b| months?\b| years?\b)", _off(1), _off(-1))),
    ("change a unit of time", (*_P, *_N), _change(r"(?<=[0-9] )(?:workdays?|days?|months|years)\b", _swap(_SPAN_UNITS))),
    ("change a role", _P, _within(_change(r"(?<=: )[a-z]+$", _other_role), "by", "assigned_by", "plan", "run", "supervise")),
    ("drop a party", _P, _below(_drop_item, "parties")),
    ("drop a rule set", _P, _below(_drop_item, "rules")),
    ("drop a recusal", _P, _below(_drop_item, "avoid")),
    ("misspell a recusal", _P, _below(_change(r"(?<=- )[a-z0-9_]+$", _typo), "avoid")),
    ("drop what a notice shows", _P, _below(_drop_item, "shows")),
    ("drop a side case", _P, _below(_drop_item, "side_cases")),
    ("drop a condition", (*_P, *_R, *_F), _drop_key("when", "eligible", "shown_when")),
    ("drop a quota or rank", _P, _drop_key("quota", "ranked", "ties", "order", "named")),
    ("change the panel", _P, _within(_change(r"[0-9]+", _off(1), _off(2), _off(-2)), "size", "seats")),
    ("drop a bound of the panel", _P, _drop_key(
        "same_institution_most", "outside_unit_least", "outside_region_least", "same_field_least", "senior_least", "senior_most", "most_load", "least_load", "rest_days",
    )),
    ("change combining or sharing", _P, _change(
        r"\b(?:trimmed_mean|median|mean|rank_based|in_order|pro_rata)\b",
        _swap({"trimmed_mean": "mean", "mean": "median", "median": "mean", "rank_based": "mean", "in_order": "pro_rata", "pro_rata": "in_order"}),
    )),
    ("drop a vote", _P, _drop_key("vote", "nonconsensus", "quorum", "threshold")),
    ("change a vote", _P, _within(_change(
        r"(?:more than )?[0-9]+/[0-9]+|present|members|cast",
        _swap({"2/3": "more than 1/2", "more than 1/2": "2/3", "present": "cast", "members": "present", "cast": "members"}),
    ), "quorum", "threshold", "of")),
    ("change a share", _P, _change(r"(?<=share: )[0-9]+", _off(10), _off(-10))),
    ("change what a case is about", _P, _below(_change(_NAME, lambda found: None if not found else f"{found[0]}x"), "about")),
    ("drop what a case is about", _P, _below(_drop_key("title", "principal", "members", "asked"), "about")),
    ("stricter or looser", _LOGIC, _within(_change(r"(?<=[^<>=!])[<>]=?(?=\s)", _swap(_STRICTER)), *_EXPRESSIONS)),
    ("turn a comparison", _LOGIC, _within(_change(r"[<>=!]=|(?<=\s)[<>](?=\s)", _swap(_TURNED)), *_EXPRESSIONS)),
    ("and for or", _LOGIC, _within(_change(r"&&|\|\|", _swap({"&&": "||", "||": "&&"})), *_EXPRESSIONS)),
    ("plus for minus", _LOGIC, _within(_change(r"(?<= )[-+*/](?= )", _swap({"+": "-", "-": "+", "*": "+", "/": "*"})), *_EXPRESSIONS)),
    ("negate", _LOGIC, _negate),
    ("number in an expression", _LOGIC, _within(_change(_NUMBER, _off(1), _off(-1), _off(0.1)), *_EXPRESSIONS)),
    ("misspell a name", _LOGIC, _within(_change(_NAME, _typo), *_EXPRESSIONS)),
    ("another choice", (*_R, *_F), _within(_change(r'"[a-z_]+"', lambda found: '"other"', lambda found: found[0][:-2] + '"'),
                                           *_EXPRESSIONS)),
    ("delete a rule", _R, _drop_parts(r"^  - rule:")),
    ("drop a source", _R + _N, _drop_key("source")),
    ("blank a source", _R + _N, _blank("source")),
    ("drop an override", _R, _drop_key("override")),
    ("drop a requirement", _R, _drop_key("must", "ask")),
    ("drop a language", (*_LOGIC, *_B, *_N), _drop_key("zh", "en")),
    ("blank a language", (*_LOGIC, *_B, *_N), _blank("zh", "en")),
    ("delete a field", _F, _drop_parts(r"^        - field:")),
    ("delete a column", _F, _drop_parts(r"^            - column:")),
    ("delete a choice", _F, _drop_parts(r"^\s+- value:")),
    ("rename a choice", _F, _change(r"(?<=- value: )[a-z_]+", _typo)),
    ("rename a field", _F, _change(r"(?<=- field: )[a-z_]+|(?<=- column: )[a-z_]+|(?<=- form: )[a-z_]+", _typo)),
    ("change a type", _F, _within(_change(r"(?<=type: )[a-z_]+$", _swap(_FIELD_TYPES)), "type")),
    ("change a limit", _F, _within(_change(_NUMBER, _off(1), _off(-1), _off(0.1)), "most", "least")),
    ("drop a limit", _F, _drop_key("most", "least")),
    ("make optional", _F, _add_required),
    ("make required", _F, _drop_key("required")),
    ("drop what is computed", _F, _drop_key("computed")),
    ("drop privacy", _F, _drop_key("personal", "identity")),
    ("single for double blind", _P, _within(_change(r"\bdouble\b", _swap({"double": "single"})), "blind")),
    ("drop the rule of comments", _B, _drop_key("comment_least", "comment_at_ends", "comment")),
    ("drop a fee", _P, _drop_key("fee")),
    ("points off by one", _B, _change(r"(?<=points: )[0-9]+", _off(1), _off(-1))),
    ("delete a criterion", _B, _drop_parts(r"^\s+- criterion:")),
    ("rename a criterion", _B, _change(r"(?<=- criterion: )[a-z_]+", _typo)),
    ("anchor outside", _B, _change(r"(?<=- least: )[0-9]+", _off(100))),
    ("change a number of the law", _N, _within(_change(r"[0-9]+(?:\.[0-9]+)?(?= 元|$)", lambda found: str(int(float(found[0])) + 1),
                                                       lambda found: str(int(float(found[0]) * 1.1) + 1)), "value")),
    ("delete a number of the law", _N, _drop_parts(r"^- name:")),
    ("unit of a number", _N, _within(_change(r"(?<=unit: )[a-z]+", _swap({"fen": "count", "count": "duration", "percent": "points",
                                             "points": "count", "duration": "count"})), "unit")),
    ("duplicate a key", (*_LOGIC, *_B), _insert_duplicate),
    ("flow map with a comma", (*_LOGIC, *_B), _flow_map),
    ("tab for spaces", _LOGIC, _change(r"^ {4}", lambda found: "\t")),
    ("Chinese colon", _LOGIC, _change(r"(?<=^)(\s*(?:- )?[a-z_]+): ", lambda found: f"{found[1]}：")),
    ("misspell a key", _LOGIC, _change(r"^\s+(?:- )?[a-z_]{4,}(?=:)", _typo)),
    ("indent wrongly", _LOGIC, _change(r"^ {4,}(?=[a-z_]+: \S)", lambda found: found[0] + " ")),
)  # fmt: skip
"""Every class of faults: its name, the files it is made in, and how."""
