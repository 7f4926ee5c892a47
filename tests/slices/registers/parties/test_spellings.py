"""Two entries under two spellings of one name are put to the registrar, where something else agrees; nothing is merged by itself."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from tests import make
from tests.slices.casework.page_cast import signed_in

from keguan.kernel.actors import SYSTEM
from keguan.registers.experts.identity import identity_problems
from keguan.registers.parties.alike import alike, tell_apart
from keguan.registers.parties.models import Merge, Person
from keguan.registers.parties.services import correct_person

pytestmark = pytest.mark.django_db


def whys(one: Person, other: Person) -> tuple[str, ...]:
    pairs = {(pair.one, pair.other): pair.whys for pair in alike()}
    asked = alike([other.pk])
    assert [(pair.one, pair.other, pair.whys) for pair in asked] == [(*key, found) for key, found in pairs.items()]
    return pairs.get((one.pk, other.pk), ())


@pytest.mark.parametrize(
    "other",
    ["王曉明", "Wang Xiaoming", "Xiaoming WANG", "Wang X.M.", "X. M. Wang"],
)
@pytest.mark.parametrize("is_first", [True, False])
def test_another_spelling_at_the_same_employer_or_of_the_same_birth_date_is_a_question(
    other: str, is_first: bool
) -> None:
    work, born = make.organisation("天河大学"), date(1980, 5, 1)
    names = ("王晓明", other) if is_first else (other, "王晓明")
    one, two = (make.person(name=name, employer=work, born=born) for name in names)
    assert whys(one, two) == ("spelt_born", "spelt_employer")


def test_a_name_without_its_dot_is_a_question() -> None:
    work = make.organisation("天河大学")
    assert whys(make.person(name="艾力·斯木吐拉", employer=work), make.person(name="艾力斯木吐拉", employer=work)) == (
        "spelt_employer",
    )


@pytest.mark.parametrize(
    ("one", "other", "given"),
    [
        ("王晓明", "王小明", {}),  # one sound, two names in characters
        ("王晓明", "Wang Xiaomin", {}),
        ("王晓明", "Wang X.", {}),
        ("Wang X.M.", "Wang Y.M.", {}),
        ("王晓明", "Wang Xiaoming", {"born": date(1960, 1, 1)}),
        ("王晓明", "Wang Xiaoming", {"employer": None}),
    ],
)
def test_what_tells_two_people_apart_is_no_question(one: str, other: str, given: dict[str, Any]) -> None:
    first = make.person(name=one, employer=make.organisation("天河大学"), born=date(1980, 5, 1))
    second = make.person(name=other, **({"employer": first.employer} | given))
    assert whys(first, second) == ()


def test_the_registrar_reads_why_and_says_that_they_are_two_and_nothing_was_merged() -> None:
    work = make.organisation("天河大学")
    one, two = make.person(name="王晓明", employer=work), make.person(name="Wang Xiaoming", employer=work)
    registrar = make.person()
    make.duty("registrar", registrar)
    page = signed_in(registrar).get(reverse("duplicates")).content.decode()
    assert "姓名写法不同而可能同名，工作单位相同" in page
    assert "Wang Xiaoming" in page
    expert = make.expert(one, verified=False)
    assert [problem.code for problem in identity_problems(expert)] == ["expert.identity"]
    assert not Merge.objects.exists()
    from keguan.registers.parties.access import actor_for

    tell_apart(actor_for(registrar), one, two, reason="本人到场核对")
    assert alike() == []


def test_a_corrected_name_is_looked_at_anew() -> None:
    work = make.organisation("天河大学")
    one, two = make.person(name="王晓明", employer=work), make.person(name="李一", employer=work)
    assert whys(one, two) == ()
    correct_person(SYSTEM, two, revision=two.revision, name="Xiaoming Wang")
    assert whys(one, two) == ("spelt_employer",)
