"""Who sees what of a case: every right's predicate and scope agree, whatever the world looks like."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db.models import Q
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from tests import make
from tests.make import cases

from keguan.casework import permissions
from keguan.casework.models import Case, Memo, Seat, SeatHolder
from keguan.kernel.actors import NOBODY, SYSTEM, Actor, HeldDuty


def _can_know_amount(actor: Actor, case: Case) -> bool:
    return bool(case.end) or permissions.can_see_proposal(actor, case)


def _can_follow_and_open(actor: Actor, case: Case) -> bool:
    return permissions.can_follow(actor, case) and permissions.can_see_case(actor, case)


def _followed_and_open(actor: Actor) -> Q:
    return permissions.followed_by(actor) & permissions.open_of_followed(actor)


def _reviewers_of_programmes(actor: Actor) -> Q:
    """What a desk shows that reads one programme: `can_see_reviewers` told without the columns of cases."""
    known = [code for code in PROGRAMMES if permissions.knows_reviewers_of(actor, code)]
    if actor.is_system:
        return Q(code__in=known)
    return Q(code__in=known, submitted_at__isnull=False) & ~Q(pk__in=permissions.kept_ids(actor))


RIGHTS: list[tuple[Callable[[Actor, Case], bool], Callable[[Actor], Q]]] = [
    (permissions.can_see_case, permissions.visible_to),
    (permissions.can_follow, permissions.followed_by),
    (_can_follow_and_open, _followed_and_open),
    (permissions.can_see_trace, permissions.trace_visible_to),
    (permissions.can_see_proposal, permissions.proposals_visible_to),
    (_can_know_amount, permissions.amounts_visible_to),
    (permissions.can_see_reviews, permissions.reviewed_visible_to),
    (permissions.can_see_reviewers, permissions.reviewers_visible_to),
    (permissions.can_see_reviewers, _reviewers_of_programmes),
    (permissions.can_see_notes, permissions.notes_visible_to),
]
# Worlds are rows in a database: shrinking for minutes would say no more than the failing example does.
QUICK = settings(deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
PROGRAMMES = ("rice", "wheat")
PEOPLE, ORGANISATIONS, CASES = 4, 3, 3
KINDS = ("apply", "screen", "review", "decide", "publish", "record")
STATES = ("invited", "accepted", "declined", "released", "final")

duties = st.builds(
    dict,
    role=st.sampled_from(
        ["host", "authority", "officer", "committee", "planning", "supervision", "finance", "registrar"]
    ),
    organisation=st.none() | st.integers(0, ORGANISATIONS - 1),
    programme=st.sampled_from(["", *PROGRAMMES]),
)
someone = st.none() | st.integers(0, PEOPLE - 1)
somewhere = st.none() | st.integers(0, ORGANISATIONS - 1)
worlds = st.fixed_dictionaries(
    {
        "cases": st.lists(
            st.fixed_dictionaries(
                {
                    "code": st.sampled_from(PROGRAMMES),
                    "beside": st.sampled_from([False, False, True]),
                    "applicant": someone,
                    "principal": someone,
                    "members": st.lists(st.integers(0, PEOPLE - 1), max_size=2, unique=True),
                    "host": somewhere,
                    "authority": somewhere,
                    "submitted": st.sampled_from([True, True, False]),
                    "kind": st.sampled_from(KINDS) | st.just(""),
                    "decision": st.sampled_from(["", "approved", "rejected", "unopposed"]),
                    "seats": st.lists(st.tuples(st.integers(0, PEOPLE - 1), st.sampled_from(STATES)), max_size=2),
                }
            ),
            min_size=1,
            max_size=CASES,
        ),
        "duties": st.lists(duties, max_size=3),
        "who": st.integers(0, PEOPLE - 1),
    }
)


class TestPredicateAndScope(TestCase):
    """One database transaction for each world."""

    @classmethod
    def setUpTestData(cls) -> None:
        cls.people = [make.person() for _ in range(PEOPLE)]
        cls.experts = [make.expert(person) for person in cls.people]
        cls.organisations = [make.organisation() for _ in range(ORGANISATIONS)]
        cls.versions = {code: cases.bare_version(code) for code in PROGRAMMES}
        cls.rounds = {code: cases.bare_round(version) for code, version in cls.versions.items()}

    def _world(self, of: dict[str, Any]) -> list[Case]:
        """The cases of a world; one that is `beside` is a side case of the one before it."""
        made: list[Case] = []
        for one in of["cases"]:
            made.append(self._case(one, made[-1] if one["beside"] and made else None))
        return made

    def _case(self, of: dict[str, Any], parent: Case | None = None) -> Case:
        def person(index: int | None) -> int | None:
            return None if index is None else self.people[index].pk

        def organisation(index: int | None) -> int | None:
            return None if index is None else self.organisations[index].pk

        case = cases.bare_case(
            None if parent else self.rounds[of["code"]],
            parent=parent,
            applicant_id=person(of["applicant"]),
            principal_id=person(of["principal"]),
            members=[self.people[one].pk for one in of["members"]],
            host_id=organisation(of["host"]),
            authority_id=organisation(of["authority"]),
            submitted_at=datetime(2026, 3, 1, tzinfo=UTC) if of["submitted"] else None,
            step=of["kind"],
            step_kind=of["kind"],
            end="" if of["kind"] else "declined",
            state={"steps": {"verdict": {"outcome": of["decision"]}, "review": {"outcome": "", "attempt": 1}}},
        )
        for number, (holder, state) in enumerate(of["seats"], start=1):
            cases.bare_seat(case, self.experts[holder], number=number, state=state)
        return case

    @settings(QUICK, max_examples=80)
    @given(worlds)
    def test_each_predicate_agrees_with_its_scope_in_every_world(self, world: dict[str, Any]) -> None:
        made = self._world(world)
        held = tuple(
            HeldDuty(
                duty["role"],
                None if duty["organisation"] is None else self.organisations[duty["organisation"]].pk,
                duty["programme"],
            )
            for duty in world["duties"]
        )
        who = self.people[world["who"]].pk
        for actor in (Actor(who, "someone", held), NOBODY, SYSTEM):
            for can_see, scope in RIGHTS:
                expected = {case.pk for case in made if can_see(actor, case)}
                assert set(Case.objects.filter(scope(actor)).values_list("pk", flat=True)) == expected, can_see.__name__
            seats = Seat.objects.select_related("case__memo").filter(case__in=made)
            expected = {seat.pk for seat in seats if permissions.can_see_review(actor, seat)}
            assert set(seats.filter(permissions.reviews_visible_to(actor)).values_list("pk", flat=True)) == expected

    @settings(QUICK, max_examples=40)
    @given(worlds)
    def test_who_sees_a_part_sees_the_case_and_why_not_says_something_exactly_where_it_is_denied(
        self, world: dict[str, Any]
    ) -> None:
        who = self.people[world["who"]].pk
        actor = Actor(who, "someone", tuple(HeldDuty(one["role"], None, one["programme"]) for one in world["duties"]))
        for case in self._world(world):
            for part, can_see in permissions._CAN.items():
                reason = permissions.why_not(actor, case, part)
                assert (reason is None) == can_see(actor, case)
                assert reason is None or reason.code.startswith("right.")
                if can_see(actor, case):
                    assert permissions.can_see_case(actor, case)
                else:
                    assert not actor.is_system
            if permissions.can_see_reviewers(actor, case):
                assert not permissions.is_own(actor, case)


pytestmark = pytest.mark.django_db


def _under_review(decision: str = "", kind: str = "review") -> tuple[Case, list[Seat]]:
    case = cases.bare_case(
        cases.bare_round(cases.bare_version()),
        step=kind,
        step_kind=kind,
        submitted_at=datetime(2026, 3, 1, tzinfo=UTC),
        applicant_id=make.person().pk,
        state={"steps": {"verdict": {"outcome": decision}}},
    )
    seats = [cases.bare_seat(case, make.expert(), number=number, state="final") for number in (1, 2)]
    return case, seats


def _holder(seat: Seat) -> Actor:
    return Actor(SeatHolder.objects.select_related("expert").get(seat=seat).expert.person_id, "reviewer")


def test_a_reviewer_reads_their_own_review_and_no_other() -> None:
    case, (mine, other) = _under_review()
    reviewer = _holder(mine)
    assert permissions.can_see_review(reviewer, mine)
    assert not permissions.can_see_review(reviewer, other)
    assert list(Seat.objects.filter(permissions.reviews_visible_to(reviewer))) == [mine]
    assert not permissions.can_see_reviewers(reviewer, case)
    assert not permissions.can_see_trace(reviewer, case)


def test_an_invited_reviewer_sees_the_case_and_reads_the_proposal_only_after_accepting() -> None:
    case, (mine, _) = _under_review()
    reviewer = _holder(mine)
    Seat.objects.filter(pk=mine.pk).update(state="invited")
    assert permissions.can_see_case(reviewer, case)
    reason = permissions.why_not(reviewer, case, "proposal")
    assert reason is not None
    assert reason.fix is not None
    assert "接受" in reason.fix.zh
    Seat.objects.filter(pk=mine.pk).update(state="accepted")
    assert permissions.why_not(reviewer, case, "proposal") is None
    Seat.objects.filter(pk=mine.pk).update(state="released")
    assert not permissions.can_see_case(reviewer, case)


@pytest.mark.parametrize(
    ("decision", "kind", "open_to_applicant"),
    [("", "review", False), ("", "decide", False), ("rejected", "publish", True), ("approved", "agree", True),
     ("approved", "review", False)],
)  # fmt: skip
def test_an_applicant_reads_the_comments_once_it_is_decided_and_not_while_it_is_reviewed_again(
    decision: str, kind: str, open_to_applicant: bool
) -> None:
    case, _ = _under_review(decision, kind)
    applicant = Actor(case.applicant_id, "applicant")
    assert permissions.can_see_reviews(applicant, case) is open_to_applicant
    assert Seat.objects.filter(permissions.reviews_visible_to(applicant)).exists() is open_to_applicant
    assert not permissions.can_see_reviewers(applicant, case)


def test_scores_are_sealed_until_the_panel_is_through_and_then_the_proposal_is_closed_to_it() -> None:
    running, (mine, _) = _under_review()
    through, (kept, _) = _under_review(kind="rank")
    staff = [Actor(make.person().pk, role, (HeldDuty(role),)) for role in permissions.READS_SCORES]
    for one in staff:
        assert not permissions.can_see_reviews(one, running)
        assert "全部评审完成" in permissions.why_not(one, running, "reviews").fix.zh
        assert permissions.can_see_reviews(one, through)
    assert permissions.can_see_proposal(_holder(mine), running)
    assert not permissions.can_see_proposal(_holder(kept), through)
    assert "不再向评审专家开放" in permissions.why_not(_holder(kept), through, "proposal").fix.zh
    assert permissions.can_see_review(_holder(kept), kept)


def test_an_officer_who_applies_is_an_applicant_on_their_own_case() -> None:
    case, _ = _under_review(kind="rank")
    officer = Actor(case.applicant_id, "officer", (HeldDuty("officer"),))
    colleague = Actor(make.person().pk, "colleague", (HeldDuty("officer"),))
    assert permissions.can_see_case(officer, case)
    assert not permissions.can_see_reviews(officer, case)
    assert not permissions.can_see_reviewers(officer, case)
    assert permissions.can_see_reviews(colleague, case)
    assert permissions.can_see_reviewers(colleague, case)


def test_the_committee_reads_scores_but_never_learns_who_gave_them() -> None:
    case, _ = _under_review(kind="rank")
    member = Actor(make.person().pk, "member", (HeldDuty("committee"),))
    assert permissions.can_see_reviews(member, case)
    assert not permissions.can_see_reviewers(member, case)


def test_a_duty_for_another_programme_opens_nothing() -> None:
    case, _ = _under_review()
    stranger = Actor(make.person().pk, "officer", (HeldDuty("officer", programme="another"),))
    assert all(permissions.why_not(stranger, case, part) is not None for part in permissions._CAN)


def test_that_a_draft_will_open_is_told_only_to_those_to_whom_it_will() -> None:
    university = make.organisation()
    case = cases.bare_case(cases.bare_round(cases.bare_version()), host_id=university.pk, applicant_id=make.person().pk)
    office = Actor(make.person().pk, "office", (HeldDuty("host", organisation=university.pk),))
    officer = Actor(make.person().pk, "officer", (HeldDuty("officer"),))
    stranger = Actor(make.person().pk, "stranger")
    later = {
        who.name: "提交后" in permissions.why_not(who, case, "proposal").fix.zh for who in (office, officer, stranger)
    }
    assert later == {"office": True, "officer": True, "stranger": False}


def test_a_draft_is_for_its_people_and_their_research_office_only() -> None:
    university, bureau = make.organisation(), make.organisation(kind="bureau")
    case = cases.bare_case(
        cases.bare_round(cases.bare_version()),
        applicant_id=make.person().pk,
        host_id=university.pk,
        authority_id=bureau.pk,
    )
    assert Memo.objects.filter(case=case).exists()
    office = Actor(make.person().pk, "office", (HeldDuty("host", university.pk),))
    authority = Actor(make.person().pk, "authority", (HeldDuty("authority", bureau.pk),))
    officer = Actor(make.person().pk, "officer", (HeldDuty("officer"),))
    assert permissions.can_see_case(office, case)
    assert not permissions.can_see_proposal(office, case)
    assert not permissions.can_see_case(authority, case)
    assert not permissions.can_see_case(officer, case)


def test_who_an_objection_is_about_does_not_read_it_by_their_office() -> None:
    case, _ = _under_review()
    objection = cases.bare_case(None, parent=case, applicant=make.person(), submitted_at=case.submitted_at)
    about = Actor(case.applicant_id, "officer", (HeldDuty("officer"), HeldDuty("supervision")))
    other = Actor(make.person().pk, "officer", (HeldDuty("officer"),))
    assert not permissions.can_see_case(about, objection)
    assert permissions.can_see_case(other, objection)


def test_the_research_office_is_the_applicant_of_a_case_that_was_pushed_to_its_institution() -> None:
    university = make.organisation()
    pushed = cases.bare_case(cases.bare_round(cases.bare_version()), host=university)
    office = Actor(make.person().pk, "office", (HeldDuty("host", university.pk),))
    assert permissions.can_see_proposal(office, pushed)
    assert not permissions.can_see_proposal(Actor(make.person().pk, "office", (HeldDuty("host", 0),)), pushed)
