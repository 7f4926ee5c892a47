"""Organisations are entered once, found by every name they bore, and follow their mergers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from tests import make

from keguan.kernel import clock
from keguan.kernel.actors import SYSTEM
from keguan.kernel.problems import Refused
from keguan.registers.organisations import queries, services
from keguan.registers.organisations.models import FormerName, Organisation, Region
from keguan.registers.organisations.regions import RegionLine, bring_up_to_date
from keguan.registers.trace.models import Event
from keguan.registers.trace.sentences import told

pytestmark = pytest.mark.django_db


def _codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [problem.code for problem in refused.value.refusal.problems]


def test_an_entry_keeps_the_name_as_typed_and_is_traced() -> None:
    made = make.organisation("新疆大学（本部）")
    assert (made.name, made.normal_name) == ("新疆大学（本部）", "新疆大学(本部)")
    event = Event.objects.get()
    assert (event.tag, event.on_behalf_of) == ("organisations:organisation:registered", made.pk)
    assert event.payload["uscc"] == made.uscc


def test_a_bad_entry_is_refused_with_all_its_problems_in_both_languages() -> None:
    with pytest.raises(Refused) as refused:
        services.register(SYSTEM, name=" ", kind="shop", uscc="91110108551385082X", region_code="990000")
    assert _codes(refused) == ["organisation.name", "organisation.kind", "organisation.region", "uscc.check"]
    for problem in refused.value.refusal.problems:
        assert problem.where
        assert any("\u4e00" <= char <= "\u9fff" for char in problem.say.zh)
        assert not any("\u4e00" <= char <= "\u9fff" for char in problem.say.en)
        assert problem.fix is not None
    assert not Organisation.objects.exists()
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    "typed", ["91110108551385082Q", " 9111 0108-551385082q ", "９１１１０１０８５５１３８５０８２Ｑ"]
)
def test_a_code_is_stored_in_one_form_however_it_was_typed(typed: str) -> None:
    assert make.organisation(uscc=typed).uscc == "91110108551385082Q"
    with pytest.raises(Refused) as refused:
        make.organisation(uscc="91110108551385082Q")
    assert _codes(refused) == ["organisation.uscc_taken"]


def test_the_database_refuses_a_code_with_impossible_letters() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.create(name="x", normal_name="x", uscc="9111010855138508IO")


def test_without_a_code_a_name_is_entered_once_in_any_spelling() -> None:
    make.organisation("天山科技（集团）有限公司", uscc="")
    with pytest.raises(Refused) as refused:
        make.organisation("天山科技(集团) 有限公司", uscc="")
    assert _codes(refused) == ["organisation.known"]
    assert make.organisation("天山科技(集团)有限公司").pk


def test_a_renamed_organisation_is_found_by_its_old_name_too() -> None:
    made = make.organisation("石河子农学院", founded=date(1959, 1, 1))
    services.rename(SYSTEM, made, "石河子大学", on=date(1996, 4, 1))
    assert queries.find("石河子 农学院") == queries.find("石河子大学") == made
    former = FormerName.objects.get()
    assert (former.since, former.until) == (date(1959, 1, 1), date(1996, 3, 31))
    services.rename(SYSTEM, made, "石河子综合大学", on=date(2001, 1, 1))
    assert FormerName.objects.get(name="石河子大学").since == date(1996, 4, 1)
    assert [o.name for o in queries.search("农学")] == ["石河子综合大学"]


def test_a_name_of_less_than_a_day_is_no_former_name_and_the_one_before_it_has_run_on() -> None:
    made = make.organisation("石河子农学院", founded=date(1959, 1, 1))
    services.rename(SYSTEM, made, "石河子大学")
    services.rename(SYSTEM, made, "石河子农学院")
    assert not FormerName.objects.exists()
    services.rename(SYSTEM, made, "甲学院")
    services.rename(SYSTEM, made, "乙学院")
    former = FormerName.objects.get()
    assert (former.name, former.since, former.until) == (
        "石河子农学院",
        date(1959, 1, 1),
        clock.today() - timedelta(days=1),
    )


def test_a_renaming_that_changes_nothing_or_comes_too_early_is_refused() -> None:
    made = make.organisation("石河子农学院", founded=date(1959, 1, 1))
    for name, on, code in (
        ("石河子农学院", None, "organisation.same_name"),
        ("石河子大学", date(1950, 1, 1), "organisation.rename_too_early"),
    ):
        with pytest.raises(Refused) as refused:
            services.rename(SYSTEM, made, name, on=on)
        assert _codes(refused) == [code]
    assert not FormerName.objects.exists()


def test_a_new_bearer_of_an_old_name_is_meant_before_the_former_one() -> None:
    old = make.organisation("天山研究所")
    services.rename(SYSTEM, old, "昆仑研究院")
    new = make.organisation("天山研究所")
    assert queries.find("天山研究所") == new


def test_two_of_one_name_are_for_a_person_to_choose_from() -> None:
    one, other = make.organisation("第一人民医院"), make.organisation("第一人民医院")
    assert queries.find("第一人民医院") is None
    assert queries.matches("第一人民医院") == [one, other]
    assert queries.find(other.uscc or "") == other


def test_a_merged_organisation_stands_for_its_successor_along_the_chain() -> None:
    one, two, three = make.organisation("甲学院"), make.organisation("乙学院"), make.organisation("丙大学")
    services.merge(SYSTEM, one, two)
    services.merge(SYSTEM, two, three)
    assert queries.find("甲学院") == queries.find(one.uscc or "") == three
    assert services.host_from_name(SYSTEM, "甲学院") == three
    with pytest.raises(Refused) as refused:
        services.merge(SYSTEM, three, one)
    assert _codes(refused) == ["organisation.merge"]


def test_a_closed_organisation_is_not_closed_twice() -> None:
    made = services.close(SYSTEM, make.organisation(), reason="注销")
    with pytest.raises(Refused) as refused:
        services.close(SYSTEM, made, reason="注销")
    assert _codes(refused) == ["organisation.not_active"]
    assert not queries.search(made.name)
    assert queries.organisations(text=made.name, status="").get() == made


def test_historic_hosts_meet_present_and_former_names_and_nobody_is_entered_twice() -> None:
    known = make.organisation("新疆农业大学")
    services.rename(SYSTEM, known, "天山农业大学")
    typed = ["新疆农业大学", "天山农业大学", "喀什师范学院", "喀什 师范学院", "ＡＢＣ研究所", "abc研究所"]
    found = services.hosts_from_names(SYSTEM, typed, origin="nsfc-2018")
    assert set(found) == set(typed)
    assert found["新疆农业大学"] == found["天山农业大学"] == known
    assert found["喀什师范学院"] == found["喀什 师范学院"]
    assert found["ＡＢＣ研究所"] == found["abc研究所"]
    assert Organisation.objects.count() == 3
    assert services.hosts_from_names(SYSTEM, typed) == found
    assert Organisation.objects.count() == 3
    entered = Event.objects.get(tag="organisations:organisation:hosts_entered")
    assert (entered.payload["count"], entered.payload["origin"]) == (2, "nsfc-2018")


def test_many_historic_hosts_take_few_queries(django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(10):
        services.hosts_from_names(SYSTEM, [f"第{n}研究所" for n in range(500)])


def test_an_empty_historic_host_is_refused_by_name() -> None:
    with pytest.raises(Refused) as refused:
        services.hosts_from_names(SYSTEM, ["新疆大学", " · "])
    assert _codes(refused) == ["organisation.name"]
    assert not Organisation.objects.exists()


def test_searching_meets_part_of_a_name_the_begin_of_a_code_and_english() -> None:
    made = make.organisation("中国科学院新疆生态与地理研究所", name_en="Xinjiang Institute of Ecology and Geography")
    for text in ("生态与地理", "Ecology", (made.uscc or "")[:12], "科学院 新疆"):
        assert queries.search(text) == [made], text
    assert queries.search("") == []
    assert queries.search("%") == []
    assert list(queries.organisations(region="65", kind="university")) == [made]
    assert not queries.organisations(region="15")


def test_names_come_in_pinyin_order_whatever_the_database_locale() -> None:
    for name in ("重庆大学", "阿拉尔学院", "北京大学", "新疆大学"):
        make.organisation(name)
    assert [o.name for o in queries.organisations()] == ["阿拉尔学院", "北京大学", "重庆大学", "新疆大学"]


def test_the_register_ships_the_prefectures_and_takes_a_new_code_without_losing_the_old() -> None:
    assert queries.region_named("659001").name == "石河子市"  # type: ignore[union-attr]
    assert queries.regions("65").filter(code__endswith="00").count() == 16
    assert queries.regions("15").filter(code__endswith="00").exclude(code="150000").count() == 12
    assert bring_up_to_date() == 0
    closed = RegionLine("652100", "吐鲁番地区", "Turpan Prefecture", valid_to=date(2015, 4, 12), successor="650400")
    assert bring_up_to_date((closed,)) == 1
    assert queries.region_named("652100") is None
    assert queries.region_named("652100", date(2015, 4, 12)).successor == "650400"  # type: ignore[union-attr]
    with pytest.raises(IntegrityError), transaction.atomic():
        Region.objects.create(code="650400", name="另一个")


def test_no_event_of_this_register_speaks_in_codes_alone() -> None:
    made = make.organisation("甲学院")
    services.rename(SYSTEM, made, "乙学院", on=date(2020, 1, 1))
    said = [told(event).zh for event in Event.objects.order_by("id")]
    assert said == ["系统登记了单位“甲学院”", "系统将单位“甲学院”更名为“乙学院”，自 2020-01-01 起"]


def test_a_region_code_is_told_by_its_name_or_by_the_smallest_division_around_it_that_has_one() -> None:
    bring_up_to_date((RegionLine("990000", "旧省", "Old", valid_from=date(1950, 1, 1), valid_to=date(1960, 1, 1)),))
    said = queries.regions_said(["650100", "650104", "659001", "990100", "989898", ""])
    assert (said["650100"].zh, said["650100"].en) == ("650100 乌鲁木齐市", "650100 Ürümqi")
    assert said["650104"].zh == "650104 乌鲁木齐市", "a county is told by its prefecture"
    assert said["659001"].zh == "659001 石河子市"
    assert said["990100"].en == "990100 Old", "what ended keeps its name"
    assert (said["989898"].zh, said[""].zh) == ("989898", "")
