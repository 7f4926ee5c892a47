"""What a case is about: the title, the people and the money that lists, limits and duplicates ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from keguan.engine.state import Values
from keguan.kernel.names import normal_title
from keguan.language import cells
from keguan.language.definition import Definition

TITLE_MOST = 300
"""Characters of a title that are kept on the case. A side case is called by its reason, which may be long, and the
index on titles takes at most 2 700 bytes."""


@dataclass(frozen=True, slots=True)
class About:
    """What the answers say the case is about. principal, members: person ids, the principal never among the members.

    normal_title: the form by which two spellings of a title meet, the projects register's. asked_fen: in fen.
    Nothing is None or empty but what the answers do not say.
    """

    title: str = ""
    normal_title: str = ""
    principal: int | None = None
    members: frozenset[int] = frozenset()
    asked_fen: int | None = None


Finder = Callable[[Mapping[str, Values]], list[Any]]
_finders: dict[str, dict[str, Finder]] = {}


def about_of(definition: Definition, answers: Mapping[str, Values]) -> About:
    """What the answers are about, read as the form reads them: typed text and stored values alike. Never raises."""
    found = {part: finder(answers) for part, finder in _of(definition).items()}
    title = " ".join(str(next(iter(found["title"]), "")).split())
    principal = next(iter(found["principal"]), None)
    return About(
        title=title if len(title) <= TITLE_MOST else f"{title[: TITLE_MOST - 1]}…",
        normal_title=normal_title(title)[:TITLE_MOST],
        principal=principal,
        members=frozenset(found["members"]) - {principal},
        asked_fen=next(iter(found["asked"]), None),
    )


def _of(definition: Definition) -> dict[str, Finder]:
    finders = _finders.get(definition.digest)
    if finders is None:
        about = definition.programme.about
        parts = {"title": about.title, "principal": about.principal, "members": about.members, "asked": about.asked}
        finders = {part: finder(definition, name) for part, name in parts.items()}
        _finders[definition.digest] = finders
    return finders


def finder(definition: Definition, name: str) -> Finder:
    """How to find the readable values of `form.field` or `form.table.column` in answers; a programme that names no such
    field has none. What cannot be read is left out: the form's own check says so to the person."""
    form_name, _, rest = name.partition(".")
    field_name, _, column = rest.partition(".")
    form = next((one for one in definition.programme.forms if one.form == form_name), None)
    field = next((one for one in form.fields if one.field == field_name), None) if form else None
    if field is None:
        return lambda answers: []
    read = cells.reader(field, name)

    def found(answers: Mapping[str, Values]) -> list[Any]:
        values = answers.get(form_name)
        raw = values.get(field_name) if isinstance(values, Mapping) else None
        value = read(raw)[0] if raw is not None else None
        if column:
            value = [row.get(column) for row in value or ()]
        items = value if isinstance(value, list) else [value]
        return [one for one in items if one is not None]

    return found
