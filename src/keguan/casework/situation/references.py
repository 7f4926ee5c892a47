"""People, organisations and files that answers point at must be there, and files must have been handed in for this case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from keguan.casework.models import Case
from keguan.casework.situation.about import Finder, finder
from keguan.database import prepared
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.language.definition import Definition

ASKED: Mapping[str, tuple[str, Text]] = {
    "person": (
        "SELECT id FROM unnest(%(person)s::bigint[]) AS id WHERE NOT EXISTS (SELECT FROM parties_person p WHERE p.id = id.id)",
        Text("没有这个人员，请重新查找并选择。", "There is no such person; search and choose again."),
    ),
    "organisation": (
        "SELECT id FROM unnest(%(organisation)s::bigint[]) AS id"
        " WHERE NOT EXISTS (SELECT FROM organisations_organisation o WHERE o.id = id.id)",
        Text("没有这个单位，请重新查找并选择。", "There is no such organisation; search and choose again."),
    ),
    "file": (
        "SELECT id FROM unnest(%(file)s::bigint[]) AS id"
        " WHERE NOT EXISTS (SELECT FROM documents_document d WHERE d.id = id.id AND d.origin = %(case)s)",
        Text("该附件不是为本件上传的，请重新上传。", "This file was not handed in for this case; upload it here."),
    ),
}
BIGGEST = 2**63 - 1


def unknown(case: Case, definition: Definition, form: str, values: Any) -> tuple[Problem, ...]:
    """What the values of a form point at that is not there, each with its place. At most one query."""
    answers = {form: values}
    pointed: dict[str, list[tuple[str, int]]] = {kind: [] for kind in ASKED}
    for kind, where, find in _pointers(definition, form):
        pointed[kind] += [(where, one) for one in find(answers) if isinstance(one, int)]
    # A number that no table could hold would be an error of the database, not an answer.
    ids = {kind: [one for _, one in found if one <= BIGGEST] for kind, found in pointed.items()}
    missing = {kind: {one for _, one in found if one > BIGGEST} for kind, found in pointed.items()}
    if any(ids.values()):
        for kind, one in _missing({**ids, "case": case.number}, [kind for kind in ASKED if ids[kind]]):
            missing[kind].add(one)
    return tuple(
        Problem("answer.reference", ASKED[kind][1], where=where, value=str(one))
        for kind, found in pointed.items()
        for where, one in found
        if one in missing[kind]
    )


def _missing(values: Mapping[str, Any], kinds: list[str]) -> list[tuple[str, int]]:
    asked = " UNION ALL ".join(f"SELECT '{kind}', missing.id FROM ({ASKED[kind][0]}) AS missing" for kind in kinds)  # noqa: S608 - constants of this file
    with prepared.cursor() as cursor:
        cursor.execute(asked, {name: prepared.stable(value) for name, value in values.items()})
        return list(cursor.fetchall())


_pointing: dict[tuple[str, str], list[tuple[str, str, Finder]]] = {}


def _pointers(definition: Definition, form: str) -> list[tuple[str, str, Finder]]:
    """Every place of the form that points at something; found once for each published form."""
    known = _pointing.get((definition.digest, form))
    if known is None:
        known = [(kind, where, finder(definition, where)) for kind, where in _places(definition, form)]
        _pointing[definition.digest, form] = known
    return known


def _places(definition: Definition, form: str) -> Iterator[tuple[str, str]]:
    for one in definition.programme.form(form).fields:
        if one.type in ASKED:
            yield one.type, f"{form}.{one.field}"
        for column in one.columns:
            if column.type in ASKED:
                yield column.type, f"{form}.{one.field}.{column.column}"
