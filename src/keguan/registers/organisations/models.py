"""Organisations with their names over time, two hierarchies, and the regions they sit in."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import F, Func, Q, Value

from keguan.kernel.bilingual import Text

KINDS: dict[str, Text] = {
    "university": Text("高等学校", "University"),
    "institute": Text("科研院所", "Research institute"),
    "enterprise": Text("企业", "Enterprise"),
    "hospital": Text("医疗卫生机构", "Hospital"),
    "agency": Text("专业机构", "Professional agency"),
    "department": Text("自治区部门", "Regional department"),
    "bureau": Text("地州市主管局", "Prefecture bureau"),
    "xpcc_division": Text("兵团师（市）", "XPCC division"),
    "other": Text("其他单位", "Other"),
}
STATUSES: dict[str, Text] = {
    "active": Text("存续", "Active"),
    "merged": Text("已并入", "Merged"),
    "closed": Text("已注销", "Closed"),
}
HIERARCHIES: dict[str, Text] = {
    "administrative": Text("行政隶属", "Administrative"),
    "xpcc": Text("兵团隶属", "XPCC"),
}
RECOMMENDING_KINDS = ("department", "bureau", "xpcc_division")
USCC_PATTERN = r"^[0-9A-HJ-NPQRTUWXY]{18}$"


def same(column: str) -> Func:
    """The column as a one-value range: the exclusion index compares ranges only (btree_gist may be absent)."""
    return Func(F(column), F(column), Value("[]"), function="int8range")


def during() -> Func:
    """The days since … until, both included; empty where `until` is the day before `since` (taken back at once)."""
    return Func(F("since"), F("until"), function="daterange", template="%(function)s(%(expressions)s + 1)")


def ends_in_order(name: str) -> models.CheckConstraint:
    """`until` is null, or not before the day that precedes `since`."""
    day_before = Func(F("since"), template="(%(expressions)s - 1)", output_field=models.DateField())
    return models.CheckConstraint(
        condition=Q(until__isnull=True) | Q(since__isnull=True) | Q(until__gte=day_before), name=name
    )


class Region(models.Model):
    """An administrative division by its GB/T 2260 code, as it was between two dates.

    valid_from: null where it began before this register's source. successor: the code that took its place.
    """

    code = models.TextField()
    name = models.TextField()
    name_en = models.TextField(default="")
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    successor = models.TextField(default="")

    class Meta:
        ordering = ("code",)
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9]{6}$"), name="region_code_six_digits"),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="region_ends_after_start",
            ),
            models.UniqueConstraint(fields=["code"], condition=Q(valid_to__isnull=True), name="region_current_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Organisation(models.Model):
    """A body that applies, hosts, recommends or runs programmes.

    uscc: the unified social credit code (GB 32100-2015), null for hosts known only from historic lists. name: as typed;
    normal_name is for finding it again,
    pinyin for sorting (both by code point). successor: the organisation it was merged into. origin: where the row came
    from.
    """

    uscc = models.TextField(null=True, unique=True)  # noqa: DJ001 - null, so that many may be without one
    name = models.TextField()
    name_en = models.TextField(default="")
    normal_name = models.TextField(db_collation="C")
    pinyin = models.TextField(default="", db_collation="C")
    kind = models.TextField(default="other")
    region_code = models.TextField(default="")
    address = models.TextField(default="")
    founded = models.DateField(null=True)
    status = models.TextField(default="active")
    successor = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="absorbed")
    is_demo = models.BooleanField(default=False)
    origin = models.TextField(default="")
    created_at = models.DateTimeField(auto_now_add=True)
    revision = models.IntegerField(default=0)

    class Meta:
        ordering = ("pinyin", "id")
        indexes = [
            models.Index(fields=["pinyin", "id"], name="organisation_by_pinyin"),
            models.Index(fields=["normal_name"], name="organisation_by_name"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(uscc__regex=USCC_PATTERN), name="organisation_uscc_shape"),
            models.CheckConstraint(condition=~Q(normal_name=""), name="organisation_named"),
            models.CheckConstraint(condition=Q(kind__in=list(KINDS)), name="organisation_kind_known"),
            models.CheckConstraint(condition=Q(status__in=list(STATUSES)), name="organisation_status_known"),
            models.CheckConstraint(condition=Q(region_code__regex=r"^([0-9]{6})?$"), name="organisation_region_shape"),
            models.CheckConstraint(
                condition=Q(status="merged", successor__isnull=False)
                | (~Q(status="merged") & Q(successor__isnull=True)),
                name="organisation_merged_has_successor",
            ),
            # Without a credit code the name is all we know: two active ones of the same name would be one twice.
            models.UniqueConstraint(
                fields=["normal_name"],
                condition=Q(uscc__isnull=True, status="active"),
                name="organisation_codeless_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class FormerName(models.Model):
    """A name the organisation had before; historic documents still find it by this name.

    since: null where unknown. until: its last day.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="former_names")
    name = models.TextField()
    normal_name = models.TextField(db_collation="C")
    since = models.DateField(null=True)
    until = models.DateField()

    class Meta:
        ordering = ("until", "id")
        indexes = [models.Index(fields=["normal_name"], name="former_name_by_name")]
        constraints = [ends_in_order("former_name_ends_after_start")]

    def __str__(self) -> str:
        return self.name


class Parent(models.Model):
    """That `child` stands under `parent` in one hierarchy, on the days since … until, both included.

    A child has one parent per hierarchy at a time, held by an exclusion constraint each, so two clerks cannot both win.
    """

    child = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="parents")
    parent = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="children")
    hierarchy = models.TextField(default="administrative")
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        ordering = ("since", "id")
        constraints = [
            models.CheckConstraint(condition=Q(hierarchy__in=list(HIERARCHIES)), name="parent_hierarchy_known"),
            models.CheckConstraint(condition=~Q(child=F("parent")), name="parent_is_another"),
            ends_in_order("parent_ends_after_start"),
            ExclusionConstraint(
                name="parent_one_administrative",
                expressions=[(same("child"), "&&"), (during(), "&&")],
                condition=Q(hierarchy="administrative"),
            ),
            ExclusionConstraint(
                name="parent_one_xpcc",
                expressions=[(same("child"), "&&"), (during(), "&&")],
                condition=Q(hierarchy="xpcc"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.child_id} < {self.parent_id} ({self.hierarchy})"
