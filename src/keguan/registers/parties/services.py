"""Enter people, open accounts, grant and end duties, declare near relations. Each service traces what it did.

Names, addresses and dates of birth go into the trace as personal values: committed to, and erasable by law.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.canonical import commitment, new_salt
from keguan.kernel.ids import normal_number
from keguan.kernel.names import display_name, normal_name, pinyin_key
from keguan.kernel.problems import Conflict, Problem, Refused
from keguan.registers.organisations.models import Organisation
from keguan.registers.parties import logic
from keguan.registers.parties.changes import ties_changed
from keguan.registers.parties.models import Account, Duty, Employment, Kinship, Person
from keguan.registers.parties.roles import role_name
from keguan.registers.parties.telling import tell
from keguan.registers.trace import services as trace
from keguan.texts.spelt import spelt

_CORRECTABLE = ("name", "born", "title", "degree", "email", "phone", "employer", "orcid")


def name_in_all_forms(name: str) -> dict[str, str]:
    """The fields of a person that follow from how their name was typed."""
    forms = spelt(name)
    return {
        "name": display_name(name),
        "normal_name": normal_name(name),
        "pinyin": pinyin_key(name, person=True),
        "plain_name": forms.plain,
        "sound": forms.sound,
        "initials": forms.initials,
    }


@transaction.atomic
def register_person(
    actor: Actor,
    *,
    name: str,
    born: date | None = None,
    id_kind: str = "resident",
    id_number: str = "",
    title: str = "none",
    degree: str = "none",
    email: str = "",
    phone: str = "",
    employer: Organisation | None = None,
    is_demo: bool = False,
    origin: str = "",
) -> Person:
    """Enter a person. People of the same name are allowed: two people may share one.

    id_kind, id_number: the identity document; of its number only a salted commitment and the last four signs are kept.
    Raises Refused with every problem at once: `person.name`, `person.title`, `person.degree`, `person.email`,
    `person.born`, `person.id_kind`, `person.id_number`.
    """
    problems = logic.person_problems(
        name=name, title=title, degree=degree, email=email, born=born, id_kind=id_kind, id_number=id_number
    )
    if problems:
        raise Refused.because(*problems)
    salt = new_salt() if id_number.strip() else b""
    row = Person(
        **name_in_all_forms(name),
        born=born,
        id_salt=salt,
        id_commitment=commitment(normal_number(id_number), salt) if salt else "",
        id_kind=id_kind if salt else "",
        id_ending=normal_number(id_number)[-4:] if salt else "",
        title=title,
        degree=degree,
        email=email.strip(),
        phone=phone.strip(),
        employer=employer,
        is_demo=is_demo,
        origin=origin,
    )
    row.save(force_insert=True)
    trace.write(
        "parties:person:registered",
        actor,
        on_behalf_of=employer.pk if employer else None,
        payload={"person": row.pk, "title": title, "degree": degree, "origin": origin},
        personal={"name": row.name, "born": born, "email": row.email, "phone": row.phone},
    )
    return row


@transaction.atomic
def correct_person(actor: Actor, person: Person, *, revision: int, reason: str = "", **changes: Any) -> Person:
    """Correct a person's entry; both states go into the trace as personal values.

    changes: any of name, born, title, degree, email, phone, employer. revision: the one the page showed. reason: why, where
    somebody must say so; it goes into the trace as a personal value, too. Raises Conflict if somebody changed the entry meanwhile, Refused as `register_person`.
    """
    row = Person.objects.select_for_update().get(pk=person.pk)
    if row.revision != revision:
        raise Conflict(
            Problem(
                "person.stale",
                Text("此人的信息刚被他人修改", "Somebody changed this entry meanwhile"),
                fix=Text("请刷新页面后再改", "Reload the page and change it again"),
            )
        )
    if unknown := set(changes) - set(_CORRECTABLE):
        raise TypeError(f"a person has no {', '.join(sorted(unknown))} to correct")
    before = {field: getattr(row, field) for field in changes}
    for field, value in changes.items():
        setattr(row, field, value)
    problems = logic.person_problems(name=row.name, title=row.title, degree=row.degree, email=row.email, born=row.born)
    if problems:
        raise Refused.because(*problems)
    for field, value in name_in_all_forms(row.name).items():
        setattr(row, field, value)
    row.revision += 1
    row.save()
    changed = sorted(field for field in changes if before[field] != getattr(row, field))
    if "employer" in changed:
        _moved(row, before["employer"])
    if {"employer", "name"} & set(changed):
        ties_changed([row.pk])
    trace.write(
        "parties:person:corrected",
        actor,
        payload={"person": row.pk, "fields": changed},
        personal={
            "before": {field: _plain(before[field]) for field in changed},
            "after": {field: _plain(getattr(row, field)) for field in changed},
            **({"reason": reason} if reason else {}),
        },
    )
    return row


@transaction.atomic
def correct_for_them(actor: Actor, person: Person, *, revision: int, reason: str, **changes: Any) -> Person:
    """Correct somebody else's entry, for a reason; they hear of it. Raises as `correct_person`, and Refused: `person.reason`,
    `person.unchanged`, `person.own` for one's own entry, which a colleague corrects."""
    problems = []
    if actor.person == person.pk:
        problems.append(logic.own_entry())
    changed = [field for field, value in changes.items() if value != getattr(person, field)]
    if not changed:
        problems.append(Problem("person.unchanged", Text("没有任何变化。", "Nothing is changed.")))
    if not reason.strip():
        problems.append(Problem("person.reason", Text("请写明理由", "Give the reason"), where="reason"))
    if problems:
        raise Refused.because(*problems)
    row = correct_person(actor, person, revision=revision, reason=reason.strip(), **changes)
    words = [logic.FIELD_WORDS[field] for field in changed]
    said = Text(
        "您在名录中的信息已更正：{fields}。理由：{reason}", "Your entry was corrected: {fields}. Reason: {reason}"
    )
    fields = Text("、".join(one.zh for one in words), ", ".join(one.en for one in words))
    tell("entry", [row.pk], said.filled(fields=fields, reason=reason.strip()))
    return row


def _moved(person: Person, left: Organisation | None) -> None:
    """Remember where a person worked until today: who left an institution last year still knows it."""
    today = clock.today()
    if left is not None:
        held = Employment.objects.filter(person=person, organisation=left, until__isnull=True)
        if not held.update(until=today):
            Employment.objects.create(person=person, organisation=left, until=today, source="employer")
    if person.employer is not None:
        Employment.objects.get_or_create(
            person=person, organisation=person.employer, since=today, defaults={"source": "employer"}
        )


@transaction.atomic
def identify_person(actor: Actor, person: Person, *, id_kind: str, id_number: str) -> Person:
    """Keep the identity document of a person whose entry has none. Raises Refused: `person.id_kind`, `person.id_number`;
    the latter, too, where the entry has another one."""
    row = Person.objects.select_for_update().get(pk=person.pk)
    problems = logic.person_problems(
        name=row.name, title=row.title, degree=row.degree, email="", born=row.born, id_kind=id_kind, id_number=id_number
    )
    number = normal_number(id_number)
    if row.id_commitment and commitment(number, bytes(row.id_salt)) != row.id_commitment:
        problems.append(logic.another_identity())
    if problems:
        raise Refused.because(*problems)
    if not row.id_commitment:
        row.id_salt = new_salt()
        row.id_commitment, row.id_kind, row.id_ending = commitment(number, row.id_salt), id_kind, number[-4:]
        row.revision += 1
        row.save()
        trace.write("parties:person:identified", actor, payload={"person": row.pk, "kind": id_kind})
    return row


@transaction.atomic
def open_account(
    actor: Actor, person: Person, *, username: str, password: str | None = None, language: str = "zh"
) -> Account:
    """Let a person sign in. password: None for an account that cannot sign in by password.

    Raises Refused: `account.username`, `account.password`, `account.known`.
    """
    name = username.strip().lower()
    problems = [problem for problem in (logic.username_problem(name),) if problem]
    account = Account(username=name, person=person, language=language)
    if password is not None and not _is_strong(password, account):
        problems.append(logic.weak_password())
    if problems:
        raise Refused.because(*problems)
    account.set_password(password)
    try:
        with transaction.atomic():
            account.save(force_insert=True)
    except IntegrityError as error:
        raise Refused.because(logic.account_known(name)) from error
    trace.write(
        "parties:account:opened",
        actor,
        payload={"person": person.pk, "account": account.pk},
        personal={"username": name},
    )
    return account


@transaction.atomic
def change_password(actor: Actor, account: Account, password: str) -> None:
    """Set a new password. Raises Refused("account.password") for a weak one."""
    row = Account.objects.select_for_update().get(pk=account.pk)
    if not _is_strong(password, row):
        raise Refused.because(logic.weak_password())
    row.set_password(password)
    row.save(update_fields=["password"])
    trace.write("parties:account:password_changed", actor, payload={"person": row.person_id, "account": row.pk})


@transaction.atomic
def prefer_language(actor: Actor, account: Account, language: str) -> None:
    """Choose the language in which the platform writes to this account. Raises Refused("account.language")."""
    if problem := logic.language_problem(language):
        raise Refused.because(problem)
    row = Account.objects.select_for_update().get(pk=account.pk)
    row.language = language
    row.save(update_fields=["language"])
    trace.write(
        "parties:account:language_chosen", actor, payload={"person": row.person_id, "account": row.pk, "to": language}
    )


@transaction.atomic
def lock_account(actor: Actor, account: Account, *, reason: str) -> Account:
    """Stop an account from signing in and from acting, at once."""
    row = Account.objects.select_for_update().get(pk=account.pk)
    row.is_active = False
    row.save(update_fields=["is_active"])
    trace.write(
        "parties:account:locked",
        actor,
        payload={"person": row.person_id, "account": row.pk},
        personal={"reason": reason},
    )
    return row


@transaction.atomic
def grant_duty(
    actor: Actor,
    person: Person,
    role: str,
    *,
    organisation: Organisation | None = None,
    programme: str = "",
    since: date | None = None,
    until: date | None = None,
) -> Duty:
    """Give a person a duty from a day on, for an organisation, a programme, or all.

    since: today if none is given; since and until are both included. Raises Refused: `duty.role`, `duty.own`,
    `duty.organisation`, `duty.dates`, `duty.held`, and `duty.separation` where the person would plan or supervise
    what they run.
    """
    # The lock on the person lets two grants at once see each other; the exclusion constraints are the second net.
    Person.objects.select_for_update().get(pk=person.pk)
    first = since or clock.today()
    problems = logic.duty_problems(
        role=role,
        organisation=organisation,
        since=first,
        until=until,
        is_own=actor.person is not None and actor.person == person.pk,
        held=Duty.objects.filter(person=person),
        programme=programme,
    )
    if problems:
        raise Refused.because(*problems)
    try:
        with transaction.atomic():
            duty = Duty.objects.create(
                person=person,
                role=role,
                organisation=organisation,
                programme=programme,
                since=first,
                until=until,
                granted_by_id=actor.person,
            )
    except IntegrityError as error:
        raise Refused.because(logic.held_already(role)) from error
    duty_changed(actor, "granted", duty)
    return duty


@transaction.atomic
def end_duty(actor: Actor, duty: Duty, *, last_day: date | None = None) -> Duty:
    """End a duty; the entry stays on record.

    last_day: yesterday if none is given, so that it gives no right any more from this moment. Raises Refused outside
    the duty's time.
    """
    row = Duty.objects.select_for_update().get(pk=duty.pk)
    day = last_day or clock.today() - timedelta(days=1)
    if problem := logic.duty_end(row, day):
        raise Refused.because(problem)
    row.until = day
    row.save(update_fields=["until"])
    duty_changed(actor, "ended", row)
    for one in Duty.objects.select_for_update().filter(delegated_from=row, until__gt=day):
        # A deputy acts no longer than the one they act for.
        one.until = max(day, one.since - timedelta(days=1))
        one.save(update_fields=["until"])
        duty_changed(actor, "ended", one)
    return row


@transaction.atomic
def delegate_duty(actor: Actor, duty: Duty, deputy: Person, *, since: date, until: date, reason: str) -> Duty:
    """Hand one's own duty to a colleague for some days, both included; it ends by itself, and with one's own.

    Raises Refused, all at once: `deputy.role`, `deputy.chain`, `deputy.own`, `deputy.elsewhere`, `deputy.beyond`,
    `deputy.past`, `deputy.reason`, and as `grant_duty`.
    """
    Person.objects.select_for_update().get(pk=deputy.pk)
    source = Duty.objects.select_for_update(of=("self",)).select_related("person", "organisation").get(pk=duty.pk)
    problems = logic.deputy_problems(
        source, deputy, since=since, until=until, reason=reason, is_holder=actor.person == source.person_id
    )
    about_duty = logic.duty_problems(
        role=source.role,
        organisation=source.organisation,
        since=since,
        until=until,
        is_own=False,
        held=Duty.objects.filter(person=deputy),
        programme=source.programme,
    )
    # Whoever hands a duty on chooses the deputy, not the role.
    problems += [replace(one, where="deputy") if one.where == "role" else one for one in about_duty]
    if problems:
        raise Refused.because(*problems)
    made = Duty.objects.create(
        person=deputy,
        role=source.role,
        organisation=source.organisation,
        programme=source.programme,
        since=since,
        until=until,
        granted_by_id=actor.person,
        delegated_from=source,
        reason=reason.strip(),
    )
    duty_changed(actor, "delegated", made)
    return made


@transaction.atomic
def take_back(actor: Actor, duty: Duty) -> Duty:
    """Take a duty back from one's deputy, at once. Raises Refused("deputy.role") for anybody else's, or `duty.end`."""
    row = Duty.objects.select_for_update(of=("self",)).select_related("delegated_from").get(pk=duty.pk)
    if row.delegated_from is None or row.delegated_from.person_id != actor.person:
        raise Refused.because(logic.not_deputised())
    return end_duty(actor, row, last_day=max(clock.today(), row.since) - timedelta(days=1))


@transaction.atomic
def declare_kin(
    actor: Actor,
    person: Person,
    relative: Person,
    relation: str,
    *,
    since: date | None = None,
    until: date | None = None,
) -> Kinship:
    """Declare a near relation; from then on neither reviews the other's applications.

    relation: what `relative` is to `person`. Raises Refused: `kin.relation`, `kin.self`, `kin.dates`, `kin.known`.
    Source: 国家自然科学基金条例 第20条.
    """
    problems = logic.kin_problems(person=person.pk, relative=relative.pk, relation=relation, since=since, until=until)
    if problems:
        raise Refused.because(*problems)
    try:
        with transaction.atomic():
            row = Kinship.objects.create(
                person=person,
                relative=relative,
                relation=relation,
                since=since,
                until=until,
                declared_by_id=actor.person,
            )
    except IntegrityError as error:
        raise Refused.because(logic.kin_known()) from error
    trace.write(
        "parties:kinship:declared",
        actor,
        payload={"kinship": row.pk, "person": person.pk},
        personal={"relative": relative.pk, "relation": relation},
    )
    ties_changed([person.pk, relative.pk])
    return row


def duty_changed(actor: Actor, action: str, duty: Duty) -> None:
    """The trace, and those who ask for what ties people: a duty for a body is one, and some show who applies."""
    trace.write(
        f"parties:duty:{action}",
        actor,
        on_behalf_of=duty.organisation_id,
        payload={
            "duty": duty.pk,
            "person": duty.person_id,
            "role": duty.role,
            "organisation": duty.organisation_id,
            "programme": duty.programme,
            "since": duty.since,
            "until": duty.until,
            **({"for": duty.delegated_from.person_id, "reason": duty.reason} if duty.delegated_from else {}),
        },
    )
    ties_changed([duty.person_id])
    if actor.person is not None and actor.person != duty.person_id:
        _tell_holder(action, duty)


_GIVEN = {
    "granted": Text("已授予您职责：{what}，自 {since} 起{until}。", "You hold a duty from {since}{until}: {what}."),
    "delegated": Text("请您代理职责：{what}，自 {since} 起{until}。", "You deputise from {since}{until}: {what}."),
    "ended": Text("您的职责“{what}”已结束，最后一日 {last}。", "Your duty “{what}” has ended; its last day: {last}."),
}


def _tell_holder(action: str, duty: Duty) -> None:
    """Nobody learns only at a closed door, or by a task, what they hold and what they hold no more."""
    what = role_name(duty.role)
    if duty.organisation is not None:
        what = Text("{role}（{name}）", "{role} ({name})").filled(role=what, name=duty.organisation.name)
    last = duty.until.isoformat() if duty.until else ""
    until = Text("，至 {last}", " to {last}").filled(last=last) if last else Text("", "")
    line = _GIVEN[action].filled(what=what, since=duty.since.isoformat(), until=until, last=last)
    tell("duty", [duty.person_id], line)


def _is_strong(password: str, account: Account) -> bool:
    try:
        validate_password(password, account)
    except ValidationError:
        return False
    return True


def _plain(value: object) -> object:
    return value.pk if isinstance(value, Organisation) else value
