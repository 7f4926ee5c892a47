"""The search box of cases finds a piece of a title, large letters and small ones alike, and the beginning of a number."""

from __future__ import annotations

import pytest
from tests.make import cases

from keguan.casework.models import Case
from keguan.casework.pages.desks.cases import CASES

pytestmark = pytest.mark.django_db

TITLES = ("干旱区第77号作物", "棉花抗旱Gene编辑", "100%_自然\\降解地膜", "盐", "")


@pytest.mark.parametrize(
    "asked", ["第77号", "7", "抗旱gene", "GENE编", "%", "0%", "_自", "\\降", "盐", "盐碱", "旱 区"]
)
def test_a_piece_of_a_title_is_found_by_its_letters(asked: str) -> None:
    call = cases.bare_round(cases.bare_version())
    for title in TITLES:
        cases.bare_case(call, title=title)
    assert CASES.search is not None
    found = set(
        CASES.search.apply(Case.objects.exclude(number__startswith=asked), asked).values_list("title", flat=True)
    )
    assert found == {title for title in TITLES if asked.upper() in title.upper()}
