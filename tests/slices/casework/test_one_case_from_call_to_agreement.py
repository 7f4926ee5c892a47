"""One key R&D application through every step, by the one write door, in a real database."""

from __future__ import annotations

import pytest
from django.db import connection
from tests.make import world as w

from keguan.casework import alarms
from keguan.casework.models import Answers, Case, Judgement, Notice, Ranking, Task
from keguan.casework.rounds import services as rounds
from keguan.casework.services import Done
from keguan.kernel.clock import clock_at
from keguan.kernel.problems import Refusal
from keguan.registers.funds.models import Payment
from keguan.registers.projects.models import Project
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_university_project_goes_from_call_to_signed_agreement_and_leaves_its_first_tranche_due() -> None:
    world = w.world()
    with clock_at(w.moment("2026-03-02")):
        w.call(world, "key-rd-project", opens=w.moment("2026-03-01"), closes=w.moment("2026-03-31", "18:00"))
        number = w.started(world)
        answer = world.act(number, "submit", "applicant", values=w.proposal(world))
        assert isinstance(answer, Done), answer
    with clock_at(w.moment("2026-03-04")):
        assert isinstance(world.act(number, "endorse", "host", note="材料属实"), Done)
        assert isinstance(world.act(number, "endorse", "authority", rank=1), Done)
    with clock_at(w.moment("2026-04-10")):
        people = [f"formal.{rule}" for rule in ("guide", "attachments", "classified", "cv")]
        met = {rule: {"result": "meets"} for rule in people}
        answer = world.act(number, "pass", "officer", verdicts=met)
        assert isinstance(answer, Done), answer
        w.reviewed(world, number)
        assert Case.objects.get(number=number).score_hundredths == 7867
        assert world.round is not None
        ranking = rounds.adopt_ranking(world.round.code, "rank", world.actor("officer"), "ranking-1")
        assert isinstance(ranking, Ranking), ranking
        answer = world.act(number, "approve", "committee", amount_fen=60_000_000, reason="同意立项，劳务费不予支持")
        assert isinstance(answer, Done), answer
    assert Notice.objects.get(case__number=number).outcome == ""
    with clock_at(w.moment("2026-04-21", "23:59")):
        assert alarms.ring().acted == 0
    with clock_at(w.moment("2026-04-22", "00:01")):
        alarms.ring()
        assert Case.objects.get(number=number).step == "agree"
        agreement = {
            "start": "2026-07-01",
            "end": "2029-06-30",
            "own_funds": "0 万元",
            "targets": [{"indicator": "新品种", "value": 1, "unit": "个"}],
            "milestones": [
                {"due": "2027-12-31", "work": "完成品系鉴定（中期检查）", "proof": "中期报告"},
                {"due": "2029-06-30", "work": "完成示范", "proof": "验收材料"},
            ],
        }
        answer = world.act(number, "fill", "applicant", values=agreement)
        assert isinstance(answer, Done), answer
        text = Case.objects.select_related("memo").get(number=number).memo.state["steps"]["agree"]["memo"]["text"]
        for party in ("applicant", "host", "officer"):
            if party == "officer":
                owed = world.act(number, "sign_officer", party, text=text)
                assert isinstance(owed, Refusal)
                assert [one.where for one in owed.problems] == ["verdicts.agreement.targets_not_lower"]
                lower = {"agreement.targets_not_lower": {"result": "fails", "reason": "少了一个新品种"}}
                assert isinstance(world.act(number, "sign_officer", party, text=text, verdicts=lower), Refusal)
            met = {"agreement.targets_not_lower": {"result": "meets"}} if party == "officer" else {}
            answer = world.act(number, f"sign_{party}", party, text=text, verdicts=met)
            assert isinstance(answer, Done), answer
    case = Case.objects.get(number=number)
    assert (case.end, case.step, case.amount_fen) == ("awarded", "", 60_000_000)
    first, second = Payment.objects.filter(origin=number).order_by("tranche")
    assert (first.amount_fen, first.status) == (36_000_000, "due")
    assert second.amount_fen == 24_000_000
    apart = {world.actor(role).person for role in ("applicant", "host", "authority", "committee")}
    assert apart <= set(first.apart), "whoever decided, or brought the case in, does not record it as paid"
    assert world.actor("officer").person not in first.apart, "the agency that runs it may"
    assert Project.objects.get(origin=number).amount_fen == 60_000_000
    assert not Task.objects.filter(case=case).exists()
    assert Answers.objects.filter(case=case).count() == 2
    assert Judgement.objects.filter(case=case).count() >= 3
    assert Event.objects.filter(case_number=number, tag="case:submit:accepted").count() == 1
    _every_step_was_taken_by_the_door(number)


def _every_step_was_taken_by_the_door(number: str) -> None:
    """What the tables' own triggers saw, each in the transaction of an accepted command."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE NOT EXISTS (SELECT FROM trace_event door"
            " WHERE door.case_number = seen.case_number AND door.tag LIKE 'case:%%:accepted' AND door.xmin = seen.xmin))"
            " FROM trace_event seen WHERE seen.case_number = %s AND seen.tag IN ('db:case:step', 'db:case:end')",
            [number],
        )
        moves, outside_the_door = cursor.fetchone()
    assert moves >= 10
    assert outside_the_door == 0
