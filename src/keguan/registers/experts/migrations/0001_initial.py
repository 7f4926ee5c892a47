import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

from keguan.database.tables import CreateTable
from keguan.registers.trace.columns import TraceColumns


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("parties", "0001_initial"),
        ("trace", "0001_initial"),
    ]

    operations = [
        CreateTable(
            name="Expert",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="expert", to="parties.person"
                    ),
                ),
                (
                    "fields",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                (
                    "keywords",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                ("status", models.TextField(default="candidate")),
                ("region_code", models.TextField(default="")),
                ("max_load", models.IntegerField(default=10)),
                ("yearly_most", models.IntegerField(null=True)),
                ("verified_at", models.DateTimeField(null=True)),
                ("confirmed_on", models.DateField(null=True)),
                ("reminded", models.IntegerField(null=True)),
                ("because", models.TextField(default="")),
                ("origin", models.TextField(default="")),
                ("words", django.contrib.postgres.search.SearchVectorField(default="")),
            ],
            options={
                "ordering": ("id",),
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["fields"], name="expert_fields"),
                    django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=["words"], name="expert_words"),
                    models.Index(condition=models.Q(("status", "active")), fields=["status"], name="expert_active"),
                    models.Index(
                        condition=models.Q(("status__in", ("applied", "candidate"))),
                        fields=["status"],
                        name="expert_to_verify",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                ["candidate", "applied", "returned", "refused", "active", "suspended", "left"],
                            )
                        ),
                        name="expert_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("max_load__gte", 1), ("max_load__lte", 100)), name="expert_load_sensible"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("region_code__regex", "^([0-9]{6})?$")), name="expert_region_shape"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "active"), _negated=True),
                            models.Q(("confirmed_on__isnull", False), ("verified_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="expert_active_is_verified",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("yearly_most__isnull", True),
                            models.Q(("yearly_most__gte", 1), ("yearly_most__lte", 500)),
                            _connector="OR",
                        ),
                        name="expert_yearly_most_sensible",
                    ),
                ],
            },
        ),
        CreateTable(
            name="Work",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "expert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="works", to="experts.expert"
                    ),
                ),
                ("kind", models.TextField(default="paper")),
                ("title", models.TextField()),
                ("normal_title", models.TextField(db_index=True)),
                ("abstract", models.TextField(default="")),
                (
                    "keywords",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                (
                    "authors",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                (
                    "normal_authors",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                ("year", models.IntegerField(null=True)),
                ("source", models.TextField(default="")),
                ("identifier", models.TextField(default="")),
                ("words", django.contrib.postgres.search.SearchVectorField(default="")),
            ],
            options={
                "ordering": ("-year", "id"),
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["normal_authors"], name="work_by_author"),
                    django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=["words"], name="work_words"),
                    models.Index(
                        condition=models.Q(("identifier", ""), _negated=True),
                        fields=["identifier"],
                        name="work_by_identifier",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["paper", "book", "patent", "project", "standard", "prize", "other"])
                        ),
                        name="work_kind_known",
                    ),
                    models.CheckConstraint(condition=models.Q(("normal_title", ""), _negated=True), name="work_titled"),
                    models.CheckConstraint(
                        condition=models.Q(("year__gte", 1900), ("year__lte", 2100)), name="work_year_sensible"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("identifier", "")),
                        fields=("expert", "kind", "normal_title"),
                        name="work_once_by_title",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("identifier", ""), _negated=True),
                        fields=("expert", "identifier"),
                        name="work_once_by_identifier",
                    ),
                ],
            },
        ),
        CreateTable(
            name="Absence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateField()),
                ("until", models.DateField()),
                ("note", models.TextField(default="")),
                (
                    "expert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="absences", to="experts.expert"
                    ),
                ),
            ],
            options={
                "ordering": ("since", "id"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until__gte", models.F("since"))), name="absence_ends_in_order"
                    )
                ],
            },
        ),
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
        TraceColumns("experts_expert", ["status"], subject="expert", key="person_id"),
    ]
