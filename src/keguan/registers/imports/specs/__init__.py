"""What can be imported, by name."""

from __future__ import annotations

from keguan.registers.imports.spec import ImportSpec
from keguan.registers.imports.specs.codes import CODES
from keguan.registers.imports.specs.experts import EXPERTS
from keguan.registers.imports.specs.organisations import ORGANISATIONS
from keguan.registers.imports.specs.people import PEOPLE
from keguan.registers.imports.specs.projects import NATIONAL_RD, NSFC, PROJECTS
from keguan.registers.imports.specs.works import WORKS

SPECS: dict[str, ImportSpec] = {
    spec.name: spec for spec in (ORGANISATIONS, PEOPLE, CODES, EXPERTS, WORKS, PROJECTS, NSFC, NATIONAL_RD)
}


def spec_for(name: str) -> ImportSpec | None:
    """The import of this name, None for an unknown one."""
    return SPECS.get(name)
