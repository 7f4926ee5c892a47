"""The words on pages: both languages stand wherever there are words, and one idea has one word (docs/reference/glossary.md)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "keguan"
GLOSSARY = ROOT / "docs" / "reference" / "glossary.md"
CHINESE = re.compile(r"[\u3400-\u9fff]")
CHINESE_OR_ITS_STOPS = re.compile(r"[\u3001-\u303f\u3400-\u9fff\uff01-\uff5e]")
SAY = re.compile(r"""\{% say ("[^"]*"|'[^']*') ("[^"]*"|'[^']*')[^%]*%\}""")
IN_BOTH_AT_ONCE = {"web/broken.html"}
"""Shown when nothing works, not even the reader's language."""
SAME_IN_BOTH = {"RSS", "Atom", "CSV", "JSON", "PDF", "Giving"}


@cache
def _templates() -> dict[str, str]:
    return {str(found).partition("templates/")[2]: found.read_text() for found in SOURCE.rglob("templates/**/*.html")}


@pytest.mark.parametrize("name", sorted(_templates()))
def test_no_word_of_a_template_stands_outside_both_languages(name: str) -> None:
    if name in IN_BOTH_AT_ONCE:
        return
    bare = re.sub(
        r"\{% comment %\}.*?\{% endcomment %\}|\{% block kind %\}.*?\{% endblock %\}",
        "",
        _templates()[name],
        flags=re.DOTALL,
    )
    bare = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", "", bare, flags=re.DOTALL)
    assert not CHINESE_OR_ITS_STOPS.search(bare), "write it with {% say %}"
    if "<" not in bare:
        return  # a piece of a tag, included within one
    # What holds a digit or a stop is a code or the name of a file. A bare `>` stands in no attribute of ours, so what lies between tags is what people read.
    words = set(
        re.findall(
            r"[A-Za-z]{3,}",
            re.sub(r"<(script|style|code)\b.*?</\1>|<[^>]*>|&\w+;|[^\s<>]*[.\d][^\s<>]*", " ", bare, flags=re.DOTALL),
        )
    )
    assert words <= SAME_IN_BOTH, "write it with {% say %}"


@pytest.mark.parametrize("name", sorted(_templates()))
def test_both_languages_of_a_template_ask_for_the_same_and_are_in_their_language(name: str) -> None:
    for zh, en in SAY.findall(_templates()[name]):
        if (zh, en) != ('"{zh}"', '"{en}"'):
            assert set(re.findall(r"\{\w+\}", zh)) == set(re.findall(r"\{\w+\}", en)), (zh, en)


def _texts() -> Iterator[tuple[str, str, str]]:
    """Every pair of words there is: where it stands, Chinese, English."""
    for name, said in _templates().items():
        for zh, en in SAY.findall(said):
            yield name, zh[1:-1], en[1:-1]
    for found in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(found.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Text":
                pair = [_literal(arg) for arg in node.args]
                if len(pair) == 2 and all(pair):
                    yield f"{found.relative_to(SOURCE)}:{node.lineno}", pair[0], pair[1]


def _literal(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(_literal(value) or "…" for value in values)
    return ""


AS_TYPED = (
    *("kernel/money.py", "language/reading.py", "registers/imports/cells.py", "registers/integrity/services.py"),
    *("components/page.html", "casework/documents/"),
)
"""Where an English sentence shows what one types in Chinese: amounts in 万元, numbers of documents. And the way to the other
language, and a stamp in both."""


def test_the_english_of_every_text_is_english() -> None:
    wrong = [(where, en) for where, _, en in _texts() if CHINESE.search(en) and not where.startswith(AS_TYPED)]
    assert wrong == []


def test_the_chinese_of_every_text_is_chinese() -> None:
    """A half without a Chinese word is a name, a code or a value; a sentence of small English words is forgotten work."""
    wrong = [(where, zh) for where, zh, _ in _texts() if re.search(r"\b(?!keguan)[a-z]+ [a-z]+ [a-z]+\b", zh)]
    assert wrong == []


def _glossary() -> Iterator[tuple[str, str, str]]:
    """(language, the word, a word that is not used) of every row."""
    for line in GLOSSARY.read_text().splitlines():
        if line.startswith("| ") and not line.startswith("| English"):
            english, not_english, chinese, not_chinese, _ = (cell.strip() for cell in line.strip("|").split("|"))
            yield from (("en", english, word.strip()) for word in not_english.split(","))
            yield from (("zh", chinese, word.strip()) for word in not_chinese.split(","))


def test_one_idea_has_one_word() -> None:
    words = list(_glossary())
    assert len(words) > 60
    # "not log in" must not find "following in"; "not 专家组" is found wherever it stands.
    patterns = [
        (
            language,
            word,
            bad,
            re.compile(rf"\b{re.escape(bad)}s?\b" if language == "en" else re.escape(bad), re.IGNORECASE),
        )
        for language, word, bad in words
    ]
    wrong = [
        f"{where}: “{bad}” in “{said}”; the glossary says {word}"
        for where, zh, en in _texts()
        if not where.startswith("doors/demo/")
        for language, word, bad, pattern in patterns
        if pattern.search(said := en if language == "en" else zh)
    ]
    assert wrong == [], "\n".join(wrong)
