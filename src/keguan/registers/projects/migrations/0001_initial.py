import django.contrib.postgres.fields
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
            name="Project",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.TextField()),
                ("number_grammar", models.TextField(default="unknown")),
                ("title", models.TextField()),
                ("normal_title", models.TextField(db_index=True)),
                ("programme", models.TextField(default="")),
                ("kind", models.TextField(default="")),
                (
                    "host",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="projects",
                        to="organisations.organisation",
                    ),
                ),
                ("host_name_as_given", models.TextField(default="")),
                (
                    "principal",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="led_projects",
                        to="parties.person",
                    ),
                ),
                ("principal_pseudonym", models.TextField(default="")),
                ("amount_fen", models.BigIntegerField(null=True)),
                ("approved_year", models.IntegerField(null=True)),
                ("first_day", models.DateField(null=True)),
                ("last_day", models.DateField(null=True)),
                ("period_as_given", models.TextField(default="")),
                ("status", models.TextField(default="unknown")),
                ("evaluation", models.TextField(default="")),
                ("source_kind", models.TextField(default="own")),
                ("source", models.TextField(default="")),
                ("origin", models.TextField(db_index=True, default="")),
                (
                    "odd",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
            ],
            options={
                "ordering": ("-approved_year", "number", "id"),
                "indexes": [
                    models.Index(
                        condition=models.Q(("principal_pseudonym", ""), _negated=True),
                        fields=["principal_pseudonym"],
                        name="project_pseudonym",
                    ),
                    models.Index(fields=["-approved_year", "number", "id"], name="project_newest_first"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("source_kind", "number"), name="project_number_once_per_source"),
                    models.UniqueConstraint(
                        condition=models.Q(("origin", ""), _negated=True),
                        fields=("origin",),
                        name="project_once_per_case",
                    ),
                    models.CheckConstraint(condition=models.Q(("number", ""), _negated=True), name="project_numbered"),
                    models.CheckConstraint(condition=models.Q(("title", ""), _negated=True), name="project_titled"),
                    models.CheckConstraint(
                        condition=models.Q(("number_grammar__in", ["nsfc", "national_rd", "own", "unknown"])),
                        name="project_grammar_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["running", "finished", "terminated", "unknown"])),
                        name="project_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_fen__gte", 0)), name="project_amount_not_negative"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("last_day__gte", models.F("first_day"))), name="project_ends_after_start"
                    ),
                ],
            },
        ),
        CreateTable(
            name="Restatement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="restatements", to="projects.project"
                    ),
                ),
                ("occurrence", models.IntegerField()),
                ("source", models.TextField(default="")),
                ("number_as_given", models.TextField(default="")),
                ("title", models.TextField()),
                ("programme", models.TextField(default="")),
                ("host_name_as_given", models.TextField(default="")),
                ("principal_pseudonym", models.TextField(default="")),
                ("amount_fen", models.BigIntegerField(null=True)),
                ("period_as_given", models.TextField(default="")),
            ],
            options={
                "ordering": ("project_id", "occurrence"),
                "constraints": [
                    models.UniqueConstraint(fields=("project", "occurrence"), name="restatement_once"),
                    models.CheckConstraint(
                        condition=models.Q(("occurrence__gte", 2)), name="restatement_is_a_repetition"
                    ),
                ],
            },
        ),
        CreateTable(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="memberships", to="projects.project"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="memberships", to="parties.person"
                    ),
                ),
                ("role", models.TextField(default="participant")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("project", "person"), name="membership_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("role", "principal")), fields=("project",), name="membership_one_principal"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["principal", "participant"])), name="membership_role_known"
                    ),
                ],
            },
        ),
        TraceColumns("projects_project", ["status"], subject="project", key="number", case_column="origin"),
    ]
