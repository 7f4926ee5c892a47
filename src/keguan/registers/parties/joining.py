"""Inviting, joining and leaving: how an organisation looks after its own people, within what is its own to give."""

from __future__ import annotations

from datetime import date, timedelta

from django.core import signing
from django.db import transaction

from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.names import display_name
from keguan.kernel.problems import Forbidden, Problem, Refused
from keguan.registers.organisations.models import RECOMMENDING_KINDS, Organisation
from keguan.registers.parties import logic, services
from keguan.registers.parties.access import actor_for
from keguan.registers.parties.models import Account, Duty, Invitation, Person
from keguan.registers.parties.rights import can_administer
from keguan.registers.parties.roles import DELEGATED, ROLES, role_name
from keguan.registers.trace import services as trace

LASTS = timedelta(days=7)
_SALT = "keguan.invitation"

NOT_OPEN = Problem(
    "invitation.closed",
    Text(
        "这份邀请已失效：已过期、已撤回或已使用过。", "This invitation is closed: expired, taken back or used already."
    ),
    fix=Text(
        "请联系发出邀请的单位管理员重新邀请；已有账户的，请直接登录。",
        "Ask the administrator who invited you for a new one; if you have an account, sign in.",
    ),
)


@transaction.atomic
def invite(
    actor: Actor, organisation: Organisation, *, email: str, name: str, role: str = "", person: Person | None = None
) -> Invitation:
    """Let somebody join the organisation; an open invitation to the same address ends. The caller sends the link.

    role: the duty that comes with joining, "" for none. person: for a member of staff who has no account yet. Raises
    Forbidden, or Refused: `person.name`, `person.email`, `invitation.email`, `duty.beyond`, `member.elsewhere`,
    `account.known`.
    """
    _administers(actor, organisation)
    if actor.person is None:
        raise TypeError("a person invites, not the system")
    address = email.strip().lower()
    problems = logic.person_problems(name=name, title="none", degree="none", email=address, born=None)
    if not address:
        problems.append(Problem("invitation.email", Text("请填写电子邮箱", "Give the e-mail address"), "email"))
    problems += [problem for problem in (_beyond(role, organisation) if role else None,) if problem]
    if person is not None and person.employer_id != organisation.pk:
        problems.append(_elsewhere(person))
    if person is not None and Account.objects.filter(person=person).exists():
        problems.append(logic.account_known(""))
    if problems:
        raise Refused.because(*problems)
    now = clock.now()
    Invitation.objects.filter(organisation=organisation, email=address, ended_at=None).update(ended_at=now)
    invitation = Invitation.objects.create(
        organisation=organisation,
        email=address,
        name=display_name(name),
        role=role,
        person=person,
        invited_by_id=actor.person,
        invited_at=now,
        expires_at=now + LASTS,
    )
    trace.write(
        "parties:member:invited",
        actor,
        on_behalf_of=organisation.pk,
        payload={"invitation": invitation.pk, "organisation": organisation.pk, "role": role},
        personal={"email": address, "name": invitation.name},
    )
    return invitation


def token_of(invitation: Invitation) -> str:
    """What stands in the link: nobody makes it up, and it says nothing about who is invited."""
    return signing.dumps(invitation.pk, salt=_SALT)


def invitation_of(token: str, *, lock: bool = False) -> Invitation | None:
    """The invitation behind a link, None where it is closed, or the link was made up.

    It is closed, too, where the one who sent it administers the organisation no more.
    """
    try:
        key = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return None
    rows = Invitation.objects.select_related("organisation", "person")
    if lock:
        rows = rows.select_for_update(of=("self",))
    found = rows.filter(pk=key, ended_at=None, expires_at__gt=clock.now()).first()
    if found is None or not can_administer(actor_for(found.invited_by_id), found.organisation_id):
        return None
    return found


@transaction.atomic
def take_back(actor: Actor, invitation: Invitation) -> None:
    """End an invitation that was not used. Raises Forbidden, or Refused("invitation.closed")."""
    row = Invitation.objects.select_for_update().select_related("organisation").get(pk=invitation.pk)
    _administers(actor, row.organisation)
    if row.ended_at is not None:
        raise Refused.because(NOT_OPEN)
    row.ended_at = clock.now()
    row.save(update_fields=["ended_at"])
    trace.write(
        "parties:member:invitation_ended",
        actor,
        on_behalf_of=row.organisation_id,
        payload={"invitation": row.pk, "organisation": row.organisation_id},
    )


@transaction.atomic
def join_as_new(
    token: str,
    *,
    name: str,
    id_kind: str,
    id_number: str,
    username: str,
    password: str,
    language: str = "zh",
) -> tuple[Account, Invitation]:
    """Join with a new account: the person is entered under their real name, unless their entry stands already.

    Raises Refused: `invitation.closed`, `person.name`, `person.id_kind`, `person.id_number`, `account.username`,
    `account.password`, `account.known`. All that is wrong is told at once.
    """
    invitation = invitation_of(token, lock=True)
    if invitation is None:
        raise Refused.because(NOT_OPEN)
    problems: list[Problem] = []
    if not id_number.strip():
        problems.append(
            Problem("person.id_number", Text("请填写证件号码", "Give the number of the document"), "id_number")
        )
    inviter = actor_for(invitation.invited_by_id)
    account = None
    # What the entry lacks and what the account lacks is told together; nothing of it stays where either is refused.
    with transaction.atomic():
        try:
            with transaction.atomic():
                person = _entry(inviter, invitation, name=name, id_kind=id_kind, id_number=id_number)
        except Refused as refused:
            problems += refused.refusal.problems
            person = services.register_person(inviter, name=invitation.name)
        try:
            with transaction.atomic():
                account = services.open_account(
                    actor_for(person), person, username=username, password=password, language=language
                )
        except Refused as refused:
            problems += refused.refusal.problems
        if problems or account is None:
            raise Refused.because(*dict.fromkeys(problems))
    _join(inviter, invitation, person)
    return account, invitation


@transaction.atomic
def join_as(token: str, person: Person) -> Invitation:
    """Join with the account one has. Raises Refused: `invitation.closed`, `member.elsewhere`."""
    invitation = invitation_of(token, lock=True)
    if invitation is None:
        raise Refused.because(NOT_OPEN)
    row = Person.objects.select_for_update().get(pk=person.pk)
    if row.employer_id not in (None, invitation.organisation_id):
        raise Refused.because(_elsewhere(row))
    if row.employer_id is None:
        inviter = actor_for(invitation.invited_by_id)
        services.correct_person(inviter, row, revision=row.revision, employer=invitation.organisation)
    _join(actor_for(invitation.invited_by_id), invitation, row)
    return invitation


@transaction.atomic
def delegate(
    actor: Actor, organisation: Organisation, person: Person, role: str, *, since: date | None, until: date | None
) -> Duty:
    """Give a member of the organisation a duty for it. Raises Forbidden, or Refused: `duty.beyond`, `member.elsewhere`,
    and as `services.grant_duty`."""
    _administers(actor, organisation)
    problems = [problem for problem in (_beyond(role, organisation),) if problem]
    if person.employer_id != organisation.pk:
        problems.append(_elsewhere(person))
    if problems:
        raise Refused.because(*problems)
    return services.grant_duty(actor, person, role, organisation=organisation, since=since, until=until)


@transaction.atomic
def end_delegated(actor: Actor, duty: Duty, *, last_day: date | None = None) -> Duty:
    """End a duty held for the organisation. Raises Forbidden, or Refused: `duty.beyond`, `duty.end`."""
    if duty.organisation is None:
        raise Refused.because(_beyond(duty.role) or NOT_OPEN)
    _administers(actor, duty.organisation)
    if problem := _beyond(duty.role):
        raise Refused.because(problem)
    return services.end_duty(actor, duty, last_day=last_day)


@transaction.atomic
def leave(actor: Actor, organisation: Organisation, person: Person) -> list[Duty]:
    """Let somebody go: all their duties for the organisation end as of yesterday, and they work there no more.

    Returns the duties that ended. Raises Forbidden, or Refused("member.elsewhere"), Refused("member.own").
    """
    _administers(actor, organisation)
    row = Person.objects.select_for_update().get(pk=person.pk)
    yesterday = clock.today() - timedelta(days=1)
    held = list(Duty.objects.select_for_update(of=("self",)).filter(person=row, organisation=organisation))
    running = [duty for duty in held if duty.until is None or duty.until > yesterday]
    if row.employer_id != organisation.pk and not running:
        raise Refused.because(_elsewhere(row))
    if actor.person == row.pk:
        raise Refused.because(
            Problem(
                "member.own",
                Text("不能为自己办理离开。", "Nobody lets themselves go."),
                fix=Text("请由另一位管理员或登记员办理。", "Another administrator or the registrar does it."),
            )
        )
    for duty in running:
        services.end_duty(actor, duty, last_day=max(yesterday, duty.since - timedelta(days=1)))
    if row.employer_id == organisation.pk:
        services.correct_person(actor, row, revision=row.revision, employer=None)
    trace.write(
        "parties:member:left",
        actor,
        on_behalf_of=organisation.pk,
        payload={"person": row.pk, "organisation": organisation.pk, "until": yesterday, "duties": len(running)},
    )
    return running


def _entry(inviter: Actor, invitation: Invitation, *, name: str, id_kind: str, id_number: str) -> Person:
    if invitation.person is None:
        return services.register_person(
            inviter,
            name=name,
            id_kind=id_kind,
            id_number=id_number,
            email=invitation.email,
            employer=invitation.organisation,
        )
    return services.identify_person(inviter, invitation.person, id_kind=id_kind, id_number=id_number)


def _join(inviter: Actor, invitation: Invitation, person: Person) -> None:
    if invitation.role:
        services.grant_duty(inviter, person, invitation.role, organisation=invitation.organisation)
    invitation.ended_at, invitation.joined = clock.now(), person
    invitation.save(update_fields=["ended_at", "joined"])
    trace.write(
        "parties:member:joined",
        actor_for(person),
        on_behalf_of=invitation.organisation_id,
        payload={"person": person.pk, "organisation": invitation.organisation_id, "invitation": invitation.pk},
    )


def _administers(actor: Actor, organisation: Organisation) -> None:
    if not can_administer(actor, organisation.pk):
        said = Text("您不是“{name}”的管理员。", "You do not administer “{name}”.").filled(name=organisation.name)
        fix = Text("请与平台登记员联系。", "Ask the registrar of the platform.")
        raise Forbidden("administer the organisation", (Problem("right.missing", said, fix=fix),))


def given_by(organisation: Organisation) -> tuple[str, ...]:
    """The roles that the administrator of this organisation gives: to recommend, only where it is a body that recommends."""
    recommends = organisation.kind in RECOMMENDING_KINDS
    return tuple(role for role in DELEGATED if role != "authority" or recommends)


def _beyond(role: str, organisation: Organisation | None = None) -> Problem | None:
    """organisation: for whom it is given; None where it is ended, which whoever once gave it may always do."""
    given = DELEGATED if organisation is None else given_by(organisation)
    if role in given:
        return None
    listed = Text(
        "可授予：" + "、".join(ROLES[one].zh for one in given),
        "Yours to give: " + ", ".join(ROLES[one].en for one in given),
    )
    said = Text("“{role}”不由单位授予。", "“{role}” is not for an organisation to give.")
    return Problem("duty.beyond", said.filled(role=role_name(role)), "role", role[:40], fix=listed)


def _elsewhere(person: Person) -> Problem:
    return Problem(
        "member.elsewhere",
        Text("此人不是本单位人员，或仍属于另一单位。", "The person is not of this organisation, or still of another."),
        "person",
        fix=Text(
            "须先由原单位办理离开，再由本单位邀请加入。", "The other organisation lets them go first; then invite them."
        ),
    )
