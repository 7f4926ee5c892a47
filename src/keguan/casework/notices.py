"""Public notices: what the public sees of a case is frozen when its notice goes up."""

from __future__ import annotations

from typing import Any

from keguan.casework.models import Case, Notice
from keguan.engine.state import CaseState, Closed, Ended, Entered
from keguan.kernel.bilingual import Text
from keguan.kernel.money import Money
from keguan.language.definition import Definition
from keguan.language.schema import Publish
from keguan.language.vocabulary import FACTS
from keguan.language.wording import title_of, value_said

NOTHING = Text("", "")

OF_THE_CASE = {
    "case.number": Text("办件编号", "Case number"),
    "applicant.name": Text("申报单位", "Applying organisation"),
    "principal.name": Text("项目负责人", "Principal investigator"),
}
"""Names that a notice may show besides answers and what steps leave."""

LEFT_BY_STEPS = {
    "amount": Text("金额", "Amount"),
    "score": Text("得分", "Score"),
    "position": Text("排名", "Position"),
    "rank": Text("推荐排序", "Recommended rank"),
}


def put_up(case: Case, definition: Definition, after: CaseState, entered: Entered) -> Notice:
    """The notice of a case that has come to its publish step."""
    step = definition.programme.step(entered.step)
    if not isinstance(step, Publish):
        raise TypeError(f"{entered.step} is not a public notice")
    return Notice.objects.create(
        case=case,
        step=entered.step,
        attempt=after.steps[entered.step].attempt,
        shown=[_shown(case, definition, after, name) for name in step.shows],
        since=entered.at,
        until=entered.due or entered.at,
    )


def take_down(case: Case, closed: Closed | Ended) -> None:
    """The notice is over, or its case is (it was withdrawn); it stays readable, with how it ended."""
    standing = Notice.objects.filter(case=case, outcome="")
    if isinstance(closed, Closed):
        standing.filter(step=closed.step).update(outcome=closed.outcome)
    else:
        standing.update(outcome=closed.end)


def _shown(case: Case, definition: Definition, after: CaseState, name: str) -> dict[str, Any]:
    title, value = _title_and_value(case, definition, after, name)
    return {"name": name, "zh": title.zh, "en": title.en, "value": value.zh, "value_en": value.en}


def _title_and_value(case: Case, definition: Definition, after: CaseState, name: str) -> tuple[Text, Text]:
    if name in OF_THE_CASE:
        values = {
            "case.number": case.number,
            "applicant.name": case.host.name if case.host else "",
            "principal.name": case.principal.name if case.principal else "",
        }
        return OF_THE_CASE[name], Text(values[name], values[name])
    first, _, rest = name.partition(".")
    if first in after.answers:
        return _answer(definition, after, first, rest)
    if first in after.steps:
        value = after.steps[first].memo.get(rest)
        return LEFT_BY_STEPS.get(rest, Text(rest, rest)), _said(value, rest)
    return FACTS[name].title if name in FACTS else Text(name, name), NOTHING


def _answer(definition: Definition, after: CaseState, form: str, name: str) -> tuple[Text, Text]:
    value = after.answers[form].get(name)
    where = f"{form}.{name}"
    said = NOTHING if value is None else value_said(definition.programme, where, value)
    return title_of(definition.programme, where), said


def _said(value: Any, name: str) -> Text:
    if value is None:
        return NOTHING
    if name == "amount":
        return Money(int(value)).said
    written = f"{int(value) / 100:.2f}" if name == "score" else str(value)
    return Text(written, written)
