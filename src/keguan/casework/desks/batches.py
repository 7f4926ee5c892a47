"""One command for many cases: looked over before, confirmed once, each case through `act` with a key of its own.

A batch never does what single acts would refuse: it is nothing but single acts. It can be gone on with after anything, and
done twice it does nothing twice. What has not been reached yet can be stopped; a yes that nothing followed can be taken back
(`batch_undoing`), and nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, QuerySet
from django.http import QueryDict
from procrastinate.contrib.django import app

from keguan.casework import handing, office_checks, services, store
from keguan.casework.models import Batch, BatchLine, Case, Deed
from keguan.casework.permissions import visible_to
from keguan.casework.steps.closets import closet_of
from keguan.casework.versions import definition_of
from keguan.engine import machine
from keguan.engine.decision import Command, Situation
from keguan.engine.moves import Verb, refuse
from keguan.engine.steps import kind_for
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refusal
from keguan.language.schema import Endorse, Screen
from keguan.language.wording import step_title
from keguan.registers.parties.access import actor_for
from keguan.registers.trace import services as trace

JOB = "casework.batch"
KINDS = ("endorse", "screen", "check")
"""Steps whose commands say the same of many cases. Scores, decisions, signatures and payments are given one by one."""
DESKS = frozenset({"host", "authority", "officer", "committee", "planning", "supervision"})
"""Who sits at a desk where such steps arrive."""
HAND_OVER = "hand_over"
"""What a batch is called that was handed to a colleague instead. No step has such a verb."""
MOST = 10_000
AT_ONCE = 30
"""So many cases are worked through while their person waits."""
UNCONFIRMED = ("draft", "ready")
"""States of a batch that waits for its person: nothing was done yet, and nothing works on it."""
SILENT = timedelta(minutes=2)
KEPT_UNCONFIRMED, KEPT = timedelta(days=1), timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where cases of a batch stand: how many of which programme at which step."""

    title: Text
    step: Text
    cases: int


def may_batch(actor: Actor) -> bool:
    """Whether there is a desk at which batches make sense."""
    return any(duty.role in DESKS for duty in actor.duties)


def begin(actor: Actor, cases: QuerySet[Case], key: str) -> Batch | Refusal:
    """Take these cases, as they stand now, into a batch; nothing is asked of them yet. The same key finds the same batch.

    cases: only those that the actor may see are taken.
    """
    if found := Batch.objects.filter(key=key, person=actor.person).first():
        return found
    seen = cases.filter(visible_to(actor)).select_related(None).order_by()
    rows = list(seen.values_list("pk", "step", "revision")[: MOST + 1])
    if not rows or actor.person is None:
        return refuse("batch.empty", Text("没有选取办件。", "No case is chosen."), fix=_CHOOSE)
    if len(rows) > MOST:
        said = Text("一批最多 {most} 件。", "A batch has at most {most} cases.").filled(most=MOST)
        return refuse("batch.too_many", said, fix=Text("请先筛选。", "Narrow the list first."))
    now = clock.now()
    try:
        with transaction.atomic():
            batch = Batch.objects.create(key=key, person_id=actor.person, made_at=now, beat_at=now)
            BatchLine.objects.bulk_create(
                (
                    BatchLine(batch=batch, case_id=pk, step=step, revision=revision)
                    for pk, step, revision in sorted(rows)
                ),
                batch_size=2000,
            )
    except IntegrityError:
        # The other click was faster; a key of somebody else's is no key of this actor's.
        mine = Batch.objects.filter(key=key, person=actor.person).first()
        return mine or refuse("case.key_reused", Text("请刷新页面后重试。", "Reload the page and try again."))
    return batch


def begin_ranked(actor: Actor, ranked: Mapping[int, int], reason: str, key: str) -> Batch | Refusal:
    """Take these cases into a batch that endorses them, each with its rank, and look it over. The same key finds the same.

    ranked: case id → rank; only cases that the actor may see are taken, in the order of their ranks.
    """
    batch = begin(actor, Case.objects.filter(pk__in=list(ranked)), key)
    if isinstance(batch, Batch) and batch.state == "draft":
        with transaction.atomic():
            batch.lines.all().delete()
            rows = Case.objects.filter(visible_to(actor), pk__in=list(ranked)).values_list("pk", "step", "revision")
            BatchLine.objects.bulk_create(
                BatchLine(batch=batch, case_id=pk, step=step, revision=revision, rank=ranked[pk])
                for pk, step, revision in sorted(rows, key=lambda row: ranked[row[0]])
            )
        if refusal := choose(batch, actor, "endorse", reason):
            return refusal
    return batch


_CHOOSE = Text("请在列表中勾选。", "Tick cases in the list.")


Standings = list[tuple[Case, int]]


def standing(batch: Batch) -> Standings:
    """A case of each kind in the batch (programme, step), with how many there are."""
    groups = batch.lines.order_by().values("case__programme", "step").annotate(n=Count("pk")).order_by("-n")
    found = []
    for one in groups:
        line = batch.lines.filter(case__programme=one["case__programme"], step=one["step"]).first()
        assert line is not None  # noqa: S101 - its group was counted
        case = Case.objects.select_related("programme").get(pk=line.case_id)
        case.step = line.step
        found.append((case, int(one["n"])))
    return found


def verbs_of(standings: Standings, actor: Actor) -> tuple[Verb, ...]:
    """What can be asked of all of them, as far as steps and duties go; what keeps a single case out, the look-over says."""
    common: dict[str, Verb] | None = None
    for case, _ in standings:
        offered: dict[str, Verb] = {}
        step = next((one for one in definition_of(case.programme).programme.steps if one.id == case.step), None)
        if step is not None and closet_of(step).kind in KINDS:
            has_return = "returned" in step.routes
            for verb in kind_for(step).verbs(step):
                if verb.role and actor.holds(verb.role, programme=case.code) and (verb.name != "return" or has_return):
                    offered[verb.name] = verb
        common = offered if common is None else {name: verb for name, verb in common.items() if name in offered}
    return tuple((common or {}).values())


_RANKED = Text(
    "“{deed}”须给每件一个名次：请在推荐排序页排好次序，再按排序推荐。",
    "“{deed}” gives each case a rank: put them in order on the page of your recommendations, and recommend from there.",
)
_JUDGED = Text(
    "“{deed}”须逐件判断：有的规则由您回答，请逐件打开办理。",
    "“{deed}” owes a judgement on each case, for some rules are yours to answer: open them one by one.",
)


def by_themselves(batch: Batch, standings: Standings, verbs: Sequence[Verb]) -> dict[str, Text]:
    """Which of these verbs cannot be said of many alike because each case owes something of its own: why, by name."""
    has_ranks = batch.lines.filter(rank__isnull=False).exists()
    found: dict[str, Text] = {}
    for case, _ in standings:
        programme = definition_of(case.programme).programme
        step = next((one for one in programme.steps if one.id == case.step), None)
        if isinstance(step, Endorse) and step.ranked and not has_ranks:
            why = _RANKED
        elif isinstance(step, Endorse | Screen) and any(
            rule.ask and not rule.when for of in programme.rules if of.name in step.rules for rule in of.rules
        ):
            why = _JUDGED
        else:
            continue
        # An endorsement is called what its step is called: an authority recommends.
        found |= {
            verb.name: why.filled(deed=step_title(step) if verb.name == "endorse" else verb.title)
            for verb in verbs
            if verb.name in ("endorse", "pass")
        }
    return found


def orders_of(batch: Batch, standings: Standings, actor: Actor) -> list[tuple[str, int]]:
    """Where cases of the batch are ranked by this actor: the round's code and the authority. One query, none where nothing is
    ranked."""
    steps = {case.step for case, _ in standings if case.step and _is_ranked(case)}
    if not steps:
        return []
    rows = batch.lines.filter(step__in=steps, case__round__isnull=False, case__authority__isnull=False)
    pairs = rows.order_by("case__round__code").values_list("case__round__code", "case__authority").distinct()
    return [(code, body) for code, body in pairs if actor.holds("authority", organisation=body)]


def _is_ranked(case: Case) -> bool:
    step = definition_of(case.programme).programme.step(case.step)
    return isinstance(step, Endorse) and step.ranked


def choose(batch: Batch, actor: Actor, verb: str, reason: str) -> Refusal | None:
    """Say what is to be done, and look over whether it can be: at once, or by a job."""
    standings = standing(batch)
    verbs = verbs_of(standings, actor)
    if verb not in {one.name for one in verbs}:
        return refuse("batch.verb", Text("请选择一项操作。", "Choose what to do."), where="verb")
    if why := by_themselves(batch, standings, verbs).get(verb):
        return refuse("batch.by_itself", why, where="verb")
    if verb not in ("endorse", "pass") and not reason.strip():
        said = Text("请写明理由，当事人将看到它。", "Give a reason; those concerned will read it.")
        return refuse("reason.missing", said, where="reason")
    mine = Batch.objects.filter(pk=batch.pk, state__in=UNCONFIRMED)
    with transaction.atomic():
        if mine.update(verb=verb, reason=reason.strip(), state="looking", beat_at=clock.now()):
            batch.lines.update(state="waiting", problems=[])
            put_off_if_long(batch)
    if not is_long(batch):
        go_on(batch.pk)
    return None


def confirm(batch: Batch, actor: Actor, request_id: str = "") -> None:
    """Carry it out: at once, or by a job. A second confirmation changes nothing."""
    with transaction.atomic():
        mine = Batch.objects.filter(pk=batch.pk, state="ready", lines__state="able")
        if not mine.update(state="running", request_id=request_id, beat_at=clock.now()):
            return
        payload = {"batch": batch.pk, "verb": batch.verb, "cases": batch.lines.filter(state="able").count()}
        trace.write("batch:cases:begun", actor, payload=payload, request_id=request_id)
        put_off_if_long(batch)
    if not is_long(batch):
        go_on(batch.pk)


def hand_over_all(batch: Batch, actor: Actor, to: int | None, reason: str, request_id: str = "") -> Refusal | None:
    """Hand the cases of a batch over to a colleague instead of handling them (`handing.hand_over`), all at once."""
    with transaction.atomic():
        if not Batch.objects.filter(pk=batch.pk, state__in=UNCONFIRMED).update(beat_at=clock.now()):
            return None
        lines = list(batch.lines.select_related("case").only("batch", "case__number"))
        answer = handing.hand_over([one.case.number for one in lines], to, reason, actor, request_id=request_id)
        if isinstance(answer, Refusal):
            return answer
        for line in lines:
            problem = answer.refused.get(line.case.number)
            line.state, line.problems = ("refused", kept_problems([problem])) if problem else ("done", [])
        BatchLine.objects.bulk_update(lines, ["state", "problems"], batch_size=2000)
        Batch.objects.filter(pk=batch.pk).update(state="done", verb=HAND_OVER, reason=reason.strip())
    return None


def can_discard(batch: Batch) -> bool:
    """Whether nothing was asked of its cases yet, nor is being looked over."""
    return batch.state in UNCONFIRMED


def discard(batch: Batch, actor: Actor, request_id: str = "") -> Refusal | None:
    """Forget a batch before it is carried out, by who began it; its cases stay as they are."""
    if actor.person is None or actor.person != batch.person_id:
        return refuse("right.missing", Text("只有建立这一批的人可以丢弃它。", "Only who began a batch discards it."))
    with transaction.atomic():
        # Whoever confirms it at this moment waits for the row, and finds it gone; or it is no longer to be discarded.
        mine = Batch.objects.select_for_update().filter(pk=batch.pk, state__in=UNCONFIRMED).first()
        if mine is None:
            said = Text("这一批已在核对或办理，不能丢弃。", "The batch is being looked over, or was carried out.")
            return refuse("batch.begun", said, fix=Text("请刷新页面查看。", "Reload the page to see how it stands."))
        payload = {"batch": mine.pk, "cases": mine.lines.count()}
        trace.write("batch:cases:discarded", actor, payload=payload, request_id=request_id)
        mine.delete()
    return None


def stop(batch: Batch, actor: Actor) -> bool:
    """Leave alone what has not been reached yet. Whether it was under way."""
    if not Batch.objects.filter(pk=batch.pk, state="running").update(state="stopped", beat_at=clock.now()):
        return False
    left = batch.lines.filter(state="able").count()
    trace.write("batch:cases:stopped", actor, payload={"batch": batch.pk, "verb": batch.verb, "left": left})
    return True


def resume(batch: Batch, work: Callable[[int], None]) -> None:
    """Go on with a batch whose work broke off: by the job where it is long, otherwise at once by `work`."""
    with transaction.atomic():
        put_off_if_long(batch)
    if not is_long(batch):
        work(batch.pk)


def is_silent(batch: Batch) -> bool:
    """Whether work on it has broken off: a server that went down in the middle."""
    return batch.state in ("looking", "running", "undoing") and batch.beat_at < clock.now() - SILENT


def is_long(batch: Batch) -> bool:
    """Whether it is too much to be worked through while its person waits."""
    return batch.lines.count() > AT_ONCE


def put_off_if_long(batch: Batch) -> None:
    """Leave a long batch to the job, which does what it waits for."""
    if is_long(batch):
        app.configure_task(JOB).defer(batch=batch.pk)


def go_on(pk: int) -> None:
    """Do what the batch waits for, with the duties that its person holds now: look over, or carry out."""
    batch = Batch.objects.filter(pk=pk).first()
    if batch is None:
        return  # discarded meanwhile
    actor = actor_for(batch.person_id)
    if batch.state == "looking":
        _look_over(batch, actor)
    elif batch.state == "running":
        _carry_out(batch, actor)


def clear() -> int:
    """Forget batches that were never confirmed after a day, others after three months; what they did is in the trace."""
    now = clock.now()
    unconfirmed = Batch.objects.filter(state__in=(*UNCONFIRMED, "looking"), made_at__lt=now - KEPT_UNCONFIRMED)
    return unconfirmed.delete()[0] + Batch.objects.filter(made_at__lt=now - KEPT).delete()[0]


# ------------------------------------------------------------------------------------------------------ looking over


def _look_over(batch: Batch, actor: Actor) -> None:
    endorsed: Counter[tuple[Any, Any]] = Counter()
    for line in lines_of(batch, "waiting"):
        if not beat(batch, "looking"):
            return
        case = store.look(line.case.number)
        assert case is not None  # noqa: S101 - a line holds its case
        against = _against(batch, line, case, actor, endorsed)
        line.revision, line.state = case.revision, "unable" if against else "able"
        line.problems = kept_problems(against)
        line.save(update_fields=["revision", "state", "problems"])
    Batch.objects.filter(pk=batch.pk, state="looking").update(state="ready", beat_at=clock.now())


def _against(
    batch: Batch, line: BatchLine, case: Case, actor: Actor, endorsed: Counter[tuple[Any, Any]]
) -> Sequence[Problem]:
    """What the case would be refused for, with those before it in the batch counted towards a quota."""
    if case.step != line.step:
        return _MOVED_ON
    situation = services.situation_for(case, actor)
    if asked := _asked_beside(case, situation):
        return asked
    ahead = endorsed[case.round_id, case.authority_id]
    used = situation.facts.get("authority.endorsed_in_round")
    if ahead and isinstance(used, int):
        facts = {**situation.facts, "authority.endorsed_in_round": used + ahead}
        situation = replace(situation, facts=facts)
    command = _command(batch, line, situation)
    answer, owed = machine.decide(situation, command), office_checks.owed(case, command)
    if isinstance(answer, Refusal) or owed:
        return (*(answer.problems if isinstance(answer, Refusal) else ()), *owed)
    if batch.verb == "endorse":
        endorsed[case.round_id, case.authority_id] += 1
    return ()


def _asked_beside(case: Case, situation: Situation) -> list[Problem]:
    """The side cases that were handed in and still run: whoever decides has to know of them, so it is done singly."""
    if not situation.state.open_sides:
        return []
    running = Case.objects.filter(parent=case, end="", submitted_at__isnull=False).select_related("programme")
    said = Text("{side}（{number}）正在办理。", "{side} ({number}) is under way.")
    fix = Text(
        "成批办理不包括它；仍要办理的，请逐件打开。",
        "A batch leaves the case out; open it by itself if it is to be done.",
    )
    return [
        Problem("side.under_way", said.filled(side=one.programme.title, number=one.number), value=one.number, fix=fix)
        for one in running.order_by("pk")
    ]


_MOVED_ON = (Problem("case.moved_on", Text("该办件已进入其他环节。", "The case has moved on to another step.")),)


def _command(batch: Batch, line: BatchLine, situation: Situation) -> Command:
    """The command as the case's own page would send it with nothing but an opinion."""
    step = situation.definition.programme.step(line.step)
    post = QueryDict(mutable=True)
    post["reason"] = batch.reason
    if line.rank is not None:
        post["rank"] = str(line.rank)
    return Command(
        batch.verb, line.step, closet_of(step).content.read(post, situation.definition, step, batch.verb, situation)
    )


# ------------------------------------------------------------------------------------------------------ carrying out


def _carry_out(batch: Batch, actor: Actor) -> None:
    for line in lines_of(batch, "able"):
        if not beat(batch, "running"):
            return
        case = store.look(line.case.number)
        assert case is not None  # noqa: S101 - a line holds its case
        # Of what was asked before, the answer is remembered; so the command must read the same, whatever happened since.
        situation = services.situation_for(case, actor, with_facts=False)
        command, key = _command(batch, line, situation), key_of(batch, case.number)
        against: Sequence[Problem] = _asked_beside(case, situation)
        if not against or Deed.objects.filter(key=key).exists():
            answer = services.act(case.number, command, actor, key, revision=line.revision, request_id=batch.request_id)
            against = _refused_for(answer) if isinstance(answer, Refusal) else ()
        line.state, line.problems = "refused" if against else "done", kept_problems(against)
        line.save(update_fields=["state", "problems"])
    Batch.objects.filter(pk=batch.pk, state="running").update(state="done", beat_at=clock.now())


_CHANGED = Problem(
    "case.stale",
    Text("核对之后该办件已有变化。", "The case has changed since it was looked over."),
    fix=Text("请打开核对后另行办理。", "Open it, look it over, and handle it anew."),
)


def _refused_for(refusal: Refusal) -> tuple[Problem, ...]:
    """Why a case was not done, as a batch says it: nobody has a page of its own open."""
    return tuple(_CHANGED if one.code == "case.stale" else one for one in refusal.problems)


def key_of(batch: Batch, number: str) -> str:
    """The idempotency key of one case of a batch: the same however often it is gone on with."""
    return sha256(f"{batch.key}:{number}".encode()).hexdigest()[:32]


def lines_of(batch: Batch, state: str) -> Iterable[BatchLine]:
    """The lines of a batch in this state, with their cases' numbers."""
    return list(
        batch.lines.filter(state=state).select_related("case").only("batch", "step", "revision", "rank", "case__number")
    )


def beat(batch: Batch, state: str) -> bool:
    """Say that work goes on; whether the batch is still to be worked on in this way."""
    return bool(Batch.objects.filter(pk=batch.pk, state=state).update(beat_at=clock.now()))


def kept_problems(problems: Sequence[Problem]) -> list[dict[str, str]]:
    """Problems as a line of a batch keeps them."""
    return [
        {
            "code": one.code,
            "zh": one.say.zh,
            "en": one.say.en,
            "fix_zh": one.fix.zh if one.fix else "",
            "fix_en": one.fix.en if one.fix else "",
        }
        for one in problems
    ]
