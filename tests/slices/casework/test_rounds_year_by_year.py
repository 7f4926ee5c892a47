"""A round is made from last year's and looked over beside it; a published call keeps every version, and the public sees why."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from tests import make
from tests.make import cases
from tests.make import world as w
from tests.slices.casework.page_cast import fields_on, signed_in

from keguan.casework.models import Round, RoundVersion
from keguan.casework.pages.rounds.copying import a_year_later, next_year
from keguan.casework.rounds import services as rounds
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import clock_at
from keguan.kernel.ids import new_key
from keguan.language.definition import Definition
from keguan.language.loader import load
from keguan.language.parameters import load_parameters

pytestmark = pytest.mark.django_db
TOPICS = [{"code": "A1", "zh": "棉花育种", "en": "Cotton breeding"}, {"code": "A2", "zh": "节水", "en": "Saving water"}]


@pytest.fixture
def world() -> w.World:
    """Last year's round: published, with topics and a quota."""
    of = w.world(experts_count=0)
    with clock_at(w.moment("2026-02-20")):
        terms = rounds.Terms(
            "KRD-2026", Text("2026年度重点研发", "Key R&D 2026"), w.moment("2026-03-01"),
            w.moment("2026-03-31", "18:00"), 150_000_000, 3, 30, Text("依据2018年要点", "By the 2018 plan"), TOPICS,
        )  # fmt: skip
        drafted = rounds.draft_round(w.version("key-rd-project"), terms, of.actor("planner"))
        assert isinstance(drafted, Round), drafted
        published = rounds.publish_round("KRD-2026", of.actor("publisher"))
        assert isinstance(published, Round)
        of.round = published
    return of


def form_from(of: w.World, code: str = "KRD-2026", who: str = "planner") -> Any:
    return signed_in(of.people[who]).get(reverse("round_new"), {"from": code})


def typed_from(of: w.World) -> dict[str, Any]:
    return {name: values[-1] for name, values in fields_on(form_from(of).content.decode(), "").items()}


def copied(of: w.World, **changes: str) -> Any:
    return signed_in(of.people["planner"]).post(reverse("round_new"), typed_from(of) | {"key": new_key()} | changes)


def test_a_new_round_begins_as_last_years_a_year_later(world: w.World) -> None:
    typed = typed_from(world)
    assert typed["code"] == "KRD-2027"
    assert typed["title_zh"] == "2027年度重点研发"
    assert (typed["opens"], typed["closes"]) == ("2027-03-01 10:00", "2027-03-31 18:00")
    assert (typed["budget"], typed["quota"], typed["grace_minutes"]) == ("150", "3", "30")
    assert typed["summary_zh"] == "依据2018年要点", "what the summary cites did not happen a year later"
    assert typed["topics"].splitlines() == ["A1 | 棉花育种 | Cotton breeding", "A2 | 节水 | Saving water"]
    assert "已顺延一年，请核对" in form_from(world).content.decode()


def test_what_was_changed_stands_beside_last_year_where_a_colleague_publishes_it(world: w.World) -> None:
    assert copied(world, quota="5", topics="A1 | 棉花育种 | Cotton breeding").status_code == 303
    made = Round.objects.get(code="KRD-2027")
    assert made.copied_from == world.round
    assert made.topics == TOPICS[:1]
    said = signed_in(world.people["publisher"]).get(reverse("round", args=["KRD-2027"])).content.decode()
    beside = said.partition('id="like-last"')[2].partition("</section>")[0]
    rows = {row.partition("</th>")[0].partition("<")[0].strip(): row for row in beside.split('<th scope="row">')[1:]}
    assert "有变化" in rows["每个推荐单位的限额"]
    assert "有变化" not in rows["预算"]
    assert "节水" in rows["支持方向"]
    assert "计划版本相同" in beside
    rounds.publish_round("KRD-2027", world.actor("publisher"))
    said = signed_in(world.people["publisher"]).get(reverse("round", args=["KRD-2027"])).content.decode()
    assert 'id="like-last"' not in said, "published, it stands for itself"


def test_where_the_programme_changed_its_changes_are_told_twice(world: w.World, tmp_path: Path) -> None:
    folder = tmp_path / "2027.1"
    shutil.copytree(Path(settings.PROGRAMMES) / "key-rd-project" / "2017.1", folder)
    source = folder / "programme.yaml"
    text = source.read_text(encoding="utf-8")
    source.write_text(text.replace('"2017.1"', '"2027.1"').replace("lapse: 5 workdays", "lapse: 8 workdays"))
    parameters = load_parameters(Path(settings.PARAMETERS))
    newer = load(folder, parameters) if isinstance(parameters, Mapping) else None
    assert isinstance(newer, Definition), newer
    cases.bare_version(read=newer, code="key-rd-project")
    told = "由5个工作日改为8个工作日"
    assert told in form_from(world).content.decode()
    copied(world)
    said = signed_in(world.people["publisher"]).get(reverse("round", args=["KRD-2027"])).content.decode()
    assert told in said.partition('id="like-last"')[2].partition("</section>")[0]


@pytest.mark.parametrize(
    ("topics", "is_right"),
    [
        ("", True),
        ("A1｜棉花｜Cotton", True),
        ("A1 | 棉花", False),
        ("A1 | 棉花 | Cotton\nA1 | 水 | Water", False),
        ("A1 | | Cotton", False),
    ],
)
def test_topics_are_typed_one_to_a_line(world: w.World, topics: str, is_right: bool) -> None:
    answer = copied(world, topics=topics)
    assert answer.status_code == (303 if is_right else 422)
    if not is_right:
        assert topics.splitlines()[-1] in answer.content.decode()
        assert "上一批次" in answer.content.decode(), "what was refused still stands beside last year"


def test_a_round_is_made_from_those_one_plans(world: w.World) -> None:
    assert form_from(world, "NO-SUCH").status_code == 404
    other = make.person()
    make.duty("planning", other, programme="rd-post-subsidy")
    world.people["elsewhere"] = other
    assert form_from(world, who="elsewhere").status_code == 404


@pytest.mark.parametrize(
    ("day", "later"), [("2026-03-31", "2027-03-31"), ("2028-02-29", "2029-02-28"), ("2027-02-28", "2028-02-28")]
)
def test_dates_move_by_a_year(day: str, later: str) -> None:
    assert a_year_later(w.moment(day)) == w.moment(later)


@pytest.mark.parametrize(
    ("text", "later"), [("KRD-2026-1", "KRD-2027-1"), ("编号120265", "编号120265"), ("二批", "二批")]
)
def test_years_in_titles_move_by_one(text: str, later: str) -> None:
    assert next_year(text) == later


# ------------------------------------------------------------------------------------- versions of a published call


def test_every_change_of_a_published_call_is_a_version_that_the_public_reads(
    world: w.World, django_assert_max_num_queries: Any
) -> None:
    assert world.round is not None
    address = reverse("call", args=["KRD-2026"])
    assert "发布后的变更" not in Client().get(address).content.decode()
    for day, until, reason in (("2026-03-20", "2026-04-05", "系统故障"), ("2026-04-01", "2026-04-10", "洪水停电")):
        with clock_at(w.moment(day)):
            answer = rounds.extend_round("KRD-2026", w.moment(until, "18:00"), reason, world.actor("planner"))
            assert isinstance(answer, Round)
    kept = list(RoundVersion.objects.order_by("number"))
    assert [(one.number, one.reason) for one in kept] == [(1, ""), (2, "系统故障"), (3, "洪水停电")]
    assert kept[2].by == world.people["planner"].pk
    with django_assert_max_num_queries(3):
        said = Client().get(address).content.decode()
    latest, _, earlier = said.partition('id="versions"')[2].partition("</section>")[0].partition("<h3>第 2 版")
    assert "洪水停电" in latest
    assert "2026-04-05" in latest
    assert "2026-04-10" in latest
    assert "系统故障" in earlier
    assert "2026-03-31" in earlier
    assert "预算" not in latest, "only what changed is told"
    assert world.people["planner"].name not in said
    staff = signed_in(world.people["officer"]).get(reverse("round", args=["KRD-2026"])).content.decode()
    assert world.people["planner"].name in staff.partition('id="versions"')[2]


def test_a_refused_extension_keeps_no_version(world: w.World) -> None:
    rounds.extend_round("KRD-2026", w.moment("2026-03-02"), "", world.actor("planner"))
    assert RoundVersion.objects.count() == 1
