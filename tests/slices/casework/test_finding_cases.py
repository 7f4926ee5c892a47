"""The search box of cases finds a piece of a title, large letters and small ones alike, and the beginning of a number."""

from __future__ import annotations

import pytest
from tests.make import cases

from keguan.casework.models import Case
from keguan.casework.pages.desks.cases import CASES

pytestmark = pytest.mark.django_db

TITLES = ("干旱区第77号作物", "棉花抗旱Gene编辑", "100%_自然\\降解地膜", "盐", "", "Straße改造")


@pytest.mark.parametrize(
    "asked", ["第77号", "7", "抗旱gene", "GENE编", "%", "0%", "_自", "\\降", "盐", "盐碱", "旱 区", "STRASSE", "straße"]
)
def test_a_piece_of_a_title_is_found_by_its_letters(asked: str) -> None:
    call = cases.bare_round(cases.bare_version())
    for title in TITLES:
        cases.bare_case(call, title=title)
    assert _found(asked) == {title for title in TITLES if asked.lower() in title.lower()}


def test_pieces_that_many_titles_have_are_found_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keguan.casework.pages.desks.cases._FEW", 0)
    call = cases.bare_round(cases.bare_version())
    for title in TITLES:
        cases.bare_case(call, title=title)
    for asked in ("改造", "第77号", "Straße"):
        assert _found(asked) == {title for title in TITLES if asked in title}


def test_a_title_that_changed_is_found_as_it_is_now() -> None:
    case = cases.bare_case(cases.bare_round(cases.bare_version()), title="棉花抗旱")
    case.title = "小麦抗旱"
    case.save()
    Case.objects.filter(pk=case.pk).update(step_kind="form")
    assert _found("小麦") == _found("抗旱") == {"小麦抗旱"}
    assert _found("棉花") == set()


def _found(asked: str) -> set[str]:
    assert CASES.search is not None
    return set(CASES.search.apply(Case.objects.all(), asked).values_list("title", flat=True))
