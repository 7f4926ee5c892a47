import django.contrib.postgres.constraints
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
            name="RegisterKind",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.TextField(unique=True)),
                ("title_zh", models.TextField()),
                ("title_en", models.TextField()),
            ],
            options={
                "ordering": ("code",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[a-z][a-z0-9-]*$")), name="register_kind_code_shape"
                    )
                ],
            },
        ),
        CreateTable(
            name="Certificate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "register",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="certificates",
                        to="certificates.registerkind",
                    ),
                ),
                ("number", models.TextField()),
                (
                    "holder",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="certificates",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "holder_person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="certificates",
                        to="parties.person",
                    ),
                ),
                ("title", models.TextField()),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("status", models.TextField(default="valid")),
                ("reason", models.TextField(default="")),
                ("origin", models.TextField(db_index=True, default="")),
            ],
            options={
                "ordering": ("-first_day", "number"),
                "constraints": [
                    models.UniqueConstraint(fields=("register", "number"), name="certificate_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(("number", ""), _negated=True), name="certificate_numbered"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["valid", "expired", "revoked", "replaced"])),
                        name="certificate_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("last_day__gte", models.F("first_day"))),
                        name="certificate_ends_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("holder__isnull", True), ("holder_person__isnull", False)),
                            models.Q(("holder__isnull", False), ("holder_person__isnull", True)),
                            _connector="OR",
                        ),
                        name="certificate_one_holder",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("holder__isnull", False), ("status", "valid")),
                        expressions=[
                            (
                                models.Func(
                                    models.F("register"), models.F("register"), models.Value("[]"), function="int8range"
                                ),
                                "&&",
                            ),
                            (
                                models.Func(
                                    models.F("holder"), models.F("holder"), models.Value("[]"), function="int8range"
                                ),
                                "&&",
                            ),
                            (
                                models.Func(
                                    models.F("first_day"),
                                    models.F("last_day"),
                                    models.Value("[]"),
                                    function="daterange",
                                ),
                                "&&",
                            ),
                        ],
                        name="certificate_one_valid_per_organisation",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("holder_person__isnull", False), ("status", "valid")),
                        expressions=[
                            (
                                models.Func(
                                    models.F("register"), models.F("register"), models.Value("[]"), function="int8range"
                                ),
                                "&&",
                            ),
                            (
                                models.Func(
                                    models.F("holder_person"),
                                    models.F("holder_person"),
                                    models.Value("[]"),
                                    function="int8range",
                                ),
                                "&&",
                            ),
                            (
                                models.Func(
                                    models.F("first_day"),
                                    models.F("last_day"),
                                    models.Value("[]"),
                                    function="daterange",
                                ),
                                "&&",
                            ),
                        ],
                        name="certificate_one_valid_per_person",
                    ),
                ],
            },
        ),
        TraceColumns("certificates_certificate", ["status"], subject="certificate", key="number", case_column="origin"),
    ]
