import django.db.models.deletion
from django.db import migrations, models

from keguan.database.tables import CreateTable
from keguan.registers.trace.columns import TraceColumns


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("organisations", "0001_initial"),
        ("parties", "0001_initial"),
        ("trace", "0001_initial"),
    ]

    operations = [
        CreateTable(
            name="Sanction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sanctions",
                        to="parties.person",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sanctions",
                        to="organisations.organisation",
                    ),
                ),
                ("kind", models.TextField()),
                ("severity", models.TextField()),
                ("since", models.DateField()),
                ("until", models.DateField(null=True)),
                ("source", models.TextField()),
                ("decided_by", models.TextField()),
                ("origin", models.TextField(default="")),
                ("status", models.TextField(default="active")),
                ("lifted_on", models.DateField(null=True)),
                ("lifted_because", models.TextField(default="")),
            ],
            options={
                "ordering": ("-since", "id"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("organisation__isnull", False), ("person__isnull", True)),
                            models.Q(("organisation__isnull", True), ("person__isnull", False)),
                            _connector="OR",
                        ),
                        name="sanction_against_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "admonition",
                                    "criticism",
                                    "funds",
                                    "bar_applying",
                                    "bar_reviewing",
                                    "bar_hosting",
                                    "severe",
                                ],
                            )
                        ),
                        name="sanction_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("severity__in", ["minor", "considerable", "serious", "gravest"])),
                        name="sanction_severity_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["active", "lifted"])), name="sanction_status_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until__gte", models.F("since"))), name="sanction_ends_after_start"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("source", ""), _negated=True), models.Q(("decided_by", ""), _negated=True)
                        ),
                        name="sanction_has_source",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lifted_on__isnull", True), ("status", "active")),
                            models.Q(
                                ("lifted_on__isnull", False),
                                ("status", "lifted"),
                                models.Q(("lifted_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="sanction_lifted_with_reason",
                    ),
                ],
            },
        ),
        TraceColumns("integrity_sanction", ["status"], subject="sanction", key="source", case_column="origin"),
    ]
