import django.db.models.deletion
from django.db import migrations, models

from keguan.database.tables import CreateTable


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("organisations", "0001_initial"),
        ("parties", "0001_initial"),
    ]

    operations = [
        CreateTable(
            name="Tie",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.TextField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="ties", to="parties.person"
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ties_of",
                        to="parties.person",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ties",
                        to="organisations.organisation",
                    ),
                ),
                ("severity", models.TextField(default="hard")),
                ("since", models.DateField(null=True)),
                ("until", models.DateField(null=True)),
                ("source", models.TextField()),
                (
                    "declared_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="declared_ties",
                        to="parties.person",
                    ),
                ),
                ("declared_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("-declared_at", "-id"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["adviser", "coauthor", "advice", "nominator", "dispute", "declared"])
                        ),
                        name="tie_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("severity__in", ["hard", "soft"])), name="tie_severity_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("organisation__isnull", True), ("other__isnull", False)),
                            models.Q(
                                ("kind__in", ("advice", "nominator", "dispute", "declared")),
                                ("organisation__isnull", False),
                                ("other__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="tie_with_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("other", models.F("person")), _negated=True), name="tie_with_another"
                    ),
                    models.CheckConstraint(condition=models.Q(("source", ""), _negated=True), name="tie_has_source"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until__isnull", True),
                            ("since__isnull", True),
                            (
                                "until__gte",
                                models.Func(
                                    models.F("since"), output_field=models.DateField(), template="(%(expressions)s - 1)"
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="tie_ends_after_start",
                    ),
                    models.UniqueConstraint(
                        fields=("kind", "person", "other", "organisation", "since"),
                        name="tie_once",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
    ]
