"""An import brings in a whole spreadsheet or nothing, and says where everything odd stands."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from tests import make
from tests.slices.registers.imports.files import HEADER, ROWS, csv_of, xlsx

from keguan.components import reader
from keguan.kernel.actors import SYSTEM
from keguan.registers.experts.models import Expert
from keguan.registers.imports import services
from keguan.registers.imports.models import ImportRun
from keguan.registers.imports.spec import Counts, Report
from keguan.registers.imports.specs import SPECS
from keguan.registers.organisations.models import FormerName, Organisation, Parent
from keguan.registers.parties.models import Person
from keguan.registers.projects.models import Project, Restatement
from keguan.registers.trace.models import Event, Personal

pytestmark = pytest.mark.django_db


def _run(spec: str, content: bytes, name: str = "表.csv", **more: Any) -> Report:
    return services.run(SPECS[spec], content, SYSTEM, name=name, **more)


def _projects(*rows: list[object]) -> bytes:
    return csv_of([HEADER, *(rows or ROWS)])


def test_a_list_of_projects_comes_in_with_hosts_days_and_whole_fen() -> None:
    report = _run("projects", xlsx(), "表.xlsx")
    assert report.counts == Counts(created=2)
    project = Project.objects.get(number="71701002")
    assert (project.amount_fen, project.number_grammar, project.approved_year) == (17_500_000, "nsfc", 2017)
    assert (project.first_day, project.last_day) == (date(2018, 1, 1), date(2020, 12, 31))
    assert (project.host.name, project.host.kind, project.source) == ("天山大学", "university", "项目!3")
    assert ImportRun.objects.get().created == 2


def test_the_same_file_again_changes_nothing() -> None:
    _run("projects", _projects())
    before = list(Project.objects.order_by("id").values())
    assert _run("projects", _projects()).counts == Counts(unchanged=2)
    assert list(Project.objects.order_by("id").values()) == before
    assert not Event.objects.filter(tag="imports:import:changed").exists()


def test_a_dry_run_reports_the_same_and_writes_nothing_at_all() -> None:
    dry = _run("projects", _projects(), dry_run=True)
    assert not Project.objects.exists()
    assert not Organisation.objects.exists()
    assert not Event.objects.exists()
    real = _run("projects", _projects())
    assert (dry.counts, dry.odd, dry.problems) == (real.counts, real.odd, real.problems)


def test_one_bad_row_keeps_everything_out_and_all_bad_rows_are_named_with_their_cells() -> None:
    bad = _projects(ROWS[0], ["71701003", "", "天山大学", "P", 1, ""], ["71701004", "x" * 1001, "", "P", 1, ""])
    report = _run("projects", bad)
    assert [(problem.where, problem.code) for problem in report.problems] == [
        ("表.csv:3:项目名称", "import.cell.blank"),
        ("表.csv:4:项目名称", "import.cell.too-long"),
        ("表.csv:4:依托单位", "import.cell.blank"),
    ]
    assert not Project.objects.exists()
    assert not Organisation.objects.exists()
    event = Event.objects.get()
    assert (event.tag, event.outcome, event.payload["problems"]) == ("imports:import:refused", "refused", 3)


def test_a_corrected_file_changes_only_what_differs_and_the_trace_tells_before_and_after() -> None:
    _run("projects", _projects())
    corrected = _projects([*ROWS[0][:4], 20, ROWS[0][5]], ROWS[1])
    assert _run("projects", corrected).counts == Counts(updated=1, unchanged=1)
    changed = Event.objects.get(tag="imports:import:changed").payload["changed"]
    assert changed == [{"key": "71701001", "changes": {"amount_fen": [18_000_000, 20_000_000]}}]


def test_a_blank_cell_never_erases_what_is_known() -> None:
    _run("projects", _projects())
    _run("projects", _projects([*ROWS[0][:3], "", "", ""]))
    project = Project.objects.get(number="71701001")
    assert (project.principal_pseudonym, project.amount_fen) == ("P1", 18_000_000)


@pytest.mark.parametrize(
    ("row", "odd"),
    [
        (["71701009", "题", "天山大学", "", 1, "2018.01-2020.12"], "no-principal"),
        (["71701009", "题", "天山大学", "P", "", "2018.01-2020.12"], "no-amount"),
        (["71701009", "题", "天山大学", "P", "*", "2018.01-2020.12"], "amount"),
        (["71701009", "题", "天山大学", "P", 0, "2018.01-2020.12"], "zero-amount"),
        (["71701009", "题", "天山大学", "P", 1, "2018.01-2020.14"], "period"),
        (["71701009", "题", "天山大学", "P", 1, "0000-00-00"], "period"),
        (["71701009", "题", "天山大学", "P", 1, "2020.12-2018.01"], "period"),
        (["71701009", "题", "天山大学", "P", 1, ""], "no-period"),
        (["0", "题", "天山大学", "P", 1, "2018.01-2020.12"], "number-unknown"),
        (["71701009*", "题", "天山大学", "P", 1, "2018.01-2020.12"], "number-mark"),
        (["71701009", "题", "武汉病毒硏究所", "P", 1, "2018.01-2020.12"], "host-lookalike"),
    ],
)
def test_an_odd_row_is_kept_reported_and_marked(row: list[object], odd: str) -> None:
    report = _run("nsfc-projects", _projects(row))
    assert report.counts == Counts(created=1)
    assert report.odd == {f"import.odd.{odd}": 1}
    assert report.warnings[0].where.startswith("表.csv:2")
    assert Project.objects.get().odd == [odd]


def test_our_own_template_takes_no_amount_that_cannot_be_read() -> None:
    report = _run("projects", _projects([*ROWS[0][:4], -3, ""], [*ROWS[1][:4], "若干", ""]))
    assert [(problem.where, problem.code) for problem in report.problems] == [
        ("表.csv:2:金额(万元)", "money.negative"),
        ("表.csv:3:金额(万元)", "money.unreadable"),
    ]


def test_a_period_with_an_impossible_month_still_knows_its_year() -> None:
    _run("projects", _projects(["71701009", "题", "天山大学", "P", 1, "2016.01-2019.14"]))
    project = Project.objects.get()
    assert (project.first_day, project.last_day) == (date(2016, 1, 1), date(2019, 12, 31))
    assert project.period_as_given == "2016.01-2019.14"


def test_a_number_printed_twice_is_one_project_that_keeps_both_rows_and_fills_its_blanks() -> None:
    first = ["2020YFC1521600", "中华文明 探源研究", "天山大学", "", 100, ""]
    again = ["2020YFC1521600", "中华文明探源研究", "天山大学", "P7", "", "2020.01-2023.12"]
    report = _run("projects", _projects(first, again))
    assert report.counts == Counts(created=1, restated=1)
    project = Project.objects.get()
    assert (project.title, project.principal_pseudonym, project.amount_fen) == ("中华文明 探源研究", "P7", 100_000_000)
    assert project.last_day == date(2023, 12, 31)
    assert Restatement.objects.get().title == "中华文明探源研究"
    assert _run("projects", _projects(first, again)).counts == Counts(unchanged=1, restated=1)
    assert Restatement.objects.count() == 1


def test_two_titles_under_a_number_that_is_none_stay_two_projects() -> None:
    rows = [["0", "甲题", "天山大学", "P1", 1, ""], ["0", "乙题", "天山大学", "P2", 1, ""]]
    assert _run("projects", _projects(*rows)).counts == Counts(created=2)
    assert set(Project.objects.values_list("number", flat=True)) == {"0", "0#2"}
    assert _run("projects", _projects(*rows)).counts == Counts(unchanged=2)


def test_the_same_title_under_another_number_is_reported_with_the_first_one() -> None:
    report = _run("projects", _projects(ROWS[0], ["71701008", "绿洲 节水灌溉——研究", *ROWS[0][2:]]))
    (warning,) = report.warnings
    assert warning.code == "import.odd.same-title"
    assert "71701001" in warning.say.zh


def test_a_host_is_found_by_its_former_name_and_by_other_spellings() -> None:
    known = make.organisation("天山大学")
    FormerName.objects.create(organisation=known, name="天山学院", normal_name="天山学院", until=date(1999, 12, 31))
    rows = [["71701001", "甲", "天山学院", "P", 1, ""], ["71701002", "乙", "天 山 大 学", "P", 1, ""]]
    _run("projects", _projects(*rows))
    assert set(Project.objects.values_list("host", flat=True)) == {known.pk}
    assert set(Project.objects.values_list("host_name_as_given", flat=True)) == {"天山学院", "天 山 大 学"}


def test_an_unknown_column_is_said_and_a_missing_one_refused() -> None:
    report = _run("projects", csv_of([[*HEADER, "备注"], [*ROWS[0], "x"]]))
    assert [warning.value for warning in report.warnings] == ["备注"]
    report = _run("projects", csv_of([["项目编号", "项目名称"], ["1", "x"]]))
    assert [problem.code for problem in report.problems] == ["import.header.column-missing"]


def test_the_progress_is_told_for_checking_and_for_saving() -> None:
    told: list[tuple[str, int, int]] = []
    _run("projects", _projects(), progress=lambda stage, done, total: told.append((stage.en, done, total)))
    assert told[0] == ("Checking", 2, 2)
    assert told[-1] == ("Saving", 2, 2)


def test_organisations_come_in_with_codes_kinds_and_parents_from_the_same_file() -> None:
    child, parent = make.uscc(), make.uscc()
    content = csv_of(
        [
            ["单位名称", "统一社会信用代码", "单位类型", "地区代码", "上级单位", "隶属起始日"],
            ["天山第一研究所", child, "科研院所", "650100", "天山科学院", "2020-01-01"],
            ["天山科学院", parent, "科研机构", "650000", "", ""],
        ]
    )
    report = _run("organisations", content)
    assert report.problems == ()
    assert report.counts == Counts(created=2)
    link = Parent.objects.get()
    assert (link.child.uscc, link.parent.uscc, link.since) == (child, parent, date(2020, 1, 1))
    assert _run("organisations", content).counts == Counts(unchanged=2)


def test_an_organisation_under_a_new_name_keeps_the_old_one() -> None:
    known = make.organisation("天山学院")
    content = csv_of([["单位名称", "统一社会信用代码"], ["天山大学", known.uscc]])
    trial = _run("organisations", content, dry_run=True)
    assert (trial.renamings, trial.first[0].changed) == (1, {"name": ("天山学院", "天山大学")})
    (warning,) = trial.warnings
    assert "“天山学院”" in warning.say.zh
    assert "“天山大学”" in warning.say.zh
    for meant in (0, 2):
        refused = _run("organisations", content, renamings=meant)
        assert [one.code for one in refused.problems] == ["import.renamings"]
    known.refresh_from_db()
    assert known.name == "天山学院"
    assert _run("organisations", content, renamings=1).counts == Counts(updated=1)
    known.refresh_from_db()
    assert (known.name, known.former_names.get().name) == ("天山大学", "天山学院")
    assert _run("organisations", content).counts == Counts(unchanged=1)


def test_each_changed_field_is_told_with_what_it_was() -> None:
    known, under = make.organisation("天山学院", region_code="650100", address="旧街1号"), make.organisation("科学院")
    rows = [
        ["名称", "信用代码", "地区代码", "地址", "上级单位"],
        ["天山学院", known.uscc, "652900", "新街2号", "科学院"],
    ]
    (row,) = _run("organisations", csv_of(rows), dry_run=True).changed
    assert row.changed == {
        "region_code": ("650100", "652900"),
        "address": ("旧街1号", "新街2号"),
        "parent": ("", under.name),
    }


def test_a_host_known_by_name_alone_gets_its_code_when_it_is_imported() -> None:
    _run("projects", _projects())
    code = make.uscc()
    assert _run("organisations", csv_of([["名称", "信用代码"], ["天山大学", code]])).counts == Counts(updated=1)
    assert Organisation.objects.get().uscc == code


def test_a_bad_code_an_unknown_parent_and_a_repeated_row_keep_all_organisations_out() -> None:
    code = make.uscc()
    wrong = code[:-1] + ("A" if code[-1] != "A" else "B")
    content = csv_of(
        [["单位名称", "信用代码", "上级单位"], ["甲所", wrong, ""], ["乙所", code, "没有的院"], ["丙所", code, ""]]
    )
    report = _run("organisations", content)
    assert [(problem.where, problem.code) for problem in report.problems] == [
        ("表.csv:2:信用代码", "uscc.check"),
        ("表.csv:4:单位名称", "import.row.repeated"),
    ]
    report = _run("organisations", csv_of([["单位名称", "信用代码", "上级单位"], ["乙所", code, "没有的院"]]))
    assert [(problem.where, problem.code) for problem in report.problems] == [
        ("表.csv:2:上级单位", "import.row.organisation-unknown")
    ]
    assert not Organisation.objects.exists()


def test_a_code_that_the_spreadsheet_stored_as_a_number_is_refused_because_digits_are_lost() -> None:
    rows = [["单位名称", "统一社会信用代码"], ["甲所", 911101085513850820]]
    (problem,) = _run("organisations", xlsx(rows=rows), "表.xlsx").problems
    assert (problem.code, problem.where) == ("import.cell.digits-lost", "项目!B2")


PEOPLE = ["姓名", "工作单位", "职称", "学位", "邮箱", "出生日期"]


def test_people_come_in_once_whatever_dot_was_typed_and_their_values_stay_out_of_the_open_trace() -> None:
    make.organisation("天山大学")
    first = csv_of([PEOPLE, ["艾力·斯木吐拉", "天山大学", "教授", "博士", "aili@example.cn", "1970年1月2日"]])
    again = xlsx(rows=[PEOPLE, ["艾力・斯木吐拉", "天山大学", "正高级", "博士", "aili@example.cn", 25570]])
    assert _run("people", first).counts == Counts(created=1)
    assert _run("people", again, "表.xlsx").counts == Counts(unchanged=1)
    person = Person.objects.get()
    assert (person.born, person.title, person.employer.name) == (date(1970, 1, 2), "senior", "天山大学")
    assert "aili@example.cn" not in str(list(Event.objects.values_list("payload", flat=True)))
    assert Personal.objects.filter(field="email").exists()


def test_people_who_cannot_be_told_apart_or_work_nowhere_known_are_refused() -> None:
    make.person("古丽"), make.person("古丽")
    report = _run("people", csv_of([PEOPLE, ["古丽", "", "", "", "", ""], ["买买提", "没有的单位", "", "", "x", ""]]))
    assert [problem.code for problem in report.problems] == ["import.cell.not-an-email"]
    report = _run("people", csv_of([PEOPLE, ["古丽", "", "", "", "", ""], ["买买提", "没有的单位", "", "", "", ""]]))
    assert [problem.code for problem in report.problems] == [
        "import.row.person-ambiguous",
        "import.row.organisation-unknown",
    ]
    assert Person.objects.count() == 2


def test_experts_are_nominated_from_people_and_wait_for_an_officer() -> None:
    make.person("古丽", employer=make.organisation("天山大学"))
    content = csv_of([["姓名", "单位", "学科代码", "关键词"], ["古丽", "天山大学", "210;520.40", "棉花、节水"]])
    assert _run("experts", content).counts == Counts(created=1)
    expert = Expert.objects.get()
    assert (expert.fields, expert.keywords, expert.status) == (
        ["gbt13745:2009:210", "gbt13745:2009:52040"],
        ["棉花", "节水"],
        "candidate",
    )
    assert _run("experts", content).counts == Counts(unchanged=1)
    wrong = csv_of([["姓名", "学科代码"], ["古丽", "999"], ["无此人", "210"]])
    assert [problem.code for problem in _run("experts", wrong).problems] == [
        "expert.field-unknown",
        "import.row.person-unknown",
    ]


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_file_at_once_create_each_row_once() -> None:
    def bring(_: int) -> Counts:
        try:
            return _run("projects", _projects()).counts
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=4) as clerks:
        done = sorted(clerks.map(bring, range(4)), key=lambda counts: -counts.created)
    assert done == [Counts(created=2), *[Counts(unchanged=2)] * 3]
    assert Organisation.objects.count() == 1


def test_the_real_lists_come_in_whole_and_a_second_time_change_nothing(shared_data) -> None:
    files: dict[str, Path] = {name: shared_data(f"{name}.csv") for name in ("nsfc-projects", "national-rd-projects")}
    reports = {name: services.run(SPECS[name], path, SYSTEM) for name, path in files.items()}
    assert reports["nsfc-projects"].counts == Counts(created=17_926)
    assert reports["national-rd-projects"].counts == Counts(created=2_149, restated=430)
    assert sum(report.read for report in reports.values()) == 20_505
    assert Project.objects.count() + Restatement.objects.count() == 20_505
    assert Project.objects.filter(source_kind="national-rd", principal_pseudonym="").count() == 697
    assert Restatement.objects.filter(principal_pseudonym="").count() == 430
    assert not Project.objects.filter(host__normal_name="").exists()
    assert reports["nsfc-projects"].odd["import.odd.period"] == 10
    again = {name: services.run(SPECS[name], path, SYSTEM).counts for name, path in files.items()}
    assert again["nsfc-projects"] == Counts(unchanged=17_926)
    assert again["national-rd-projects"] == Counts(unchanged=2_149, restated=430)


def test_every_row_says_what_became_of_it_and_the_counts_are_their_sum() -> None:
    first, again = ROWS[0], [*ROWS[0][:4], "", ""]
    _run("projects", _projects(first))
    report = _run("projects", _projects([*first[:4], 20, first[5]], again, ROWS[1]), dry_run=True)
    assert [(row.number, row.done) for row in report.first] == [(2, "updated"), (3, "restated"), (4, "created")]
    assert report.counts == Counts(created=1, updated=1, restated=1)
    shown = {column.key: column.shown(report.first[0]) for column in SPECS["projects"].columns}
    assert reader.said(shown["amount"]) == "20万元"
    assert reader.said(shown["period"]) == "2018-01-01 – 2020-12-31"
    assert shown["evaluation"] is None


def test_a_row_that_only_moves_under_another_parent_is_told_as_changed() -> None:
    code = make.uscc()
    make.organisation("教育厅", kind="department")
    _run("organisations", csv_of([["名称", "信用代码"], ["天山大学", code]]))
    under = csv_of([["名称", "信用代码", "上级单位"], ["天山大学", code, "教育厅"]])
    report = _run("organisations", under)
    assert (report.counts, [row.done for row in report.first]) == (Counts(updated=1), ["updated"])
    assert [row.done for row in _run("organisations", under).first] == ["unchanged"]
