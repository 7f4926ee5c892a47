import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

from keguan.database.tables import CreateTable


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("parties", "0001_initial"),
    ]

    operations = [
        CreateTable(
            name="ImportRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("spec", models.TextField()),
                ("file_name", models.TextField()),
                ("file_sha256", models.TextField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="import_runs",
                        to="parties.person",
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("rows_read", models.IntegerField()),
                ("created", models.IntegerField()),
                ("updated", models.IntegerField()),
                ("unchanged", models.IntegerField()),
                ("restated", models.IntegerField(default=0)),
                ("odd", models.JSONField(default=dict)),
            ],
            options={
                "ordering": ("-at", "-id"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("file_sha256__regex", "^[0-9a-f]{64}$")), name="import_run_digest_shape"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "rows_read",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("created"), "+", models.F("updated")
                                        ),
                                        "+",
                                        models.F("unchanged"),
                                    ),
                                    "+",
                                    models.F("restated"),
                                ),
                            )
                        ),
                        name="import_run_rows_add_up",
                    ),
                ],
            },
        ),
    ]
