"""A meeting as it stands: who may vote on an item, who must leave, whether there is a quorum. Reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from keguan.casework.versions import definition_of
from keguan.engine.voting import rule_of
from keguan.fairness.ballots import Quorum, quorum
from keguan.language.schema import Decide, Vote
from keguan.panels.meetings.models import OPEN, Absence, Ballot, Dissent, Item, KeptOut, Meeting, Member, Slot, Voted
from keguan.panels.meetings.standing import Standing, standings

_OF_CASE = (
    "normal_title",
    "due_at",
    "recommended_rank",
    "asked_fen",
    "amount_fen",
    "revision",
    "created_at",
    "changed_at",
)
_OF_HOST = ("uscc", "name_en", "normal_name", "pinyin", "kind", "address", "founded", "status", "origin", "created_at")
_UNREAD = (*(f"case__{name}" for name in _OF_CASE), *(f"case__host__{name}" for name in _OF_HOST))
"""What nobody asks of the case of an item, nor of its host."""


@dataclass
class Sitting:
    """A meeting with its members, agenda, recusals and ballots. At most eight queries, however many there are.

    shown: the items whose ballots are read, where a page shows no others; None for all. Set before anything of them is asked."""

    meeting: Meeting
    shown: Sequence[Item] | None = None

    @classmethod
    def of(cls, pk: int, *, locking: bool = False) -> Sitting:
        """The meeting of that number; locked until the transaction ends where asked. Raises Meeting.DoesNotExist."""
        rows = Meeting.objects.select_related("round__programme")
        return cls((rows.select_for_update(of=("self",)) if locking else rows).get(pk=pk))

    @cached_property
    def step(self) -> Decide:
        """The step that it decides."""
        step = definition_of(self.meeting.round.programme).programme.step(self.meeting.step)
        if not isinstance(step, Decide):
            raise TypeError(f"{self.meeting.step} decides nothing")
        return step

    @property
    def vote(self) -> Vote | None:
        """How its body votes, None where the programme states no vote."""
        return self.step.vote

    @cached_property
    def members(self) -> list[Member]:
        """Everybody who may vote, in the order in which they were asked."""
        return list(self.meeting.members.select_related("person"))

    @cached_property
    def items(self) -> list[Item]:
        """The agenda in its order."""
        return list(self.meeting.items.select_related("case__host", "slot").defer(*_UNREAD))

    @property
    def shown_items(self) -> Sequence[Item]:
        """Those of which a page tells."""
        return self.items if self.shown is None else self.shown

    @cached_property
    def kept_out(self) -> Mapping[int, Mapping[int, KeptOut]]:
        """By item and person: who keeps out of its case, wherever that was found or declared."""
        found: dict[int, dict[int, KeptOut]] = {}
        for one in KeptOut.objects.filter(case__in=self.meeting.items.values("case")):
            found.setdefault(one.case_id, {})[one.person] = one
        return {one.pk: found.get(one.case_id, {}) for one in self.items}

    @cached_property
    def ballots(self) -> Mapping[int, list[Ballot]]:
        """By item that is shown, the latest first."""
        found: dict[int, list[Ballot]] = {}
        voters = Voted.objects.filter(ballot=OuterRef("pk")).values("person")
        dissents = Dissent.objects.filter(ballot=OuterRef("pk")).values(said=JSONObject(person="person", text="text"))
        rows = Ballot.objects.filter(item__meeting=self.meeting)
        if self.shown is not None:
            rows = rows.filter(item__in=[one.pk for one in self.shown])
        rows = rows.annotate(voters=ArraySubquery(voters), dissented=ArraySubquery(dissents))  # type: ignore[no-redef]
        for one in rows:
            found.setdefault(one.item_id, []).append(one)
        return found

    @cached_property
    def standing(self) -> Mapping[int, Standing]:
        """By item that is shown: how it stands with its case, in this meeting or another."""
        return standings(self.meeting, self.step, self.shown_items)

    @cached_property
    def slots(self) -> list[Slot]:
        """The times in which items are heard, in their order; none unless it is a defence session."""
        return list(self.meeting.slots.all()) if self.meeting.kind == "defence" else []

    @property
    def is_timed(self) -> bool:
        """Whether items have slots, so that their times are the order of the agenda."""
        return any(self.slot_of(one) for one in self.items)

    @cached_property
    def absences(self) -> list[Absence]:
        """What members announced."""
        return list(self.meeting.absences.all())

    def slot_of(self, item: Item) -> Slot | None:
        """The time in which an item is heard, when the agenda was read."""
        return getattr(item, "slot", None)

    @property
    def now(self) -> Item | None:
        """The item that is taken up."""
        return next((one for one in self.items if one.state == "now"), None)

    def member(self, person: int | None) -> Member | None:
        """The place of a person in it, None where they are no member."""
        return next((one for one in self.members if one.person_id == person), None)

    def item(self, pk: int) -> Item | None:
        """An item of its agenda."""
        return next((one for one in self.items if one.pk == pk), None)

    def is_out(self, item: Item, person: int | None) -> bool:
        """Whether this person must leave for the item."""
        return person in self.kept_out.get(item.pk, {})

    def left(self, item: Item) -> list[tuple[Member, KeptOut]]:
        """Which members left for the item, or must leave: not who had to keep out of the case only after the meeting ended."""
        ended, out = self.meeting.closed_at, self.kept_out.get(item.pk, {})
        found = [(one, out[one.person_id]) for one in self.members if one.person_id in out]
        return [(one, why) for one, why in found if ended is None or why.at <= ended]

    def entitled(self, item: Item) -> list[Member]:
        """Who may vote on the item: the members without those who must leave for it."""
        return [one for one in self.members if not self.is_out(item, one.person_id)]

    def voting(self, item: Item, ballot: Ballot) -> list[Member]:
        """Who takes part in a ballot: of those entitled, who is present; and who voted and left since."""
        return [one for one in self.entitled(item) if one.present or one.person_id in ballot.voters]

    def quorum(self, item: Item | None = None) -> Quorum | None:
        """Whether enough are present, for the item or for the meeting as such; None without a vote."""
        if self.vote is None:
            return None
        people = self.entitled(item) if item else self.members
        return quorum(rule_of(self.vote), sum(one.present for one in people), len(people))

    def open_ballot(self, item: Item) -> Ballot | None:
        """The ballot that runs on the item."""
        return next((one for one in self.ballots.get(item.pk, []) if one.state == OPEN), None)
