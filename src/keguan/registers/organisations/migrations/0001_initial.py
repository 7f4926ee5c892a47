import django.contrib.postgres.constraints
import django.db.models.deletion
from django.db import migrations, models

from keguan.database.tables import CreateTable


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        CreateTable(
            name="Region",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.TextField()),
                ("name", models.TextField()),
                ("name_en", models.TextField(default="")),
                ("valid_from", models.DateField(null=True)),
                ("valid_to", models.DateField(null=True)),
                ("successor", models.TextField(default="")),
            ],
            options={
                "ordering": ("code",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[0-9]{6}$")), name="region_code_six_digits"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_from__isnull", True),
                            ("valid_to__isnull", True),
                            ("valid_to__gt", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="region_ends_after_start",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("valid_to__isnull", True)), fields=("code",), name="region_current_once"
                    ),
                ],
            },
        ),
        CreateTable(
            name="Organisation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uscc", models.TextField(null=True, unique=True)),
                ("name", models.TextField()),
                ("name_en", models.TextField(default="")),
                ("normal_name", models.TextField(db_collation="C")),
                ("pinyin", models.TextField(db_collation="C", default="")),
                ("kind", models.TextField(default="other")),
                ("region_code", models.TextField(default="")),
                ("address", models.TextField(default="")),
                ("founded", models.DateField(null=True)),
                ("status", models.TextField(default="active")),
                (
                    "successor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="absorbed",
                        to="organisations.organisation",
                    ),
                ),
                ("is_demo", models.BooleanField(default=False)),
                ("origin", models.TextField(default="")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("revision", models.IntegerField(default=0)),
            ],
            options={
                "ordering": ("pinyin", "id"),
                "indexes": [
                    models.Index(fields=["pinyin", "id"], name="organisation_by_pinyin"),
                    models.Index(fields=["normal_name"], name="organisation_by_name"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("uscc__regex", "^[0-9A-HJ-NPQRTUWXY]{18}$")), name="organisation_uscc_shape"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("normal_name", ""), _negated=True), name="organisation_named"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "university",
                                    "institute",
                                    "enterprise",
                                    "hospital",
                                    "agency",
                                    "department",
                                    "bureau",
                                    "xpcc_division",
                                    "other",
                                ],
                            )
                        ),
                        name="organisation_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["active", "merged", "closed"])),
                        name="organisation_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("region_code__regex", "^([0-9]{6})?$")), name="organisation_region_shape"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "merged"), ("successor__isnull", False)),
                            models.Q(models.Q(("status", "merged"), _negated=True), ("successor__isnull", True)),
                            _connector="OR",
                        ),
                        name="organisation_merged_has_successor",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "active"), ("uscc__isnull", True)),
                        fields=("normal_name",),
                        name="organisation_codeless_once",
                    ),
                ],
            },
        ),
        CreateTable(
            name="FormerName",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="former_names",
                        to="organisations.organisation",
                    ),
                ),
                ("name", models.TextField()),
                ("normal_name", models.TextField(db_collation="C")),
                ("since", models.DateField(null=True)),
                ("until", models.DateField()),
            ],
            options={
                "ordering": ("until", "id"),
                "indexes": [models.Index(fields=["normal_name"], name="former_name_by_name")],
                "constraints": [
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
                        name="former_name_ends_after_start",
                    )
                ],
            },
        ),
        CreateTable(
            name="Parent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "child",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parents",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="organisations.organisation",
                    ),
                ),
                ("hierarchy", models.TextField(default="administrative")),
                ("since", models.DateField()),
                ("until", models.DateField(null=True)),
            ],
            options={
                "ordering": ("since", "id"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("hierarchy__in", ["administrative", "xpcc"])), name="parent_hierarchy_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("child", models.F("parent")), _negated=True), name="parent_is_another"
                    ),
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
                        name="parent_ends_after_start",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("hierarchy", "administrative")),
                        expressions=[
                            (
                                models.Func(
                                    models.F("child"), models.F("child"), models.Value("[]"), function="int8range"
                                ),
                                "&&",
                            ),
                            (
                                models.Func(
                                    models.F("since"),
                                    models.F("until"),
                                    function="daterange",
                                    template="%(function)s(%(expressions)s + 1)",
                                ),
                                "&&",
                            ),
                        ],
                        name="parent_one_administrative",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("hierarchy", "xpcc")),
                        expressions=[
                            (
                                models.Func(
                                    models.F("child"), models.F("child"), models.Value("[]"), function="int8range"
                                ),
                                "&&",
                            ),
                            (
                                models.Func(
                                    models.F("since"),
                                    models.F("until"),
                                    function="daterange",
                                    template="%(function)s(%(expressions)s + 1)",
                                ),
                                "&&",
                            ),
                        ],
                        name="parent_one_xpcc",
                    ),
                ],
            },
        ),
    ]
