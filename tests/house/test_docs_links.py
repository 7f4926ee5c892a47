"""Every link and picture of the READMEs and the documentation leads to something that is there, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
PAGES = sorted([*HOUSE.glob("*.md"), *(HOUSE / "docs").rglob("*.md")])
_LINK = re.compile(r"\]\(([^)\s]+)\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(HOUSE)))
def test_every_link_leads_somewhere(page: Path) -> None:
    links = [link.partition("#")[0] for link in _LINK.findall(page.read_text(encoding="utf-8"))]
    local = [link for link in links if link and not re.match(r"[a-z]+:", link)]
    assert [link for link in local if not (page.parent / link).exists()] == []


def test_a_page_of_one_language_has_its_twin_and_they_lead_to_each_other() -> None:
    for page in PAGES:
        name, dot, language = page.stem.rpartition(".")
        if dot and language in ("zh", "en") and page.parent != HOUSE:
            twin = page.with_name(f"{name}.{'en' if language == 'zh' else 'zh'}.md")
            assert twin.exists(), page
            assert f"]({twin.name})" in page.read_text(encoding="utf-8"), page
