"""Experts who may be asked to review."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from keguan.kernel.bilingual import Text
from keguan.registers.codes.queries import Reference
from keguan.texts.pieces import vector

STATUSES: dict[str, Text] = {
    "candidate": Text("待核实", "Candidate"),
    "applied": Text("申请入库，待核实", "Applied"),
    "returned": Text("退回补正", "Returned"),
    "refused": Text("未予入库", "Refused"),
    "active": Text("在库", "Active"),
    "suspended": Text("暂停", "Suspended"),
    "left": Text("出库", "Left"),
}
TO_VERIFY = ("applied", "candidate")
"""States in which an entry waits for the registrar."""


class Expert(models.Model):
    """A person in the pool of experts.

    fields: codes with the edition they are from (`gbt13745:2009:520`), see `registers.codes`. keywords: in the expert's own
    words.
    max_load: how many reviews at most at one time. yearly_most: how many in a calendar year, null for no bound of their own.
    verified_at: null until an officer verified the entry. confirmed_on: when the expert last said that it is right, or who
    verified it. reminded: how many days before the next confirmation is owed they were last reminded, null while they
    were not. because: why the entry stands as it does (suspended, left), as told to the expert.
    words: what the entry is found by: pieces of keywords, and each code with those above it.
    """

    person = models.OneToOneField("parties.Person", on_delete=models.PROTECT, related_name="expert")
    fields = ArrayField(models.TextField(), default=list)
    keywords = ArrayField(models.TextField(), default=list)
    status = models.TextField(default="candidate")
    region_code = models.TextField(default="")
    max_load = models.IntegerField(default=10)
    yearly_most = models.IntegerField(null=True)
    verified_at = models.DateTimeField(null=True)
    confirmed_on = models.DateField(null=True)
    reminded = models.IntegerField(null=True)
    because = models.TextField(default="")
    origin = models.TextField(default="")
    words = SearchVectorField(default="")

    class Meta:
        ordering = ("id",)
        indexes = [
            GinIndex(fields=["fields"], name="expert_fields"),
            GinIndex(fields=["words"], name="expert_words", fastupdate=False),
            models.Index(fields=["status"], name="expert_active", condition=Q(status="active")),
            models.Index(fields=["status"], name="expert_to_verify", condition=Q(status__in=TO_VERIFY)),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=list(STATUSES)), name="expert_status_known"),
            models.CheckConstraint(condition=Q(max_load__gte=1, max_load__lte=100), name="expert_load_sensible"),
            models.CheckConstraint(
                condition=Q(yearly_most__isnull=True) | Q(yearly_most__gte=1, yearly_most__lte=500),
                name="expert_yearly_most_sensible",
            ),
            models.CheckConstraint(condition=Q(region_code__regex=r"^([0-9]{6})?$"), name="expert_region_shape"),
            models.CheckConstraint(
                condition=~Q(status="active") | Q(verified_at__isnull=False, confirmed_on__isnull=False),
                name="expert_active_is_verified",
            ),
        ]

    def __str__(self) -> str:
        return f"expert {self.person_id}"

    def save(self, *args: Any, **named: Any) -> None:
        """Keep the entry, and what it is found by with it."""
        self.words = self.found_by()
        if named.get("update_fields") is not None:
            named["update_fields"] = {*named["update_fields"], "words"}
        super().save(*args, **named)

    def found_by(self) -> str:
        """What `words` owes to keywords and codes."""
        return vector(self.keywords, (one for code in self.fields for one in Reference.of(code).line))


class Absence(models.Model):
    """Days on which an expert takes no new review. since, until: first and last day. note: for the expert themself."""

    expert = models.ForeignKey(Expert, on_delete=models.CASCADE, related_name="absences")
    since = models.DateField()
    until = models.DateField()
    note = models.TextField(default="")

    class Meta:
        ordering = ("since", "id")
        constraints = [models.CheckConstraint(condition=Q(until__gte=models.F("since")), name="absence_ends_in_order")]

    def __str__(self) -> str:
        return f"{self.expert_id} {self.since}"


WORK_KINDS: dict[str, Text] = {
    "paper": Text("论文", "Paper"),
    "book": Text("著作", "Book"),
    "patent": Text("专利", "Patent"),
    "project": Text("项目", "Project"),
    "standard": Text("标准", "Standard"),
    "prize": Text("科技奖励", "Prize"),
    "other": Text("其他", "Other"),
}


class Work(models.Model):
    """Something that an expert did and that shows what they know; also what they did together with others.

    year: of publication, null where unknown. authors: all of them as printed, the expert among them;
    normal_authors: so that another spelling finds them. identifier: a DOI, a
    patent or a project number, as `normal_identifier` writes it, "" where none is known. source: where the entry comes
    from: a file and row, or who typed it. words: pieces of its title and keywords, by which its expert is found.
    """

    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="works")
    kind = models.TextField(default="paper")
    title = models.TextField()
    normal_title = models.TextField(db_index=True)
    abstract = models.TextField(default="")
    keywords = ArrayField(models.TextField(), default=list)
    authors = ArrayField(models.TextField(), default=list)
    normal_authors = ArrayField(models.TextField(), default=list)
    year = models.IntegerField(null=True)
    source = models.TextField(default="")
    identifier = models.TextField(default="")
    words = SearchVectorField(default="")

    class Meta:
        ordering = ("-year", "id")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=list(WORK_KINDS)), name="work_kind_known"),
            models.CheckConstraint(condition=~Q(normal_title=""), name="work_titled"),
            models.CheckConstraint(condition=Q(year__gte=1900, year__lte=2100), name="work_year_sensible"),
            # By its title where it has no identifier: a paper and the patent of one name are two works.
            models.UniqueConstraint(
                fields=["expert", "kind", "normal_title"], condition=Q(identifier=""), name="work_once_by_title"
            ),
            models.UniqueConstraint(
                fields=["expert", "identifier"], condition=~Q(identifier=""), name="work_once_by_identifier"
            ),
        ]
        indexes = [
            GinIndex(fields=["normal_authors"], name="work_by_author"),
            GinIndex(fields=["words"], name="work_words", fastupdate=False),
            models.Index(fields=["identifier"], condition=~Q(identifier=""), name="work_by_identifier"),
        ]

    def __str__(self) -> str:
        return f"{self.expert_id} {self.title[:40]}"


RATINGS: dict[str, Text] = {
    "useful": Text("有帮助", "Useful"),
    "fair": Text("一般", "Fair"),
    "poor": Text("不足", "Poor"),
}


class Merit(models.Model):
    """What one review that is done says of its reviewer. key: names the review without telling the case, see `merits`.

    days_early: before the day it was owed, below zero where late, null where none was. remarks: of so many criteria, so
    many with a remark. characters: of the comment. deviation: percentage of all points less the mean of the others', in
    hundredths. rating: an officer's, with its reason, "" for none. answer: the expert's.
    """

    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="merits")
    key = models.TextField(unique=True)
    programme = models.TextField()
    round_code = models.TextField(default="")
    closed_at = models.DateTimeField()
    days_early = models.IntegerField(null=True)
    criteria = models.IntegerField()
    remarks = models.IntegerField()
    characters = models.IntegerField()
    deviation = models.IntegerField(null=True)
    rating = models.TextField(default="")
    rating_reason = models.TextField(default="")
    rated_at = models.DateTimeField(null=True)
    answer = models.TextField(default="")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-closed_at", "-id")
        constraints = [
            models.CheckConstraint(condition=Q(rating__in=["", *RATINGS]), name="merit_rating_known"),
            models.CheckConstraint(condition=Q(rating="") | ~Q(rating_reason=""), name="merit_rating_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.expert_id} {self.round_code}"
