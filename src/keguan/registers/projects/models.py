"""Projects of record: from published lists as printed, and from this house's own cases."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from keguan.kernel.bilingual import Text

GRAMMARS: dict[str, Text] = {
    "nsfc": Text("国家自然科学基金", "NSFC"),
    "national_rd": Text("国家重点研发计划", "National key R&D"),
    "own": Text("本平台", "This platform"),
    "unknown": Text("不明", "Unknown"),
}
STATUSES: dict[str, Text] = {
    "running": Text("在研", "Running"),
    "finished": Text("已结题", "Finished"),
    "terminated": Text("已终止", "Terminated"),
    "unknown": Text("不明", "Unknown"),
}
ODDITIES: dict[str, Text] = {
    "amount": Text("金额看不懂", "amount that cannot be read"),
    "no-amount": Text("没有金额", "no amount"),
    "zero-amount": Text("金额为零", "amount of zero"),
    "period": Text("起止时间或年限看不懂", "period that cannot be read"),
    "no-period": Text("没有起止时间或年限", "no period or duration"),
    "no-principal": Text("没有项目负责人", "no principal investigator"),
    "number-mark": Text("编号后有注记符号", "footnote mark behind the number"),
    "number-unknown": Text("编号格式不明", "number of no known grammar"),
    "number-shared": Text("编号与另一项目相同", "number of another project"),
    "host-lookalike": Text("单位名称中有易混字", "look-alike letter in the host's name"),
    "restated": Text("重复刊载", "printed again"),
    "restated-otherwise": Text("重复刊载而内容不同", "printed again, but otherwise"),
    "same-title": Text("题目与另一项目相同", "title of another project"),
}
"""What may be odd about the row that a project comes from, by the codes of `Project.odd`."""
MEMBER_ROLES: dict[str, Text] = {
    "principal": Text("项目负责人", "Principal investigator"),
    "participant": Text("参与人", "Participant"),
}


class Project(models.Model):
    """One funded project.

    number: as its funder wrote it, without footnote marks; number_grammar: which funder's way of numbering that is.
    normal_title: for finding the same title again. host_name_as_given, period_as_given: exactly as the source prints
    them.
    principal_pseudonym: the principal where only a pseudonym is public. amount_fen: null where the source is silent.
    first_day, last_day: null where the source does not say. source_kind: the list it comes from, `own` for our cases;
    source: file and row; origin: our case number. odd: what was odd about the source row, as codes (`no-principal`).
    """

    number = models.TextField()
    number_grammar = models.TextField(default="unknown")
    title = models.TextField()
    normal_title = models.TextField(db_index=True)
    programme = models.TextField(default="")
    kind = models.TextField(default="")
    host = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="projects")
    host_name_as_given = models.TextField(default="")
    principal = models.ForeignKey("parties.Person", null=True, on_delete=models.PROTECT, related_name="led_projects")
    principal_pseudonym = models.TextField(default="")
    amount_fen = models.BigIntegerField(null=True)
    approved_year = models.IntegerField(null=True)
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    period_as_given = models.TextField(default="")
    status = models.TextField(default="unknown")
    evaluation = models.TextField(default="")
    source_kind = models.TextField(default="own")
    source = models.TextField(default="")
    origin = models.TextField(default="", db_index=True)
    odd = ArrayField(models.TextField(), default=list)

    class Meta:
        ordering = ("-approved_year", "number", "id")
        constraints = [
            models.UniqueConstraint(fields=["source_kind", "number"], name="project_number_once_per_source"),
            models.UniqueConstraint(fields=["origin"], condition=~Q(origin=""), name="project_once_per_case"),
            models.CheckConstraint(condition=~Q(number=""), name="project_numbered"),
            models.CheckConstraint(condition=~Q(title=""), name="project_titled"),
            models.CheckConstraint(condition=Q(number_grammar__in=list(GRAMMARS)), name="project_grammar_known"),
            models.CheckConstraint(condition=Q(status__in=list(STATUSES)), name="project_status_known"),
            models.CheckConstraint(condition=Q(amount_fen__gte=0), name="project_amount_not_negative"),
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="project_ends_after_start"),
        ]
        indexes = [
            models.Index(
                fields=["principal_pseudonym"], condition=~Q(principal_pseudonym=""), name="project_pseudonym"
            ),
            models.Index(fields=["-approved_year", "number", "id"], name="project_newest_first"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Restatement(models.Model):
    """The same project printed once more in the same source: kept word for word, so that no row of a list is lost.

    occurrence: 2 for the second time the number appears, and so on. What it adds (a duration, a principal) also fills
    the blanks of the project itself.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="restatements")
    occurrence = models.IntegerField()
    source = models.TextField(default="")
    number_as_given = models.TextField(default="")
    title = models.TextField()
    programme = models.TextField(default="")
    host_name_as_given = models.TextField(default="")
    principal_pseudonym = models.TextField(default="")
    amount_fen = models.BigIntegerField(null=True)
    period_as_given = models.TextField(default="")

    class Meta:
        ordering = ("project_id", "occurrence")
        constraints = [
            models.UniqueConstraint(fields=["project", "occurrence"], name="restatement_once"),
            models.CheckConstraint(condition=Q(occurrence__gte=2), name="restatement_is_a_repetition"),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} #{self.occurrence}"


class Membership(models.Model):
    """That a person takes part in a project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey("parties.Person", on_delete=models.PROTECT, related_name="memberships")
    role = models.TextField(default="participant")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "person"], name="membership_once"),
            models.UniqueConstraint(fields=["project"], condition=Q(role="principal"), name="membership_one_principal"),
            models.CheckConstraint(condition=Q(role__in=list(MEMBER_ROLES)), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.project_id} ({self.role})"
