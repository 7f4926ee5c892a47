"""A small programme as texts, and ways to change one line of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from keguan.kernel.problems import Problem
from keguan.language.definition import Definition
from keguan.language.loader import load_sources
from keguan.language.parameters import read_parameters
from keguan.language.schema import Parameter

DAY = date(2018, 3, 1)

PROGRAMME = """\
programme: small
letters: SM
version: "1"
title:
  zh: 小项目
  en: Small project
purpose:
  zh: 测试
  en: For tests
basis:
  - act: 管理办法
duties:
  plan: planning
  run: officer
  supervise: supervision
about:
  title: proposal.title
applicants: [university, enterprise]
steps:
  - apply:
      form: proposal
      rules:
        - limits
      routes:
        lapsed: gone
  - screen:
      by: officer
      rules:
        - formal
      routes:
        failed: gone
        returned: apply
  - review:
      when: proposal.asked > 20 * wan
      rubric: merit
      panel:
        size: 3
        avoid: [kin]
      combine: mean
  - publish:
      period: param.notice
      shows:
        - proposal.title
      routes:
        upheld: gone
  - pay:
      amount: part(60, proposal.asked)
      tranches:
        - share: 100 %
ends:
  - end: gone
    title:
      zh: 未成
      en: Not granted
"""

FORMS = """\
- form: proposal
  title:
    zh: 申报书
    en: Proposal
  sections:
    - section:
        zh: 基本情况
        en: Basics
      fields:
        - field: title
          type: text
          title:
            zh: 名称
            en: Title
          most: 20
        - field: asked
          type: money
          title:
            zh: 申请经费
            en: Asked
          least: 1 万元
          most: 100 万元
        - field: begins
          type: date
          title:
            zh: 开始日期
            en: Begins
        - field: region
          type: choice
          title:
            zh: 地区
            en: Region
          choices:
            - value: south
              title:
                zh: 南疆
                en: South
            - value: north
              title:
                zh: 北疆
                en: North
        - field: partner
          type: yes_no
          title:
            zh: 有无合作单位
            en: With a partner
        - field: partner_name
          type: text
          title:
            zh: 合作单位
            en: Partner
          shown_when: proposal.partner
        - field: partner_share
          type: integer
          title:
            zh: 合作单位比例
            en: Share of the partner
          shown_when: size(proposal.partner_name) > 0
          least: 1
          most: 50
        - field: budget
          type: table
          title:
            zh: 预算
            en: Budget
          least: 1
          most: 3
          columns:
            - column: item
              type: text
              title:
                zh: 科目
                en: Item
            - column: amount
              type: money
              title:
                zh: 金额
                en: Amount
            - column: on_day
              type: date
              required: false
              title:
                zh: 日期
                en: Day
        - field: total
          type: money
          title:
            zh: 合计
            en: Total
          computed: sum(proposal.budget.amount)
        - field: doubled
          type: money
          title:
            zh: 两倍
            en: Twice
          computed: 2 * proposal.total
        - field: papers
          type: file
          required: false
          title:
            zh: 附件
            en: Papers
        - field: topics
          type: choices
          required: false
          title:
            zh: 领域
            en: Topics
          choices:
            - value: cotton
              title:
                zh: 棉花
                en: Cotton
            - value: water
              title:
                zh: 水
                en: Water
        - field: leader
          type: person
          required: false
          title:
            zh: 负责人
            en: Leader
"""

RULES = """\
limits:
  - rule: running
    say:
      zh: 在研项目少于两项
      en: Fewer than two running projects
    must: person.running_projects < param.most_running
    source: 管理办法
formal:
  - rule: cofunding
    say:
      zh: 企业自筹不少于申请额
      en: An enterprise matches the money
    when: applicant.kind == "enterprise"
    must: proposal.total >= 2 * proposal.asked
    source: 管理办法
    override: true
  - rule: truthful
    say:
      zh: 材料真实
      en: The papers are true
    ask:
      zh: 是否真实？
      en: Are they true?
    source: 管理办法
"""

RUBRICS = """\
- rubric: merit
  title:
    zh: 评审
    en: Merit
  criteria:
    - criterion: all
      title:
        zh: 总体
        en: All
      points: 100
"""

PARAMETERS = """\
- name: notice
  title:
    zh: 公示期
    en: Notice
  unit: duration
  values:
    - since: 2017-01-01
      value: 7 workdays
      source: 办法
    - since: 2020-01-01
      value: 5 workdays
      source: "修订: “新”"
      verified: false
      note: "凭记忆: 待核"
- name: most_running
  title:
    zh: 在研上限
    en: Most running
  unit: count
  values:
    - since: 2017-01-01
      value: 2
      source: 办法
- name: unused
  title:
    zh: 未用
    en: Unused
  unit: fen
  values:
    - since: 2017-01-01
      value: 0.5 万元
      source: 办法
"""

SOURCES: Mapping[str, str] = {
    "programme.yaml": PROGRAMME,
    "forms.yaml": FORMS,
    "rules.yaml": RULES,
    "rubrics.yaml": RUBRICS,
}

WHOLE: Mapping[str, Any] = {
    "title": "棉花育种",
    "asked": 30_000_000,
    "begins": "2018-03-01",
    "region": "south",
    "partner": False,
    "budget": [{"item": "材料", "amount": 20_000_000}, {"item": "差旅", "amount": 10_000_000, "on_day": "2018-04-01"}],
}


def parameters() -> Mapping[str, Parameter]:
    """The parameters at hand; more than the programme uses."""
    found = read_parameters({"all.yaml": PARAMETERS})
    assert isinstance(found, Mapping)
    return found


def changed(file: str, old: str, new: str) -> dict[str, str]:
    """The sources with one passage of a file replaced."""
    assert SOURCES[file].count(old) >= 1, old
    return {**SOURCES, file: SOURCES[file].replace(old, new, 1)}


def loaded(sources: Mapping[str, str] = SOURCES) -> Definition:
    """The programme, which must load."""
    found = load_sources(sources, parameters())
    assert isinstance(found, Definition), found
    return found


def refused(sources: Mapping[str, str]) -> tuple[Problem, ...]:
    """The problems of sources that must not load."""
    found = load_sources(sources, parameters())
    assert isinstance(found, tuple)
    return found
