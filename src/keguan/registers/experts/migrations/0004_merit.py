import django.db.models.deletion
from django.db import migrations, models

from keguan.database.tables import CreateTable


class Migration(migrations.Migration):
    dependencies = [("experts", "0003_applying")]

    operations = [
        CreateTable(
            name="Merit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.TextField(unique=True)),
                ("programme", models.TextField()),
                ("round_code", models.TextField(default="")),
                ("closed_at", models.DateTimeField()),
                ("days_early", models.IntegerField(null=True)),
                ("criteria", models.IntegerField()),
                ("remarks", models.IntegerField()),
                ("characters", models.IntegerField()),
                ("deviation", models.IntegerField(null=True)),
                ("rating", models.TextField(default="")),
                ("rating_reason", models.TextField(default="")),
                ("rated_at", models.DateTimeField(null=True)),
                ("answer", models.TextField(default="")),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "expert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="merits", to="experts.expert"
                    ),
                ),
            ],
            options={
                "ordering": ("-closed_at", "-id"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("rating__in", ["", "useful", "fair", "poor"])), name="merit_rating_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("rating", ""), models.Q(("rating_reason", ""), _negated=True), _connector="OR"
                        ),
                        name="merit_rating_has_reason",
                    ),
                ],
            },
        ),
    ]
