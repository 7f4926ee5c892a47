"""Why a case stands where it stands: every coming to a step, who acted for which body, and every rule with its verdict,
the values it rested on, and its source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from keguan.casework import sentences
from keguan.casework.messages import end_title
from keguan.casework.models import Case, Judgement
from keguan.casework.permissions import can_see_proposal, can_see_reviews, can_see_trace, why_not
from keguan.casework.situation.grounds import Ground, known_to
from keguan.casework.versions import definition_of
from keguan.components import reader
from keguan.kernel.actors import NOBODY, Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Forbidden
from keguan.language.definition import Definition
from keguan.language.schema import Rank, Review, Rule, Step, kind_of
from keguan.language.verdicts import SAID
from keguan.language.vocabulary import BODIES, BODY_NAMES, KINDS, ROLES
from keguan.language.wording import OUTCOMES, step_title, title_of, value_said
from keguan.registers.organisations.models import Organisation
from keguan.registers.parties.models import Person
from keguan.registers.parties.queries import names_of
from keguan.registers.parties.rights import visible_to as people_visible_to
from keguan.registers.trace.models import Event
from keguan.registers.trace.queries import decided_at, events_of_case

HIDDEN: Final = Text("（您不能查看）", "(not for you to see)")


@dataclass(frozen=True, slots=True)
class Act:
    """One thing somebody did, or tried, at a step. body: whom they acted for; None for the system."""

    at: datetime
    who: Text
    did: Text
    role: Text | None = None
    body: Text | None = None
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Ruling:
    """What one rule said. values: what it read, titled, with what was counted as far as the reader may know of it.

    answered: a person's judgement, with their reason.

    verified: whether the source was read, or only remembered.
    """

    rule: str
    say: Text
    result: str
    said: Text
    source: str
    verified: bool = True
    values: tuple[tuple[Text, Text], ...] = ()
    missing: tuple[Text, ...] = ()
    answered: bool = False
    reason: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """One coming to a step, from entering to closing. attempt: 2 where the case came back."""

    step: str
    title: Text
    kind: Text
    attempt: int
    source: str
    entered: datetime
    due: datetime | None = None
    closed: datetime | None = None
    outcome: Text | None = None
    acts: tuple[Act, ...] = ()
    rulings: tuple[Ruling, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """The whole of it. end: how the case ended, None while it runs. digest: of the programme's text it is decided by."""

    number: str
    title: str
    programme: Text
    version: str
    digest: str
    visits: tuple[Visit, ...]
    end: Text | None = None


def explanation(case: Case, reader: Actor) -> Explanation:
    """Every step of the case as this reader may know it, in the order it happened. A handful of queries.

    case: with its programme and memo at hand. Reviewers are never named. What came of review and ranking, and values out
    of the forms, are for those who may see scores and the proposal; the caller traces that reading.
    Raises Forbidden where the reader may not read the case's trace.
    """
    if not can_see_trace(reader, case):
        raise Forbidden("read the trace of this case", tuple(filter(None, [why_not(reader, case, "trace")])))
    definition = definition_of(case.programme)
    tell = _Telling(case, definition, reader)
    return Explanation(
        number=case.number,
        title=case.title,
        programme=case.programme.title,
        version=case.programme.version,
        digest=case.programme.digest,
        visits=tell.visits(),
        end=end_title(definition, case.end) if case.end else None,
    )


class _Telling:
    """What is needed to tell one case to one reader."""

    def __init__(self, case: Case, definition: Definition, reader: Actor) -> None:
        self.case, self.definition, self.reader = case, definition, reader
        self.events = [event for event in events_of_case(case.number) if event.tag.startswith("case:")]
        # Nobody needs a reviewer's name to understand a case, not even who may know it.
        self.hidden = sentences.masked(reader, self.events) | {
            event: who for event, who in sentences.masked(NOBODY, self.events).items() if who is sentences.REVIEWER
        }
        actors = {event.actor for event in self.events if event.actor is not None}
        people = Person.objects.filter(people_visible_to(reader), pk__in=actors)
        self.names = dict(people.values_list("pk", "name"))
        self.scores = can_see_reviews(reader, case)
        self.proposal = can_see_proposal(reader, case)
        programme = definition.programme
        self.forms = {str(form.form) for form in programme.forms}
        self.judgements = list(Judgement.objects.filter(case=case).order_by("id"))
        self.parties = _Parties(definition, self.judgements)
        several = (verdict.get("grounds", {}) for one in self.judgements for verdict in one.verdicts)
        self.known = known_to(reader, case, several)
        self.secret = {str(step.id) for step in programme.steps if isinstance(step, Review | Rank)}

    def visits(self) -> tuple[Visit, ...]:
        found: list[Visit] = []
        for event in self.events:
            placed = self._act(found, event, str(event.payload.get("step", "")))
            for one in event.payload.get("events") or ():
                self._move(found, one, event)
            if not placed and found:
                self._act(found, event, found[-1].step)
        rulings = self._rulings()
        return tuple(
            replace(self._by_the_clock(one), rulings=rulings.get((one.step, one.attempt), ())) for one in found
        )

    def _by_the_clock(self, visit: Visit) -> Visit:
        """The visit with the times that deadlines were reckoned by, which the case remembers of the last one."""
        kept = self.case.memo.state["steps"].get(visit.step)
        if kept is None or kept["attempt"] != visit.attempt:
            return visit
        closed = datetime.fromisoformat(kept["closed"]) if kept["closed"] else None
        return replace(visit, entered=datetime.fromisoformat(kept["entered"]), closed=closed)

    def _move(self, found: list[Visit], one: Mapping[str, Any], event: Event) -> None:
        step = self._step(str(one.get("step", "")))
        if one.get("event") == "entered" and step is not None:
            attempt = 1 + sum(visit.step == step.id for visit in found)
            due = datetime.fromisoformat(one["due"]) if one.get("due") else None
            kind = KINDS[kind_of(step)].title
            found.append(Visit(str(step.id), step_title(step), kind, attempt, step.source, entered=event.at, due=due))
        elif one.get("event") == "closed" and step is not None:
            at = next((n for n in reversed(range(len(found))) if found[n].step == step.id), None)
            if at is not None:
                outcome = str(one.get("outcome"))
                said = OUTCOMES.get(outcome, Text(outcome, outcome))
                secret = step.id in self.secret and isinstance(step, Rank) and not self.scores
                found[at] = replace(found[at], closed=decided_at(one, event), outcome=HIDDEN if secret else said)

    def _act(self, found: list[Visit], event: Event, step_id: str) -> bool:
        """Put the deed to the last coming to its step; False where the case has not been there."""
        at = next((n for n in reversed(range(len(found))) if found[n].step == step_id), None)
        if at is None:
            return False
        role = sentences.role_of(event, self.definition)
        act = Act(
            at=decided_at(event.payload, event),
            who=sentences.who(event, self.reader, self.names, self.hidden, self.definition),
            did=sentences.did(event),
            role=ROLES.get(role),
            body=BODY_NAMES.get(BODIES.get(role, "")),
            refused=event.outcome == "refused",
        )
        found[at] = replace(found[at], acts=(*found[at].acts, act))
        return True

    def _rulings(self) -> dict[tuple[str, int], tuple[Ruling, ...]]:
        """What the rules said, by step and attempt; of several judgements at one coming, all are told."""
        found: dict[tuple[str, int], tuple[Ruling, ...]] = {}
        for judgement in self.judgements:
            key = (judgement.step, judgement.attempt)
            found[key] = (*found.get(key, ()), *(self._ruling(one, judgement.at) for one in judgement.verdicts))
        return found

    def _ruling(self, one: Mapping[str, Any], at: datetime) -> Ruling:
        rule = self._rule(one["rule"])
        programme = self.definition.programme
        missing = [title_of(programme, name) for name in one.get("missing") or ()]
        # A person's reason may quote the proposal or the scores it rests on.
        reads = [*one.get("values", {}), *(one.get("missing") or ())]
        open_reason = not any(self._is_hidden(name) for name in reads)
        return Ruling(
            rule=one["rule"],
            say=rule.say if rule else Text(one["rule"], one["rule"]),
            result=one["result"],
            said=SAID[one["result"]],
            source=rule.source if rule else "",
            verified=rule.verified if rule else True,
            values=tuple(
                self._value(name, value, self.known.of(one.get("grounds", {}), name))
                for name, value in one.get("values", {}).items()
            ),
            missing=tuple(missing),
            answered=bool(one.get("answered")),
            reason=str(one.get("reason") or "") if open_reason else "",
            at=at,
        )

    def _value(self, name: str, value: Any, grounds: Sequence[Ground]) -> tuple[Text, Text]:
        programme = self.definition.programme
        title = title_of(programme, name)
        if self._is_hidden(name):
            return title, HIDDEN
        said = self.parties.said(name, value) or value_said(programme, name, value)
        if grounds:
            which = Text("、".join(one.said.zh for one in grounds), ", ".join(one.said.en for one in grounds))
            said = Text("{value}（{which}）", "{value} ({which})").filled(value=said, which=which)
        return title, said

    def _is_hidden(self, name: str) -> bool:
        head = name.partition(".")[0]
        return (head in self.forms and not self.proposal) or (head in self.secret and not self.scores)

    def _step(self, step_id: str) -> Step | None:
        return next((one for one in self.definition.programme.steps if one.id == step_id), None)

    def _rule(self, name: str) -> Rule | None:
        set_name, _, rule_name = name.partition(".")
        sets = [one for one in self.definition.programme.rules if one.name == set_name]
        return next((rule for one in sets for rule in one.rules if rule.rule == rule_name), None)


class _Parties:
    """The names of the people and organisations that verdicts read by number. Two queries at most."""

    def __init__(self, definition: Definition, judgements: Iterable[Judgement]) -> None:
        kinds = {
            f"{form.form}.{field.field}" + (f".{column.column}" if column else ""): (column or field).type
            for form in definition.programme.forms
            for field in form.fields
            for column in (None, *field.columns)
        }
        self.kinds = {name: kind for name, kind in kinds.items() if kind in ("person", "organisation")}
        asked: dict[str, set[int]] = {"person": set(), "organisation": set()}
        for judgement in judgements:
            for one in judgement.verdicts:
                for name, value in one.get("values", {}).items():
                    if kind := self.kinds.get(name):
                        asked[kind] |= set(value if isinstance(value, list) else [value])
        self.names = {
            "person": names_of(asked["person"]) if asked["person"] else {},
            "organisation": dict(Organisation.objects.filter(pk__in=asked["organisation"]).values_list("pk", "name"))
            if asked["organisation"]
            else {},
        }

    def said(self, name: str, value: Any) -> Text | None:
        """A value that is a person or an organisation, by name; None for any other."""
        kind = self.kinds.get(name)
        if kind is None:
            return None
        names = [self.names[kind].get(one, str(one)) for one in (value if isinstance(value, list) else [value])]
        return Text("、".join(names), ", ".join(names))


def lines(told: Explanation) -> Sequence[Text]:
    """The explanation as lines of plain text, for the terminal."""
    found = [
        Text("{n} {t}", "{n} {t}").filled(n=told.number, t=told.title),
        Text("计划：{p} {v}（摘要 {d}…）", "Programme: {p} {v} (digest {d}…)").filled(
            p=told.programme, v=told.version, d=told.digest[:12]
        ),
    ]
    for visit in told.visits:
        found += _visit_lines(visit)
    if told.end is not None:
        found.append(Text("办结：{end}", "Ended: {end}").filled(end=told.end))
    return found


def _visit_lines(visit: Visit) -> list[Text]:
    again = Text("（第{n}次）", " (time {n})").filled(n=visit.attempt) if visit.attempt > 1 else Text("", "")
    head = Text("■ {title}{again}", "■ {title}{again}").filled(title=visit.title, again=again)
    found = [Text("", ""), head]
    found.append(_dates(visit))
    if visit.source:
        found.append(Text("  依据：{s}", "  Source: {s}").filled(s=visit.source))
    for act in visit.acts:
        line = Text("  {at} {who}{by}：{did}", "  {at} {who}{by}: {did}")
        found.append(line.filled(at=reader.moment(act.at), who=act.who, by=_for_whom(act), did=act.did))
    for ruling in visit.rulings:
        found += _ruling_lines(ruling)
    return found


def _for_whom(act: Act) -> Text:
    if act.role is None or act.body is None:
        return Text("", "")
    if act.role == act.who:
        return Text("（{body}）", " ({body})").filled(body=act.body)
    return Text("（{role}，{body}）", " ({role}, {body})").filled(role=act.role, body=act.body)


def _dates(visit: Visit) -> Text:
    line = Text("  进入 {at}", "  entered {at}").filled(at=reader.moment(visit.entered))
    if visit.due:
        line = Text("{l}，期限 {d}", "{l}, due {d}").filled(l=line, d=reader.deadline(visit.due))
    if visit.closed:
        line = Text("{l}，办结 {c}", "{l}, closed {c}").filled(l=line, c=reader.moment(visit.closed))
    if visit.outcome:
        line = Text("{l}：{o}", "{l}: {o}").filled(l=line, o=visit.outcome)
    return line


def _ruling_lines(ruling: Ruling) -> list[Text]:
    found = [Text("  [{said}] {say}", "  [{said}] {say}").filled(said=ruling.said, say=ruling.say)]
    found += [Text("      {t} = {v}", "      {t} = {v}").filled(t=title, v=value) for title, value in ruling.values]
    found += [Text("      {t}：没有", "      {t}: none").filled(t=title) for title in ruling.missing]
    if ruling.answered:
        judged = Text("      人工判断：{r}", "      judged by a person: {r}")
        found.append(judged.filled(r=ruling.reason or Text("未另附理由", "no reason added")))
    source = Text("      依据：{s}{u}", "      source: {s}{u}")
    unverified = Text("", "") if ruling.verified else Text("（待核）", " (unverified)")
    found.append(source.filled(s=ruling.source, u=unverified))
    return found
