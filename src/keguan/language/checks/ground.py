"""What every check looks at, and how it words what it found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.language.definition import Definition
from keguan.language.paths import Paths
from keguan.language.schema import NOWHERE, Field, Parameter, Place, Programme, Step, kind_of
from keguan.language.uses import Use, form_of, spans, uses
from keguan.language.vocabulary import APPLICANT_KINDS, KINDS
from keguan.language.wording import step_title


@dataclass(frozen=True)
class Ground:
    """One definition with its arrows and its expressions laid out."""

    definition: Definition
    house: tuple[Parameter, ...] = ()

    @property
    def programme(self) -> Programme:
        """The programme itself."""
        return self.definition.programme

    @cached_property
    def paths(self) -> Paths:
        """Its arrows."""
        return Paths(self.programme)

    @cached_property
    def uses(self) -> tuple[Use, ...]:
        """Its expressions."""
        return uses(self.programme)

    def of_kind(self, *kinds: str) -> tuple[Step, ...]:
        """The steps of these kinds."""
        return tuple(step for step in self.programme.steps if kind_of(step) in kinds)

    def house_parameter(self, name: str) -> Parameter | None:
        """A parameter that holds for all programmes, None where the house sets none."""
        return next((one for one in (*self.programme.parameters, *self.house) if one.name == name), None)

    def field_of(self, name: str) -> Field | None:
        """The field that `form.field` or `form.table.column` belongs to."""
        form, _, rest = name.partition(".")
        for one in self.programme.forms:
            if one.form == form:
                return next((field for field in one.fields if field.field == rest.split(".")[0]), None)
        return None

    def first_form_has(self, kind: str) -> bool:
        """Whether the form of the first step has a field of this type that people fill in."""
        form = form_of(self.programme.steps[0]) if self.programme.steps else ""
        fields = [field for one in self.programme.forms if one.form == form for field in one.fields]
        return any(field.type == kind and field.computed is None for field in fields)

    def answer_type(self, name: str) -> str:
        """The type of the field or column with this dotted name, "" where there is none."""
        field = self.field_of(name)
        parts = name.split(".")
        if field is None or len(parts) == 2:
            return field.type if field else ""
        return next((column.type for column in field.columns if column.column == parts[2]), "")

    def is_left(self, name: str) -> bool:
        """Whether a step leaves this name."""
        step_id, _, left = name.partition(".")
        return any(step.id == step_id and left in KINDS[kind_of(step)].leaves for step in self.programme.steps)

    def spans_read(self) -> frozenset[str]:
        """The parameters that hold lengths of time, under the names that expressions would use."""
        return frozenset(f"param.{span.parameter}" for _, span in spans(self.programme) if span.parameter)

    def choices_by_name(self) -> dict[str, tuple[str, ...]]:
        """The answers offered, by the dotted name of their field or column; kinds of applicants too."""
        offered: dict[str, tuple[str, ...]] = {"applicant.kind": tuple(APPLICANT_KINDS)}
        for form in self.programme.forms:
            for field in form.fields:
                if field.choices:
                    offered[f"{form.form}.{field.field}"] = tuple(one.value for one in field.choices)
                for column in field.columns:
                    if column.choices:
                        name = f"{form.form}.{field.field}.{column.column}"
                        offered[name] = tuple(one.value for one in column.choices)
        return offered

    def exempt(self, check: str) -> bool:
        """Whether the programme states an exception from this check, with its reason and source."""
        return any(one.check == check for one in self.programme.exceptions)


def found(
    code: str, say: Text, place: Place = NOWHERE, *, value: str = "", source: str = "", fix: Text | None = None
) -> Problem:
    """A problem of a definition, pointing at its place in the files."""
    return Problem(f"check.{code}", say, where=str(place), value=value, source=source, fix=fix)


def said_step(step: Step) -> Text:
    """A step as messages name it: its title and its id."""
    title = step_title(step)
    return Text(f"“{title.zh}”（{step.id}）", f"“{title.en}” ({step.id})")


def twice(names: Iterable[str]) -> tuple[str, ...]:
    """The names that occur more than once."""
    seen: set[str] = set()
    again: dict[str, None] = {}
    for name in names:
        if name in seen:
            again[name] = None
        seen.add(name)
    return tuple(again)
