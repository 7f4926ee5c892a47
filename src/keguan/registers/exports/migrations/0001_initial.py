import django.db.models.deletion
from django.db import migrations, models

from keguan.database.tables import CreateTable


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("parties", "0001_initial"),
    ]

    operations = [
        CreateTable(
            name="Export",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="exports",
                        to="parties.person",
                    ),
                ),
                ("title_zh", models.TextField()),
                ("title_en", models.TextField()),
                ("path", models.TextField()),
                ("query", models.TextField()),
                ("language", models.TextField()),
                ("request_id", models.TextField(default="")),
                ("state", models.TextField(default="waiting")),
                ("rows_total", models.IntegerField()),
                ("rows_done", models.IntegerField(default=0)),
                ("file", models.TextField(default="")),
                ("bytes", models.BigIntegerField(default=0)),
                ("made_at", models.DateTimeField()),
                ("beat_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("-id",),
                "indexes": [models.Index(fields=["person", "-id"], name="export_by_person")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["waiting", "running", "done", "failed", "cancelled"])),
                        name="export_state_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("waiting", "running"))),
                        fields=("person", "path", "query", "language"),
                        name="export_once_at_a_time",
                    ),
                ],
            },
        ),
    ]
