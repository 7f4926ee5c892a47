"""The tutorial shows the files as they are, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.programmes.conftest import ROOT

TUTORIAL = ROOT / "docs" / "tutorial"
PAGES = ("first-programme.zh.md", "first-programme.en.md")
_BLOCK = re.compile(r"^```yaml (\S+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(page: str) -> list[tuple[str, str]]:
    """The pieces of YAML that a page quotes from a file: its path, and the lines."""
    return [(path, text) for path, text in _BLOCK.findall((TUTORIAL / page).read_text(encoding="utf-8"))]


@pytest.mark.parametrize("page", PAGES)
def test_every_piece_it_quotes_stands_so_in_the_file(page: str) -> None:
    found = blocks(page)
    assert len(found) >= 10
    for path, text in found:
        assert f"\n{text}" in f"\n{(ROOT / path).read_text(encoding='utf-8')}", f"{path} no longer holds:\n{text}"


def test_both_languages_quote_the_same_pieces() -> None:
    chinese, english = (blocks(page) for page in PAGES)
    assert chinese == english


@pytest.mark.parametrize("page", PAGES)
def test_the_places_it_names_exist(page: str) -> None:
    text = (TUTORIAL / page).read_text(encoding="utf-8")
    named = set(re.findall(r"(?:programmes|parameters)/[\w./-]+", text)) - {"programmes/my-seminar/1/"}
    assert named
    assert [one for one in sorted(named) if not Path(ROOT / one).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_its_links_lead_somewhere(page: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", (TUTORIAL / page).read_text(encoding="utf-8")):
        assert (TUTORIAL / target).exists(), target
