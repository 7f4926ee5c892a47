"""What the machine proposed, what the officer made of it, and what came of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from keguan.kernel.bilingual import Text

STATES: dict[str, Text] = {
    "making": Text("正在计算", "Being computed"),
    "ready": Text("待核对确认", "To be looked over"),
    "confirming": Text("正在指派", "Being carried out"),
    "done": Text("已指派", "Carried out"),
    "replaced": Text("已被新方案取代", "Replaced by a newer one"),
}
SEAT_STATES: dict[str, Text] = {
    "proposed": Text("拟指派", "Proposed"),
    "dropped": Text("由经办人换下", "Taken off by the officer"),
    "assigned": Text("已指派", "Assigned"),
    "refused": Text("未能指派", "Not assigned"),
}
_BY = Text("没有相近的项目或成果，依据：{by}", "No project or work is near; by {by}")
BASES: dict[str, Text] = {
    "works": Text("项目和成果相近", "Projects and works are near"),
    "keywords": _BY.filled(by=Text("关键词", "keywords")),
    "codes": _BY.filled(by=Text("学科代码", "discipline codes")),
    "nothing": Text("没有任何相近内容，只按工作量补足席位", "Nothing is near; fills the seat, by load alone"),
}
"""What a fit rests on."""


WHOLE = 10_000
"""A fit that could not be better."""
CHANGED = Q(turn__gt=0)
"""The few seats that were changed by hand, which have an index of their own."""


class Proposal(models.Model):
    """Panels for all cases of a round that have free seats, computed at one moment.

    key: of the form that asked for it. terms: the bounds that the officer gave. mends: the proposal that this one departs
    from as little as possible. pool: experts compared; left_out: how many of the pool were not, by reason. seats, missing: filled and empty. value, upper: the sum of fits
    in ten-thousandths, and what no other plan with as many seats exceeds. kept, changed: seats as in the one before, and others.
    shortages: list of {"zh", "en", "cases"}. beat_at: when work on it last went on.
    """

    key = models.TextField(unique=True)
    round = models.ForeignKey("casework.Round", on_delete=models.PROTECT, related_name="+")
    step = models.TextField()
    state = models.TextField(default="making")
    terms = models.JSONField(default=dict)
    mends = models.ForeignKey("self", null=True, on_delete=models.PROTECT, db_index=False, related_name="+")
    pool = models.IntegerField(default=0)
    left_out = models.JSONField(default=dict)
    seats = models.IntegerField(default=0)
    missing = models.IntegerField(default=0)
    value = models.BigIntegerField(default=0)
    upper = models.BigIntegerField(default=0)
    kept = models.IntegerField(default=0)
    changed = models.IntegerField(default=0)
    shortages = models.JSONField(default=list)
    made_by = models.BigIntegerField()
    made_at = models.DateTimeField()
    beat_at = models.DateTimeField()
    confirmed_by = models.BigIntegerField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
        constraints = [models.CheckConstraint(condition=Q(state__in=list(STATES)), name="proposal_state_known")]

    def __str__(self) -> str:
        return f"{self.round_id} {self.step} {self.pk}"

    @property
    def gap(self) -> float:
        """How far the plan may be from the best one, as a share of the bound; 0 where it is proven the best."""
        return max(0.0, (self.upper - self.value) / self.upper) if self.upper > 0 else 0.0

    @property
    def is_proven(self) -> bool:
        """Whether no better plan exists."""
        return self.value >= self.upper


class ProposedCase(models.Model):
    """One case of a proposal. free: seats that were free. others: the next nearest experts who are free to review it, the
    nearest first: list of {"expert", "fit", "by", "reasons"}."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, db_index=False, related_name="cases")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    free = models.IntegerField()
    others = models.JSONField(default=list)

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["proposal", "case"], name="proposed_case_once")]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.case_id}"


class ProposedSeat(models.Model):
    """One expert proposed for one case. Who reads it is traced.

    fit: in ten-thousandths, as the plan weighs it. by: what it rests on. reasons: works that made it so: list of {"title", "kind", "year", "words"}.
    is_chosen: an officer put the expert there, not the machine. reason: why an officer put them there, or took them off.
    is_new: not in the proposal that this one mends. turn: which change by hand, counted from 1 through the proposal, took them
    off or put them there; 0 for none. problems: what stood against it: list of {"code", "zh", "en"}.
    """

    case = models.ForeignKey(ProposedCase, on_delete=models.CASCADE, db_index=False, related_name="seats")
    expert = models.ForeignKey("experts.Expert", on_delete=models.PROTECT, related_name="+")
    state = models.TextField(default="proposed")
    fit = models.IntegerField(default=0)
    by = models.TextField(default="nothing")
    reasons = models.JSONField(default=list)
    is_new = models.BooleanField(default=False)
    is_chosen = models.BooleanField(default=False)
    turn = models.IntegerField(default=0)
    reason = models.TextField(default="")
    problems = models.JSONField(default=list)

    class Meta:
        ordering = ("case_id", "-fit", "id")
        indexes = [
            models.Index(fields=["case"], name="proposed_seat_by_case"),
            models.Index(fields=["case"], name="proposed_seat_by_hand", condition=CHANGED),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "expert"], condition=Q(state__in=["proposed", "assigned"]), name="proposed_seat_once"
            ),
            models.CheckConstraint(condition=Q(state__in=list(SEAT_STATES)), name="proposed_seat_state_known"),
            models.CheckConstraint(condition=Q(by__in=list(BASES)), name="proposed_seat_basis_known"),
            models.CheckConstraint(condition=Q(fit__gte=0, fit__lte=WHOLE), name="proposed_seat_fit_share"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.expert_id}"
