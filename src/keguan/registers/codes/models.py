"""Classifications in their editions, and the codes that each of them has."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from keguan.kernel.bilingual import Text


class CodeTree(models.Model):
    """One edition of a classification: `gbt13745` of 2009, a funder's own codes of one year.

    since, until: first and last day on which new entries take their codes from it, null where no day is known; entries
    that were made by it stand by it for good. shape: regular expression of the codes that may stand below the listed
    ones without being listed themselves; "" where only listed codes count.
    """

    name = models.TextField()
    version = models.TextField()
    title_zh = models.TextField()
    title_en = models.TextField()
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    source = models.TextField(default="")
    shape = models.TextField(default="")

    class Meta:
        ordering = ("name", "-since", "-version")
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="code_tree_once"),
            models.CheckConstraint(condition=Q(name__regex=r"^[a-z][a-z0-9-]{1,30}$"), name="code_tree_name_shape"),
            models.CheckConstraint(
                condition=Q(version__regex=r"^[0-9A-Za-z.-]{1,20}$"), name="code_tree_version_shape"
            ),
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="code_tree_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.name}:{self.version}"

    @property
    def title(self) -> Text:
        return Text(self.title_zh, self.title_en)


class CodeNode(models.Model):
    """One code of an edition. parent: the code above it, "" at the top. A code begins with the code above it."""

    tree = models.ForeignKey(CodeTree, on_delete=models.PROTECT, related_name="nodes")
    code = models.TextField()
    parent = models.TextField(default="")
    title_zh = models.TextField()
    title_en = models.TextField()

    class Meta:
        ordering = ("code",)
        constraints = [
            models.UniqueConstraint(fields=["tree", "code"], name="code_once_in_tree"),
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9A-Z]{1,20}$"), name="code_shape"),
            models.CheckConstraint(condition=Q(parent="") | Q(code__startswith=F("parent")), name="code_below_parent"),
        ]

    def __str__(self) -> str:
        return f"{self.tree_id} {self.code}"

    @property
    def title(self) -> Text:
        return Text(self.title_zh, self.title_en)
