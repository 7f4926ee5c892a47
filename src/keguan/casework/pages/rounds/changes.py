"""Rounds compared: last year's terms beside this year's, and each version of a published call beside the one before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from keguan.casework.models import Round, RoundVersion
from keguan.casework.pages.rounds.fields import NONE_SET
from keguan.casework.rounds.versions import TERMS, differing, terms_of
from keguan.casework.versions import definition_of
from keguan.components import reader
from keguan.kernel.bilingual import Text
from keguan.language.diff import changes

LABELS: Mapping[str, Text] = {
    "title_zh": Text("名称（中文）", "Title in Chinese"),
    "title_en": Text("名称（英文）", "Title in English"),
    "summary_zh": Text("摘要（中文）", "Summary in Chinese"),
    "summary_en": Text("摘要（英文）", "Summary in English"),
    "notes_zh": Text("申报须知（中文）", "Notes for applicants in Chinese"),
    "notes_en": Text("申报须知（英文）", "Notes for applicants in English"),
    "contact_zh": Text("联系方式（中文）", "Contact in Chinese"),
    "contact_en": Text("联系方式（英文）", "Contact in English"),
    "opens": Text("开始", "Opens"),
    "closes": Text("截止", "Closes"),
    "grace_minutes": Text("宽限（分钟）", "Grace (minutes)"),
    "budget_fen": Text("预算", "Budget"),
    "quota": Text("每个推荐单位的限额", "Quota per recommender"),
    "topics": Text("支持方向", "Topics"),
}


@dataclass(frozen=True, slots=True)
class Term:
    """One term as it was and as it is. language: the one it is written in, "" where it is told in the reader's."""

    label: Text
    before: str
    after: str
    is_changed: bool
    language: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A later version of a call: since when, why, and what changed. by: for those who run rounds, None for the public."""

    number: int
    at: datetime
    reason: str
    changed: tuple[Term, ...]
    by: int | None = None
    drafted_by: int | None = None

    @property
    def before(self) -> int:
        """The number of the version that it changed."""
        return self.number - 1


@dataclass(frozen=True, slots=True)
class LikeLast:
    """A drafted round beside the one that it was made from. definition: what changed in the programme, in sentences."""

    last: Round
    terms: tuple[Term, ...]
    definition: tuple[Text, ...]
    is_other_version: bool


def like_last(drafted: Round) -> LikeLast | None:
    """What differs from the round that it was made from; None for one that was set up from nothing. Two queries at most."""
    last = drafted.copied_from
    if last is None:
        return None
    other = last.programme_id != drafted.programme_id
    return LikeLast(
        last,
        compared(terms_of(last), terms_of(drafted)),
        changes(definition_of(last.programme), definition_of(drafted.programme)) if other else (),
        other,
    )


def compared(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Term, ...]:
    """Every term as it was and as it is, in words."""
    changed = differing(before, after)
    return tuple(
        Term(
            LABELS[name],
            term_said(name, before.get(name)),
            term_said(name, after.get(name)),
            name in changed,
            {"_zh": "zh-Hans", "_en": "en"}.get(name[-3:], ""),
        )
        for name in TERMS
    )


def told_versions(versions: Sequence[RoundVersion]) -> list[Told]:
    """Every change of a published call after its first version, the latest at the top."""
    found = [
        Told(
            after.number,
            after.at,
            after.reason,
            tuple(term for term in compared(before.terms, after.terms) if term.is_changed),
            after.by,
            after.drafted_by,
        )
        for before, after in pairwise(versions)
    ]
    return found[::-1]


def term_said(name: str, value: Any) -> str:
    """One term in the reader's words."""
    match name:
        case "opens" | "closes" if value:
            moment = datetime.fromisoformat(value)
            return reader.deadline(moment) if name == "closes" else reader.moment(moment)
        case "budget_fen":
            return reader.money(value) if value else reader.said(NONE_SET)
        case "topics":
            return "\n".join(
                f"{one.get('code', '')} {reader.said(Text(one.get('zh', ''), one.get('en', '')))}"
                for one in value or ()
            )
        case "grace_minutes" | "quota":
            return reader.number(value)
    return str(value or "")
