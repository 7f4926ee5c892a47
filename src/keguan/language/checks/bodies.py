"""How a body votes, and what reviewers' scores mean together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

from keguan.fairness.scores import RANK_BASED
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.language.checks.ground import Ground, found
from keguan.language.recusals import avoided_by
from keguan.language.schema import Decide, NonConsensus, Rank, Review, Vote

HALF = Fraction(1, 2)
LEAST_BODY = 3
"""Two people are no body: one of them and a chair who agrees would be enough."""


def check_bodies(ground: Ground) -> Iterator[Problem]:
    """All questions about votes, non-consensus rules and scores that need the whole round."""
    for step in ground.programme.steps:
        if isinstance(step, Decide) and step.vote:
            yield from _vote(step, step.vote)
            yield from _avoided(ground, step.vote)
        if isinstance(step, Review) and step.nonconsensus:
            yield from _nonconsensus(step.nonconsensus)
        if isinstance(step, Review) and step.combine == RANK_BASED:
            yield from _rank_based(ground, step)


def _vote(step: Decide, vote: Vote) -> Iterator[Problem]:
    if step.by != "committee":
        say = Text("只有评审委员会可以表决；{by}不是合议机构", "Only a committee votes; {by} is no body of several")
        yield found("vote_body", say.filled(by=step.by), vote.place, value=step.by)
    if vote.quorum.part < HALF or vote.quorum.part > 1:
        say = Text("法定人数应为半数以上、全体以下", "A quorum is at least half of the members, and at most all")
        yield found("quorum", say, vote.place, value=str(vote.quorum.part))
    too_low = vote.threshold.part < HALF or (vote.threshold.part == HALF and not vote.threshold.above)
    if too_low or vote.threshold.part > 1 or (vote.threshold.part == 1 and vote.threshold.above):
        say = Text("通过比例应超过半数", "What carries a vote is more than half")
        fix = Text("写成 more than 1/2 或更高的比例", "Write `more than 1/2`, or a higher share")
        yield found("threshold", say, vote.place, value=str(vote.threshold.part), fix=fix)
    if vote.least < LEAST_BODY:
        say = Text("到会不得少于{n}人", "At least {n} must be present").filled(n=LEAST_BODY)
        yield found("vote_least", say, vote.place, value=str(vote.least))


def _avoided(ground: Ground, vote: Vote) -> Iterator[Problem]:
    """Relations that keep a member out, each once; whom the applicant named is asked for where reviewers are."""
    kinds = Counter(one.kind for one in avoided_by(vote.avoid))
    for kind in (kind for kind, times in kinds.items() if times > 1):
        say = Text("回避关系 {kind} 写了不止一次", "The recusal {kind} stands more than once").filled(kind=kind)
        yield found("recusal_twice", say, vote.place, value=kind)
    asks = any(isinstance(one, Review) and one.panel.named for one in ground.programme.steps)
    if "named_by_applicant" in kinds and not asks:
        say = Text(
            "没有评审环节写明申报人在哪一项提出不宜评审的专家（named）",
            "No review says in which field (`named`) the applicant names whom they do not want",
        )
        yield found("named", say, vote.place, value="named_by_applicant")


def _nonconsensus(rule: NonConsensus) -> Iterator[Problem]:
    if not 0 < rule.spread <= rule.top <= 100:
        say = Text(
            "应有 0 < spread ≤ top ≤ 100：差距不会超过最高分", "0 < spread ≤ top ≤ 100: no distance exceeds the highest"
        )
        yield found("nonconsensus", say, rule.place, value=f"top: {rule.top}, spread: {rule.spread}")


def _rank_based(ground: Ground, step: Review) -> Iterator[Problem]:
    name = f"{step.id}.score"
    ranks = [one.id for one in ground.programme.steps if isinstance(one, Rank)]
    for use in ground.uses:
        if name in ground.definition.names_of(use.expression) and not set(use.steps) <= set(ranks):
            say = Text(
                "“{name}”按整批名次合成，只有排序环节可以读取",
                "“{name}” comes from the whole round: only a ranking may read it",
            ).filled(name=name)
            yield found("rank_based", say, use.expression.place, value=use.name)
