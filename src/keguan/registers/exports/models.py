"""Every spreadsheet that somebody asked for and that was too long to wait for."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from keguan.kernel.bilingual import Text

STATES: dict[str, Text] = {
    "waiting": Text("排队中", "Waiting"),
    "running": Text("正在生成", "Being written"),
    "done": Text("可以下载", "Ready"),
    "failed": Text("未能生成", "Failed"),
    "cancelled": Text("已取消", "Cancelled"),
}
UNFINISHED = ("waiting", "running")


class Export(models.Model):
    """One spreadsheet on its way. path, query: the list it is of, asked for again by the job with the asker's rights of
    then. beat_at: when the job last said that it lives. file: its name on the disk, "" until it is written."""

    person = models.ForeignKey("parties.Person", on_delete=models.CASCADE, db_index=False, related_name="exports")
    title_zh = models.TextField()
    title_en = models.TextField()
    path = models.TextField()
    query = models.TextField()
    language = models.TextField()
    request_id = models.TextField(default="")
    state = models.TextField(default="waiting")
    rows_total = models.IntegerField()
    rows_done = models.IntegerField(default=0)
    file = models.TextField(default="")
    bytes = models.BigIntegerField(default=0)
    made_at = models.DateTimeField()
    beat_at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(STATES)), name="export_state_known"),
            # A second click finds the first.
            models.UniqueConstraint(
                fields=["person", "path", "query", "language"],
                condition=Q(state__in=UNFINISHED),
                name="export_once_at_a_time",
            ),
        ]
        indexes = [models.Index(fields=["person", "-id"], name="export_by_person")]

    def __str__(self) -> str:
        return f"{self.path}?{self.query}"

    @property
    def title(self) -> Text:
        """The list it is of."""
        return Text(self.title_zh, self.title_en)
