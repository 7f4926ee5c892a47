"""The disciplines that an application names, and whether an expert knows one of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from keguan.casework.models import Case
from keguan.casework.situation.about import finder
from keguan.casework.versions import definition_of
from keguan.language.schema import Panel


def disciplines_of(case: Case, panel: Panel) -> list[tuple[str, ...]]:
    """The disciplines of each field that the application names, as codes of GB/T 13745, digits only.

    A text holds the codes themselves, together one field; a choice stands for those that the programme gives it. Nothing
    where the panel asks for no field. case: with its answers at hand.
    """
    if not panel.field:
        return []
    said = finder(definition_of(case.programme), panel.field)(case.memo.answers)
    answers = [str(word) for one in said for word in (one if isinstance(one, list | tuple) else [one])]
    if not panel.disciplines:
        codes = [code for one in answers for code in _gb(one.replace("，", ",").replace("、", ",").split(","))]
        return [tuple(codes)] if codes else []
    named = {str(one.value): one.codes for one in panel.disciplines}
    return [named[one] for one in answers if named.get(one)]


def is_of(fields: Iterable[str], disciplines: Sequence[str]) -> bool:
    """Whether an expert's own codes are those of a discipline, within it, or around it."""
    return any(own.startswith(code) or code.startswith(own) for own in _gb(fields) for code in disciplines)


def _gb(codes: Iterable[str]) -> list[str]:
    """Codes of GB/T 13745, digits only; codes of other classifications (`nsfc:2026:A01`) are left out."""
    ours = [one for one in codes if ":" not in one or one.startswith("gbt13745:")]
    bare = [one.rpartition(":")[2].strip().replace(".", "") for one in ours]
    return [one for one in bare if one.isdecimal() and len(one) in (3, 5, 7)]
