"""Draws of a round, who is behind each place of their lists, and their logs."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from keguan.kernel.bilingual import Text

STATES: dict[str, Text] = {
    "prepared": Text("已准备", "Prepared"),
    "fixed": Text("名单已封存", "List fixed"),
    "drawn": Text("已抽取", "Drawn"),
    "published": Text("结果已公布", "Published"),
    "void": Text("已作废", "Void"),
}
CHAIR_STATES: dict[str, Text] = {
    "drawn": Text("抽中", "Drawn"),
    "reserve": Text("备选", "Reserve"),
    "seated": Text("递补", "From the reserves"),
    "left": Text("未参加", "Does not sit"),
    "passed": Text("备选跳过", "Passed over"),
}
SITS = ("drawn", "seated")
REASONS: dict[str, Text] = {
    "declined": Text("谢绝", "declined"),
    "recused": Text("应当回避", "must keep out"),
    "released": Text("被解除", "was released"),
    "unavailable": Text("不在可用专家库", "not in the pool any more"),
    "full": Text("承接已满", "has no room left"),
}
"""Why somebody does not sit, or is passed over."""


class Draw(models.Model):
    """One draw for cases of a round at one step. document: the list as it is hashed; nothing in it changes once it is fixed.

    name: round, step and number. reason: why there is one after the first. attempts: how often each case had come to the
    step. value, signature, evidence: the public randomness as it was entered. outcome: what came out. bundle: the file as
    it was published, byte for byte. closed_because: why it is void.
    """

    round = models.ForeignKey("casework.Round", on_delete=models.PROTECT, related_name="draws")
    step = models.TextField()
    number = models.IntegerField()
    name = models.TextField(unique=True)
    reason = models.TextField(default="")
    state = models.TextField(default="prepared")
    document = models.JSONField()
    attempts = models.JSONField(default=dict)
    digest = models.TextField(default="")
    fixed_at = models.DateTimeField(null=True)
    public_at = models.DateTimeField(null=True)
    reveals = models.JSONField(default=list)
    value = models.TextField(default="")
    signature = models.TextField(default="")
    evidence = models.TextField(default="")
    entered_at = models.DateTimeField(null=True)
    outcome = models.JSONField(null=True)
    bundle = models.TextField(default="")
    published_at = models.DateTimeField(null=True)
    closed_because = models.TextField(default="")
    prepared_at = models.DateTimeField()
    prepared_by = models.BigIntegerField(null=True)

    class Meta:
        ordering = ("-prepared_at", "-id")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(STATES)), name="draw_state_known"),
            models.CheckConstraint(
                condition=Q(state="prepared") | ~Q(digest="") | Q(state="void"), name="draw_fixed_has_digest"
            ),
            models.UniqueConstraint(fields=["round", "step", "number"], name="draw_once_for_a_number"),
            models.UniqueConstraint(
                fields=["round", "step"], condition=Q(state="prepared"), name="draw_one_in_preparation"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def entered(self) -> dict[str, Any]:
        """The randomness as the file tells it."""
        from keguan.fairness.randomness import written

        at = written(self.entered_at) if self.entered_at else ""
        return {"value": self.value, "signature": self.signature, "evidence": self.evidence, "entered_at": at}


class Place(models.Model):
    """Who stands at a place of a draw's list: the only table that knows. kept_out: the reasons, by case number."""

    draw = models.ForeignKey(Draw, on_delete=models.CASCADE, related_name="places")
    place = models.IntegerField()
    expert = models.ForeignKey("experts.Expert", on_delete=models.PROTECT, related_name="+")
    salt = models.BinaryField()
    kept_out = models.JSONField(default=dict)

    class Meta:
        ordering = ("place",)
        constraints = [models.UniqueConstraint(fields=["draw", "place"], name="draw_place_once")]

    def __str__(self) -> str:
        return f"{self.draw_id} {self.place}"


class Chair(models.Model):
    """What became of somebody who was drawn for a case, as the log has it. order: among the members or reserves of a
    stratum, from 0."""

    draw = models.ForeignKey(Draw, on_delete=models.CASCADE, related_name="chairs")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    stratum = models.TextField()
    order = models.IntegerField()
    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="chairs")
    state = models.TextField()
    reason = models.TextField(default="")

    class Meta:
        ordering = ("case_id", "stratum", "state", "order")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(CHAIR_STATES)), name="chair_state_known"),
            models.UniqueConstraint(fields=["draw", "case", "place"], name="chair_once_in_a_case"),
        ]

    def __str__(self) -> str:
        return f"{self.draw_id} {self.case_id} {self.stratum}"


class Entry(models.Model):
    """One entry of a draw's log, as the file tells it."""

    draw = models.ForeignKey(Draw, on_delete=models.CASCADE, related_name="entries")
    number = models.IntegerField()
    content = models.JSONField()

    class Meta:
        ordering = ("number",)
        constraints = [models.UniqueConstraint(fields=["draw", "number"], name="draw_entry_once")]

    def __str__(self) -> str:
        return f"{self.draw_id} {self.number}"
