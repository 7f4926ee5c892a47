"""Quorum, thresholds and tallies, counted exactly and explained in words. Nobody's name comes in here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Final, Literal

from keguan.kernel.bilingual import Text

Of = Literal["members", "present", "cast"]
"""What a share is counted of: all members, those present (who abstains counts against), or the votes for or against."""

FOR: Final = "for"
AGAINST: Final = "against"
ABSTAIN: Final = "abstain"
MOTION: Final = (FOR, AGAINST, ABSTAIN)
"""The options of a plain motion."""


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a number of people: at least 2/3 of them, or, where `above`, more than 1/2."""

    part: Fraction
    above: bool = False

    def needed(self, people: int) -> int:
        """The smallest whole number of people that is such a part of so many; never less than one."""
        exact = self.part * people
        least = floor(exact) + 1 if self.above else -floor(-exact)
        return max(least, 1)

    def said(self) -> Text:
        """In words: 三分之二以上 is written 2/3以上, and includes the two thirds themselves."""
        if self.above:
            return Text("超过{part}", "more than {part}").filled(part=str(self.part))
        return Text("{part}以上（含）", "at least {part}").filled(part=str(self.part))


@dataclass(frozen=True, slots=True)
class Rule:
    """How a body votes. quorum: of the members, who must be present; least: fewer never suffice, however few the members.
    threshold, of: what carries a motion."""

    quorum: Share
    threshold: Share
    of: Of = "present"
    least: int = 3


# --------------------------------------------------------------------------------------------------- quorum


@dataclass(frozen=True, slots=True)
class Quorum:
    """Whether enough are present. needed: how many it takes: such a share of the members, and never fewer than `least`.
    members: those entitled to vote on this item; who must keep out of it counts in no number."""

    present: int
    members: int
    needed: int
    share: Share
    least: int

    @property
    def is_met(self) -> bool:
        """Whether the body can vote."""
        return self.present >= self.needed

    @property
    def is_reachable(self) -> bool:
        """Whether there would be a quorum if every one of these members came."""
        return self.members >= self.needed

    def lacks(self, cast: int) -> int:
        """How many votes are missing before a ballot on the item may be counted, 0 where none: what fewer than a quorum voted
        would tell how single people did."""
        return max(self.needed - cast, 0)

    def said_of(self, cast: int) -> Text:
        """How many voted and how many it takes, in one sentence with the rule behind it."""
        return Text(
            "已投{cast}票，至少{needed}票才能计票（应到{members}人的{share}，且不少于{least}票；弃权也是投票）",
            "Votes cast: {cast}; needed before they are counted: {needed} ({share} of the {members} who may vote, and never"
            " fewer than {least}; who abstains casts a vote, too)",
        ).filled(cast=cast, needed=self.needed, members=self.members, share=self.share.said(), least=self.least)

    def said(self) -> Text:
        """The count in one sentence, with the rule behind it."""
        met = Text("达到法定人数", "there is a quorum") if self.is_met else Text("未达法定人数", "there is no quorum")
        return Text(
            "应到{members}人，实到{present}人，至少需{needed}人（应到人数的{share}，且不少于{least}人；回避的不计入应到）：{met}",
            "Members who may vote: {members}, present: {present}, needed: {needed} ({share} of those who may vote, and never"
            " fewer than {least}; who must keep out counts in neither): {met}",
        ).filled(
            members=self.members,
            present=self.present,
            needed=self.needed,
            share=self.share.said(),
            least=self.least,
            met=met,
        )


def quorum(rule: Rule, present: int, members: int) -> Quorum:
    """Whether so many of so many members can vote. Members who must keep out of an item are not counted in either number."""
    return Quorum(present, members, max(rule.quorum.needed(members), rule.least), rule.quorum, rule.least)


# ---------------------------------------------------------------------------------------------------- tally


@dataclass(frozen=True, slots=True)
class Tally:
    """How a ballot ended. counts: votes by option. base: the people that the threshold is counted of; needed: of them.

    carried: the option that reached it, "" where none did. tied: the options that lead together, where more than one does.
    """

    counts: Mapping[str, int]
    base: int
    needed: int
    carried: str
    tied: tuple[str, ...]
    rule: Rule

    @property
    def cast(self) -> int:
        """How many voted, abstentions included."""
        return sum(self.counts.values())

    def said(self, titles: Mapping[str, Text]) -> tuple[Text, ...]:
        """The count, sentence by sentence. titles: the options in words."""
        votes = "，".join(f"{titles[option].zh}{n}票" for option, n in self.counts.items())
        said = ", ".join(f"{titles[option].en.lower()} {n}" for option, n in self.counts.items())
        counted = Text("{votes}", "{said}").filled(votes=votes, said=said)
        needs = Text(
            "按{of}（{base}）计，通过需{needed}票（{share}）",
            "counted of {of} ({base}); votes needed: {needed} ({share})",
        ).filled(of=COUNTED_OF[self.rule.of], base=self.base, needed=self.needed, share=self.rule.threshold.said())
        return counted, needs, self._ended(titles)

    def _ended(self, titles: Mapping[str, Text]) -> Text:
        if self.carried == FOR:
            return Text("动议通过", "the motion carries")
        if self.carried:
            return Text("通过：{option}", "carried: {option}").filled(option=titles[self.carried])
        if self.tied:
            options = [titles[one] for one in self.tied]
            tied = Text("、".join(one.zh for one in options), ", ".join(one.en for one in options))
            return Text("票数相同（{tied}），未通过", "a tie ({tied}): not carried").filled(tied=tied)
        return Text("未通过", "not carried")


COUNTED_OF: Final[Mapping[Of, Text]] = {
    "members": Text("应到委员", "all members"),
    "present": Text("到会委员", "those present"),
    "cast": Text("赞成票和反对票之和", "the votes for or against"),
}
"""What a share is counted of, in words."""


def tally(rule: Rule, counts: Mapping[str, int], *, present: int, members: int) -> Tally:
    """Count a ballot. counts: votes by option, every option among them; `abstain` never wins, and `against` only says no.

    A motion (`for`, `against`, `abstain`) carries as `for`. Of several options the first with enough votes carries, unless
    another has as many: then none does. Raises ValueError where more voted than were present.
    """
    cast = sum(counts.values())
    if cast > present or present > members or min(counts.values(), default=0) < 0:
        raise ValueError(f"{cast} votes of {present} present of {members}")
    base = {"members": members, "present": present, "cast": cast - counts.get(ABSTAIN, 0)}[rule.of]
    needed = rule.threshold.needed(base)
    standing = {option: n for option, n in counts.items() if option != ABSTAIN}
    most = max(standing.values(), default=0)
    leading = tuple(option for option, n in standing.items() if n == most and n)
    wins = leading[0] if len(leading) == 1 and most >= needed and leading[0] != AGAINST else ""
    return Tally(dict(counts), base, needed, wins, leading if len(leading) > 1 else (), rule)
