"""What search keeps: derived from the rooms, and made anew from them at any time (`keguan search`)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from keguan.kernel.bilingual import Text

KINDS: dict[str, Text] = {
    "call": Text("申报通知", "Calls"),
    "notice": Text("公示", "Public notices"),
    "award": Text("资助结果", "Awards"),
    "project": Text("项目", "Projects"),
    "case": Text("申报件", "Applications"),
    "proposal": Text("申报件", "Applications"),
    "report": Text("报告", "Reports"),
    "expert": Text("专家", "Experts"),
}
"""A `case` says what everybody may know who may know of it, its `proposal` also what was handed in; a reader meets one."""


class Entry(models.Model):
    """One thing that can be found: what it is found by and narrowed by. Kept narrow, because a question with frequent words
    looks at very many; what is shown stands in `Shown`.

    kind and key: which row of which room. case: the case by which its rights are asked, null where no case is. programme:
    a code or, for projects of others, a name. region: a prefecture (GB/T 2260). day: its own date. length: terms in it.
    words: the terms of its title (weight A), names (B) and text (D); once more with `^` in front for the title; and with
    `=` what it is narrowed by.
    """

    kind = models.TextField()
    key = models.BigIntegerField()
    case = models.BigIntegerField(null=True)
    programme = models.TextField(default="")
    year = models.IntegerField(null=True)
    region = models.TextField(default="")
    host = models.TextField(default="")
    day = models.DateField(null=True)
    length = models.IntegerField()
    words = SearchVectorField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="search_entry_once"),
            models.CheckConstraint(condition=Q(kind__in=list(KINDS)), name="search_entry_kind_known"),
        ]
        indexes = [
            # Without a list of what is still to be sorted in, which each question would have to read through.
            GinIndex(fields=["words"], name="search_entry_words", fastupdate=False),
            models.Index(fields=["case"], name="search_entry_by_case", condition=Q(case__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Shown(models.Model):
    """What is shown of an entry. slug: what the address of its page takes. names: numbers and names it is found by, too;
    text: what passages are taken from. digest: of all that the entry was made from."""

    entry = models.OneToOneField(Entry, primary_key=True, on_delete=models.CASCADE, related_name="shown")
    slug = models.TextField()
    title_zh = models.TextField()
    title_en = models.TextField()
    names = models.TextField(default="")
    text = models.TextField(default="")
    digest = models.BinaryField()

    def __str__(self) -> str:
        return self.title_zh

    @property
    def title(self) -> Text:
        """What it is called."""
        return Text(self.title_zh, self.title_en)


class Word(models.Model):
    """A word that entries use which everybody may read. Nothing else is in here: what only some may read must not be
    guessed from what search proposes.

    public: in how many public entries; members: in how many that everybody signed in may read, the public ones among
    them. A word with `^` in front is counted in titles alone;
    what begins with `=` is what entries are narrowed by. near: the word with each of its characters left out, for finding it when it is mistyped. sound: its pinyin.
    """

    word = models.TextField(primary_key=True)
    public = models.IntegerField(default=0)
    members = models.IntegerField(default=0)
    near = ArrayField(models.TextField(), default=list)
    sound = models.TextField(default="")

    class Meta:
        indexes = [
            GinIndex(fields=["near"], name="search_word_near"),
            models.Index(fields=["sound"], name="search_word_by_sound", condition=~Q(sound="")),
        ]

    def __str__(self) -> str:
        return self.word


class Followed(models.Model):
    """How far the trace was read. One row. settled: the events up to this one are not looked at again; seen: the last one
    that was looked at."""

    settled = models.BigIntegerField()
    seen = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.seen)


class Alert(models.Model):
    """That the owner of a kept search is told what is new in it. newest: the entries up to this id were told."""

    view = models.OneToOneField("views.SavedView", primary_key=True, on_delete=models.CASCADE, related_name="alert")
    newest = models.BigIntegerField()
    told_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.view_id)
