"""Only verified experts are drawn, by discipline of any depth, and whoever left may come back."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta

import pytest
from django.conf import settings
from tests import make

from keguan.kernel import clock
from keguan.kernel.actors import SYSTEM
from keguan.kernel.problems import Problem, Refused
from keguan.registers.codes.queries import names_of, read_codes
from keguan.registers.experts import services
from keguan.registers.experts.models import Expert
from keguan.registers.experts.queries import known_by, left_out, pool, ready
from keguan.registers.experts.works import NewWork, add_work, drop_work
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db


def test_a_nominee_is_drawn_only_after_being_verified() -> None:
    expert = make.expert(verified=False)
    assert not pool().exists()
    services.verify(expert, SYSTEM)
    assert pool().get() == expert


def test_a_broad_code_finds_narrow_experts_and_a_narrow_code_finds_broad_ones_only_on_its_line() -> None:
    broad, narrow, deep, other = (make.expert(fields=(code,)) for code in ("520", "520.40", "5204010", "530"))
    assert set(pool(["520"])) == {broad, narrow, deep}
    assert set(pool(["52040"])) == {broad, narrow, deep}
    assert set(pool(["52020"])) == {broad}
    assert set(pool(["5204010", "530"])) == {broad, narrow, deep, other}


def test_unknown_codes_are_all_named_and_nobody_enters() -> None:
    with pytest.raises(Refused) as refused:
        services.nominate(services.Nomination(make.person().pk, ("999", "110", "12")), SYSTEM)
    assert [problem.value for problem in refused.value.refusal.problems] == ["999", "12"]
    assert not Expert.objects.exists()


def test_an_expert_in_the_pool_is_not_nominated_twice_but_one_who_left_may_come_back() -> None:
    expert = make.expert()
    again = services.Nomination(expert.person_id, ("110",))
    with pytest.raises(Refused) as refused:
        services.nominate(again, SYSTEM)
    assert refused.value.refusal.problems[0].code == "expert.in-pool"
    services.leave(expert, SYSTEM, reason="退休")
    back = services.nominate(again, SYSTEM)
    assert (back.pk, back.status, back.verified_at) == (expert.pk, "candidate", None)


def test_a_suspended_expert_is_not_drawn_until_verified_again() -> None:
    expert = make.expert()
    services.suspend(expert, SYSTEM, reason="核查中")
    assert not pool().exists()
    with pytest.raises(Refused):
        services.suspend(expert, SYSTEM, reason="再次")
    services.verify(expert, SYSTEM)
    assert pool().exists()
    tags = Event.objects.filter(tag__startswith="experts:expert").order_by("id").values_list("tag", flat=True)
    assert [tag.rsplit(":", 1)[-1] for tag in tags] == ["nominated", "verified", "suspended", "verified"]


def test_codes_are_read_with_dots_and_wide_digits_and_named_in_two_languages() -> None:
    read = read_codes(["５２０．40", "999"])
    assert read["５２０．40"] == "gbt13745:2009:52040"
    assert isinstance(read["999"], Problem)
    assert names_of(["gbt13745:2009:52040"])["gbt13745:2009:52040"].zh == "52040 计算机科学技术"


@pytest.mark.parametrize("seed", range(5))
def test_who_is_left_out_is_counted_once_each_by_the_first_reason(seed: int) -> None:
    """Against the pool looked at one by one: a doubled entry before an unconfirmed one before days away."""
    chance = random.Random(seed)
    today, expected, free = clock.today(), Counter(question=0, stale=0, away=0), set()
    for n in range(12):
        twin, is_stale, is_away = (chance.random() < 0.4 for _ in range(3))
        employer = make.organisation(f"第{seed}之{n}研究所")
        expert = make.expert(make.person(f"同名{n}", employer=employer))
        if twin:
            make.person(f"同名{n}", employer=employer)
        if is_stale:
            Expert.objects.filter(pk=expert.pk).update(
                confirmed_on=today - timedelta(days=settings.EXPERT_REFRESH_DAYS + 1)
            )
        if is_away:
            make.absence(expert, today - timedelta(days=1), today + timedelta(days=1))
        why = "question" if twin else "stale" if is_stale else "away" if is_away else ""
        if why:
            expected[why] += 1
        else:
            free.add(expert.pk)
    assert left_out() == expected
    assert {one.pk for one in ready()} == free
    assert left_out(()) != expected or not expected["question"], "whoever asked already is believed"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("四川", True),
        ("四川 遥感", True),
        ("四川大學", True),
        ("遙感", True),
        ("计算机", True),
        ("computer 四川", True),
        ("remote sensing", True),
        ("四川 农学", False),
        ("农学", False),
        ("机", False),
    ],
)
def test_experts_are_found_by_words_that_all_say_something_of_them(typed: str, found: bool) -> None:
    expert = make.expert(
        make.person(employer=make.organisation("四川大学", kind="university")),
        fields=("520",),
        keywords=("遥感", "remote sensing"),
    )
    make.expert(make.person(employer=make.organisation("石河子农学院", kind="university")), fields=("210",))
    assert (expert in known_by(pool(), typed)) is found
    assert (expert in known_by(Expert.objects.all(), typed)) is found


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("数据", True),
        ("據治", True),
        ("联网", True),
        ("聯網 治理", True),
        ("节水灌溉", True),
        ("灌溉", True),
        ("溉节", False),
        ("联据", False),
        ("联网 棉花", False),
        ("语音识别", True),
        ("音识", True),
        ("知识图谱", True),
        ("知识语音", False),
        ("圖譜", True),
        ("农田", True),
        ("micro", True),
        ("Microgrids", True),
        ("grid", False),
        ("PM2.5监测", True),
        ("网", False),
        ("云", True),
        ("科学技术", True),
        ("  ", False),
        ("+ '", False),
    ],
)
def test_a_piece_of_a_keyword_a_work_or_a_discipline_finds_its_expert(typed: str, found: bool) -> None:
    expert = make.expert(
        fields=("5204010",), keywords=("物联网", "數據治理", "节水", "灌溉", "节水灌溉", "microgrid", "云")
    )
    for title, words in (("面向对话的语音识别方法", ()), ("领域知识圖譜构建", ("农田水利",)), ("PM2.5在线监测", ())):
        add_work(expert, NewWork("paper", title, keywords=words), SYSTEM)
    make.expert(fields=("210",), keywords=("棉花",))
    assert (expert in known_by(pool(), typed)) is found


def test_what_an_entry_is_found_by_follows_what_it_says() -> None:
    expert = make.expert(fields=("520",), keywords=("物联网",))
    services.correct(expert, SYSTEM, keywords=["棉花育种"], fields=["210"])
    work = add_work(expert, NewWork("paper", "知识图谱"), SYSTEM)
    found = {word: expert in known_by(pool(), word) for word in ("联网", "计算机", "育种", "农学", "图谱")}
    assert found == {"联网": False, "计算机": False, "育种": True, "农学": True, "图谱": True}
    drop_work(work, SYSTEM)
    assert expert not in known_by(pool(), "图谱")
