"""Members of a body are kept out by the relations that the programme names for its vote, beside those that always count."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from tests import make
from tests.make import cases
from tests.slices.casework.page_cast import signed_in
from tests.slices.panels.committee import Committee, called

from keguan.casework.models import Case
from keguan.casework.reviewing.recusal import member_recusals
from keguan.language.prose import prose
from keguan.language.schema import Decide
from keguan.panels.meetings import services
from keguan.panels.meetings.models import KeptOut
from keguan.panels.meetings.planning import find_kept_out
from keguan.registers.experts.models import Expert
from keguan.registers.parties.models import Person
from keguan.registers.projects.models import Membership, Project

pytestmark = pytest.mark.django_db


@pytest.fixture
def committee(settings: Any, tmp_path: Any) -> Iterator[Committee]:
    settings.MEDIA_ROOT = tmp_path
    with called() as found:
        yield found


def case_of(committee: Committee, at: int = 0) -> Case:
    return Case.objects.select_related("memo", "programme", "host").get(number=committee.numbers[at])


def applicant_of(committee: Committee) -> Person:
    return Person.objects.get(pk=case_of(committee).principal_id)


def found_out(committee: Committee) -> dict[int, str]:
    """Looked for once more: the places of members who keep out of the first case, with the reason that the room reads."""
    find_kept_out(committee.items, [one.pk for one in committee.people])
    rows = KeptOut.objects.filter(case=case_of(committee)).values_list("person", "reason_zh")
    return {[one.pk for one in committee.people].index(person): reason for person, reason in rows}


def test_what_the_vote_names_sends_a_member_out_and_what_it_does_not_name_leaves_them_in(committee: Committee) -> None:
    applicant = applicant_of(committee)
    adviser, nominator, in_dispute, interest, free = committee.people
    make.tie(adviser, "adviser", applicant)
    make.tie(nominator, "nominator", applicant)
    make.tie(in_dispute, "dispute", applicant)
    make.tie(interest, "declared", applicant, severity="soft")
    out = found_out(committee)
    assert out == {0: "与申报人或参与者有师生关系。", 2: "与本件有应当回避的利害关系。"}, (
        "a soft tie is for the member to declare"
    )
    assert "争议" not in out[2], "what one side said in confidence is not read out in the room"
    item = next(one for one in committee.items if one.case_id == case_of(committee).pk)
    answer = services.be_there(committee.pk, free.pk, committee.officer, present=True)
    assert answer is not None
    address = reverse("meeting_item", args=[committee.pk, item.pk])
    assert signed_in(adviser).get(address).status_code == 403
    assert signed_in(nominator).get(address).status_code == 200


def test_a_window_of_the_vote_ends(committee: Committee) -> None:
    applicant, (early, late, *_) = applicant_of(committee), committee.people
    for person, last in ((early, date(2021, 12, 31)), (late, date(2024, 12, 31))):
        project = make.project(principal=person.pk, first_day=date(2019, 1, 1), last_day=last)
        Project.objects.filter(pk=project.pk).update(status="finished")
        Membership.objects.create(project=project, person=applicant)
    assert set(found_out(committee)) == {1}


def test_kin_and_the_same_legal_entity_count_whatever_the_vote_names_and_works_of_members_who_are_experts(
    committee: Committee,
) -> None:
    case, applicant = case_of(committee), applicant_of(committee)
    colleague, author, *_ = committee.people
    Person.objects.filter(pk=colleague.pk).update(employer=applicant.employer)
    mine, theirs = make.expert(author), Expert.objects.filter(person=applicant).first() or make.expert(applicant)
    for one in (mine, theirs):
        make.work(one, "盐碱地棉花栽培", year=2025, identifier="10.1000/x1")
    people = [one.pk for one in committee.people]

    def who(*avoid: str) -> dict[int, list[str]]:
        found = member_recusals(case, people, avoid)
        return {people.index(one): [why.code for why in whys] for one, whys in found.items() if whys}

    assert who() == {0: ["recusal.same_institution"]}
    assert who("coauthor_3y") == {0: ["recusal.same_institution"], 1: ["recusal.coauthor"]}
    Person.objects.filter(pk=colleague.pk).update(employer=None)
    assert who("coauthor_3y") == {1: ["recusal.coauthor"]}


def test_whom_the_applicant_named_leaves_where_the_vote_says_so(committee: Committee) -> None:
    case, (named, *_) = case_of(committee), committee.people
    case.memo.answers["proposal"]["unwelcome"] = [{"expert": named.pk, "reason": "有争议"}]
    people = [one.pk for one in committee.people]
    assert not member_recusals(case, people)[named.pk]
    (why,) = member_recusals(case, people, ["named_by_applicant"])[named.pk]
    assert (why.code, why.say.zh) == ("recusal.named_by_applicant", "与本件有应当回避的利害关系。")


def test_the_programmes_say_in_words_who_leaves() -> None:
    for code in ("key-rd-project", "natural-science-fund"):
        definition = cases.definition(code)
        votes = [one.vote for one in definition.programme.steps if isinstance(one, Decide) and one.vote]
        assert [bool(one.avoid) for one in votes] == [True]
        assert "应当离场回避，不计入应到人数：近亲属等关系、同一法人单位、师生关系、近3年合作发表成果" in prose(
            definition, "zh"
        )
        assert "near relations, the same legal entity, adviser and student, shared works within 3 years" in prose(
            definition, "en"
        )
