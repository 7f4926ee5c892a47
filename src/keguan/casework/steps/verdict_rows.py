"""Verdicts as a table: the rule in words, what was found, on which values, from which source, and a person's answer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from keguan.casework.links import Link, links_for
from keguan.casework.models import Case
from keguan.casework.situation.grounds import Ground, Known, known_to
from keguan.casework.steps.scene import Scene
from keguan.components.fields import Field, field_id
from keguan.components.lists import Choice
from keguan.components.status import Status, Tone
from keguan.engine.judging import verdicts_at
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.language.definition import Definition
from keguan.language.schema import Review, Rule
from keguan.language.verdicts import SAID, Verdict
from keguan.language.wording import ids_in, title_of, value_said

TONES: Mapping[str, Tone] = {"meets": "good", "fails": "bad", "person": "warn", "exempt": "neutral"}
_ANSWERS = (Choice("meets", SAID["meets"]), Choice("fails", SAID["fails"]))
_ACCEPT = (
    Choice("", Text("维持系统结论", "Let it stand")),
    Choice("meets", Text("说明理由后接受", "Accept, with a reason")),
)
_TO_ANSWER = Status(Text("待填写后核对", "Checked once you answer"), "info")
_YOURS = Text("您的判断", "Your judgement")
_WHY = Text("理由（不符合、或接受例外时必填）", "Reason (owed for “does not meet” and for an exception)")


@dataclass(frozen=True, slots=True)
class Row:
    """One rule and its verdict. answer, reason: the fields for a person's judgement, None where none is asked.

    values: title and value of each name it read, and what that was counted from, as far as the reader may know. links:
    where whoever judges finds what the rule is about.
    """

    rule: str
    say: Text
    result: Status
    values: tuple[tuple[Text, Text, tuple[Ground, ...]], ...]
    missing: tuple[Text, ...]
    source: str
    ask: Text | None = None
    fix: Text | None = None
    said_why: str = ""
    is_answered: bool = False
    answer: Field | None = None
    reason: Field | None = None
    links: tuple[Link, ...] = ()

    @property
    def id(self) -> str:
        return field_id(f"verdicts.{self.rule}")


Hidden = Callable[[str], bool]


def hidden_from(definition: Definition, sees: Iterable[str], answers: frozenset[str] = frozenset()) -> Hidden:
    """Which values a reader must not meet: the proposal's without that right, scores without theirs, and those of the
    answers (`form.field`) that are closed to them. Ids of people and the like say nothing to anybody."""
    parts = set(sees)
    scores = {str(step.id) for step in definition.programme.steps if isinstance(step, Review)}
    forms = {str(form.form) for form in definition.programme.forms}
    ids = ids_in(definition.programme)

    def hidden(name: str) -> bool:
        head = name.partition(".")[0]
        if name in ids or ".".join(name.split(".")[:2]) in answers:
            return True
        return (head in forms and "proposal" not in parts) or (head in scores and "reviews" not in parts)

    return hidden


def rows_to_answer(scene: Scene, rule_sets: Iterable[str]) -> list[Row]:
    """The verdicts of these rules now, with a field wherever a person has to judge or may accept an exception."""
    hidden = hidden_from(scene.definition, scene.sees)
    found = verdicts_at(scene.situation, tuple(rule_sets))
    known = known_to(scene.actor, scene.case, (one.grounds for one in found))
    links = [link for link in links_for(scene.actor, scene.case) if link.fact]
    rows = [_row(scene.definition, one, hidden, known, scene) for one in found]
    return [
        replace(row, links=tuple(link for link in links if link.fact in {*one.values, *one.missing}))
        for row, one in zip(rows, found, strict=True)
    ]


def rows_of(definition: Definition, verdicts: Collection[Verdict], actor: Actor, case: Case) -> list[Row]:
    """Verdicts on what the reader typed. Where an answer of theirs is lacking, it is that which the rule waits for."""
    hidden = hidden_from(definition, ("proposal", "reviews"))
    known = known_to(actor, case, (one.grounds for one in verdicts))
    forms = {str(form.form) for form in definition.programme.forms}

    def waits(one: Verdict) -> bool:
        return one.result == "person" and any(name.partition(".")[0] in forms for name in one.missing)

    rows = ((_row(definition, one, hidden, known, None), waits(one)) for one in verdicts)
    return [replace(row, result=_TO_ANSWER, ask=None) if unanswered else row for row, unanswered in rows]


def rows_kept(definition: Definition, kept: Iterable[Mapping[str, Any]], hidden: Hidden, known: Known) -> list[Row]:
    """The verdicts one decision rested on, as they were frozen."""
    rules = {f"{of.name}.{rule.rule}": rule for of in definition.programme.rules for rule in of.rules}
    return [
        _row(definition, _thawed(one, rules[one["rule"]]), hidden, known, None) for one in kept if one["rule"] in rules
    ]


def _thawed(kept: Mapping[str, Any], rule: Rule) -> Verdict:
    return Verdict(
        rule=kept["rule"],
        result=kept["result"],
        say=rule.say,
        source=rule.source,
        values=kept["values"],
        missing=tuple(kept["missing"]),
        fix=rule.fix,
        ask=rule.ask,
        override=rule.override,
        answered=kept["answered"],
        reason=kept["reason"],
        grounds=kept.get("grounds", {}),
    )


def _row(definition: Definition, verdict: Verdict, hidden: Hidden, known: Known, scene: Scene | None) -> Row:
    programme = definition.programme
    shown = [(name, value) for name, value in verdict.values.items() if not hidden(name)]
    answer = reason = None
    if scene is not None and (verdict.result == "person" or (verdict.result == "fails" and verdict.override)):
        name = f"verdicts.{verdict.rule}"
        choices = _ANSWERS if verdict.result == "person" else _ACCEPT
        answer = scene.asked(Field(name, "choice", _YOURS, choices=choices))
        reason = scene.asked(Field(f"{name}.reason", "text", _WHY))
    return Row(
        rule=verdict.rule,
        say=verdict.say,
        result=Status(SAID[verdict.result], TONES[verdict.result]),
        values=tuple(
            (title_of(programme, name), value_said(programme, name, value), known.of(verdict.grounds, name))
            for name, value in shown
        ),
        missing=tuple(title_of(programme, name) for name in verdict.missing if not hidden(name)),
        source=verdict.source,
        ask=verdict.ask,
        fix=verdict.fix if verdict.result == "fails" else None,
        said_why=verdict.reason if verdict.answered else "",
        is_answered=verdict.answered,
        answer=answer,
        reason=reason,
    )
