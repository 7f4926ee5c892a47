"""What the officer does with a draw: prepares and fixes its list, enters its chance, fills seats, publishes. Each a short form."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from keguan.casework.pages.answering import request_id
from keguan.casework.pages.rounds.fields import moment_typed, read_moment
from keguan.components.access import actor_on, page
from keguan.components.deeds import Given, deed_page
from keguan.components.fields import Field
from keguan.components.lists import Choice
from keguan.components.status import Crumb, Line
from keguan.components.typed import read_whole
from keguan.fairness.randomness import HEX, QUICKNET, drand_round_after, drand_time, looking_up, written
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refused
from keguan.panels.draws import chairs, services
from keguan.panels.draws.models import Draw
from keguan.panels.draws.pages import UNREVEALED, at, crumbs_to, draw_at, drawn_step
from keguan.panels.draws.preparing import ask_for
from keguan.panels.draws.rights import DRAWS, runs

_MOMENT = Text("北京时间，写成 2026-11-22 18:00 这样。", "Beijing time, written like 2026-11-22 18:00.")


def _mine(request: HttpRequest, code: str, step: str, number: int) -> Draw:
    """The draw, for those who run the step. Raises Http404, Forbidden."""
    found, review = draw_at(request, code, step, number)
    if not runs(found.round, review, actor_on(request)):
        raise DRAWS.refusal()
    return found


def _crumbs(found: Draw) -> list[Crumb]:
    return [*crumbs_to(found.round, found.step), Crumb(found.name, at(found))]


_LONG = Text(
    "办件较多，名单正在后台准备；可以离开，稍后再来。",
    "There are many cases: the list is prepared in the background; you may leave and come back.",
)


@page(DRAWS, methods=("GET", "POST"))
def prepare(request: HttpRequest, code: str, step: str) -> HttpResponseBase:
    """Put the list of the next draw together."""
    of_round, review = drawn_step(request, code, step)
    actor = actor_on(request)
    if not runs(of_round, review, actor):
        raise DRAWS.refusal()
    fields = [
        Field(
            "cases",
            "prose",
            Text("办件", "Cases"),
            hint=Text(
                "每行一个编号；不填则为全部等待抽取的办件。",
                "One number to a line; empty for all that wait for a draw.",
            ),
        ),
        Field(
            "reason",
            "prose",
            Text("再次抽取的理由", "Why again"),
            hint=Text(
                "已经抽取过的办件须填写，将公布。", "Owed for cases that were drawn for before; it is published."
            ),
            most=500,
        ),
    ]

    def do(given: Given) -> tuple[Text, str]:
        numbers = list(dict.fromkeys(given.text("cases").upper().split()))
        made = ask_for(of_round, review, numbers, given.text("reason"), actor, request_id(request))
        if made is None:
            return _LONG, reverse("draws", args=[code, step])
        made.round = of_round
        said = Text("名单已备好，请核对各层人数后封存。", "The list is ready: look at the strata, then fix it.")
        return said, at(made)

    return deed_page(
        request,
        Text("准备抽取", "Prepare a draw"),
        fields,
        do,
        button=Text("准备名单", "Prepare the list"),
        back=reverse("draws", args=[code, step]),
        hint=Text(
            "列入在库、有余量、不在轮换间隔内且至少属于一个办件某一层的专家；应当回避的逐件排除。",
            "The list takes active experts with room left who stand in a stratum of some case; recusals keep them out case by case.",
        ),
        crumbs=crumbs_to(of_round, step),
    )


_SOURCES = (
    Choice("drand", Text("drand 公共随机数（quicknet）", "drand, a public beacon (quicknet)")),
    Choice("lottery", Text("公开的开奖结果", "a published lottery result")),
)
_RULES = tuple(Choice(word, said) for word, said in UNREVEALED.items())


def _fix_fields(now: datetime) -> list[Field]:
    soon = moment_typed(now + timedelta(days=1))
    return [
        Field("source", "choice", Text("以哪一项为准", "What decides"), "drand", choices=_SOURCES, required=True),
        Field(
            "public_at",
            "text",
            Text("公布时间", "Public at"),
            soon,
            hint=Text(
                "{how} 取此时起第一轮 drand；应在封存之后。",
                "{how} For drand its first round from then; after the list is fixed.",
            ).filled(how=_MOMENT),
            required=True,
        ),
        Field(
            "name",
            "text",
            Text("开奖名称和期号", "Lottery and issue"),
            hint=Text("例如“双色球 2026135 期”；drand 不填。", "For a lottery only, with its issue."),
            most=200,
        ),
        Field(
            "outcomes",
            "number",
            Text("可能的结果数", "Possible outcomes"),
            hint=Text("不少于一百万；drand 不填。", "For a lottery only; a million at least."),
        ),
        Field(
            "commitments",
            "prose",
            Text("各方的承诺", "Promises"),
            hint=Text(
                "可不填。每行一方：名称 空格 64位承诺。", "May be empty. One party to a line: name, space, 64 digits."
            ),
            most=4000,
        ),
        Field("reveal_by", "text", Text("揭示期限", "Reveal by"), hint=_MOMENT),
        Field("unrevealed", "choice", Text("有一方不揭示时", "If one keeps silent"), "without", choices=_RULES),
    ]


@page(DRAWS, methods=("GET", "POST"))
def fix(request: HttpRequest, code: str, step: str, number: int) -> HttpResponseBase:
    """Fix the list, and name the value that is going to decide."""
    found = _mine(request, code, step, number)

    def do(given: Given) -> tuple[Text, str]:
        named = _named(given)
        promises = _promises(given)
        reveal_by = _moment(given, "reveal_by") if promises else None
        given.check()
        services.fix(
            found,
            named,
            promises,
            written(reveal_by) if reveal_by else "",
            given.text("unrevealed") or "without",
            actor_on(request),
            request_id(request),
        )
        return Text("名单已封存并公告。", "The list is fixed and announced."), at(found)

    return deed_page(
        request,
        Text("封存名单", "Fix the list"),
        _fix_fields(clock.now()),
        do,
        button=Text("封存并公告", "Fix and announce"),
        back=at(found),
        hint=Text(
            "封存后名单不能再改，摘要写入痕迹并向公众公告；只有所指定的随机数能决定结果。",
            "Nothing of the list changes afterwards; its digest goes into the trace and is announced, and only the named value decides.",
        ),
        crumbs=_crumbs(found),
    )


def _moment(given: Given, name: str) -> datetime | None:
    if not given.needed(name):
        return None
    found = read_moment(given.text(name), name)
    if isinstance(found, Problem):
        given.problems.append(found)
        return None
    return found


def _named(given: Given) -> dict[str, object]:
    """The value that decides, as it goes into the list."""
    public_at = _moment(given, "public_at") or clock.now()
    if given.text("source") == "lottery":
        outcomes = read_whole(given.needed("outcomes") or "0", "outcomes")
        if isinstance(outcomes, Problem):
            given.problems.append(outcomes)
            outcomes = 0
        return {
            "source": "lottery",
            "name": given.needed("name"),
            "chain": "",
            "round": 0,
            "outcomes": outcomes,
            "public_at": written(public_at),
        }
    number = drand_round_after(public_at)
    return {
        "source": "drand",
        "name": f"drand quicknet, round {number}",
        "chain": QUICKNET,
        "round": number,
        "outcomes": 0,
        "public_at": written(drand_time(QUICKNET, number)),
    }


def _promises(given: Given) -> Sequence[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for number, line in enumerate(given.text("commitments").splitlines(), start=1):
        party, _, promise = line.strip().rpartition(" ")
        if not line.strip():
            continue
        if not party.strip() or not HEX.fullmatch(promise.lower()) or party.strip() in dict(found):
            said = Text(
                "第{n}行应为“名称 承诺”，承诺为64位十六进制数，各方不重名。",
                "Line {n} should read: name, space, 64 hexadecimal digits.",
            )
            given.problems.append(Problem("draw.promise", said.filled(n=number), "commitments", line[:80]))
            continue
        found.append((party.strip(), promise.lower()))
    return found


@page(DRAWS, methods=("GET", "POST"))
def reveal(request: HttpRequest, code: str, step: str, number: int) -> HttpResponseBase:
    """Take what a party reveals."""
    found = _mine(request, code, step, number)
    parties = tuple(Choice(one["party"], Text(one["party"], one["party"])) for one in found.document["commitments"])
    fields = [
        Field("party", "choice", Text("哪一方", "Which party"), choices=parties, required=True),
        Field(
            "secret",
            "text",
            Text("秘密", "Secret"),
            hint=Text("64位十六进制数。", "64 hexadecimal digits."),
            required=True,
        ),
    ]

    def do(given: Given) -> tuple[Text, str]:
        party, secret = given.needed("party"), given.needed("secret")
        given.check()
        services.reveal(found, party, secret, actor_on(request), request_id(request))
        return Text("已记录，与承诺相符。", "Noted: it is what was promised."), at(found)

    return deed_page(
        request,
        Text("揭示", "Reveal a secret"),
        fields,
        do,
        button=Text("揭示", "Reveal"),
        back=at(found),
        crumbs=_crumbs(found),
    )


@page(DRAWS, methods=("GET", "POST"))
def enter(request: HttpRequest, code: str, step: str, number: int) -> HttpResponseBase:
    """Enter the public value; the draw follows from it, and those drawn are invited."""
    found = _mine(request, code, step, number)
    named = found.document["randomness"]
    is_drand = named.get("source") == "drand"
    fields = [
        Field(
            "value", "text", Text("随机数", "Value"), hint=looking_up(named) if named else None, required=True, most=400
        ),
        Field(
            "signature",
            "prose",
            Text("签名", "Signature"),
            hint=Text("drand 的 signature。", "`signature` of drand."),
            required=True,
        )
        if is_drand
        else Field(
            "evidence",
            "prose",
            Text("凭据", "Evidence"),
            hint=Text("在何处可以查到该结果。", "Where the result can be looked up."),
            required=True,
        ),
    ]

    def do(given: Given) -> tuple[Text, str]:
        value, proof = given.needed("value"), given.needed("signature" if is_drand else "evidence")
        given.check()
        signature, evidence = (proof, "") if is_drand else ("", proof)
        entered = services.enter(found, value, signature, evidence, actor_on(request), request_id(request))
        if entered.state == "void":
            return Text("有一方未揭示或名单无法抽取，本次抽取作废。", "The draw is void: see why."), at(found)
        settled = chairs.settle(entered, actor_on(request), request_id(request))
        return _told(settled), at(found)

    return deed_page(
        request,
        Text("录入随机数", "Enter the value"),
        fields,
        do,
        button=Text("录入并抽取", "Enter it and draw"),
        back=at(found),
        hint=Text(
            "人选和备选由此算出，随即邀请抽中的专家。",
            "Members and reserves follow from it; those drawn are invited at once.",
        ),
        lines=[
            Line(Text("以哪一项为准", "What decides"), named.get("name", "")),
            Line(Text("公布时间", "Public at"), found.public_at, "moment"),
        ],
        crumbs=_crumbs(found),
    )


def _told(settled: chairs.Settled) -> Text:
    if settled.problems:
        raise Refused.because(*settled.problems)
    if settled.open:
        return Text(
            "已邀请{n}名；另有{open}席备选已用完，请就这些办件写明理由补充抽取。",
            "Invited: {n}. Seats with no reserve left: {open}. Prepare a further draw for those cases, with a reason.",
        ).filled(n=settled.invited, open=settled.open)
    return Text("已邀请{n}名，其中递补{more}名。", "Invited: {n}, of them from the reserves: {more}.").filled(
        n=settled.invited, more=settled.replaced
    )


@page(DRAWS, methods=("GET", "POST"))
def settle(request: HttpRequest, code: str, step: str, number: int) -> HttpResponseBase:
    """Invite whoever was drawn and has no seat; replace who left, in order."""
    found = _mine(request, code, step, number)

    def do(given: Given) -> tuple[Text, str]:
        return _told(chairs.settle(found, actor_on(request), request_id(request))), at(found)

    return deed_page(
        request,
        Text("邀请并递补", "Invite and replace"),
        [],
        do,
        button=Text("按次序办理", "Go on in order"),
        back=at(found),
        hint=Text(
            "谢绝、被解除和新发现应当回避的，由同层备选依次递补；每一步写入记录。",
            "Who declined, was released or must keep out by now is replaced by the next reserve of the stratum; each step is logged.",
        ),
        crumbs=_crumbs(found),
    )


@page(DRAWS, methods=("GET", "POST"))
def publish(request: HttpRequest, code: str, step: str, number: int) -> HttpResponseBase:
    """Publish the draw as one file."""
    found = _mine(request, code, step, number)

    def do(given: Given) -> tuple[Text, str]:
        services.publish(found, actor_on(request), request_id(request))
        return Text("结果已公布，任何人都可以重算。", "It is published; anyone can compute it again."), at(found)

    return deed_page(
        request,
        Text("公布结果", "Publish the draw"),
        [],
        do,
        button=Text("公布", "Publish"),
        back=at(found),
        hint=Text(
            "评审结束后公布。文件中专家只有代号，不含姓名和回避理由。",
            "After the review. Experts stand in it by pseudonym, without names or reasons of recusal.",
        ),
        crumbs=_crumbs(found),
    )


@page(DRAWS, methods=("GET", "POST"))
def void(request: HttpRequest, code: str, step: str, number: int) -> HttpResponseBase:
    """Give the draw up before its value is entered."""
    found = _mine(request, code, step, number)
    fields = [Field("reason", "prose", Text("理由", "Reason"), required=True, most=500)]

    def do(given: Given) -> tuple[Text, str]:
        reason = given.needed("reason")
        given.check()
        services.void(found, re.sub(r"\s+", " ", reason), actor_on(request), request_id(request))
        return Text("已作废，理由随公告公布。", "It is void; the reason is published."), at(found)

    return deed_page(
        request,
        Text("作废", "Make it void"),
        fields,
        do,
        button=Text("作废", "Make it void"),
        back=at(found),
        hint=Text(
            "公告保留。随机数公布后再作废，等于知道结果后重抽：公告会写明两个时间。",
            "The announcement stays. To give a draw up once its value is public is to know its result: the announcement shows both times.",
        ),
        crumbs=_crumbs(found),
    )
