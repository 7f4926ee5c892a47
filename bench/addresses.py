"""Where the bench finds every page: the table of the tests, asked of three large rounds at each stage of their cases, and
what only here has something behind it: batches, invitations, tokens, proposals of panels, draws."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from tests import make
from tests.make import addresses, cases
from tests.make import world as one_case
from tests.slices.panels import drawing

from bench import judged
from bench.world import PROGRAMME, STAGES, Round
from keguan.casework.desks import batches
from keguan.casework.models import Answers, Case, Notice
from keguan.casework.models import Round as CallRound
from keguan.casework.rounds import amending, scores_told
from keguan.casework.rounds import services as rounds
from keguan.casework.subscriptions import mail as subscribing
from keguan.casework.subscriptions.models import Subscription
from keguan.doors.api.models import Webhook
from keguan.doors.api.tokens import make as make_token
from keguan.fairness.schedule import Session
from keguan.insight.similarity.models import PARTS, Document, Finding
from keguan.kernel import clock
from keguan.kernel.actors import SYSTEM
from keguan.kernel.bilingual import Text
from keguan.panels.draws import chairs
from keguan.panels.draws import services as draws
from keguan.panels.matching.bounds import Bounds
from keguan.panels.matching.models import Proposal, ProposedCase, ProposedSeat
from keguan.panels.meetings import appointments, slots
from keguan.panels.meetings import planning as meetings
from keguan.registers.experts.models import Expert
from keguan.registers.exports.models import Export
from keguan.registers.imports import services as imports
from keguan.registers.imports.models import ImportRun
from keguan.registers.imports.specs import SPECS
from keguan.registers.organisations.models import Organisation
from keguan.registers.parties import joining
from keguan.registers.parties import services as parties
from keguan.registers.parties.models import Account, Duty

TAKES = {
    "batch": "batch",
    "deputy_end": "deputised",
    "seat_decline": "reviewed",
    "export": "export",
    "token": "token",
    **dict.fromkeys(("webhook", "webhook_change"), "webhook"),
    "invitation_end": "university invitation",
    "member_duty_end": "university members_duty",
    "join": "joining",
    **dict.fromkeys(("subscription_confirm", "subscription_end"), "subscription"),
    "import": "imported",
    "award": "award",
    "similarity_finding": "finding",
    "panels_replace": "first review proposed",
    **dict.fromkeys(("draws", "draw_prepare"), "drawing review"),
    **dict.fromkeys(("draw", "draw_people", "draw_settle", "draw_publish", "draw_void"), "drawing review drawn"),
    **dict.fromkeys(("draw_fix",), "drawing review prepared"),
    **dict.fromkeys(("draw_reveal", "draw_enter"), "drawing review fixed"),
    "announced_draw": "announced",
}
"""What stands in the addresses for which the tests of all pages have none."""
FIT = 8000
"""How near every proposed expert is, in ten-thousandths."""
WITHOUT: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("tour", "tour_role"), "a demo has them, no other system"),
        **dict.fromkeys(("mfa_edit_webauthn", "mfa_remove_webauthn"), "one's own passkey, which only a browser makes"),
        **dict.fromkeys(("account_reset_password_from_key", "account_confirm_email"), "one's own link from a mail"),
        "export_file": "a file, measured by `exports`",
        "case_form_now": "it leads on to a form",
        "review_sheet_back": "it only takes a file; the desk shows it",
    }
)
"""Why a page has no address here."""


@dataclass(frozen=True, slots=True)
class Address:
    """A page to be asked for. name: the route, with the round or the stage of the case; applicant: whose case it is."""

    name: str
    address: str
    applicant: int | None = None


def table() -> dict[str, str]:
    """What stands in each address, by page."""
    return addresses.TAKES | TAKES


def of_all_pages(first: Round, later: judged.Judged) -> Iterator[Address]:
    """Every page, where something stands on it: one address or more for each."""
    rounds_ = {"first": first.code, "ranking": later.ranking, "decided": later.decided}
    known = _things(first, later)
    for row in CallRound.objects.filter(code__in=(later.ranking, later.decided)):
        scores_told.make(row.pk, "rank")  # as the job does for whoever opens the page first
    stages = _stages(first, later)
    takes = table()
    for name, needs in addresses.pages():
        words = takes.get(name, "").split()
        if name in WITHOUT:
            continue
        if not needs:
            yield Address(name, addresses.address(name, "", known))
        elif name == "office_case":
            yield Address(
                name, addresses.address(name, takes[name], known | {"code": first.code} | _of_the_office(known))
            )
        elif "number" in words or "draft" in words:
            for stage, case in stages.items():
                there = known | {"number": case.number, "draft": case.number, "code": case.round.code}
                yield Address(f"{name}@{stage}", addresses.address(name, takes[name], there), case.applicant_id)
                if "proposal" in words and stage in ("agree", "awarded"):
                    asked = takes[name].replace("proposal", "agreement")
                    yield Address(f"{name}@{stage}:agreement", addresses.address(name, asked, there), case.applicant_id)
        elif "code" in words:
            for kind, code in rounds_.items():
                yield Address(f"{name}@{kind}", addresses.address(name, takes[name], known | {"code": code}))
        else:
            yield Address(name, addresses.address(name, takes[name], known))
    for kind, code in rounds_.items():
        yield Address(f"cases?round@{kind}", f"/cases/?round={code}")
    yield Address("cases?find", "/cases/?find=申请金额>1万&sort=due")
    yield Address("cases?q", "/cases/?q=第77号")
    yield Address("what_if?line", f"/rounds/{later.decided}/ranking/rank/what-if/?line={first.cases // 2}")


def _of_the_office(known: Mapping[str, Any]) -> dict[str, str]:
    """A case that waits for the research office whose duty the host has."""
    waiting = Case.objects.filter(host=known["university"], step="endorse").order_by("id").first()
    return {"number": waiting.number} if waiting else {}


def _stages(first: Round, later: judged.Judged) -> dict[str, Case]:
    rows = Case.objects.select_related("round")
    found = {stage: rows.filter(round__code=first.code, step=stage).earliest("id") for stage in STAGES}
    return found | {stage: rows.get(number=number) for stage, number in later.numbers.items()}


def _things(first: Round, later: judged.Judged) -> dict[str, Any]:
    """Something behind every address."""
    of = first.world
    decided = CallRound.objects.get(code=later.decided)
    host, bureau = first.hosts[0]
    of.university, of.bureau = Organisation.objects.get(pk=host), Organisation.objects.get(pk=bureau)
    for role, who, organisation in (
        ("host", "host", of.university),
        ("authority", "authority", of.bureau),
        ("registrar", "registrar", None),
        ("administrator", "administrator", of.university),
    ):
        make.duty(role, of.people.setdefault(who, make.person()), organisation=organisation)
    of.people["member"] = make.person(employer=of.university)
    _reviewer(first)
    _meeting(first, decided)
    for who in ("planner", "publisher"):
        terms = rounds.Terms(
            f"DRAFT-{who}", Text("明年的批次", "Next year's round"), clock.now() + timedelta(days=100),
            clock.now() + timedelta(days=130),
        )  # fmt: skip
        rounds.draft_round(decided.programme, terms, of.actor(who))
    other = one_case.call(of, PROGRAMME, opens=clock.now(), closes=clock.now() + timedelta(days=30))
    for who, code in (("planner", first.code), ("publisher", other.code)):
        new = {"contact_zh": "0991-2000", "contact_en": "0991-2000"}
        amending.draft_change(code, new, "电话有误", of.actor(who))
    known = addresses.things(of, later.decided, later.numbers["decide"], later.numbers["decide"])
    return known | _more(first, later, known)


def _reviewer(first: Round) -> None:
    """Somebody who has cases to review in the first round, and reviewed many in the others."""
    of = first.world
    of.people["reviewer"] = Expert.objects.get(pk=of.experts[0]).person
    waiting = Case.objects.filter(round__code=first.code, step="review").order_by("id")[:8]
    for number in list(waiting.values_list("number", flat=True)):
        of.act(number, "assign", "officer", experts=of.experts[:5])


def _meeting(first: Round, decided: CallRound) -> None:
    of, begins = first.world, clock.now() + timedelta(days=1)
    officer, ends = of.actor("officer"), begins + timedelta(hours=8)
    planned = meetings.plan(decided, "decide", officer, place="一号会议室", begins=begins, ends=ends, kind="defence")
    slots.set_slots(planned.pk, [Session(begins, ends)], officer, length_minutes=20)
    slots.propose_order(planned.pk, officer)
    appointments.tell_slots(planned.pk, officer)


def _more(first: Round, later: judged.Judged, known: Mapping[str, Any]) -> dict[str, Any]:
    of, now, today = first.world, clock.now(), clock.today()
    officer, host = of.actor("officer"), of.actor("host")
    accounts = {
        who: Account.objects.filter(person=of.people[who]).first() or make.account(of.people[who])
        for who in ("officer", "host")
    }
    waiting = Case.objects.filter(round__code=first.code, step="screen")[:1000]
    batch = batches.begin(officer, Case.objects.filter(pk__in=list(waiting.values_list("pk", flat=True))), "bench")
    token, _ = make_token(accounts["officer"], officer, "bench", {"read:cases"}, today + timedelta(days=30))
    webhook = Webhook.objects.create(
        account=accounts["officer"], address="https://example.org/", kinds=["case.decided"], salt="0" * 32, made_at=now
    )
    invitation = joining.invite(
        of.actor("administrator"), of.university, email="aili@example.org", name="艾力·斯木吐拉", role="host"
    )
    colleague = make.person(employer=of.university)
    own = Duty.objects.filter(person=of.people["host"], organisation=of.university).latest("pk")
    deputised = parties.delegate_duty(
        host, own, colleague, since=today + timedelta(days=1), until=today + timedelta(days=9), reason="出差"
    )
    subscription = Subscription.objects.create(address="a@example.org", language="zh", created_at=now)
    export = Export.objects.create(
        person=of.people["officer"], title_zh="办件", title_en="Cases", path="/cases/", query="", language="zh",
        rows_total=first.cases, made_at=now, beat_at=now,
    )  # fmt: skip
    return {
        "first": first.code,
        "batch": batch.pk,
        "token": token.pk,
        "webhook": webhook.pk,
        "invitation": invitation.pk,
        "joining": joining.token_of(invitation),
        "members_duty": deputised.pk,
        "deputised": deputised.pk,
        "subscription": subscribing.token_of(subscription),
        "export": export.pk,
        "imported": _imported("项目编号,项目名称,依托单位\n71701009,题,天山大学\n"),
        "award": Notice.objects.filter(case__number=later.numbers["awarded"]).latest("pk").pk,
        "reviewed": Case.objects.filter(round__code=first.code, step="review").earliest("id").number,
        "finding": _finding(first),
        "proposed": _proposed(first),
        **_draws(),
    }


def _imported(table_: str) -> int:
    imports.run(SPECS["projects"], table_.encode(), SYSTEM, name="表.csv")
    return ImportRun.objects.latest("pk").pk


def _finding(first: Round) -> int:
    """What two applications of the first round share, as if it had been found."""
    one, other = Case.objects.filter(round__code=first.code, step="screen").order_by("id")[:2]
    now, made = clock.now(), []
    for case in (one, other):
        version = {"proposal": Answers.objects.filter(case=case).latest("version").version}
        made.append(
            Document.objects.create(
                case=case,
                part=next(iter(PARTS)),
                versions=version,
                size=2000,
                fingerprints=b"",
                made_at=now,
                compared_at=now,
            )
        )
    field, passage = "summary", ["summary", 0, 20, "summary", 0, 20, True]
    shares = [{"field": field, "share": 400, "size": 200}]
    return Finding.objects.create(
        document=made[0], other=made[1], share=400, other_share=400, by_field=shares, passages=[passage], found_at=now
    ).pk


def _proposed(first: Round) -> int:
    """Panels for every case that waits for its reviewers, as if they had been computed."""
    now, experts = clock.now(), first.world.experts
    waiting = list(Case.objects.filter(round__code=first.code, step="review").order_by("id"))[8:]
    made = Proposal.objects.create(
        key="bench", round=waiting[0].round, step="review", state="ready", pool=len(experts), seats=5 * len(waiting),
        value=5 * len(waiting) * FIT, upper=5 * len(waiting) * FIT, made_by=first.officer, made_at=now, beat_at=now,
        terms=asdict(Bounds()),
    )  # fmt: skip
    reasons = [{"title": "棉花抗旱种质资源鉴定与利用", "kind": "project", "year": 2024, "words": ["棉花", "抗旱"]}]
    cases_ = ProposedCase.objects.bulk_create(ProposedCase(proposal=made, case=one, free=5) for one in waiting)
    seats = ProposedSeat.objects.bulk_create(
        ProposedSeat(
            case=one, expert_id=experts[(3 * at + 101 * seat) % len(experts)], fit=FIT, by="works", reasons=reasons
        )
        for at, one in enumerate(cases_)
        for seat in range(5)
    )
    return seats[0].pk


def _draws() -> dict[str, Any]:
    """A small round that draws: one draw entered and seated, one whose list is fixed, one prepared."""
    of = drawing.world(outside=30, near=30)
    of.people["third"] = make.person(employer=of.university, title="senior", degree="doctor")
    first, second = drawing.two_cases(of)
    team = [{"member": make.person(employer=of.university).pk, "role": "lead", "months": 6}]
    third = cases.case(of, at="review", rank=3, who="third", principal=of.people["third"].pk, team=team)
    officer, made = of.actor("officer"), []
    with clock.clock_at(drawing.PREPARED):
        for one in (first, second, third):
            made.append(draws.prepare(of.round, drawing.step(), [one.number], "分批抽取", officer))
            if one != third:  # a list that is not fixed gives way to the next
                draws.fix(made[-1], drawing.drand(), (), "", "without", officer)
    with clock.clock_at(drawing.AFTER):
        drawn = draws.enter(made[0], drawing.VALUE, drawing.SIGNATURE, "", officer)
        chairs.settle(drawn, officer)
    names = {"drawn": 0, "fixed": 1, "prepared": 2}
    numbers = {name: made[at].number for name, at in names.items()}
    return {"drawing": of.round.code, "announced": made[0].name, **numbers}
