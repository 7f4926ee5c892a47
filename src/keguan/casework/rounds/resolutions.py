"""Resolutions signed in the system: the text is fixed with its digest, and each member who decided signs that digest.

A signature is the trace of an account that proved again who it is. It is not claimed to be a reliable electronic signature
under article 13 of the Electronic Signature Law (电子签名法 第十三条).

Who was sent out for a case reads the resolution without it, and their signature says that it does not cover it. The text, its
digest and what is verified stay those of the whole.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse

from keguan.casework import services
from keguan.casework.leaving import sent_out
from keguan.casework.messages import send
from keguan.casework.models import Case, CaseVote, Deed, Resolution, ResolutionSignature, Round
from keguan.casework.permissions import DECIDED, must_leave
from keguan.casework.versions import definition_of
from keguan.engine.moves import refuse
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.canonical import digest
from keguan.kernel.problems import Refusal
from keguan.language.schema import Decide
from keguan.registers.parties.models import Person
from keguan.registers.trace import services as trace
from keguan.registers.trace.models import Event

Content = Mapping[str, Any]

NOT_QUALIFIED = Text(
    "系统内签署由本人登录并再次确认身份后作出，记录时间和内容摘要值；本平台不主张其为《中华人民共和国电子签名法》第十三条所称的可靠电子签名。"
    "须具备该效力的，请另行签字或使用依法设立的电子认证服务。",
    "A signature in the system is given by its account after the member has proved again who they are; its time and the digest"
    " of the content are recorded. It is not claimed to be a reliable electronic signature under article 13 of the Electronic"
    " Signature Law. Where that is needed, sign on paper or use a licensed certification service.",
)


def decided_in(found: Round, decide: Decide) -> QuerySet[Case]:
    """The cases of a round on which this step's decision stands."""
    order = [str(step.id) for step in definition_of(found.programme).programme.steps]
    # Who is past the step, or at an end: what a case remembers is looked into for these only.
    left = Q(step="") | Q(step__in=order[order.index(decide.id) + 1 :])
    outcome = {f"memo__state__steps__{decide.id}__outcome__in": list(DECIDED)}
    return Case.objects.filter(left, round=found, **outcome)


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided on one case. position: its place in the ranking, None where there is none. proposed_fen: what the
    ranking would give it."""

    number: str
    title: str
    host: str
    position: int | None
    is_approved: bool
    amount_fen: int
    reason: str
    at: str
    proposed_fen: int = 0

    @property
    def departs(self) -> bool:
        """Whether it gets less than the ranking would give it."""
        return self.amount_fen < self.proposed_fen


def content_of(of_round: Round, step: Decide) -> Content | None:
    """All that the resolution says as plain JSON values, with who is to sign it; None before the first decision. Three
    queries."""
    rows = decided_in(of_round, step).order_by("position", "number")
    found = rows.values_list("number", "title", "host__name", "position", f"memo__state__steps__{step.id}")
    decisions = [_decision(*row) for row in found]
    if not decisions:
        return None
    programme = of_round.programme
    return {
        "round": of_round.code,
        "title": {"zh": of_round.title_zh, "en": of_round.title_en},
        "step": str(step.id),
        "body": step.by,
        "programme": {
            "code": programme.code,
            "zh": programme.title_zh,
            "en": programme.title_en,
            "version": programme.version,
            "digest": programme.digest,
        },
        "gives_money": step.amount is not None,
        "budget_fen": of_round.budget_fen,
        "decisions": [asdict(one) for one in decisions],
        "signers": _signers(of_round, step),
    }


def _decision(number: str, title: str, host: str | None, position: int | None, there: Mapping[str, Any]) -> Decision:
    memo = there["memo"]
    return Decision(
        number=number,
        title=title,
        host=host or "",
        position=position,
        is_approved=there["outcome"] == "approved",
        amount_fen=int(memo.get("amount") or 0),
        reason=str(memo.get("reason") or ""),
        at=there["closed"],
        proposed_fen=int(memo.get("proposed") or 0),
    )


def _signers(of_round: Round, step: Decide) -> list[dict[str, Any]]:
    """Whoever made the decision that stands on any of the cases; where a body votes, whoever took part in its ballots."""
    if step.vote is not None:
        votes = CaseVote.objects.filter(case__in=decided_in(of_round, step).values("pk"), step=step.id)
        took_part = votes.order_by("case_id", "-id").distinct("case_id").values_list("voters", flat=True)
        voters = Person.objects.filter(pk__in=sorted({person for voters in took_part for person in voters}))
        return [{"person": pk, "name": name} for pk, name in voters.order_by("pk").values_list("pk", "name")]
    deeds = Deed.objects.filter(case__in=decided_in(of_round, step).values("pk"), command__in=["approve", "reject"])
    latest = deeds.order_by("case_id", "-at", "-pk").distinct("case_id").values_list("actor", flat=True)
    people = Person.objects.filter(pk__in=sorted({actor for actor in latest if actor is not None}))
    return [{"person": pk, "name": name} for pk, name in people.order_by("pk").values_list("pk", "name")]


def last_decided(content: Content) -> datetime:
    """When the last of its decisions was made."""
    return max(datetime.fromisoformat(one["at"]) for one in content["decisions"])


@dataclass(frozen=True, slots=True)
class Checked:
    """A fixed text, looked over now. computed: its digest computed anew; is_whole: whether that is the one it was fixed and
    signed with; is_traced: whether the trace holds the same digest; stands: whether the decisions are still these."""

    computed: str
    is_whole: bool
    is_traced: bool
    stands: bool


def numbers_in(content: Content) -> Iterator[str]:
    """The cases that it decides."""
    return (one["number"] for one in content["decisions"])


def sent_out_of(actor: Actor, numbers: Iterable[str]) -> dict[str, Text]:
    """The cases that the resolution decides and that this member was sent out for, each with the reason. At most two
    queries; numbers are not looked at where there is none."""
    return {case.number: why for case, why in _left(actor, numbers)}


def withheld_from(actor: Actor, numbers: Iterable[str]) -> dict[str, Text]:
    """Those of them that nothing else opens to this reader: they read neither how these were decided, nor a sum that tells
    it."""
    return {case.number: why for case, why in _left(actor, numbers) if must_leave(actor, case)}


def _left(actor: Actor, numbers: Iterable[str]) -> list[tuple[Case, Text]]:
    out = sent_out(actor, None)
    rows = Case.objects.filter(pk__in=list(out), number__in=list(numbers)) if out else ()
    return [(one, out[one.pk]) for one in rows]


def but_for(place: ResolutionSignature, withheld: Collection[str]) -> Text:
    """What a signature does not cover: how many cases, and which, where the reader may know."""
    said, known = _BUT_FOR.filled(n=len(place.but_for)), [one for one in place.but_for if one not in withheld]
    named = Text("{said}：{which}", "{said}: {which}").filled(said=said, which=", ".join(known))
    return named if known else said


def latest(of_round: Round, step: str, version: str = "", *, whole: bool = True) -> Resolution | None:
    """The latest fixed text, or this version of it; None where there is none. whole: whether its content is wanted."""
    rows = Resolution.objects.filter(round=of_round, step=step).prefetch_related("signatures")
    rows = rows if whole else rows.defer("content")
    return rows.filter(version=int(version)).first() if version.isdecimal() and len(version) < 6 else rows.first()


def check(fixed: Resolution, now: Content | None) -> Checked:
    """Whether a fixed text is what it was. now: what the resolution would say today."""
    computed = digest(fixed.content)
    signed = {one.digest for one in fixed.signatures.all() if one.at is not None}
    traced = Event.objects.filter(
        tag="round:resolution:fixed",
        payload__code=fixed.content["round"],
        payload__step=fixed.step,
        payload__version=fixed.version,
        payload__digest=computed,
    )
    return Checked(
        computed=computed,
        is_whole=computed == fixed.digest and signed <= {computed},
        is_traced=traced.exists(),
        stands=now is not None and _decided(now) == _decided(fixed.content),
    )


def _decided(content: Content) -> list[tuple[object, ...]]:
    """The decisions alone: an organisation that is renamed afterwards changes none of them."""
    return [
        (one["number"], one["is_approved"], one["amount_fen"], one["reason"], one["at"]) for one in content["decisions"]
    ]


def to_sign(actor: Actor) -> QuerySet[ResolutionSignature]:
    """The places that wait for this actor's signature."""
    rows = ResolutionSignature.objects.filter(person=actor.person or 0, at__isnull=True)
    return rows.select_related("resolution__round").defer("resolution__content").order_by("resolution__fixed_at")


def fix(of_round: Round, decide: Decide, seen: str, actor: Actor, request_id: str = "") -> Resolution | Refusal:
    """Fix the text of the resolution, once everything is decided. The same text again is the one that stands.

    seen: the digest of the text as it was on the page.
    """
    if actor.person is None or not actor.holds(decide.by, programme=of_round.programme.code):
        return _NOT_YOURS
    with transaction.atomic():
        trace.stamp(actor, request_id)
        services.take_locks((f"resolution of {of_round.pk} at {decide.id}",))
        if waiting := Case.objects.filter(round=of_round, step=decide.id).count():
            said = Text("还有 {n} 件尚未决定，不能定稿。", "Not decided yet: {n}. The text cannot be fixed.")
            return refuse("resolution.waiting", said.filled(n=waiting), value=str(waiting))
        content, before = content_of(of_round, decide), latest(of_round, str(decide.id))
        if content is None:
            return refuse("resolution.empty", Text("还没有决定。", "Nothing is decided yet."))
        mark = digest(content)
        if before is not None and before.digest == mark:
            return before
        if seen != mark:
            return refuse("case.stale", _CHANGED, value=mark, fix=_READ_AGAIN)
        version = before.version + 1 if before else 1
        made = Resolution.objects.create(
            round=of_round,
            step=str(decide.id),
            version=version,
            content=dict(content),
            digest=mark,
            fixed_at=clock.now(),
            fixed_by=actor.person,
        )
        # Nobody is asked for an older text any more; who signed it has signed it.
        older = ResolutionSignature.objects.filter(resolution__round=of_round, resolution__step=decide.id)
        older.filter(at__isnull=True).delete()
        ResolutionSignature.objects.bulk_create(
            ResolutionSignature(resolution=made, person=one["person"], name=one["name"]) for one in content["signers"]
        )
        payload = {"code": of_round.code, "step": made.step, "version": version, "digest": mark}
        trace.write("round:resolution:fixed", actor, payload=payload, request_id=request_id)
        others = [one["person"] for one in content["signers"] if one["person"] != actor.person]
        title = Text(of_round.title_zh, of_round.title_en)
        line, path = (
            _TO_SIGN.filled(title=title, version=version),
            reverse("resolution", args=[of_round.code, made.step]),
        )
        send("sign", others, None, line, made.fixed_at, path=path)
        return made


def sign(
    of_round: Round, decide: Decide, seen: str, actor: Actor, request_id: str = ""
) -> ResolutionSignature | Refusal:
    """Sign the text that the page showed. Signed twice, it is signed once. The caller has made sure that it is really them.

    seen: the digest that the page showed; a text of another digest, or decisions that changed since, are not signed. What
    they were sent out for is kept with the signature as what it does not cover.
    """
    if not actor.holds(decide.by, programme=of_round.programme.code):
        return _NOT_YOURS
    with transaction.atomic():
        trace.stamp(actor, request_id)
        services.take_locks((f"resolution of {of_round.pk} at {decide.id}",))
        fixed = latest(of_round, str(decide.id))
        mine = fixed.signatures.filter(person=actor.person or 0).first() if fixed else None
        if fixed is None or mine is None:
            return _NOT_YOURS
        if mine.at is not None and mine.digest == seen:
            return mine
        found = check(fixed, content_of(of_round, decide))
        if not found.is_whole or not found.is_traced or seen != found.computed:
            return refuse("resolution.changed", _CHANGED, value=found.computed, fix=_READ_AGAIN)
        if not found.stands:
            said = Text("定稿之后，决定有变化。", "The decisions have changed since the text was fixed.")
            return refuse("resolution.changed", said, fix=Text("请重新定稿后再签署。", "Fix the text anew, then sign."))
        mine.at, mine.digest = clock.now(), found.computed
        mine.but_for = sorted(sent_out_of(actor, numbers_in(fixed.content)))
        mine.save(update_fields=["at", "digest", "but_for"])
        payload = {"code": of_round.code, "step": fixed.step, "version": fixed.version, "digest": mine.digest}
        tag = "round:resolution:signed"
        if mine.but_for:
            tag, payload = f"{tag}-but-for", {**payload, "n": len(mine.but_for), "but_for": mine.but_for}
        trace.write(tag, actor, payload=payload, request_id=request_id)
        return mine


_NOT_YOURS = refuse(
    "right.missing", Text("只有作出决定的委员可以定稿和签署。", "Only those who decided fix the text and sign it.")
)
_BUT_FOR = Text("不含所回避的 {n} 件", "but for {n} kept out of")
_TO_SIGN = Text(
    "“{title}”的决议第{version}版已定稿，等待您签署。",
    "The resolution on “{title}”, version {version}, is fixed and waits for your signature.",
)
_CHANGED = Text("内容与您打开页面时不同。", "The text is not the one that the page showed.")
_READ_AGAIN = Text("请重新阅读后再办理。", "Read it again before you go on.")
