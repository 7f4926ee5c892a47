"""A small programme with every common kind of step that the checker has nothing against, and ways to break one place of it."""

from __future__ import annotations

from functools import lru_cache

from keguan.language.checker import check
from keguan.language.definition import Definition
from keguan.language.loader import load_sources
from keguan.language.parameters import read_parameters


def _text(key: str, zh: str, en: str, depth: int = 0) -> str:
    pad = "  " * depth
    return f"{pad}{key}:\n{pad}  zh: {zh}\n{pad}  en: {en}\n"


PROGRAMME = (
    """\
programme: sound
letters: SD
version: "1"
title:
  zh: 健全项目
  en: Sound project
purpose:
  zh: 测试
  en: For tests
basis:
  - act: 管理办法
duties:
  plan: planning
  run: officer
  supervise: supervision
applicants: [university, enterprise]
about:
  title: proposal.title
  principal: proposal.leader
  asked: proposal.asked
side_cases:
  - withdraw
  - object
steps:
  - apply:
      form: proposal
      rules:
        - limits
      correct_within: 5 workdays
      routes:
        lapsed: gone
  - endorse:
      by: host
      lapse: 5 workdays
      remind: 2 workdays
      routes:
        returned: apply
        refused: gone
        lapsed: gone
  - endorse:
      id: recommend
      by: authority
      quota: round.quota
      ranked: true
      routes:
        returned: apply
        refused: gone
  - screen:
      by: officer
      rules:
        - formal
      routes:
        failed: gone
        returned: apply
  - review:
      rubric: merit
      panel:
        size: 3
        avoid:
          - kin
          - same_institution
          - own_application
          - named_by_applicant
        named: proposal.unwelcome
      combine: mean
  - rank:
      order: review.score
      ties:
        - 100 - recommend.rank
      eligible: review.score >= param.floor
      amount: proposal.asked
      routes:
        beyond: decide
  - decide:
      by: committee
      amount: rank.amount
      routes:
        rejected: declined
  - publish:
      period: param.notice
      shows:
        - proposal.title
        - applicant.name
        - decide.amount
      routes:
        upheld: declined
  - agree:
      form: agreement
      parties:
        - applicant
        - host
        - officer
      lapse: 30 days
      routes:
        refused: gone
        lapsed: gone
  - pay:
      amount: decide.amount
      tranches:
        - share: 60 %
          due: 30 days
        - share: 40 %
"""
    + _text("say", "验收后", "after acceptance", 5)
    + """\
  - record:
      register: projects
      entry: proposal.title
ends:
  - end: awarded
    success: true
    title:
      zh: 立项
      en: Awarded
  - end: gone
    title:
      zh: 未成
      en: Gone
  - end: declined
    title:
      zh: 不予立项
      en: Declined
"""
)

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
        - field: leader
          type: person
          title:
            zh: 负责人
            en: Leader
          personal: true
        - field: unwelcome
          type: person
          title:
            zh: 不宜评审的专家
            en: Unwelcome reviewer
          required: false
          personal: true
        - field: asked
          type: money
          title:
            zh: 申请经费
            en: Asked
        - field: area
          type: choice
          title:
            zh: 领域
            en: Area
          choices:
            - value: farming
              title:
                zh: 农业
                en: Farming
            - value: mining
              title:
                zh: 矿业
                en: Mining
- form: agreement
  title:
    zh: 任务书
    en: Agreement
  sections:
    - section:
        zh: 任务
        en: Work
      fields:
        - field: goal
          type: long_text
          title:
            zh: 目标
            en: Goal
"""

RULES = """\
limits:
  - rule: running
    say:
      zh: 在研项目不超过一项
      en: At most one running project
    must: person.running_projects <= 1
    source: 管理办法 第三条
  - rule: mining
    say:
      zh: 矿业项目不超过50万元
      en: Mining projects ask for at most half a million
    when: proposal.area == "mining"
    must: proposal.asked <= 50 * wan
    source: 管理办法 第四条
formal:
  - rule: papers
    say:
      zh: 材料真实
      en: The papers are true
    ask:
      zh: 材料是否真实？
      en: Are the papers true?
    source: 管理办法 第五条
"""

RUBRICS = """\
- rubric: merit
  title:
    zh: 综合评审
    en: Merit
  criteria:
    - criterion: novelty
      title:
        zh: 创新性
        en: Novelty
      points: 60
      anchors:
        - least: 40
          say:
            zh: 领先
            en: Leading
    - criterion: value
      title:
        zh: 价值
        en: Value
      points: 40
"""

PARAMETERS = """\
- name: notice
  title:
    zh: 公示期
    en: Public notice
  unit: duration
  values:
    - since: 2017-01-01
      value: 7 workdays
      source: 管理办法 第九条
- name: floor
  title:
    zh: 合格线
    en: Floor
  unit: points
  values:
    - since: 2017-01-01
      value: 70
      source: 管理办法 第八条
      verified: false
"""

HOUSE = """\
- name: shortest_notice
  title:
    zh: 公示期下限
    en: Shortest notice
  unit: duration
  values:
    - since: 2013-01-01
      value: 5 days
      source: 通知
"""

SOURCES = {
    "programme.yaml": PROGRAMME,
    "forms.yaml": FORMS,
    "rules.yaml": RULES,
    "rubrics.yaml": RUBRICS,
    "parameters.yaml": PARAMETERS,
}

DRAW = """        named: proposal.unwelcome
        field: proposal.title
        draw:
          strata:
            - stratum: outside
              title:
                zh: 区外同行
                en: Peers from elsewhere
              where:
                - same_field
                - other_region
              seats: 1
            - stratum: peers
              title:
                zh: 同行
                en: Peers
              where:
                - same_field
              seats: 2
          reserves: 2
          load: 5
          yearly: 12
"""
"""In place of the line that names the unwelcome: the panel of the programme comes by a draw."""


def house() -> tuple[object, ...]:
    """The parameters that hold for all programmes."""
    found = read_parameters({"house.yaml": HOUSE})
    assert not isinstance(found, tuple)
    return tuple(found.values())


def changed(file: str, *changes: tuple[str, str], **examples: str) -> dict[str, str]:
    """The texts with these changes in one file; a text that is not there, or not once, is a mistake of the test."""
    text = SOURCES[file]
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        text = text.replace(old, new)
    return {**SOURCES, file: text, **{f"examples/{name}.yaml": said for name, said in examples.items()}}


def loaded(sources: dict[str, str] | None = None) -> Definition:
    """The definition in these texts, which must load."""
    found = load_sources(sources or SOURCES)
    assert isinstance(found, Definition), found
    return found


@lru_cache
def with_examples(text: str) -> Definition:
    """The sound programme with these examples."""
    return loaded({**SOURCES, "examples/all.yaml": text})


def codes(file: str, *changes: tuple[str, str]) -> set[str]:
    """The codes of what the checker has against the programme with these changes."""
    problems = check(loaded(changed(file, *changes)), house())  # type: ignore[arg-type]
    for problem in problems:
        assert problem.where, problem
        assert problem.say.zh != problem.say.en
    return {problem.code.removeprefix("check.") for problem in problems}
