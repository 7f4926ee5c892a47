"""Right to left, downwards, and on paper: the sheet knows no left or right, nothing is cut, and paper has no buttons."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Literal

import pypdf
import pytest
from playwright.sync_api import Page
from tests import make
from tests.journeys.conftest import Stage
from tests.journeys.test_reach import SIDEWAYS
from tests.make import cases
from tests.make import world as w

from keguan.kernel.clock import clock_at

LANGUAGES: tuple[Literal["zh", "en"], ...] = ("zh", "en")

BOXES = """within => {
  const frame = document.querySelector(within), at = frame.getBoundingClientRect(), rtl = getComputedStyle(frame).direction === 'rtl';
  return [...frame.querySelectorAll('*')]
    .filter(one => !getComputedStyle(one).display.startsWith('inline') && !one.closest('svg, .upright, option') && one.closest('[dir]') === frame.closest('[dir]'))
    .map(one => [one, one.getBoundingClientRect()])
    .filter(([one, box]) => box.width > 1)
    .map(([one, box]) => ({what: one.outerHTML.slice(0, 90), start: rtl ? at.right - box.right : box.left - at.left, wide: box.width,
      top: box.top - at.top}));
}"""
"""How far from the edge at which a line begins each box stands."""

CUT = """within => [...document.querySelectorAll(within)].flatMap(frame => [...frame.querySelectorAll('*')]
  .filter(one => {
    const style = getComputedStyle(one), box = one.getBoundingClientRect();
    if (!box.width || one.closest('.unseen, svg, option') || style.position === 'absolute') return false;
    const hides = style.overflowX !== 'visible' && !one.matches('input, textarea, select, .upright, .table-wrap');
    return hides && one.scrollWidth > one.clientWidth + 1;
  })
  .map(one => 'cut: ' + one.outerHTML.slice(0, 120)))"""

DAY = """where => {
  const text = document.querySelector(where).firstChild, range = document.createRange();
  return [...text.data].map((sign, at) => { range.setStart(text, at); range.setEnd(text, at + 1); return [range.getBoundingClientRect().left, sign]; })
    .sort(([one], [other]) => one - other).map(([, sign]) => sign).join('');
}"""
"""The signs of a text as they stand from left to right."""

BESIDE = """([inside, around]) => {
  const frame = document.querySelector(around).getBoundingClientRect();
  return [...document.querySelectorAll(inside + ' *')].filter(one => {
    const box = one.getBoundingClientRect();
    return box.width > 1 && (box.left < frame.left - 1 || box.right > frame.right + 1);
  }).map(one => one.outerHTML.slice(0, 120));
}"""


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_right_to_left_every_box_stands_as_far_from_where_lines_begin(
    stage: Stage, language: Literal["zh", "en"], *, phone: bool
) -> None:
    page = stage.signed_in(make.person(), language, phone=phone, script=True).page
    page.goto("/gallery/")
    assert page.evaluate(SIDEWAYS) == []
    usual = page.evaluate(BOXES, "main")
    page.evaluate("void (document.documentElement.dir = 'rtl')")
    assert page.evaluate(SIDEWAYS) == []
    turned = page.evaluate(BOXES, "main")
    assert len(usual) == len(turned) > 200
    moved = [
        (one["what"], round(one["start"]), round(other["start"]))
        for one, other in zip(usual, turned, strict=True)
        if abs(one["start"] - other["start"]) > 2 or abs(one["wide"] - other["wide"]) > 2
    ]
    assert moved == [], "\n".join(map(str, moved))


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_uyghur_stands_at_the_right_edge_inside_its_frame(stage: Stage, *, phone: bool) -> None:
    page = stage.signed_in(make.person(), phone=phone, script=True).page
    page.goto("/gallery/")
    assert page.locator("#right-to-left [dir=rtl]").count() >= 1
    assert page.evaluate(BESIDE, ["#right-to-left [dir=rtl]", "#right-to-left"]) == []
    assert page.evaluate(CUT, "#right-to-left") == []
    for box in page.evaluate(BOXES, "#right-to-left [dir=rtl]"):
        if box["what"].startswith(("<h3", "<p>", "<label")):
            assert box["start"] < 40, box
    assert page.evaluate(DAY, "#right-to-left time") == "2026-11-22", "as it is read, not turned round"
    first, second = (page.locator("#right-to-left .acts button").nth(n).bounding_box() for n in (0, 1))
    assert first is not None
    assert second is not None
    assert first["x"] > second["x"], "the first button comes first for whoever reads from the right"


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_mongolian_runs_downwards_in_lines_from_left_to_right_and_only_its_frame_scrolls(
    stage: Stage, *, phone: bool
) -> None:
    page = stage.signed_in(make.person(), phone=phone, script=True).page
    page.goto("/gallery/")
    script = page.locator(".upright > [lang='mn-Mong']").first
    assert script.evaluate("one => getComputedStyle(one).writingMode") == "vertical-lr"
    lefts = script.evaluate("one => [...one.children].map(part => part.getBoundingClientRect().left)")
    assert lefts == sorted(lefts)
    assert len(lefts) >= 4
    heading = script.locator("h3").first.bounding_box()
    assert heading is not None
    assert heading["height"] > 2 * heading["width"], "a line of it is long downwards"
    beyond = script.evaluate(
        """one => { const frame = one.getBoundingClientRect(); return [...one.querySelectorAll('*')].filter(part => {
          const box = part.getBoundingClientRect(); return box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
        }).map(part => part.outerHTML.slice(0, 120)); }"""
    )
    assert beyond == [], "nothing is cut above or below"
    assert page.evaluate(SIDEWAYS) == []
    frame = page.locator(".upright").first
    assert frame.evaluate("one => one.scrollWidth <= one.clientWidth || getComputedStyle(one).overflowX === 'auto'")
    frame.focus()
    assert frame.evaluate("one => one === document.activeElement"), "it is scrolled with the keyboard, too"


# ------------------------------------------------------------------------------------------------- on paper

ON_PAPER = {"auto": {"width": 673, "height": 950}, "wide": {"width": 1002, "height": 620}}
"""An A4 page within its margins, upright and lying, in the pixels of CSS."""
LEFT_OUT = ".main-nav, .crumbs, .skip, .looks, .who, .seek, .acts, .filling-aside, .pager, .filters"


@pytest.fixture
def pages(stage: Stage) -> Iterator[dict[str, Any]]:
    """Pages that people print, by who prints them."""
    world = cases.opened()
    number = cases.case(world, at="screen").number
    with clock_at(w.moment("2026-03-02")):
        draft = w.started(world)
    assert world.round is not None
    with clock_at(world.round.closes + timedelta(days=2)):
        yield {
            "world": world,
            "paths": ["/gallery/", f"/calls/{world.round.code}/", f"/calls/{world.round.code}/guide/",
                      f"/cases/{number}/", f"/cases/{draft}/", "/cases/"],
            "number": number,
        }  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_on_paper_there_is_no_navigation_and_nothing_is_cut(
    stage: Stage, pages: dict[str, Any], language: Literal["zh", "en"]
) -> None:
    page = stage.signed_in(pages["world"].people["applicant"], language, script=True).page
    page.emulate_media(media="print")
    for path in pages["paths"]:
        page.goto(path)
        page.set_viewport_size(ON_PAPER[page.evaluate("() => getComputedStyle(document.body).page")])
        assert page.locator("h1").is_visible(), path
        shown = page.evaluate(
            "names => [...document.querySelectorAll(names)].filter(one => one.getBoundingClientRect().height)"
            ".map(one => one.outerHTML.slice(0, 100))",
            LEFT_OUT,
        )
        assert shown == [], path
        assert page.evaluate(CUT, "main") == [], path
        assert page.evaluate(SIDEWAYS) == [], path
        assert _beyond(page) == [], path
        assert page.locator("body").evaluate("one => getComputedStyle(one).color") == "rgb(0, 0, 0)", path


def _beyond(page: Page) -> list[str]:
    """What reaches over the edge of the paper, tables too: nothing scrolls on paper."""
    found: list[str] = page.evaluate(
        "() => [...document.querySelectorAll('main *')].filter(one => !one.closest('.unseen, .upright, svg')"
        " && one.getBoundingClientRect().right > innerWidth + 1).map(one => 'beyond: ' + one.outerHTML.slice(0, 120))"
    )
    return found


def test_what_can_be_opened_is_open_on_paper(stage: Stage) -> None:
    page = stage.signed_in(make.person(), script=True).page
    page.goto("/gallery/")
    assert not page.get_by_text("打印时总是展开。").is_visible()
    said = "".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(page.pdf(format="A4"))).pages)
    told = "".join(said.split())
    assert "打印时总是展开。" in told
    assert "主导航" not in told
    assert "退出登录" not in told
