"""The pictures of the README and of the documentation are taken from the pages as they are.

Where KEGUAN_PICTURES names a folder they are kept there (`make pictures`, `make docs`); otherwise only taken.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from tests import make
from tests.journeys import walks
from tests.journeys.conftest import Stage
from tests.make import world as w

from keguan.casework.drafting.drafts import Saved, save_draft
from keguan.casework.models import Round
from keguan.casework.services import Done
from keguan.kernel.clock import clock_at
from keguan.registers.parties.models import Person

DOCS = Path(__file__).parents[2] / "docs"
SIZE = {"width": 1120, "height": 720}
MOST_BYTES = 150_000
TITLES = {
    "key-rd-project": ("2026 年度重点研发任务专项项目", "Key R&D projects 2026"),
    "rd-post-subsidy": ("2026 年度研发后补助", "R&D post-subsidy 2026"),
}
OTHERS = [
    *((3, "林果提质"), (4, "盐碱地改良"), (5, "节水灌溉"), (9, "羊毛分级"), (10, "番茄采收")),
    *((11, "冻害预警"), (12, "风机叶片回收"), (23, "特色奶制品"), (24, "戈壁设施农业"), (24, "荒漠植被恢复")),
]
"""When others hand in, and what it is about."""
NAMES = ("calls", "form", "receipt", "round")


@pytest.fixture
def world(stage: Stage) -> Iterator[tuple[w.World, str, str]]:
    """Two open calls; a proposal that is being written, and one that was handed in. Everybody is invented."""
    of = w.world(experts_count=5)
    for who, name in (("applicant", "阿依努尔·买买提"), ("officer", "李明远"), ("member", "王晓琳")):
        Person.objects.filter(pk=of.people[who].pk).update(name=name)
    with clock_at(w.moment("2026-03-02")):
        w.call(of, "rd-post-subsidy", opens=w.moment("2026-03-01"), closes=w.moment("2026-04-20", "18:00"))
        w.call(of, "key-rd-project", opens=w.moment("2026-02-02"), closes=w.moment("2026-03-31", "18:00"))
        for call in Round.objects.select_related("programme"):
            zh, en = TITLES[call.programme.code]
            Round.objects.filter(pk=call.pk).update(title_zh=zh, title_en=en)
    _others_apply(of)
    with clock_at(w.moment("2026-03-02")):
        values = w.proposal(of, title=walks.TITLE)
        handed_in, draft = w.started(of), w.started(of)
        assert isinstance(of.act(handed_in, "submit", "applicant", values=values), Done)
        kept = {name: value for name, value in values.items() if name != "asked"}
        assert isinstance(save_draft(draft, "proposal", kept, 0, of.actor("applicant")), Saved)
        yield of, draft, handed_in


def _others_apply(of: w.World) -> None:
    """A round of which something can be seen: some wait, some were endorsed, some recommended, one was refused."""
    for place, (day, field) in enumerate(OTHERS):
        with clock_at(w.moment(f"2026-02-{day:02}")):
            number = w.started(of)
            leads = make.person(employer=of.university, born=date(1980, 5, 1)).pk
            team = [{"member": make.person(employer=of.university).pk, "role": "lead", "months": 6}]
            values = w.proposal(of, title=f"{field}关键技术集成与示范（{place + 1}）", principal=leads, team=team)
            assert isinstance(of.act(number, "submit", "applicant", values=values), Done)
        with clock_at(w.moment(f"2026-02-{day + 2:02}")):
            if place == 0:
                assert isinstance(of.act(number, "refuse", "host", reason="与单位规划不符"), Done)
            elif place < 9:
                assert isinstance(of.act(number, "endorse", "host"), Done)
        if 0 < place < 4:
            with clock_at(w.moment("2026-02-26")):
                assert isinstance(of.act(number, "endorse", "authority", rank=place), Done)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pages_are_photographed(
    stage: Stage, world: tuple[w.World, str, str], language: str, tmp_path: Path
) -> None:
    of, draft, handed_in = world
    assert of.round is not None
    places = {
        "calls": (None, "/calls/"),
        "form": ("applicant", f"/cases/{draft}/form/proposal/"),
        "receipt": ("applicant", f"/cases/{handed_in}/form/proposal/receipt/"),
        "round": ("officer", f"/rounds/{of.round.code}/overview/"),
    }
    assert set(places) == set(NAMES)
    folder = Path(os.environ.get("KEGUAN_PICTURES") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    for name, (who, address) in places.items():
        visitor = stage.signed_in(of.people[who], language, script=True) if who else stage.browser(language)
        visitor.page.set_viewport_size(SIZE)
        visitor.opens(f"{address}?lang={language}")
        assert visitor.status == 200
        visitor.page.screenshot(path=folder / f"{name}.{language}.png", animations="disabled")
        size = (folder / f"{name}.{language}.png").stat().st_size
        assert 10_000 < size < MOST_BYTES, (name, size)


def test_each_picture_of_the_documentation_is_one_that_is_taken() -> None:
    kept = {path.name: path.stat().st_size for path in (DOCS / "pictures").iterdir()}
    assert set(kept) == {f"{name}.{language}.png" for name in NAMES for language in ("zh", "en")}
    assert max(kept.values()) < MOST_BYTES
