"""A new round from an earlier one: its terms, with the dates moved by a year, each beside what it was, to be checked."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from keguan.casework.models import ProgrammeVersion, Round
from keguan.casework.pages.rounds.changes import term_said
from keguan.casework.pages.rounds.fields import moment_typed, topics_typed
from keguan.casework.rounds.versions import terms_of
from keguan.components.fields import Field
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import BEIJING
from keguan.kernel.money import Money

_WAS = Text("{hint}上一批次：{was}", "{hint} Last round: {was}")
_MOVED = Text("{hint}已顺延一年，请核对。上一批次：{was}", "{hint} Moved by a year: check it. Last round: {was}")
_TERM_OF = {"budget": "budget_fen"}


def filled_from(fields: list[Field], last: Round, versions: dict[int, ProgrammeVersion]) -> list[Field]:
    """The fields filled from an earlier round; the newest version of its programme is chosen."""
    newest = next((pk for pk, one in versions.items() if one.code == last.programme.code), None)
    values = as_typed(last) | {
        "version": str(newest or ""),
        "code": next_year(last.code) if next_year(last.code) != last.code else "",
        "title_zh": next_year(last.title_zh),
        "title_en": next_year(last.title_en),
        "opens": moment_typed(a_year_later(last.opens)),
        "closes": moment_typed(a_year_later(last.closes)),
    }
    return [replace(one, value=values[one.name]) for one in beside(fields, last)]


def as_typed(of_round: Round) -> dict[str, str]:
    """The terms of a round as they would be typed into the form that sets one up."""
    return {
        "version": str(of_round.programme_id),
        "code": of_round.code,
        "title_zh": of_round.title_zh,
        "title_en": of_round.title_en,
        "summary_zh": of_round.summary_zh,
        "summary_en": of_round.summary_en,
        "notes_zh": of_round.notes_zh,
        "notes_en": of_round.notes_en,
        "contact_zh": of_round.contact_zh,
        "contact_en": of_round.contact_en,
        "opens": moment_typed(of_round.opens),
        "closes": moment_typed(of_round.closes),
        "grace_minutes": str(of_round.grace_minutes),
        "budget": Money(of_round.budget_fen).in_wan(),
        "quota": str(of_round.quota),
        "topics": topics_typed(of_round.topics),
    }


def beside(fields: list[Field], last: Round) -> list[Field]:
    """The fields with what each was in the earlier round."""
    terms = terms_of(last)
    was = {"version": last.programme.version, "code": last.code}
    found = []
    for one in fields:
        name = _TERM_OF.get(one.name, one.name)
        before = was[one.name] if one.name in was else term_said(name, terms[name])
        said = _MOVED if name in ("opens", "closes") else _WAS
        hint = said.filled(hint=one.hint or Text("", ""), was=before or Text("无", "none"))
        found.append(replace(one, hint=Text(hint.zh, hint.en.strip())))
    return found


def a_year_later(moment: datetime) -> datetime:
    """The same day and hour of the next year; of the 29th of February, the 28th."""
    here = moment.astimezone(BEIJING)
    try:
        return here.replace(year=here.year + 1)
    except ValueError:
        return here.replace(year=here.year + 1, day=28)


def next_year(text: str) -> str:
    """A title or a code with every year in it moved by one."""
    return re.sub(r"(?<!\d)(20\d\d)(?!\d)", lambda found: str(int(found[1]) + 1), text)
