"""Two entries that are one person become one: all or nothing, seen before it is done, and never forgotten.

Each register looks after its own rows: it says with `follows` how they pass from one person to the other. Plain
references that no register claims pass as they are. Who did what (in the trace, on grants and invitations) stays as it
was: the entry that is gone keeps its number and name.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import Max, Q

from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refused
from keguan.registers.parties.alike import Alike, alike
from keguan.registers.parties.changes import ties_changed
from keguan.registers.parties.models import Account, Duty, Employment, Kinship, Merge, Person, TwoPeople
from keguan.registers.parties.roles import APART_FROM_RUNNING, RUNNING
from keguan.registers.trace import services as trace

STAYS = frozenset(
    {
        "granted_duties",
        "declared_kin",
        "invitations_sent",
        "invitations_accepted",
        "merges",
        "merge",
        "merges_done",
        "declared_ties",
        "people_told_apart",
    }
)
"""Relations that say who did something: evidence, not belongings."""
FEW_PEOPLE = 5_000
"""In a register of so many everybody is compared with everybody at each look."""
KEPT_S = 60.0
_KEY = "people-in-question"


@dataclass
class Moving:
    """One merge under way: what has moved so far, what was dropped because both had it, what stands against it."""

    kept: Person
    gone: Person
    moved: dict[str, list[int]] = field(default_factory=dict)
    dropped: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def note(self, what: str, keys: list[int]) -> None:
        """These rows passed over. what: table and column."""
        if keys:
            self.moved[what] = sorted([*self.moved.get(what, []), *keys])

    def point(self, rows: models.QuerySet[Any], column: str) -> None:
        """Let the rows that point at the one who is gone point at the one who stays."""
        mine = rows.filter(**{column: self.gone})
        keys = list(mine.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
        rows.model._base_manager.filter(pk__in=keys).update(**{column: self.kept})
        self.note(f"{rows.model._meta.label_lower}.{column}", keys)

    def drop(self, row: models.Model) -> None:
        """Let go of a row that the one who stays has already; it is kept whole with the merge."""
        whole = {one.attname: getattr(row, one.attname) for one in row._meta.concrete_fields}  # no bytes among them
        self.dropped.append({"table": row._meta.label_lower, "row": json.loads(_json(whole))})
        row.delete()


def relations_of_people() -> dict[str, Any]:
    """Everything in all registers and in casework that points at a person."""
    return relations_to(Person)


def relations_to(model: type[models.Model]) -> dict[str, Any]:
    """Everything that points at rows of a table: by the name it goes by from there, or, where it has none, by table and
    column."""
    found = (one for one in model._meta.get_fields(include_hidden=True) if one.auto_created and one.is_relation)
    return {_name_of(one): one for one in found if not one.concrete}


def _name_of(relation: Any) -> str:
    name = relation.get_accessor_name()
    return (
        str(name)
        if name and not name.endswith("+")
        else f"{relation.related_model._meta.label_lower}.{relation.field.name}"
    )


Follower = Callable[[Moving], None]
_followers: list[Follower] = []
_claimed: set[str] = set()


def follows(*relations: str) -> Callable[[Follower], Follower]:
    """Declare how the rows behind these relations to a person pass over in a merge."""

    def declare(follower: Follower) -> Follower:
        _followers.append(follower)
        _claimed.update(relations)
        return follower

    return declare


def preview(actor: Actor, kept: Person, gone: Person) -> Moving:
    """What a merge would do, found by doing it and taking it back. Problems are on the answer, none is raised."""
    with transaction.atomic():
        moving = _carry_over(actor, kept, gone)
        transaction.set_rollback(True)
    return moving


@transaction.atomic
def merge(actor: Actor, kept: Person, gone: Person, *, reason: str) -> Merge:
    """Merge two entries of one person. Raises Refused: `merge.reason`, `merge.self`, `merge.own`, `merge.again`,
    `merge.identity`, `merge.separation`, `merge.panel`, all at once."""
    moving = Moving(kept, gone)
    if not reason.strip():
        moving.problems.append(Problem("merge.reason", Text("请写明理由", "Give the reason"), "reason"))
    if actor.person is None:
        raise TypeError("a person merges, not the system")
    found = _carry_over(actor, kept, gone)
    if problems := [*moving.problems, *found.problems]:
        raise Refused.because(*problems)
    row = Merge.objects.create(
        kept=kept,
        gone=gone,
        reason=reason.strip(),
        moved=found.moved,
        dropped=found.dropped,
        merged_by_id=actor.person,
        merged_at=clock.now(),
    )
    ties_changed([kept.pk])
    trace.write(
        "parties:people:merged",
        actor,
        payload={
            "merge": row.pk,
            "person": kept.pk,
            "gone": gone.pk,
            "moved": {what: len(keys) for what, keys in found.moved.items()},
            "dropped": len(found.dropped),
        },
        personal={"reason": row.reason},
    )
    return row


def _carry_over(actor: Actor, kept: Person, gone: Person) -> Moving:
    # In the order of their numbers: two merges at once wait for each other instead of standing in each other's way.
    locked = {
        row.pk: row for row in Person.objects.select_for_update().filter(pk__in=[kept.pk, gone.pk]).order_by("pk")
    }
    moving = Moving(locked[kept.pk], locked[gone.pk])
    moving.problems += _against(actor, moving)
    if moving.problems:
        return moving
    _own(moving)
    for follower in _followers:
        follower(moving)
    for name, relation in relations_of_people().items():
        if name not in _claimed | STAYS:
            moving.point(relation.related_model._base_manager.all(), relation.field.name)
    return moving


def _against(actor: Actor, moving: Moving) -> list[Problem]:
    kept, gone = moving.kept, moving.gone
    found = []
    if kept.pk == gone.pk:
        found.append(Problem("merge.self", Text("这是同一条记录。", "This is one and the same entry."), "gone"))
    if actor.person in (kept.pk, gone.pk):
        found.append(
            Problem(
                "merge.own",
                Text("不能合并本人的记录。", "Nobody merges entries of their own."),
                "gone",
                fix=Text("请由另一名登记员办理。", "Another registrar does it."),
            )
        )
    if Merge.objects.filter(gone__in=[kept.pk, gone.pk]).exists():
        found.append(
            Problem(
                "merge.again",
                Text("其中一条已并入他人。", "One of them is merged into another entry already."),
                "gone",
                fix=Text("请对并入后的记录办理。", "Work on the entry that stayed."),
            )
        )
    if kept.id_kind and kept.id_kind == gone.id_kind and kept.id_ending != gone.id_ending:
        found.append(
            Problem(
                "merge.identity",
                Text("两条记录登记了不同的证件号码。", "The two entries have different identity documents."),
                "gone",
                fix=Text("请核对是否同一人。", "Make sure that they are one person."),
            )
        )
    duties = list(Duty.objects.filter(person__in=[kept.pk, gone.pk]))
    if any(_apart(one, other) for one in duties for other in duties if one.person_id != other.person_id):
        found.append(
            Problem(
                "merge.separation",
                Text(
                    "合并后同一人将同时承担相互分离的职责。",
                    "The one person would hold duties that are kept apart: planning, running, supervising.",
                ),
                "gone",
                fix=Text("请先结束其中一项职责。", "End one of the duties first."),
            )
        )
    return found


def _own(moving: Moving) -> None:
    for duty in Duty.objects.filter(person=moving.gone).select_for_update(of=("self",)).order_by("since", "pk"):
        _move_duty(moving, duty)
    _move_kin(moving)
    _move_employments(moving)
    _move_account(moving)
    _fill_blanks(moving)


def _move_duty(moving: Moving, duty: Duty) -> None:
    """A duty that both held at one time becomes one that lasts as long as the two did."""
    rows = Duty.objects.filter(
        person=moving.kept, role=duty.role, organisation=duty.organisation, programme=duty.programme
    )
    alike = [one for one in rows.order_by("since") if _overlap(one, duty)]
    # A duty of one's own says more than the same one held as a deputy.
    if alike and duty.delegated_from_id is not None:
        moving.drop(duty)
        return
    for one in [one for one in alike if one.delegated_from_id is not None]:
        moving.drop(one)
        alike.remove(one)
    if not alike:
        duty.person = moving.kept
        duty.save(update_fields=["person"])
        moving.note("parties.duty.person", [duty.pk])
        return
    first, *others = alike
    since = min(one.since for one in (*alike, duty))
    until = (
        None
        if any(one.until is None for one in (*alike, duty))
        else max(one.until for one in (*alike, duty) if one.until)
    )
    for one in (*others, duty):
        moving.drop(one)
    if (first.since, first.until) != (since, until):
        moving.dropped.append({"table": "parties.duty", "before": json.loads(_json(_span(first)))})
        first.since, first.until = since, until
        first.save(update_fields=["since", "until"])


def _move_kin(moving: Moving) -> None:
    kept, gone = moving.kept, moving.gone
    keys: list[int] = []
    for row in Kinship.objects.filter(Q(person=gone) | Q(relative=gone)).select_for_update(of=("self",)).order_by("pk"):
        person = kept.pk if row.person_id == gone.pk else row.person_id
        relative = kept.pk if row.relative_id == gone.pk else row.relative_id
        alike = Kinship.objects.filter(person=person, relative=relative, relation=row.relation, since=row.since)
        if person == relative or alike.exclude(pk=row.pk).exists():
            moving.drop(row)
            continue
        row.person_id, row.relative_id = person, relative
        row.save(update_fields=["person", "relative"])
        keys.append(row.pk)
    moving.note("parties.kinship.person", keys)


def _move_employments(moving: Moving) -> None:
    """Where either worked, the one person worked; another employer of the entry that is gone stands beside until ended."""
    kept, gone = moving.kept, moving.gone
    for row in Employment.objects.filter(person=gone).select_for_update(of=("self",)).order_by("pk"):
        if Employment.objects.filter(person=kept, organisation=row.organisation_id, since=row.since).exists():
            moving.drop(row)
        else:
            row.person = kept
            row.save(update_fields=["person"])
            moving.note("parties.employment.person", [row.pk])
    if gone.employer_id is not None and kept.employer_id not in (None, gone.employer_id):
        stands = Employment.objects.filter(person=kept, organisation=gone.employer_id, until__isnull=True)
        if not stands.exists():
            row = Employment.objects.create(person=kept, organisation_id=gone.employer_id, source="merge")
            moving.note("parties.employment.person", [row.pk])


def _move_account(moving: Moving) -> None:
    """The account passes over; where both have one, the one that is gone is locked and stays as it is."""
    account = Account.objects.select_for_update(of=("self",)).filter(person=moving.gone).first()
    if account is None:
        return
    if not Account.objects.filter(person=moving.kept).exists():
        account.person = moving.kept
        account.save(update_fields=["person"])
        moving.note("parties.account.person", [account.pk])
    elif account.is_active:
        account.is_active = False
        account.save(update_fields=["is_active"])
        moving.note("parties.account.is_active", [account.pk])


def _fill_blanks(moving: Moving) -> None:
    """What only the entry that is gone knew, the one that stays knows now."""
    kept, gone = moving.kept, moving.gone
    blank = {
        "born": None,
        "email": "",
        "phone": "",
        "orcid": "",
        "employer_id": None,
        "title": "none",
        "degree": "none",
        "id_kind": "",
    }
    filled = [name for name, empty in blank.items() if getattr(kept, name) == empty and getattr(gone, name) != empty]
    for name in filled:
        setattr(kept, name, getattr(gone, name))
    if "id_kind" in filled or (not kept.id_commitment and gone.id_commitment):
        kept.id_salt, kept.id_commitment, kept.id_ending = bytes(gone.id_salt), gone.id_commitment, gone.id_ending
    if filled:
        moving.dropped.append({"table": "parties.person", "filled": filled, "row": kept.pk})
    kept.revision += 1
    kept.save()


@follows("told_apart", "told_apart_from")
def _told_apart_follows(moving: Moving) -> None:
    """Whoever is not the one who is gone is not the one who stays either."""
    gone, kept = moving.gone, moving.kept
    for row in TwoPeople.objects.select_for_update(of=("self",)).filter(Q(one=gone) | Q(other=gone)).order_by("pk"):
        third = row.other_id if row.one_id == gone.pk else row.one_id
        one, other = sorted((kept.pk, third))
        if third == kept.pk or TwoPeople.objects.filter(one=one, other=other).exists():
            moving.drop(row)
            continue
        row.one_id, row.other_id = one, other
        row.save(update_fields=["one", "other"])
        moving.note("parties.twopeople.person", [row.pk])


@follows("duties", "account", "kin", "kin_of", "employments")
def _done_above(moving: Moving) -> None:
    """The register of people moves its own rows first, because others ask for them."""


def _overlap(one: Duty, other: Duty) -> bool:
    if any(duty.until is not None and duty.until < duty.since for duty in (one, other)):
        return False
    return (one.until is None or other.since <= one.until) and (other.until is None or one.since <= other.until)


def _apart(one: Duty, other: Duty) -> bool:
    return one.role == RUNNING and other.role in APART_FROM_RUNNING and _overlap(one, other)


def _span(duty: Duty) -> dict[str, Any]:
    return {"id": duty.pk, "since": duty.since, "until": duty.until}


def _json(value: object) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder)


def suspects(limit: int = 100) -> list[tuple[Person, Person, Text]]:
    """Pairs of entries that may be one person, at most so many, by name, and what they share; those told apart or merged are
    left out. In a large register a pair that has just arisen is found within a minute."""
    pairs = _in_question(limit)
    people = Person.objects.select_related("employer").in_bulk(
        {one for pair in pairs for one in (pair.one, pair.other)}
    )
    found = [(people[pair.one], people[pair.other], pair.said) for pair in pairs]
    return sorted(found, key=lambda three: (three[0].normal_name, three[0].pk, three[1].pk))


def _in_question(most: int) -> list[Alike]:
    """To compare everybody with everybody takes half a second among fifty thousand; those found are then asked about anew."""
    if (Person.objects.aggregate(last=Max("pk"))["last"] or 0) <= FEW_PEOPLE:
        return alike(most=most)
    kept: set[tuple[int, int]] | None = cache.get(_KEY)
    if kept is None:
        kept = {(pair.one, pair.other) for pair in alike(most=most)}
        cache.set(_KEY, kept, KEPT_S)
    return [pair for pair in alike({one for pair in kept for one in pair}) if (pair.one, pair.other) in kept]
