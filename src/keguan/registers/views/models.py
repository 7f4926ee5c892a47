"""What people keep of lists: an address with a name."""

from __future__ import annotations

from django.db import models


class SavedView(models.Model):
    """One list as its owner asked for it. path: the list; query: what was asked of it, without the page.

    role, programme, organisation: the duty whose holders meet it too; role "" for nobody else. Sharing shows the question,
    never rows: every reader meets their own.
    """

    owner = models.ForeignKey("parties.Person", on_delete=models.CASCADE, related_name="saved_views")
    name = models.TextField()
    path = models.TextField()
    query = models.TextField()
    is_first = models.BooleanField(default=False)
    role = models.TextField(default="")
    programme = models.TextField(default="")
    organisation = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ("name", "id")
        indexes = [models.Index(fields=["path", "owner"], name="saved_view_by_path")]

    def __str__(self) -> str:
        return self.name
