"""How the house says no: every refusal names the place, the rule, the value, the source and the way out."""

from __future__ import annotations

from dataclasses import dataclass, field

from keguan.kernel.bilingual import Text


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why something cannot be done as asked.

    code: stable and dotted, for machines (`apply.closed`). where: the place, as a form path
    (`proposal.budget[2].amount`), a file place (`rules.yaml:14:7`) or a spreadsheet cell (`Sheet1!C7`).
    value: what was found there, as typed or in words. source: the law or rule behind the refusal. fix: the way out.
    may_override: whether a person with the right may accept the case all the same, with a reason.
    """

    code: str
    say: Text
    where: str = ""
    value: str | Text = ""
    source: str = ""
    fix: Text | None = None
    may_override: bool = False

    @property
    def in_full(self) -> Text:
        """What is wrong and the way out, as two sentences that follow one another; without a way out what is wrong as it is."""
        if self.fix is None:
            return self.say
        return Text(
            _ended(self.say.zh, "。") + _ended(self.fix.zh, "。"),
            f"{_ended(self.say.en, '.')} {_ended(self.fix.en, '.')}",
        )


def _ended(said: str, stop: str) -> str:
    """The sentence with a full stop, unless it ends in one or in a mark as good, be it within quotes."""
    bare = said.rstrip().rstrip("”’\"')）」』")
    return said.rstrip() if bare.endswith(("。", "！", "？", "；", "…", ".", "!", "?", ";")) else said.rstrip() + stop


@dataclass(frozen=True, slots=True)
class Refusal:
    """An expected no, returned as a value: all problems at once, never only the first."""

    problems: tuple[Problem, ...]

    def __post_init__(self) -> None:
        if not self.problems:
            raise ValueError("a refusal without a problem says nothing")


@dataclass(eq=False)
class Refused(Exception):  # noqa: N818 - the word of the house for an expected no
    """The request was understood and refused. (422) Raised inside a transaction so that nothing is half-written."""

    refusal: Refusal

    @classmethod
    def because(cls, *problems: Problem) -> Refused:
        """Refuse for these problems."""
        return cls(Refusal(problems))


@dataclass(eq=False)
class Forbidden(Exception):  # noqa: N818
    """You do not have the right to do this. (403)"""

    right: str
    problems: tuple[Problem, ...] = field(default=())


@dataclass(eq=False)
class Conflict(Exception):  # noqa: N818
    """Somebody was faster: the page you acted on is out of date. (409)"""

    problem: Problem
