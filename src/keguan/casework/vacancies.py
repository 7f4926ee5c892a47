"""Offices that nobody holds: what is theirs to do would wait for nobody, until its deadline ends it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from keguan.casework.models import Case
from keguan.engine.decision import Acting
from keguan.engine.state import CaseState
from keguan.kernel.bilingual import Text
from keguan.language.definition import Definition
from keguan.language.schema import Agree, Step
from keguan.language.wording import step_title
from keguan.registers.organisations.models import Organisation
from keguan.registers.parties.queries import unheld
from keguan.registers.parties.roles import role_name

OFFICES: Final = ("host", "authority")
"""Roles that are held for the organisation of a case, not for a programme."""

VACANT: Final = Text(
    "{organisation}现在没有可以办理的“{role}”，已有办件在等待，到期后将按规定处理。请登记人选。",
    "Nobody can act as “{role}” for {organisation} today, and a case waits for them; after its deadline it goes on without"
    " them, or ends. Record somebody.",
)
NONE_ABOVE: Final = Text(
    "{organisation}没有登记推荐单位（主管部门），已有办件在等待其推荐，到期后将按规定处理。请登记上级单位。",
    "No recommending authority is recorded above {organisation}, and a case waits for one; after its deadline it goes on"
    " without it, or ends. Record the body above it.",
)
"""What those who can mend it are told when a case has come to such a step."""

_AHEAD = Text(
    "“{step}”由{organisation}的“{role}”办理，现在没有可以办理的人（申报人本人不能办理自己的申报），提交后可能逾期而终止。"
    "请先请该单位的管理员或平台的名录管理员登记人选。",
    "“{step}” is done by “{role}” for {organisation}, and today nobody can do it (an applicant does not act on an application"
    " of their own): once handed in, it may lapse and end. First ask the administrator of the organisation or the registrar"
    " to record somebody.",
)
_NONE_AHEAD = Text(
    "“{step}”由推荐单位（主管部门）办理，但{organisation}没有登记推荐单位，提交后可能逾期而终止。请先请平台的名录管理员登记。",
    "“{step}” is done by a recommending authority, and none is recorded above {organisation}: once handed in, it may lapse"
    " and end. First ask the registrar to record it.",
)
_HERE = Text(
    "现在没有可以办理本环节的“{role}”，到期后将按规定处理。请联系该单位的管理员或平台的名录管理员登记人选。",
    "Nobody can act as “{role}” here today; after the deadline the case goes on without them, or ends. Ask the administrator"
    " of that organisation, or the registrar, to record somebody.",
)


def ahead(
    definition: Definition, host: Organisation | None, authority: Organisation | None, apart: Collection[int]
) -> list[Text]:
    """The steps that an office will be asked to do and that nobody could do today, each with the way out.

    apart: people who do not count, since it is their own application. At most one query.
    """
    if host is None:
        return []
    bodies = {"host": host, "authority": authority}
    steps = [(step, role) for step in definition.programme.steps for role in _offices(step)]
    asked = {role: body.pk for role in {role for _, role in steps} if (body := bodies[role]) is not None}
    vacant = unheld(asked, apart)
    found = []
    for step, role in steps:
        if (body := bodies[role]) is None:
            found.append(_NONE_AHEAD.filled(step=step_title(step), organisation=host.name))
        elif role in vacant:
            found.append(_AHEAD.filled(step=step_title(step), role=role_name(role), organisation=body.name))
    return found


def here(definition: Definition, state: CaseState, case: Case, acting: Acting) -> Text | None:
    """That the case stands at a step which nobody could do today; None where somebody can. At most one query, none for
    whoever can do it themselves."""
    if not state.step or case.host_id is None:
        return None
    asked = {
        role: case.host_id if role == "host" else case.authority_id
        for role in _offices(definition.programme.step(state.step), state, is_pushed=case.applicant_id is None)
        if acting.own or role not in acting.roles
    }
    vacant = {role for role, body in asked.items() if body is None}
    vacant |= unheld({role: body for role, body in asked.items() if body is not None}, people_of(case))
    return next((_HERE.filled(role=role_name(role)) for role in asked if role in vacant), None)


def office_of(role: str, *, is_pushed: bool) -> str | None:
    """The office of an organisation that a role asks; None where it asks somebody else. is_pushed: nobody applied, the case was
    given to the organisation, whose office then answers for it."""
    if role == "applicant" and is_pushed:
        return "host"
    return role if role in OFFICES else None


def people_of(case: Case) -> set[int]:
    """The people whose own the case is: no duty of theirs counts on it."""
    return {one for one in (case.applicant_id, case.principal_id, *case.members, *case.editors) if one is not None}


def _offices(step: Step, state: CaseState | None = None, *, is_pushed: bool = False) -> list[str]:
    """The offices that a step asks; with a state those that have not signed yet."""
    if isinstance(step, Agree):
        if state is None or not state.current.memo.get("text"):
            return []
        return [party for party in step.parties if party in OFFICES and party not in state.current.memo["signed"]]
    office = office_of(getattr(step, "by", ""), is_pushed=is_pushed)
    return [] if office is None else [office]
