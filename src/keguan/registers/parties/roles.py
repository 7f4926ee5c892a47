"""The duties a person may hold, in the words that programmes use too: they bind duties to steps and invent none."""

from __future__ import annotations

from keguan.kernel.bilingual import Text

APPLICANT = "applicant"
"""Not a duty that is granted: every known person may apply."""

ROLES: dict[str, Text] = {
    "administrator": Text("单位管理员", "Administrator of the organisation"),
    "host": Text("依托单位科研管理人员", "Research office of the host institution"),
    "authority": Text("推荐单位（主管部门）人员", "Officer of the recommending authority"),
    "officer": Text("专业机构项目主管", "Programme officer of the agency"),
    "committee": Text("评审委员会委员", "Committee member"),
    "expert": Text("评审专家", "Expert"),
    "planning": Text("规划处人员", "Planning department"),
    "supervision": Text("监督处人员", "Supervision department"),
    "finance": Text("财务人员", "Finance"),
    "registrar": Text("名录管理员", "Registrar"),
}

NEEDS_ORGANISATION = frozenset({"administrator", "host", "authority"})
"""Roles that mean nothing without the body they are held for."""

DELEGATED = ("administrator", "host", "authority")
"""Roles that the administrator of an organisation gives and ends there; all others are the registrar's to give."""

DEPUTISED = ("host", "authority", "officer", "finance")
"""Roles that their holder hands to a deputy for a time. A seat on a committee or a panel is held in person."""

RUNNING = "officer"
APART_FROM_RUNNING = frozenset({"planning", "supervision"})
"""Planning, running and supervising are kept in different hands: none of these together with `officer`."""


def role_name(role: str) -> Text:
    """The role in words; an unknown word stands for itself."""
    if role == APPLICANT:
        return Text("申报人", "Applicant")
    return ROLES.get(role) or Text(role, role)
