"""One application from the public call to the signed agreement, by the pages alone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.make import world as w
from tests.slices.casework.page_cast import act, filled, form_address, holders, send, signed_in

from keguan.casework import alarms
from keguan.casework.models import Case, Draft, Notice
from keguan.kernel.clock import clock_at
from keguan.kernel.ids import new_key
from keguan.registers.funds.models import Payment

pytestmark = pytest.mark.django_db


def page(client: Client, number: str, **asked: str) -> str:
    response = client.get(reverse("case", args=[number]), asked)
    assert response.status_code == 200, response.content.decode()
    return str(response.content.decode())


def done(response: Any) -> None:
    assert response.status_code == 303, re.findall(r"<main.*?</section>", response.content.decode(), re.S)[:1]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_project_goes_from_call_to_signed_agreement_by_pages_alone(language: str, settings: Any) -> None:
    settings.LANGUAGE_CODE = "zh-hans"
    world = w.world()
    people = {who: signed_in(person) for who, person in world.people.items()}
    for client in people.values():
        client.cookies["lang"] = language
    with clock_at(w.moment("2026-03-02")):
        call = w.call(world, "key-rd-project", opens=w.moment("2026-03-01"), closes=w.moment("2026-03-31", "18:00"))
        applicant = people["applicant"]
        address = reverse("apply", args=[call.code])
        assert world.university.name in applicant.get(address).content.decode()
        response = applicant.post(address, {"host": str(world.university.pk), "key": new_key()})
        done(response)
        number = Case.objects.get(round=call).number
        assert response["Location"] == form_address(number)
        response = applicant.post(form_address(number), filled(world) | {"do": "submit", "revision": "1"})
        done(response)
        confirm = response["Location"]
        assert "棉花抗旱新品种" in applicant.get(confirm).content.decode()
        sent = {
            "key": new_key(),
            "revision": str(Draft.objects.get(case__number=number).revision),
            "step": "apply",
            "confirmed": "yes",
        }
        done(applicant.post(confirm, sent))
        assert number in page(applicant, number)
        again = applicant.post(confirm, sent)
        assert again.status_code == 303, "a second click repeats the answer"
    with clock_at(w.moment("2026-03-04")):
        assert number in people["host"].get(reverse("todo")).content.decode()
        done(act(people["host"], number, "endorse", reason="材料属实"))
        done(act(people["authority"], number, "endorse", rank="1", reason=""))
    with clock_at(w.moment("2026-04-10")):
        rules = {f"verdicts.formal.{rule}": "meets" for rule in ("guide", "attachments", "classified", "cv")}
        done(act(people["officer"], number, "pass", reason="", **rules))
        pool = page(people["officer"], number, pool="1")
        assert "北山理工大学" in pool
        done(act(people["officer"], number, "assign", experts=[str(one) for one in world.experts[:5]]))
        for expert in holders(number):
            client = signed_in(expert)
            client.cookies["lang"] = language
            assert "分子标记" not in page(client, number), "the proposal opens with the promise of confidence"
            done(act(client, number, "accept", declared=["interests", "confidence"]))
            opened = page(client, number)
            assert "分子标记" in opened
            assert "scores.need" in opened
            given = {f"scores.{name}": points for name, points in _points(opened)}
            done(act(client, number, "score", comment="思路清楚，基础扎实。", **given))
        officer = people["officer"]
        ranking = reverse("ranking", args=[call.code, "rank"])
        assert "棉花抗旱新品种" in officer.get(ranking).content.decode()
        done(officer.post(ranking + "adopt/", {"confirmed": "yes", "key": new_key()}))
        agenda = people["committee"].get(reverse("deciding", args=[call.code, "decide"])).content.decode()
        assert number in agenda
        w.voted(number, "approve")
        done(act(people["committee"], number, "approve", amount_fen="60", reason="同意立项，劳务费不予支持"))
    notice = Notice.objects.get(case__number=number)
    assert "棉花抗旱新品种" in Client().get(reverse("notice", args=[notice.pk])).content.decode()
    with clock_at(w.moment("2026-04-22", "00:01")):
        alarms.ring()
        typed = {
            "start": "2026-07-01",
            "end": "2029-06-30",
            "milestones[1].due": "2027年12月31日",
            "milestones[1].work": "完成品系鉴定（中期检查）",
            "milestones[1].proof": "中期报告",
            "milestones[2].due": "2029/06/30",
            "milestones[2].work": "完成示范",
            "milestones[2].proof": "验收材料",
        }
        done(send(people["applicant"], number, "submit", "agreement", **typed))
        confirm = reverse("case_submit", args=[number, "agreement"])
        revision = str(Draft.objects.get(case__number=number, form="agreement").revision)
        done(
            people["applicant"].post(
                confirm, {"key": new_key(), "revision": revision, "step": "agree", "confirmed": "yes"}
            )
        )
        for party in ("applicant", "host", "officer"):
            said = page(people[party], number)
            text = re.findall(r'name="text" value="([0-9a-f]{64})"', said)[0]
            judged = {"verdicts.agreement.targets_not_lower": "meets"} if party == "officer" else {}
            done(act(people[party], number, f"sign_{party}", text=text, **judged))
        case = Case.objects.get(number=number)
        assert (case.end, case.amount_fen) == ("awarded", 60_000_000)
        last = page(people["applicant"], number)
        assert Payment.objects.filter(origin=number).first().number in last  # type: ignore[union-attr]
        assert "/registers/projects/" in last


def _points(page: str) -> list[tuple[str, str]]:
    names = re.findall(r'name="scores\.([a-z_]+)"', page)
    most = [int(one) for one in re.findall(r'class="unit">/ (\d+)<', page)]
    return [(name, str(points - 2)) for name, points in zip(names, most, strict=True)]
