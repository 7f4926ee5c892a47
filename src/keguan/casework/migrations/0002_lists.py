"""Lists of very many cases, and what waits at a desk, are read by indexes in their order."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("casework", "0001_initial")]

    operations = [
        migrations.AddIndex("case", models.Index(fields=["due_at", "id"], name="case_in_order_of_due")),
        migrations.AddIndex("case", models.Index(fields=["submitted_at", "id"], name="case_in_order_of_time")),
        migrations.AddIndex(
            "task",
            models.Index(
                fields=["role", "round", "step", "due_at", "id"],
                name="task_by_pile",
                condition=models.Q(person__isnull=True),
            ),
        ),
        migrations.AddIndex(
            "message",
            models.Index(fields=["case"], name="message_reminding", condition=models.Q(kind="reminder")),
        ),
    ]
