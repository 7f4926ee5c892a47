"""The record of an expert's reviews: for the expert, and for those who keep the pool. Staff reading it is traced."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from keguan.components.access import SIGNED_IN, actor_on, page
from keguan.components.deeds import Given
from keguan.components.fields import Field
from keguan.components.lists import Column, choices_of, href_to
from keguan.components.status import Crumb, Line
from keguan.components.things import Section, thing_page
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.registers.experts import merits
from keguan.registers.experts.deeds import crumbs
from keguan.registers.experts.models import RATINGS, Expert, Merit
from keguan.registers.experts.own_reviews import OfCase, own_reviews
from keguan.registers.experts.rights import IS_EXPERT, KEEPS_ENTRY, keeps_or_is_expert
from keguan.registers.trace import services as trace
from keguan.registers.trace.deeds import traced_deed_page

TITLE = Text("评审记录", "Record of reviews")
MOST = 100
_NO_SUM = Text(
    "各项分列，不合成总分，也不用于排名。由评审组结束时的评审自动产生；专家可以逐条答复。",
    "Part by part: there is no score in sum, and nobody is ranked by it. Entries arise when a panel is complete; the expert may"
    " answer each.",
)


@page(SIGNED_IN)
def expert_merits(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What an expert's reviews say, in parts and one by one."""
    actor, found = actor_on(request), get_object_or_404(Expert.objects.select_related("person"), pk=pk)
    if not keeps_or_is_expert(actor, found):
        raise KEEPS_ENTRY.refusal()
    is_own = found.person_id == actor.person
    if not is_own:
        trace.read(actor, "reviews", f"experts/{pk}", request_id=getattr(request, "request_id", ""))
    rows = list(Merit.objects.filter(expert=found)[:MOST])
    named = own_reviews(actor, {one.key for one in rows}) if is_own else {}
    sections = [
        Section(TITLE, _parts(merits.parts_of(found), is_own=is_own)),
        Section(
            Text("逐次", "One by one"),
            columns=columns(actor, is_own=is_own, named=named),
            rows=rows,
            empty=Text("还没有结束的评审。", "No panel of theirs is complete yet."),
        ),
    ]
    way = [*crumbs(), Crumb(found.person.name, reverse("expert", args=[pk]))]
    title = Text("评审记录：{name}", "Record of reviews: {name}").filled(name=found.person.name)
    return thing_page(request, title, sections, crumbs=way, template="experts/merits.html", hint=_NO_SUM)


def _parts(found: merits.Parts, *, is_own: bool) -> list[Line | None]:
    def of(value: float | None, digits: int = 1) -> str:
        return "—" if value is None else f"{value:.{digits}f}"

    share = "—" if found.remarks is None else f"{found.remarks * 100:.0f}%"
    rated = Text(
        "、".join(f"{RATINGS[word].zh} {n}" for word, n in found.ratings.items()) or "—",
        ", ".join(f"{RATINGS[word].en} {n}" for word, n in found.ratings.items()) or "—",
    )
    far = Text("平均相差{n}分（百分制）", "on average {n} of a hundred points apart").filled(n=of(found.mean_distance))
    return [
        Line(Text("评审次数", "Reviews"), found.reviews, "number"),
        Line(Text("按时 / 有期限的", "In time / with a day owed"), f"{found.on_time} / {found.owed}"),
        Line(Text("提前天数（中位数）", "Days early (median)"), of(found.median_early, 0)),
        Line(Text("写了说明的指标占比", "Criteria with a remark"), share),
        Line(Text("意见字数（中位数）", "Characters of the comment (median)"), of(found.characters, 0)),
        Line(Text("与其他专家相比", "Beside the others"), merits.leaning(found))
        if is_own
        else Line(
            Text("比其他专家高（低为负）", "Above the others (below: negative)"), of(found.mean_deviation), note=far
        ),
        Line(Text("经办人评价", "Ratings by officers"), rated),
    ]


def columns(
    actor: Actor, *, is_own: bool, with_expert: bool = False, named: Mapping[str, OfCase] | None = None
) -> tuple[Column, ...]:
    """The columns of a record. How far one review lay from the others is for staff: it would tell the others' scores.

    named: the cases of the actor's own reviews, by key; which case it was is told to nobody else.
    """
    cases = named or {}
    case = Column(
        "case",
        Text("办件", "Case"),
        lambda one: f"{cases[one.key].number} {cases[one.key].title}" if one.key in cases else "—",
        link=lambda one: cases[one.key].href if one.key in cases else "",
    )
    who = Column("who", Text("专家", "Expert"), lambda one: one.expert.person.name)
    apart = Column(
        "deviation",
        Text("比其他专家高", "Above the others"),
        lambda one: "—" if one.deviation is None else f"{one.deviation / 100:+.1f}",
    )
    answer = Column(
        "do", Text("办理", "Do"), lambda one: Text("答复", "Answer"), link=lambda one: href_to("merit_answer", one.pk)
    )
    rate = Column(
        "do",
        Text("办理", "Do"),
        lambda one: Text("评价", "Rate") if may_rate(actor, one) else "",
        link=lambda one: href_to("merit_rate", one.pk) if may_rate(actor, one) else "",
    )  # fmt: skip
    return (
        *((who,) if with_expert else ()),
        *((case,) if is_own else ()),
        Column("round", Text("批次", "Round"), lambda one: one.round_code, is_short=True),
        Column("closed", Text("评审组结束", "Panel complete"), lambda one: one.closed_at, "moment"),
        Column("early", Text("提前天数", "Days early"), lambda one: one.days_early, "number"),
        Column("remarks", Text("逐项说明", "Remarks"), lambda one: f"{one.remarks} / {one.criteria}", is_short=True),
        Column("characters", Text("意见字数", "Characters"), lambda one: one.characters, "number"),
        *(() if is_own else (apart,)),
        Column("rating", Text("经办人评价", "Rating"), _rating),
        Column("answer", Text("专家答复", "Answer"), lambda one: one.answer),
        answer if is_own else rate,
    )


_RATED = Text("{rating}：{reason}", "{rating}: {reason}")


def _rating(one: Merit) -> Text | str:
    return _RATED.filled(rating=RATINGS[one.rating], reason=one.rating_reason) if one.rating else ""


def may_rate(actor: Actor, merit: Merit) -> bool:
    """Whether the actor runs the programme that the review was for."""
    return actor.holds("officer", programme=merit.programme)


@page(SIGNED_IN, methods=("GET", "POST"))
def merit_rate(request: HttpRequest, pk: int) -> HttpResponseBase:
    """An officer says how useful a review was, and why."""
    actor = actor_on(request)
    row = get_object_or_404(Merit.objects.select_related("expert__person"), pk=pk)
    if not may_rate(actor, row):
        raise KEEPS_ENTRY.refusal()
    back = reverse("expert_merits", args=[row.expert_id])
    fields = [
        Field("rating", "choice", Text("评价", "Rating"), row.rating, required=True, choices=choices_of(RATINGS)),
        Field("reason", "prose", Text("理由", "Reason"), row.rating_reason, required=True, most=1000,
              hint=Text("专家会看到；不要写出其他专家及其评分。", "Its expert reads it: name no other reviewer and no score of theirs.")),
    ]  # fmt: skip

    def do(given: Given) -> tuple[Text, str]:
        merits.rate(row, given.text("rating"), given.text("reason")[:1000], actor)
        return Text("已评价，专家可以答复。", "Rated; the expert can answer."), back

    lines = [
        Line(Text("专家", "Expert"), row.expert.person.name),
        Line(Text("批次", "Round"), row.round_code),
        Line(Text("评审组结束", "Panel complete"), row.closed_at, "moment"),
        Line(Text("专家答复", "Answer"), row.answer) if row.answer else Line(Text("专家答复", "Answer"), "—"),
    ]
    title, button = Text("评价一次评审", "Rate a review"), Text("保存评价", "Save the rating")
    return traced_deed_page(request, title, fields, do, button=button, back=back, lines=lines, crumbs=crumbs())


@page(SIGNED_IN, methods=("GET", "POST"))
def merit_answer(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Experts answer what stands about a review of theirs."""
    actor = actor_on(request)
    row = get_object_or_404(Merit.objects.select_related("expert"), pk=pk)
    if row.expert.person_id != actor.person:
        raise IS_EXPERT.refusal()
    back = reverse("expert_merits", args=[row.expert_id])
    field = Field("answer", "prose", Text("答复", "Answer"), row.answer, required=True, most=2000)

    def do(given: Given) -> tuple[Text, str]:
        merits.answer(row, given.text("answer")[:2000], actor)
        return Text("已保存，与该条记录一并显示。", "Kept beside the entry."), back

    case = own_reviews(actor, {row.key}).get(row.key)
    lines = [
        Line(Text("办件", "Case"), case.number, href=case.href, note=case.title)
        if case
        else Line(Text("办件", "Case"), "—"),
        Line(Text("批次", "Round"), row.round_code),
        Line(Text("评审组结束", "Panel complete"), row.closed_at, "moment"),
        Line(Text("经办人评价", "Rating"), RATINGS[row.rating] if row.rating else "—", note=row.rating_reason),
    ]
    title, button = Text("答复评审记录", "Answer an entry of the record"), Text("保存答复", "Save the answer")
    return traced_deed_page(request, title, [field], do, button=button, back=back, lines=lines, crumbs=crumbs())
