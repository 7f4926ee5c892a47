"""What casework keeps: published programmes, rounds, cases, and everything that hangs on a case.

Only `services` writes here. The state that the engine folds lives in `Memo`; the columns of `Case` repeat what lists,
limits and rights ask for, and are written in the same statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from keguan.kernel.bilingual import Text

ROUND_STATUSES: dict[str, Text] = {
    "draft": Text("草稿", "Draft"),
    "published": Text("已发布", "Published"),
    "closed": Text("已结束", "Closed"),
}
ROUND_KINDS: dict[str, Text] = {
    "open": Text("公开申报", "Open"),
    "assigned": Text("指定办理", "Assigned"),
}

SEAT_STATES: dict[str, Text] = {
    "invited": Text("待接受", "Invited"),
    "accepted": Text("评审中", "Reviewing"),
    "final": Text("已评分", "Scored"),
    "declined": Text("已谢绝", "Declined"),
    "released": Text("已解除", "Released"),
    "set_aside": Text("评分不予采用", "Set aside"),
}


class ProgrammeVersion(models.Model):
    """A published version of a programme: never changed, never removed; cases pin it for life.

    digest: SHA-256 of the sources. sources: file name → text, the parameters used among them.
    """

    code = models.TextField()
    version = models.TextField()
    digest = models.TextField(unique=True)
    title_zh = models.TextField()
    title_en = models.TextField()
    sources = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.BigIntegerField(null=True)

    class Meta:
        ordering = ("code", "-published_at")
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="programme_version_once"),
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="programme_version_digest"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"

    @property
    def title(self) -> Text:
        """The programme's name."""
        return Text(self.title_zh, self.title_en)


class Round(models.Model):
    """One opening of a programme: a window, a budget, topics, quotas.

    extended_because: the public reason why the deadline was moved, "" if it was not. changed_at: when its published call was
    last changed, null while it stands as it was published.
    opens, closes: server time; closes is the last moment. grace_minutes: the published grace rule: a draft begun before
    closing may still come in so much later. quota: how many each recommender may let through, 0 where none is set.
    topics: list of {"code", "zh", "en"}. notes: what the call says to applicants besides its definition; contact: whom they ask.
    copied_from: the round (last year's) that this one was made from. returned_because:
    why a colleague sent the draft back, "" once its drafter has saved it again. subjects: for an assigned round, the organisations that owe a case.
    """

    programme = models.ForeignKey(ProgrammeVersion, on_delete=models.PROTECT, related_name="rounds")
    code = models.TextField(unique=True)
    kind = models.TextField(default="open")
    status = models.TextField(default="draft")
    title_zh = models.TextField()
    title_en = models.TextField()
    summary_zh = models.TextField(default="")
    summary_en = models.TextField(default="")
    notes_zh = models.TextField(default="")
    notes_en = models.TextField(default="")
    contact_zh = models.TextField(default="")
    contact_en = models.TextField(default="")
    opens = models.DateTimeField()
    closes = models.DateTimeField()
    extended_because = models.TextField(default="")
    grace_minutes = models.IntegerField(default=0)
    budget_fen = models.BigIntegerField(default=0)
    quota = models.IntegerField(default=0)
    topics = models.JSONField(default=list)
    copied_from = models.ForeignKey("self", null=True, on_delete=models.PROTECT, db_index=False, related_name="+")
    drafted_by = models.BigIntegerField(null=True)
    returned_because = models.TextField(default="")
    published_at = models.DateTimeField(null=True)
    published_by = models.BigIntegerField(null=True)
    changed_at = models.DateTimeField(null=True)
    revision = models.IntegerField(default=0)

    class Meta:
        ordering = ("-opens", "code")
        constraints = [
            models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="round_closes_after_it_opens"),
            models.CheckConstraint(condition=Q(status__in=list(ROUND_STATUSES)), name="round_status_known"),
            models.CheckConstraint(condition=Q(kind__in=list(ROUND_KINDS)), name="round_kind_known"),
            models.CheckConstraint(
                condition=Q(budget_fen__gte=0, quota__gte=0, grace_minutes__range=(0, 24 * 60)),
                name="round_terms_in_bounds",
            ),
            models.CheckConstraint(condition=Q(code__regex=r"^[A-Za-z0-9-]{3,40}$"), name="round_code_shape"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def title(self) -> Text:
        """The round's name."""
        return Text(self.title_zh, self.title_en)

    @property
    def summary(self) -> Text:
        """What the call says in short."""
        return Text(self.summary_zh, self.summary_en)

    @property
    def notes(self) -> Text | None:
        """What the call says to applicants besides its definition."""
        return _either(self.notes_zh, self.notes_en)

    @property
    def contact(self) -> Text | None:
        """Whom applicants ask about this call."""
        return _either(self.contact_zh, self.contact_en)


def _either(zh: str, en: str) -> Text | None:
    """What was written in one language is better than nothing in the other; None where nothing was written."""
    return Text(zh or en, en or zh) if zh or en else None


class RoundVersion(models.Model):
    """The terms of a published call as they stood from a moment on. The first is what was published; each change after that
    is a new one, with its reason, which the public reads. drafted_by: who drafted it, null where nobody but who published it."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, db_index=False, related_name="versions")
    number = models.IntegerField()
    terms = models.JSONField()
    reason = models.TextField(default="")
    at = models.DateTimeField()
    by = models.BigIntegerField(null=True)
    drafted_by = models.BigIntegerField(null=True)

    class Meta:
        ordering = ("round_id", "number")
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], name="round_version_once"),
            models.CheckConstraint(condition=Q(number=1) | ~Q(reason=""), name="round_change_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.round_id} v{self.number}"


class CallChange(models.Model):
    """A change of a published call that somebody drafted and nobody has published yet; one at a time. It goes when it is
    published, and stands as a version of the call from then on.

    terms: those that it changes, as they would be. made_on: the revision of the round that it was drafted on; on any other it
    is looked over anew. returned_because: why a colleague sent it back, "" once its drafter has saved it again.
    """

    round = models.OneToOneField(Round, on_delete=models.PROTECT, related_name="change")
    terms = models.JSONField()
    reason = models.TextField()
    made_on = models.IntegerField()
    drafted_by = models.BigIntegerField(null=True)
    drafted_at = models.DateTimeField()
    returned_because = models.TextField(default="")
    revision = models.IntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="call_change_has_a_reason")]

    def __str__(self) -> str:
        return f"{self.round_id} r{self.revision}"


class Case(models.Model):
    """One subject going through a programme. It pins the programme's version for life.

    code: the programme whose bodies answer for the case; for a side case, its parent's.
    host: the applying organisation; authority: the body above it that recommends, null where none is found.
    applicant: who began it; principal and members: person ids from the answers, for limits and for "own case".
    editors: who else writes, or reads along, at present (`Editor`).
    step: the current step's id, "" after the end; step_kind: its kind. end: how it ended. parent: for a side case.
    handler: the officer to whom it was handed over; it narrows the to-do lists of officers, and gives no right.
    submitted_at: when it first came in. score_hundredths, position, amount_fen: what review, ranking and decision left.
    """

    number = models.TextField()
    programme = models.ForeignKey(ProgrammeVersion, on_delete=models.PROTECT, db_index=False, related_name="cases")
    round = models.ForeignKey(Round, null=True, on_delete=models.PROTECT, db_index=False, related_name="cases")
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, db_index=False, related_name="side_cases")
    code = models.TextField()
    title = models.TextField(default="")
    normal_title = models.TextField(default="", db_collation="C")
    host = models.ForeignKey(
        "organisations.Organisation", null=True, on_delete=models.PROTECT, db_index=False, related_name="hosted_cases"
    )
    authority = models.ForeignKey(
        "organisations.Organisation",
        null=True,
        on_delete=models.PROTECT,
        db_index=False,
        related_name="recommended_cases",
    )
    applicant = models.ForeignKey(
        "parties.Person", null=True, on_delete=models.PROTECT, db_index=False, related_name="begun_cases"
    )
    principal = models.ForeignKey(
        "parties.Person", null=True, on_delete=models.PROTECT, db_index=False, related_name="led_cases"
    )
    handler = models.ForeignKey(
        "parties.Person", null=True, on_delete=models.PROTECT, db_index=False, related_name="handled_cases"
    )
    members = ArrayField(models.BigIntegerField(), default=list)
    editors = ArrayField(models.BigIntegerField(), default=list)
    asked_fen = models.BigIntegerField(null=True)
    step = models.TextField(default="")
    step_kind = models.TextField(default="")
    end = models.TextField(default="")
    due_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    recommended_rank = models.IntegerField(null=True)
    score_hundredths = models.IntegerField(null=True)
    position = models.IntegerField(null=True)
    amount_fen = models.BigIntegerField(null=True)
    revision = models.IntegerField(default=0)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    begun: datetime | None = None
    """When its first draft was begun, while the case is being applied for. Only `casework.store` finds it."""
    held: Sequence[str] = ()
    """The states of the seats that who looks at it holds on its panel. Only `casework.store.look` finds them."""

    class Meta:
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(fields=["number"], name="case_number_once"),
            models.CheckConstraint(
                condition=(Q(step="") & ~Q(end="")) | (~Q(step="") & Q(end="")), name="case_in_a_step_or_ended"
            ),
            models.CheckConstraint(
                condition=Q(round__isnull=False, parent__isnull=True) | Q(round__isnull=True, parent__isnull=False),
                name="case_in_a_round_or_beside_a_case",
            ),
            models.CheckConstraint(condition=Q(amount_fen__gte=0), name="case_amount_not_negative"),
            models.UniqueConstraint(
                fields=["round", "authority", "recommended_rank"],
                condition=Q(recommended_rank__isnull=False),
                name="case_recommended_rank_once",
            ),
        ]
        # Every change of a case writes into each of its indexes: none says what another one says already.
        indexes = [
            models.Index(fields=["round", "id"], name="case_by_round"),
            models.Index(fields=["round", "step", "id"], name="case_by_round_and_step"),
            models.Index(fields=["round", "-submitted_at", "-id"], name="case_by_round_and_time"),
            models.Index(fields=["principal", "round"], name="case_by_principal"),
            models.Index(fields=["applicant", "-id"], name="case_by_applicant"),
            models.Index(fields=["host", "-id"], name="case_by_host"),
            models.Index(fields=["authority", "round", "submitted_at"], name="case_by_authority"),
            models.Index(fields=["normal_title"], name="case_by_title", condition=~Q(normal_title="")),
            models.Index(fields=["step_kind", "due_at"], name="case_by_due", condition=Q(end="")),
            models.Index(fields=["parent"], name="case_by_parent", condition=Q(parent__isnull=False)),
            # Without a list of what is still to be sorted in, which each search would have to read through.
            GinIndex(fields=["members"], name="case_by_member", fastupdate=False),
            # The orders of lists, which then read no further than their page.
            models.Index(fields=["due_at", "id"], name="case_in_order_of_due"),
            models.Index(fields=["submitted_at", "id"], name="case_in_order_of_time"),
            models.Index(fields=["round"], name="case_by_grant", condition=Q(amount_fen__gt=0)),
            models.Index(fields=["handler"], name="case_by_handler", condition=Q(handler__isnull=False)),
            models.Index(fields=["id"], name="case_that_ended", condition=~Q(end="")),
            GinIndex(fields=["editors"], name="case_by_editor", fastupdate=False, condition=~Q(editors=[])),
        ]

    def __str__(self) -> str:
        return self.number


class TitlePairs(models.Model):
    """Every two neighbouring characters of a case's title, in capitals: by them a piece of a title is found without reading
    all titles. A table of its own, as each step of a case would else write them anew; the database keeps it."""

    case = models.OneToOneField(Case, primary_key=True, on_delete=models.CASCADE, related_name="title_pairs")
    pairs = ArrayField(models.TextField())

    class Meta:
        indexes = [GinIndex(fields=["pairs"], name="case_by_piece_of_title", fastupdate=False)]

    def __str__(self) -> str:
        return f"{self.case_id}"


class Memo(models.Model):
    """What the engine remembers of a case, as JSON: `state` holds steps with their memories, side cases and hands;
    `answers` the latest version of each form handed in. Read with the case, never listed."""

    case = models.OneToOneField(Case, primary_key=True, on_delete=models.PROTECT, related_name="memo")
    state = models.JSONField()
    answers = models.JSONField(default=dict)

    def __str__(self) -> str:
        return str(self.case_id)


class Draft(models.Model):
    """A form that is being typed. revision counts its savings; what was typed stands in its `fields`."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, db_index=False, related_name="drafts")
    form = models.TextField()
    revision = models.IntegerField(default=0)
    begun_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    saved_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "form"], name="draft_once")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.form}"

    @property
    def values(self) -> dict[str, Any]:
        """Everything that was typed, by field. Costs a query unless `fields` was fetched before."""
        return {one.field: one.value for one in self.fields.all()}


class DraftField(models.Model):
    """What stands in one field of a draft, right or wrong. revision: that of the draft when it was last changed, so that
    two people, or two windows, never overwrite each other unseen. source: where the value was taken from: the number of an
    earlier case, "profile" (the person's own entry) or "register"; "" where somebody typed it."""

    pk = models.CompositePrimaryKey("draft_id", "field")
    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, db_index=False, related_name="fields")
    field = models.TextField()
    value = models.JSONField(null=True)
    revision = models.IntegerField()
    at = models.DateTimeField()
    by = models.BigIntegerField(null=True)
    source = models.TextField(default="")

    def __str__(self) -> str:
        return f"{self.draft_id} {self.field}"


class Editor(models.Model):
    """Somebody the applicant asked to write along, or to read along. sections: those (`form/number`) that they keep for
    themselves: nobody but the applicant types there beside them. until: when they left."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, db_index=False, related_name="editors_ever")
    person = models.ForeignKey("parties.Person", on_delete=models.PROTECT, db_index=False, related_name="+")
    may_write = models.BooleanField(default=True)
    sections = ArrayField(models.TextField(), default=list)
    since = models.DateTimeField()
    by = models.BigIntegerField(null=True)
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "person"], condition=Q(until__isnull=True), name="editor_once"),
        ]
        indexes = [models.Index(fields=["case"], name="editor_by_case")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.person_id}"


class LateEntry(models.Model):
    """One person may hand in to a round after its deadline, until then, for a reason."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="late_entries")
    person = models.ForeignKey("parties.Person", on_delete=models.PROTECT, db_index=False, related_name="+")
    until = models.DateTimeField()
    reason = models.TextField()
    by = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "person"], name="late_entry_once")]

    def __str__(self) -> str:
        return f"{self.round_id} {self.person_id}"


class Answers(models.Model):
    """A form as it was handed in. Every handing-in is a new version; none is ever changed."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, db_index=False, related_name="answers")
    form = models.TextField()
    version = models.IntegerField()
    values = models.JSONField()
    digest = models.TextField()
    at = models.DateTimeField()
    by = models.BigIntegerField(null=True)

    class Meta:
        ordering = ("case_id", "form", "version")
        constraints = [models.UniqueConstraint(fields=["case", "form", "version"], name="answers_version_once")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.form} v{self.version}"


class DeskNote(models.Model):
    """What an officer noted on a case for colleagues. Never changed; its writer may strike it out: then its text stands in
    the trace alone."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, db_index=False, related_name="desk_notes")
    text = models.TextField()
    by = models.ForeignKey("parties.Person", on_delete=models.PROTECT, db_index=False, related_name="+")
    at = models.DateTimeField()
    struck_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=(Q(struck_at__isnull=True) & ~Q(text="")) | Q(struck_at__isnull=False, text=""),
                name="desk_note_stands_or_is_struck",
            )
        ]
        indexes = [models.Index(fields=["case", "id"], name="desk_note_by_case")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.at}"


class Judgement(models.Model):
    """The verdicts one decision rested on, frozen: what each rule said, on which values, and what a person answered.

    verdicts: list of {"rule", "result", "values", "missing", "answered", "reason"}; the rules' texts stand in the
    pinned programme.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, db_index=False, related_name="judgements")
    step = models.TextField()
    attempt = models.IntegerField()
    verdicts = models.JSONField()
    by = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        indexes = [models.Index(fields=["case", "id"], name="judgement_by_case")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.step}"


class Task(models.Model):
    """Something somebody has to do. Open ones only: a done task is in the trace.

    round: the case's, null for a side case: lists count what waits in a round without looking at its cases.
    organisation: the body whose holders of the role are asked, null where the role has none. person: set where only one
    person can do it (the applicant, a reviewer).
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, db_index=False, related_name="tasks")
    round = models.ForeignKey(Round, null=True, on_delete=models.PROTECT, db_index=False, related_name="+")
    step = models.TextField()
    role = models.TextField()
    organisation = models.ForeignKey(
        "organisations.Organisation", null=True, on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    person = models.ForeignKey(
        "parties.Person", null=True, on_delete=models.PROTECT, db_index=False, related_name="tasks"
    )
    code = models.TextField()
    due_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()

    class Meta:
        ordering = (F("due_at").asc(nulls_last=True), "id")
        constraints = [
            models.UniqueConstraint(fields=["case", "step", "role", "person"], nulls_distinct=False, name="task_once")
        ]
        indexes = [
            models.Index(fields=["role", "organisation", "due_at"], name="task_by_role"),
            models.Index(fields=["person", "due_at"], name="task_by_person"),
            models.Index(
                fields=["role", "round", "step", "due_at", "id"], name="task_by_pile", condition=Q(person__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.step} {self.role}"


class Alarm(models.Model):
    """A time at which a case is looked at again: a step lapses, a notice is over, people are reminded."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="alarms")
    step = models.TextField()
    attempt = models.IntegerField()
    purpose = models.TextField()
    at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ("at", "id")
        constraints = [
            models.CheckConstraint(condition=Q(purpose__in=["due", "remind"]), name="alarm_purpose_known"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.step} {self.purpose}"


class Seat(models.Model):
    """A place on a review panel, without its holder's name: state, scores and comment.

    comments: what was said of single criteria, by name. because: why its holder declined (`engine.steps.review.DECLINES`).
    blind: whether its holder must not learn who applies.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, db_index=False, related_name="seats")
    step = models.TextField()
    attempt = models.IntegerField()
    number = models.IntegerField()
    state = models.TextField(default="invited")
    scores = models.JSONField(default=dict)
    total = models.IntegerField(null=True)
    comment = models.TextField(default="")
    comments = models.JSONField(default=dict, db_default={})
    because = models.TextField(default="", db_default="")
    blind = models.BooleanField(default=False, db_default=False)
    reason = models.TextField(default="")
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ("case_id", "step", "attempt", "number")
        constraints = [
            models.UniqueConstraint(fields=["case", "step", "attempt", "number"], name="seat_once"),
            models.CheckConstraint(condition=Q(state__in=list(SEAT_STATES)), name="seat_state_known"),
        ]
        # Of all seats that ever were, those that still ask something of somebody.
        indexes = [models.Index(fields=["id"], name="seat_that_waits", condition=Q(state__in=["invited", "accepted"]))]

    def __str__(self) -> str:
        return f"{self.case_id} {self.step} {self.number}"


class SeatHolder(models.Model):
    """Who sits in a seat: the one table that joins a reviewer's name to a review. Reading it is traced."""

    seat = models.OneToOneField(Seat, primary_key=True, on_delete=models.PROTECT, related_name="holder")
    expert = models.ForeignKey("experts.Expert", on_delete=models.PROTECT, db_index=False, related_name="seats")

    class Meta:
        indexes = [models.Index(fields=["expert"], name="seat_holder_by_expert")]

    def __str__(self) -> str:
        return str(self.seat_id)


class Recusal(models.Model):
    """A tie that came up after a seat was given. While a hard one stands, its holder sees nothing of the case and may only
    decline; what they scored before can be set aside.

    kinds: what came up, as in `avoid` of the panel. found_at: when it was seen; the row goes when the tie does.
    """

    seat = models.OneToOneField(Seat, primary_key=True, on_delete=models.PROTECT, related_name="recusal")
    kinds = ArrayField(models.TextField())
    is_hard = models.BooleanField(default=True)
    found_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.seat_id} {self.kinds}"


class Notice(models.Model):
    """What the public sees of a case during a notice and afterwards: frozen when the notice began.

    shown: list of {"name", "zh", "en", "value"}. until: the end of its last day, exclusive.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, db_index=False, related_name="notices")
    step = models.TextField()
    attempt = models.IntegerField()
    shown = models.JSONField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    outcome = models.TextField(default="")

    class Meta:
        ordering = ("-since", "id")
        constraints = [models.UniqueConstraint(fields=["case", "step", "attempt"], name="notice_once")]
        indexes = [
            models.Index(fields=["since", "id"], name="notice_by_start"),
            models.Index(fields=["until"], name="notice_by_end"),
            # The order of the public list of results, which then reads no further than its page.
            models.Index(fields=["until", "id"], name="notice_of_result", condition=Q(outcome="unopposed")),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.step}"


class Ranking(models.Model):
    """A round's ranking as it was computed: every line with what it rests on. A later one replaces it, none is changed."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="rankings")
    step = models.TextField()
    budget_fen = models.BigIntegerField()
    spent_fen = models.BigIntegerField()
    lines = models.JSONField()
    at = models.DateTimeField()
    by = models.BigIntegerField(null=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.round_id} {self.step}"


class CaseVote(models.Model):
    """What a ballot of a meeting counted on one case: bare numbers, and who took part, never how anybody voted.

    motion: `approve` or `reject`; amount_fen: what was voted on, proposed_fen: what was proposed; null where no money is given. present, members: who could
    vote on this case when the ballot was closed. ballot: the meeting's number for it. The latest row of an attempt counts.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, db_index=False, related_name="votes")
    step = models.TextField()
    attempt = models.IntegerField()
    motion = models.TextField()
    votes_for = models.IntegerField()
    votes_against = models.IntegerField()
    abstained = models.IntegerField()
    present = models.IntegerField()
    members = models.IntegerField()
    amount_fen = models.BigIntegerField(null=True)
    proposed_fen = models.BigIntegerField(null=True)
    voters = ArrayField(models.BigIntegerField(), default=list)
    ballot = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)
        indexes = [models.Index(fields=["case", "step", "attempt", "-id"], name="case_votes")]
        constraints = [
            models.CheckConstraint(
                condition=Q(votes_for__gte=0, votes_against__gte=0, abstained__gte=0)
                & Q(present__gte=F("votes_for") + F("votes_against") + F("abstained"), members__gte=F("present")),
                name="case_vote_counts_people",
            ),
            models.CheckConstraint(condition=Q(motion__in=["approve", "reject"]), name="case_vote_motion"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.step} {self.motion}"


class Resolution(models.Model):
    """What a deciding body has resolved on a round, its text fixed: content never changes, a later text is a new version.

    content: what the document says, as canonical JSON; digest: its SHA-256. fixed_by: a person's id.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="resolutions")
    step = models.TextField()
    version = models.IntegerField()
    content = models.JSONField()
    digest = models.TextField()
    fixed_at = models.DateTimeField()
    fixed_by = models.BigIntegerField()

    class Meta:
        ordering = ("-version",)
        constraints = [models.UniqueConstraint(fields=["round", "step", "version"], name="resolution_version_once")]

    def __str__(self) -> str:
        return f"{self.round_id} {self.step} {self.version}"


class ResolutionSignature(models.Model):
    """The place of one member under a resolution. person: their id, as it stands in the content. at: when they signed, null
    until then; digest: of the content that they signed; but_for: numbers of the cases that they were sent out for, which the
    signature does not cover."""

    resolution = models.ForeignKey(Resolution, on_delete=models.PROTECT, related_name="signatures")
    person = models.BigIntegerField()
    name = models.TextField()
    at = models.DateTimeField(null=True)
    digest = models.TextField(default="")
    but_for = ArrayField(models.TextField(), default=list)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["resolution", "person"], name="resolution_signed_once"),
            models.CheckConstraint(
                condition=Q(at__isnull=True, digest="") | (Q(at__isnull=False) & ~Q(digest="")),
                name="resolution_signature_has_a_digest",
            ),
        ]
        indexes = [models.Index(fields=["person"], name="resolution_to_sign", condition=Q(at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.resolution_id} {self.person}"


class OfficeItem(models.Model):
    """Something that an institution's own office looks at before it endorses, in one round. Nobody outside sees it.

    zh, en: what is to be looked at; en falls back to zh. required: whether nothing is endorsed without it. dropped_at: when
    it was taken off the list, null while it stands.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="+")
    zh = models.TextField()
    en = models.TextField(default="")
    required = models.BooleanField(default=False)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = [models.CheckConstraint(condition=~Q(zh=""), name="office_item_says_something")]
        indexes = [models.Index(fields=["organisation", "round"], name="office_item_by_office")]

    def __str__(self) -> str:
        return self.zh

    @property
    def say(self) -> Text:
        """The item in both languages."""
        return Text(self.zh, self.en or self.zh)


class OfficeTick(models.Model):
    """That an item of an office's own list was looked at for a case. by: a person's id."""

    item = models.ForeignKey(OfficeItem, on_delete=models.PROTECT, db_index=False, related_name="ticks")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "case"], name="office_tick_once")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.case_id}"


class RecommendationOrder(models.Model):
    """In which order an authority means to recommend what waits on its desk. cases: their ids, the first one first; what
    came in since is not among them. revision counts the savings."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="recommendation_orders")
    step = models.TextField()
    authority = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="+")
    cases = ArrayField(models.BigIntegerField(), default=list)
    revision = models.IntegerField(default=0)
    at = models.DateTimeField()
    by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "step", "authority"], name="recommendation_order_once")]

    def __str__(self) -> str:
        return f"{self.round_id} {self.step} {self.authority_id}"


class Message(models.Model):
    """A line for one person: what happened, or what is due. Nothing confidential stands in it.

    kind: a word of `message_kinds.KINDS`. path: the page that it is about, "" for that of its case or of its kind (a mail leads to these alone). read_at:
    when its reader said they have read it. sorted_at: when it was decided how it goes out besides standing here, null until
    then.
    """

    person = models.ForeignKey("parties.Person", on_delete=models.PROTECT, db_index=False, related_name="messages")
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="messages")
    kind = models.TextField()
    zh = models.TextField()
    en = models.TextField()
    at = models.DateTimeField()
    path = models.TextField(default="", db_default="")
    read_at = models.DateTimeField(null=True)
    sorted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
        constraints = [models.CheckConstraint(condition=~Q(kind=""), name="message_has_a_kind")]
        indexes = [
            models.Index(fields=["person", "-id"], name="message_by_person"),
            models.Index(fields=["person"], name="message_unread", condition=Q(read_at__isnull=True)),
            models.Index(fields=["case"], name="message_reminding", condition=Q(kind="reminder")),
            models.Index(fields=["id"], name="message_unsorted", condition=Q(sorted_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.at}"

    @property
    def say(self) -> Text:
        """The line in both languages."""
        return Text(self.zh, self.en)


class Archived(models.Model):
    """A case that one of its people put out of their own list; it stays in everybody else's."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="archived")
    person = models.ForeignKey(
        "parties.Person", on_delete=models.PROTECT, db_index=False, related_name="archived_cases"
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "case"], name="archived_once")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.case_id}"


class Deed(models.Model):
    """A command that was carried out, under its idempotency key: asking again with the same key repeats the answer."""

    key = models.TextField()
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, db_index=False, related_name="deeds")
    actor = models.BigIntegerField(null=True)
    command = models.TextField()
    content_digest = models.TextField()
    answer = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key"], name="deed_key_once")]

    def __str__(self) -> str:
        return f"{self.command} {self.key}"


class Counter(models.Model):
    """The last serial given out for numbers of one kind."""

    scope = models.TextField(unique=True)
    last = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.scope} {self.last}"


BATCH_STATES: dict[str, Text] = {
    "draft": Text("待选操作", "To be chosen"),
    "looking": Text("正在核对", "Being looked over"),
    "ready": Text("待确认", "To be confirmed"),
    "running": Text("正在办理", "Under way"),
    "stopped": Text("已停止", "Stopped"),
    "undoing": Text("正在收回", "Being taken back"),
    "done": Text("已办完", "Done"),
}
LINE_STATES: dict[str, Text] = {
    "waiting": Text("未核对", "Not looked at"),
    "able": Text("可以办理", "Can be done"),
    "unable": Text("不能办理", "Cannot be done"),
    "done": Text("已办理", "Done"),
    "refused": Text("未办成", "Not done"),
    "undone": Text("已收回", "Taken back"),
}


class Batch(models.Model):
    """One command for many cases: chosen, looked over, confirmed once, carried out case by case through the one door.

    key: of the form that began it; each case's own key comes from it, so that nothing happens twice. beat_at: when work on
    it last went on. undone_because: why what it did was taken back.
    """

    key = models.TextField(unique=True)
    person = models.ForeignKey("parties.Person", on_delete=models.PROTECT, db_index=False, related_name="batches")
    verb = models.TextField(default="")
    reason = models.TextField(default="")
    undone_because = models.TextField(default="")
    state = models.TextField(default="draft")
    request_id = models.TextField(default="")
    made_at = models.DateTimeField()
    beat_at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)
        constraints = [models.CheckConstraint(condition=Q(state__in=list(BATCH_STATES)), name="batch_state_known")]
        indexes = [models.Index(fields=["person", "-id"], name="batch_by_person")]

    def __str__(self) -> str:
        return f"{self.verb} {self.key}"


class BatchLine(models.Model):
    """One case of a batch: at which step and revision it was seen, and what stands against it or came of it.

    problems: list of {"code", "zh", "en", "fix_zh", "fix_en"}. rank: the one that an endorsement gives it, null for none.
    """

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, db_index=False, related_name="lines")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    step = models.TextField()
    revision = models.IntegerField()
    rank = models.IntegerField(null=True)
    state = models.TextField(default="waiting")
    problems = models.JSONField(default=list)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["batch", "case"], name="batch_line_once"),
            models.CheckConstraint(condition=Q(state__in=list(LINE_STATES)), name="batch_line_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.case_id}"
