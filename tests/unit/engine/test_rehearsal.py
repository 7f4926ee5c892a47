"""Journeys are run through the real engine; what they state is compared word by word."""

from __future__ import annotations

import pytest
from tests.unit.language.sound import with_examples

from keguan.engine.rehearsal import rehearse_all
from keguan.kernel.workdays import Workdays
from keguan.language.evidence import Shown
from keguan.language.examples import read_examples

AWARDED = """\
- journey: awarded
  title:
    zh: 立项
    en: Awarded
  round:
    opens: 2018-03-01
    closes: 2018-03-31
    budget: 100 万元
    quota: 2
  facts:
    person.running_projects: 1
    authority.endorsed_in_round: 1
  answers:
    proposal:
      title: 棉花育种
      leader: 7
      asked: 40 万元
      area: farming
    agreement:
      goal: 育成一个品种
  steps:
    - submit:
      at: 2018-03-12 10:00
    - endorse:
      by: host
      after: 2 workdays
    - endorse:
        rank: 1
      by: authority
    - pass:
        verdicts:
          formal.papers:
            result: meets
            reason: 已核对
      by: officer
    - review:
        scores: [90, 80, 85]
      by: officer
    - rank:
        others:
          - review.score: 95
            proposal.asked: 50 万元
          - review.score: 86
            proposal.asked: 60 万元
    - approve:
        amount: 30 万元
        reason: 压减
      by: committee
    - object:
        end: dismissed
    - close:
    - fill:
    - sign:
      by: applicant
    - sign:
      by: host
    - sign:
      by: officer
  expect:
    path: [apply.submitted, endorse.endorsed, recommend.endorsed, screen.passed, review.reviewed, rank.beyond]
    step: decide
"""

WHOLE = (
    AWARDED.replace("        end: dismissed\n", "        end: dismissed\n")
    .replace("          - review.score: 86\n            proposal.asked: 60 万元\n", "")
    .replace(
        "review.reviewed, rank.beyond]\n    step: decide\n",
        """review.reviewed, rank.within, decide.approved, publish.unopposed, agree.signed, pay.planned, record.recorded]
    end: awarded
    dues:
      endorse: 2018-03-19
      publish: 2018-03-23
      agree: 2018-04-23
    reminders:
      endorse: 2018-03-15
    verdicts:
      limits.running: meets
      limits.mining: exempt
      formal.papers: meets
    values:
      review.score: 85
      rank.position: 2
      rank.amount: 40 万元
      decide.amount: 30 万元
    tranches:
      - amount: 18 万元
        due: 2018-04-23
      - amount: 12 万元
    records:
      - register: projects
        title: 棉花育种
""",
    )
)


def rehearsed(text: str) -> Shown:
    """What the journeys in this text show of the sound programme."""
    definition = with_examples(text)
    examples, problems = read_examples(definition.sources)
    assert problems == ()
    return rehearse_all(definition, examples.journeys, Workdays())


def test_a_whole_journey_comes_out_as_stated() -> None:
    shown = rehearsed(WHOLE)
    assert shown.problems == ()
    assert ("publish", "unopposed") in shown.evidence.outcomes
    assert shown.evidence.ends == {"awarded"}
    assert shown.evidence.stated >= {
        "endorse.lapse",
        "endorse.remind",
        "publish.period",
        "agree.lapse",
        "pay.tranches[1].due",
    }
    assert "person" in shown.evidence.verdicts["formal.papers"]


SLIPS = {
    "another amount": ("      - amount: 18 万元", "      - amount: 20 万元"),
    "another last day of the notice": ("publish: 2018-03-23", "publish: 2018-03-22"),
    "another reminder": ("      endorse: 2018-03-15", "      endorse: 2018-03-16"),
    "another score": ("review.score: 85\n      rank", "review.score: 84\n      rank"),
    "another verdict": ("limits.mining: exempt", "limits.mining: meets"),
    "another end": ("end: awarded", "end: gone"),
    "another title in the register": ("        title: 棉花育种\n", "        title: 小麦育种\n"),
    "another way": ("rank.within", "rank.beyond"),
    "a person without the role": ("      by: host\n      after", "      by: authority\n      after"),
    "a score too many": ("scores: [90, 80, 85]", "scores: [90, 80, 85, 70]"),
    "a lower ask in second place": ("budget: 100 万元", "budget: 80 万元"),
    "a full quota": ("authority.endorsed_in_round: 1", "authority.endorsed_in_round: 2"),
    "a rule that fails": ("person.running_projects: 1", "person.running_projects: 2"),
    "time that runs backwards": ("    - object:\n", "    - object:\n      at: 2018-03-01\n"),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_whatever_comes_out_otherwise_is_a_problem_and_no_evidence(slip: str) -> None:
    old, new = SLIPS[slip]
    if old.startswith("    - object"):
        new = "    - object:\n        end: dismissed\n      at: 2018-03-01\n"
        old = "    - object:\n        end: dismissed\n"
    assert WHOLE.count(old) == 1, old
    shown = rehearsed(WHOLE.replace(old, new))
    assert shown.problems
    assert all(problem.where.startswith("examples/all.yaml:") for problem in shown.problems)
    assert shown.evidence.outcomes == set()


def test_a_journey_can_go_on_from_where_another_stood() -> None:
    more = """\
- journey: upheld
  title:
    zh: 异议成立
    en: Upheld
  like: awarded
  until: publish
  steps:
    - close:
      at: 2018-03-20
      refused: publish.running
    - object:
    - close:
      at: 2018-03-26
      refused: publish.objection_open
    - object:
        end: upheld
  expect:
    path: [apply.submitted, endorse.endorsed, recommend.endorsed, screen.passed, review.reviewed, rank.within, decide.approved, publish.upheld]
    end: declined
"""
    shown = rehearsed(WHOLE + more)
    assert shown.problems == ()
    assert shown.evidence.refused >= {("publish", "publish.running"), ("publish", "publish.objection_open")}


def test_nobody_acts_for_two_bodies() -> None:
    text = WHOLE.replace(
        "      by: committee\n", "      by: committee\n      person: 1002\n      refused: right.separation\n"
    )
    text = text[: text.index("    - object:")] + text[text.index("  expect:") : text.index("    dues:")]
    text = text.replace(", decide.approved, publish.unopposed, agree.signed, pay.planned, record.recorded]", "]")
    assert rehearsed(text.replace("    end: awarded\n", "    step: decide\n")).problems == ()
