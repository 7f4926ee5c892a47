"""Meetings of a body on the cases of a round. That somebody voted and what was voted stand in two tables that nothing joins."""

from __future__ import annotations

from datetime import datetime
from itertools import zip_longest
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import local_date

STATES = {
    "planned": Text("待召开", "Planned"),
    "open": Text("进行中", "In session"),
    "adjourned": Text("休会", "Adjourned"),
    "closed": Text("已结束", "Closed"),
    "cancelled": Text("已取消", "Cancelled"),
}
LIVE = ("planned", "open", "adjourned")
"""States of a meeting that is planned or in session: what stands on its agenda stands on no other."""
KINDS = {"committee": Text("评审委员会会议", "Committee meeting"), "defence": Text("答辩会", "Defence session")}
ITEM_STATES = {
    "waiting": Text("待审议", "To be taken up"),
    "now": Text("正在审议", "Taken up now"),
    "done": Text("已审议", "Dealt with"),
}
CLOSED, OPEN, VOID = "closed", "open", "void"
RECUSED = "recused"
"""Why a ballot is void that had been counted: a member who voted in it keeps out since."""


class Meeting(models.Model):
    """One sitting of a body: on which round and step, where and when, and how far it is.

    body: the language's role word whose holders are its members. written_until: before the meeting members may hand in
    written opinions until then, null where it begins in the room. secretary: a person's id. adjourned, resumed: each time.
    sequence: how often it was changed or cancelled since it was planned (RFC 5545, SEQUENCE). minutes: what they say since the
    meeting ended (`minutes_content`), null until then.
    """

    round = models.ForeignKey("casework.Round", on_delete=models.PROTECT, related_name="meetings")
    step = models.TextField()
    kind = models.TextField(default="committee")
    body = models.TextField(default="committee")
    number = models.IntegerField()
    place = models.TextField()
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    written_until = models.DateTimeField(null=True)
    state = models.TextField(default="planned")
    secretary = models.BigIntegerField(null=True)
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    why_cancelled = models.TextField(default="")
    sequence = models.IntegerField(default=0)
    adjourned = ArrayField(models.DateTimeField(), default=list)
    resumed = ArrayField(models.DateTimeField(), default=list)
    bring_zh = models.TextField(default="")
    bring_en = models.TextField(default="")
    slots_told_at = models.DateTimeField(null=True)
    minutes = models.JSONField(null=True)

    class Meta:
        ordering = ("-begins", "-id")
        constraints = [
            models.UniqueConstraint(fields=["round", "step", "number"], name="meeting_number_once"),
            models.CheckConstraint(condition=Q(ends__gt=F("begins")), name="meeting_lasts"),
            models.CheckConstraint(condition=Q(state__in=list(STATES)), name="meeting_state"),
        ]

    def __str__(self) -> str:
        return f"{self.round_id} {self.step} {self.number}"

    @property
    def title(self) -> Text:
        """What it is called: 第2次评审委员会会议."""
        return Text("第{n}次{kind}", "{kind} {n}").filled(n=self.number, kind=KINDS[self.kind])

    @property
    def full_title(self) -> Text:
        """The same with its round, for who reads of it elsewhere."""
        return Text("“{round}”{title}", "{title} on “{round}”").filled(title=self.title, round=self.round.title)

    @property
    def href(self) -> str:
        """The address of its page."""
        return reverse("meeting", args=[self.pk])

    @property
    def is_over(self) -> bool:
        """Whether nothing is done in it any more."""
        return self.state not in LIVE

    @property
    def is_its_day(self) -> bool:
        """Whether its day has come, or it was opened before."""
        return self.state != "planned" or clock.today() >= local_date(self.begins)

    @property
    def breaks(self) -> list[tuple[datetime, datetime | None]]:
        """From when to when it was adjourned; None at the end where it was not resumed."""
        return list(zip_longest(self.adjourned, self.resumed))

    @property
    def bring(self) -> Text | None:
        """What those who are heard should bring along, None where nothing is said."""
        return Text(self.bring_zh, self.bring_en or self.bring_zh) if self.bring_zh or self.bring_en else None


class Member(models.Model):
    """Somebody who may vote in a meeting. present: in the room now; came, left: each time they came and left."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey("parties.Person", on_delete=models.PROTECT, related_name="+")
    present = models.BooleanField(default=False)
    came = ArrayField(models.DateTimeField(), default=list)
    left = ArrayField(models.DateTimeField(), default=list)

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["meeting", "person"], name="meeting_member_once")]

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.person_id}"

    @property
    def stays(self) -> list[tuple[datetime, datetime | None]]:
        """From when to when they were there; None at the end while they are."""
        return list(zip_longest(self.came, self.left))


class Item(models.Model):
    """A case on the agenda, in its place. motion, amount_fen: what is put to the vote."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="items")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    place = models.IntegerField()
    state = models.TextField(default="waiting")
    motion = models.TextField(default="approve")
    amount_fen = models.BigIntegerField(null=True)

    class Meta:
        ordering = ("place", "id")
        constraints = [
            models.UniqueConstraint(fields=["meeting", "case"], name="meeting_case_once"),
            models.UniqueConstraint(fields=["meeting"], condition=Q(state="now"), name="meeting_one_item_now"),
            models.CheckConstraint(condition=Q(state__in=list(ITEM_STATES)), name="meeting_item_state"),
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.place}"


class TakenOff(models.Model):
    """A case that was taken off the agenda of a meeting, and when; the minutes say so unless it stands there again."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="taken_off")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["meeting", "case"], name="meeting_taken_off_once")]

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.case_id}"


class Slot(models.Model):
    """A time of a defence session in which one item may be heard. session: slots of one number follow one another without
    a longer break. item: null while it is free."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="slots")
    session = models.IntegerField()
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    place = models.TextField()
    item = models.OneToOneField(Item, on_delete=models.SET_NULL, null=True, related_name="slot")

    class Meta:
        ordering = ("begins", "id")
        constraints = [
            models.UniqueConstraint(fields=["meeting", "begins"], name="meeting_slot_once"),
            models.CheckConstraint(condition=Q(ends__gt=F("begins")), name="meeting_slot_lasts"),
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.begins}"


class Absence(models.Model):
    """A time for which a member announced that they cannot be at a meeting."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="absences")
    person = models.BigIntegerField()
    begins = models.DateTimeField()
    ends = models.DateTimeField()

    class Meta:
        ordering = ("begins", "id")
        constraints = [models.CheckConstraint(condition=Q(ends__gt=F("begins")), name="meeting_absence_lasts")]

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.person}"


class Appointment(models.Model):
    """When a case is heard, as its people were last told. sequence: how often it changed since they were first told; a
    calendar that has an earlier one takes the later (RFC 5545, SEQUENCE). is_off: they were told that it does not stand."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="appointments")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    place = models.TextField()
    sequence = models.IntegerField(default=0)
    is_off = models.BooleanField(default=False)
    told_at = models.DateTimeField()

    class Meta:
        ordering = ("begins", "id")
        constraints = [models.UniqueConstraint(fields=["meeting", "case"], name="meeting_appointment_once")]

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.case_id}"


class KeptOut(models.Model):
    """A member who keeps out of a case, with the reason: of its item in every meeting, its ballots, and the decision on it.
    source: found by the platform, or declared by them."""

    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    person = models.BigIntegerField()
    reason_zh = models.TextField()
    reason_en = models.TextField()
    source = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["case", "person"], name="meeting_kept_out_once")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.person}"


class Opinion(models.Model):
    """What a member thinks of an item before the meeting: a score (0 to 100) and a comment. It is no vote."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="opinions")
    person = models.BigIntegerField()
    score = models.IntegerField(null=True)
    comment = models.TextField(default="")
    at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["item", "person"], name="meeting_opinion_once"),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__gte=0, score__lte=100), name="meeting_opinion_score"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.person}"


class Ballot(models.Model):
    """One secret vote on an item. counts: by option, null while it is open, and where it is void. present, members: when it was
    closed. why_void: a word of `motions`; RECUSED where it had been counted, and took the place of the one before it.
    voters, dissented: who voted, and the dissents with their persons, of a ballot that a `Sitting` has read.
    """

    voters: list[int]
    dissented: list[dict[str, Any]]

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="ballots")
    number = models.IntegerField()
    motion = models.TextField()
    amount_fen = models.BigIntegerField(null=True)
    state = models.TextField(default=OPEN)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    counts = models.JSONField(null=True)
    present = models.IntegerField(null=True)
    members = models.IntegerField(null=True)
    why_void = models.TextField(default="")

    class Meta:
        ordering = ("-number",)
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="ballot_number_once"),
            models.UniqueConstraint(fields=["item"], condition=Q(state=OPEN), name="ballot_one_open"),
            models.CheckConstraint(
                condition=Q(state=CLOSED, counts__isnull=False) | (~Q(state=CLOSED) & Q(counts__isnull=True)),
                name="ballot_counts_when_closed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.number}"

    @property
    def was_counted(self) -> bool:
        """Whether it was counted, so that no earlier one stands beside it; also where it is void since."""
        return self.state == CLOSED or self.why_void == RECUSED


class Voted(models.Model):
    """That somebody voted in a ballot: not what, not when."""

    ballot = models.ForeignKey(Ballot, on_delete=models.CASCADE, related_name="voted")
    person = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ballot", "person"], name="ballot_voted_once")]

    def __str__(self) -> str:
        return f"{self.ballot_id} {self.person}"


class Urn(models.Model):
    """What was voted in a ballot: one row of sums. There is no row for a vote, so there is no order and no time to join."""

    ballot = models.OneToOneField(Ballot, primary_key=True, on_delete=models.CASCADE, related_name="urn")
    sums = ArrayField(models.IntegerField())

    def __str__(self) -> str:
        return f"{self.ballot_id}"


class Dissent(models.Model):
    """A member's own words against a result, for the minutes, at their wish: by that they say themselves how they stood."""

    ballot = models.ForeignKey(Ballot, on_delete=models.CASCADE, related_name="dissents")
    person = models.BigIntegerField()
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["ballot", "person"], name="ballot_dissent_once")]

    def __str__(self) -> str:
        return f"{self.ballot_id} {self.person}"


class MinutesSignature(models.Model):
    """That somebody signed the minutes of a meeting: the digest of what they said then. person: a person's id."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="signatures")
    person = models.BigIntegerField()
    digest = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["meeting", "person"], name="minutes_signed_once")]

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.person}"
