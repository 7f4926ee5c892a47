"""People, the accounts they sign in with, the duties they hold for a time, and their near relations."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.db.models.functions import Coalesce, Lower

from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.qualifications import DEGREES, TITLES
from keguan.registers.organisations.models import Organisation, during, ends_in_order, same
from keguan.registers.parties.roles import APART_FROM_RUNNING, DELEGATED, NEEDS_ORGANISATION, ROLES, RUNNING

ID_KINDS: dict[str, Text] = {
    "resident": Text("居民身份证", "Resident identity card"),
    "passport": Text("护照", "Passport"),
    "hk_macao": Text("港澳居民来往内地通行证", "Mainland travel permit for Hong Kong and Macao residents"),
    "taiwan": Text("台湾居民来往大陆通行证", "Mainland travel permit for Taiwan residents"),
    "foreign_resident": Text("外国人永久居留身份证", "Foreign permanent resident card"),
}
RELATIONS: dict[str, Text] = {
    "spouse": Text("配偶", "Spouse"),
    "parent": Text("父母", "Parent"),
    "child": Text("子女", "Child"),
    "sibling": Text("兄弟姐妹", "Sibling"),
    "grandparent": Text("祖父母、外祖父母", "Grandparent"),
    "grandchild": Text("孙子女、外孙子女", "Grandchild"),
    "in_law": Text("近姻亲", "Close in-law"),
    "other": Text("其他可能影响公正的关系", "Another relation that may affect fairness"),
}


class Person(models.Model):
    """A human being known to the house.

    name: as typed; normal_name finds the same person whatever dot was typed. plain_name, sound, initials: under what other
    spellings of the name meet, from `texts.spelt`. id_commitment: salted commitment of the
    identity number, which itself is stored nowhere; id_ending its last four signs. orcid: with its dashes. employer: where the person works today.
    """

    name = models.TextField()
    normal_name = models.TextField(db_collation="C")
    pinyin = models.TextField(default="", db_collation="C")
    plain_name = models.TextField(default="", db_collation="C")
    sound = models.TextField(default="", db_collation="C")
    initials = models.TextField(default="", db_collation="C")
    born = models.DateField(null=True)
    id_salt = models.BinaryField(default=bytes)
    id_commitment = models.TextField(default="")
    id_kind = models.TextField(default="")
    id_ending = models.TextField(default="")
    title = models.TextField(default="none")
    degree = models.TextField(default="none")
    email = models.TextField(default="")
    phone = models.TextField(default="")
    orcid = models.TextField(default="", db_default="")
    employer = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="staff")
    is_demo = models.BooleanField(default=False)
    origin = models.TextField(default="")
    created_at = models.DateTimeField(auto_now_add=True)
    revision = models.IntegerField(default=0)

    class Meta:
        ordering = ("pinyin", "id")
        indexes = [
            models.Index(fields=["pinyin", "id"], name="person_by_pinyin"),
            models.Index(fields=["normal_name"], name="person_by_name"),
            # For finding entries that are one person; most of them have none of these.
            models.Index(Lower("email"), name="person_by_email", condition=~Q(email="")),
            models.Index(fields=["phone"], name="person_by_phone", condition=~Q(phone="")),
            models.Index(fields=["orcid"], name="person_by_orcid", condition=~Q(orcid="")),
            models.Index(fields=["plain_name"], name="person_by_plain_name"),
            models.Index(fields=["sound"], name="person_by_sound"),
            models.Index(fields=["initials"], name="person_by_initials"),
            # Names in letters, and with nothing but initials, are few.
            models.Index(fields=["sound"], name="person_in_letters", condition=Q(plain_name__lt="{") & ~Q(sound="")),
            models.Index(fields=["initials"], name="person_by_initials_alone", condition=Q(sound="") & ~Q(initials="")),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(normal_name=""), name="person_named"),
            models.CheckConstraint(condition=Q(title__in=list(TITLES)), name="person_title_known"),
            models.CheckConstraint(condition=Q(degree__in=list(DEGREES)), name="person_degree_known"),
            models.CheckConstraint(condition=Q(id_kind__in=["", *ID_KINDS]), name="person_id_kind_known"),
        ]

    def __str__(self) -> str:
        return self.name


class AccountManager(BaseUserManager["Account"]):
    """Finds an account by the username in any case."""

    def get_by_natural_key(self, username: str | None) -> Account:
        return self.get(username=(username or "").strip().lower())


class Account(AbstractBaseUser):
    """The way a person signs in. The username is stored in small letters; what the person may do lies in duties."""

    username = models.TextField(unique=True)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="account")
    is_active = models.BooleanField(default=True)
    language = models.TextField(default="zh")
    created_at = models.DateTimeField(auto_now_add=True)

    acting: Actor | None = None
    """Who acts when this account acts; only where it was found from a session."""

    unread: int = 0
    """Messages its person has not read, up to a bound; only where it was found from a session."""

    objects: ClassVar[AccountManager] = AccountManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(username__regex=r"^[a-z0-9][a-z0-9._@-]{1,63}$"), name="account_username_shape"
            ),
            models.CheckConstraint(condition=Q(language__in=["zh", "en"]), name="account_language_known"),
        ]

    def __str__(self) -> str:
        return self.username


def _same_word(column: str) -> Func:
    """A text column as a one-value range of its hash: the index compares ranges only, never text."""
    number = Func(F(column), Value(0), function="hashtextextended")
    return Func(number, number, Value("[]"), function="int8range")


def _running_or_apart() -> Func:
    """[0,1) for running, [1,2) for the roles kept apart from it: only the two different sorts are adjacent."""
    return Func(
        Case(When(role=RUNNING, then=Value(0)), default=Value(1)),
        Case(When(role=RUNNING, then=Value(1)), default=Value(2)),
        function="int4range",
        output_field=models.TextField(),
    )


class Duty(models.Model):
    """That a person holds a role for an organisation, for a programme, or for all.

    since, until: first and last day, both included; until null while no end is known, and the day before `since` where
    it was taken back on its first day. programme: a programme code, "" for all. granted_by: null where the system did.
    delegated_from: the duty that its holder handed to a deputy for these days, for a reason; null for a duty of one's own.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="duties")
    role = models.TextField()
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="duties")
    programme = models.TextField(default="")
    since = models.DateField()
    until = models.DateField(null=True)
    granted_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="granted_duties")
    # Gone with the duty that it came from: left behind, it would read as one of the deputy's own.
    delegated_from = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="delegations")
    reason = models.TextField(db_default="", default="")

    class Meta:
        ordering = ("since", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(delegated_from__isnull=True) | (Q(until__isnull=False) & ~Q(reason="")),
                name="duty_delegated_with_end_and_reason",
            ),
            models.CheckConstraint(condition=Q(role__in=list(ROLES)), name="duty_role_known"),
            models.CheckConstraint(
                condition=~Q(role__in=sorted(NEEDS_ORGANISATION)) | Q(organisation__isnull=False),
                name="duty_has_organisation",
            ),
            ends_in_order("duty_ends_after_start"),
            ExclusionConstraint(
                name="duty_once_at_a_time",
                expressions=[
                    (same("person"), "&&"),
                    (_same_word("role"), "&&"),
                    (_same_word("programme"), "&&"),
                    (
                        Func(
                            Coalesce(F("organisation"), Value(0)),
                            Coalesce(F("organisation"), Value(0)),
                            Value("[]"),
                            function="int8range",
                        ),
                        "&&",
                    ),
                    (during(), "&&"),
                ],
            ),
            # Adjacent (-|-) ranges are the two different sorts of role: a <> that a range index understands.
            ExclusionConstraint(
                name="duty_separation",
                expressions=[(same("person"), "&&"), (_running_or_apart(), "-|-"), (during(), "&&")],
                condition=Q(role__in=sorted({RUNNING, *APART_FROM_RUNNING})),
            ),
        ]
        indexes = [models.Index(fields=["role", "id"], name="duty_by_role")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.role}"


class Invitation(models.Model):
    """That somebody may join an organisation, by a link sent to an address.

    role: the duty that comes with joining, "" for none. person: a member of staff whose entry stands already, null for
    somebody new. ended_at: when it was accepted or taken back; joined: who accepted it, null where it was taken back.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="invitations")
    email = models.TextField()
    name = models.TextField()
    role = models.TextField(default="")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="invitations")
    invited_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="invitations_sent")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    joined = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="invitations_accepted")

    class Meta:
        ordering = ("-invited_at", "-id")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "email"], condition=Q(ended_at__isnull=True), name="invitation_open_once"
            ),
            models.CheckConstraint(condition=Q(role__in=["", *DELEGATED]), name="invitation_role_delegated"),
            models.CheckConstraint(
                condition=Q(joined__isnull=True) | Q(ended_at__isnull=False), name="invitation_ends_with_joining"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.pk}"


class Employment(models.Model):
    """That a person works, or worked, at an organisation besides the employer that their entry names today.

    since, until: first and last day, null where none is known; until null while it lasts. source: what the entry rests on.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="employments")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="employments")
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    source = models.TextField(default="")

    class Meta:
        ordering = ("person_id", "since", "id")
        constraints = [
            ends_in_order("employment_ends_after_start"),
            models.UniqueConstraint(
                fields=["person", "organisation", "since"], nulls_distinct=False, name="employment_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} at {self.organisation_id}"


class Kinship(models.Model):
    """A declared near relation, for recusal (国家自然科学基金条例 第20条). It holds in both directions.

    relation: what `relative` is to `person`. since, until: first and last day, null where none is known.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="kin")
    relative = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="kin_of")
    relation = models.TextField()
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    declared_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="declared_kin")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(person=F("relative")), name="kinship_with_another"),
            models.CheckConstraint(condition=Q(relation__in=list(RELATIONS)), name="kinship_relation_known"),
            ends_in_order("kinship_ends_after_start"),
            models.UniqueConstraint(
                fields=["person", "relative", "relation", "since"], nulls_distinct=False, name="kinship_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} ~ {self.relative_id}"


class TwoPeople(models.Model):
    """That two entries which look alike are two people, as the registrar found. one: the entry with the smaller number."""

    one = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="told_apart")
    other = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="told_apart_from")
    reason = models.TextField()
    said_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="people_told_apart")
    said_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="two_people_in_order"),
            models.CheckConstraint(condition=~Q(reason=""), name="two_people_have_reason"),
            models.UniqueConstraint(fields=["one", "other"], name="two_people_once"),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} is not {self.other_id}"


class Merge(models.Model):
    """That two entries were one person: everything of `gone` stands with `kept` since; the entry itself stays, empty.

    moved: what moved, by table and column: the keys of the rows. dropped: rows that both had alike, whole, so that the
    merge can be undone by hand.
    """

    kept = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="merges")
    gone = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="merge")
    reason = models.TextField()
    moved = models.JSONField(default=dict)
    dropped = models.JSONField(default=list)
    merged_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="merges_done")
    merged_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(kept=F("gone")), name="merge_of_two"),
            models.CheckConstraint(condition=~Q(reason=""), name="merge_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.gone_id} → {self.kept_id}"
