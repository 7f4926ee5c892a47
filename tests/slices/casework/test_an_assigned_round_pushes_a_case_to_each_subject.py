"""A round whose subjects are listed: each organisation finds its case among its tasks, and nobody else can begin one."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client
from tests import make
from tests.make import world as w

from keguan.casework import alarms, services
from keguan.casework.drafting import opening
from keguan.casework.models import Case, ProgrammeVersion, Round, Task
from keguan.casework.rounds import services as rounds
from keguan.casework.services import Done
from keguan.engine.decision import Command
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import clock_at
from keguan.kernel.problems import Refusal
from keguan.language.definition import Definition
from keguan.language.loader import load_sources

pytestmark = pytest.mark.django_db

SELF_CHECK = {
    "programme.yaml": """
programme: self-check
version: "1"
letters: SCK
title:
  zh: 科技投入季度自查
  en: Quarterly self-check
purpose:
  zh: 各单位每季度自查科技投入。
  en: Every organisation checks its own spending each quarter.
basis:
  - act: 2018年兵团科技工作要点
rounds: assigned
duties:
  plan: planning
  run: officer
  supervise: supervision
about:
  title: report.title
steps:
  - apply:
      form: report
      routes:
        lapsed: overdue
  - check:
      by: officer
      rules:
        - complete
      routes:
        failed: overdue
        returned: apply
ends:
  - end: filed
    title:
      zh: 已报送
      en: Filed
    success: true
  - end: overdue
    title:
      zh: 逾期未报
      en: Overdue
""",
    "forms.yaml": """
- form: report
  title:
    zh: 自查报告
    en: Self-check report
  sections:
    - section:
        zh: 内容
        en: Content
      fields:
        - field: title
          type: text
          title:
            zh: 标题
            en: Title
""",
    "rules.yaml": """
complete:
  - rule: signed
    say:
      zh: 报告内容完整
      en: The report is complete
    source: 2018年兵团科技工作要点
    ask:
      zh: 报告内容是否完整？
      en: Is the report complete?
""",
}


@pytest.fixture
def assigned() -> tuple[w.World, Round]:
    """A published assigned round of a small programme."""
    definition = load_sources(SELF_CHECK, {})
    assert isinstance(definition, Definition), definition
    world = w.world(experts_count=0)
    with clock_at(w.moment("2026-03-01")):
        version = ProgrammeVersion.objects.create(
            code="self-check",
            version="1",
            digest=definition.digest,
            title_zh="科技投入季度自查",
            title_en="Quarterly self-check",
            sources=definition.sources,
            published_at=w.moment("2026-01-01"),
        )
        terms = rounds.Terms(
            code="SCK-2026-1",
            title=Text("一季度", "First quarter"),
            opens=w.moment("2026-03-01"),
            closes=w.moment("2026-03-31"),
            kind="assigned",
        )
        assert isinstance(rounds.draft_round(version, terms, world.actor("planner")), Round)
        published = rounds.publish_round("SCK-2026-1", world.actor("publisher"))
        assert isinstance(published, Round)
    return world, published


def test_each_listed_organisation_gets_one_case_and_its_office_answers_for_it(assigned: tuple[w.World, Round]) -> None:
    world, of_round = assigned
    other = make.organisation("北山农场", kind="enterprise")
    with clock_at(w.moment("2026-03-02")):
        assert opening.assign(of_round.code, [world.university.pk, other.pk], world.actor("planner")) == 2
        assert opening.assign(of_round.code, [world.university.pk], world.actor("planner")) == 0
        case = Case.objects.get(round=of_round, host=world.university)
        task = Task.objects.get(case=case)
        assert (task.role, task.organisation_id, task.person_id) == ("applicant", world.university.pk, None)
        answer = world.act(case.number, "submit", "host", values={"title": "一季度自查"})
        assert isinstance(answer, Done), answer
        answer = world.act(case.number, "pass", "officer", verdicts={"complete.signed": {"result": "meets"}})
        assert isinstance(answer, Done), answer
    assert Case.objects.get(pk=case.pk).end == "filed"
    assert not Task.objects.filter(case=case).exists()


def test_nobody_else_answers_and_nobody_begins_a_case_of_their_own(assigned: tuple[w.World, Round]) -> None:
    world, of_round = assigned
    with clock_at(w.moment("2026-03-02")):
        opening.assign(of_round.code, [world.university.pk], world.actor("planner"))
        number = Case.objects.get(round=of_round).number
        for who in ("applicant", "officer", "authority"):
            answer = world.act(number, "submit", who, values={"title": "不是我的"})
            assert isinstance(answer, Refusal)
            assert answer.problems[0].code == "right.missing"
        answer = opening.start(of_round.code, world.actor("applicant"), world.university.pk, uuid4().hex)
        assert isinstance(answer, Refusal)
        assert answer.problems[0].code == "round.assigned"
        answer = opening.assign(of_round.code, [world.university.pk], world.actor("officer"))
        assert isinstance(answer, Refusal)


def test_a_subject_that_does_not_report_is_overdue_once_the_time_is_over(assigned: tuple[w.World, Round]) -> None:

    world, of_round = assigned
    with clock_at(w.moment("2026-03-02")):
        opening.assign(of_round.code, [world.university.pk], world.actor("planner"))
    number = Case.objects.get(round=of_round).number
    with clock_at(w.moment("2026-03-30")):
        early = services.act(number, Command("expire", "apply"), w.SYSTEM, uuid4().hex)
        assert isinstance(early, Refusal)
    with clock_at(w.moment("2026-04-01")):
        alarms.ring()
    assert Case.objects.get(number=number).end == "overdue"


def test_the_planning_department_pushes_cases_from_the_rounds_page_and_is_told_of_lines_it_cannot_place(
    assigned: tuple[w.World, Round], client: Client
) -> None:
    world, of_round = assigned
    client.force_login(make.account(world.people["planner"]))
    with clock_at(w.moment("2026-03-02")):
        page = client.get(f"/rounds/{of_round.code}/")
        assert "指定单位" in page.content.decode()
        wrong = client.post(f"/rounds/{of_round.code}/assign/", {"subjects": "天河大学\n没有这个学校"})
        assert wrong.status_code == 422
        assert "第2行" in wrong.content.decode()
        assert "没有这个学校" in wrong.content.decode()
        assert not Case.objects.filter(round=of_round).exists()
        done = client.post(f"/rounds/{of_round.code}/assign/", {"subjects": "天河大学"})
    assert done.status_code == 303
    assert Case.objects.get(round=of_round).host == world.university
