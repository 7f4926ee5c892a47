import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
from django.db import migrations, models

from keguan.database.tables import CreateTable


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("organisations", "0001_initial"),
    ]

    operations = [
        CreateTable(
            name="Person",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.TextField()),
                ("normal_name", models.TextField(db_collation="C")),
                ("pinyin", models.TextField(db_collation="C", default="")),
                ("plain_name", models.TextField(db_collation="C", default="")),
                ("sound", models.TextField(db_collation="C", default="")),
                ("initials", models.TextField(db_collation="C", default="")),
                ("born", models.DateField(null=True)),
                ("id_salt", models.BinaryField(default=bytes)),
                ("id_commitment", models.TextField(default="")),
                ("id_kind", models.TextField(default="")),
                ("id_ending", models.TextField(default="")),
                ("title", models.TextField(default="none")),
                ("degree", models.TextField(default="none")),
                ("email", models.TextField(default="")),
                ("phone", models.TextField(default="")),
                ("orcid", models.TextField(db_default="", default="")),
                (
                    "employer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="staff",
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
                    models.Index(fields=["pinyin", "id"], name="person_by_pinyin"),
                    models.Index(fields=["normal_name"], name="person_by_name"),
                    models.Index(
                        django.db.models.functions.text.Lower("email"),
                        condition=models.Q(("email", ""), _negated=True),
                        name="person_by_email",
                    ),
                    models.Index(
                        condition=models.Q(("phone", ""), _negated=True), fields=["phone"], name="person_by_phone"
                    ),
                    models.Index(
                        condition=models.Q(("orcid", ""), _negated=True), fields=["orcid"], name="person_by_orcid"
                    ),
                    models.Index(fields=["plain_name"], name="person_by_plain_name"),
                    models.Index(fields=["sound"], name="person_by_sound"),
                    models.Index(fields=["initials"], name="person_by_initials"),
                    models.Index(
                        condition=models.Q(("plain_name__lt", "{"), models.Q(("sound", ""), _negated=True)),
                        fields=["sound"],
                        name="person_in_letters",
                    ),
                    models.Index(
                        condition=models.Q(("sound", ""), models.Q(("initials", ""), _negated=True)),
                        fields=["initials"],
                        name="person_by_initials_alone",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("normal_name", ""), _negated=True), name="person_named"),
                    models.CheckConstraint(
                        condition=models.Q(("title__in", ["senior", "associate", "middle", "junior", "none"])),
                        name="person_title_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("degree__in", ["doctor", "master", "bachelor", "none"])),
                        name="person_degree_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("id_kind__in", ["", "resident", "passport", "hk_macao", "taiwan", "foreign_resident"])
                        ),
                        name="person_id_kind_known",
                    ),
                ],
            },
        ),
        CreateTable(
            name="Account",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("username", models.TextField(unique=True)),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="account", to="parties.person"
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
                ("language", models.TextField(default="zh")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("username__regex", "^[a-z0-9][a-z0-9._@-]{1,63}$")),
                        name="account_username_shape",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["zh", "en"])), name="account_language_known"
                    ),
                ],
            },
        ),
        CreateTable(
            name="Duty",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="duties", to="parties.person"
                    ),
                ),
                ("role", models.TextField()),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="duties",
                        to="organisations.organisation",
                    ),
                ),
                ("programme", models.TextField(default="")),
                ("since", models.DateField()),
                ("until", models.DateField(null=True)),
                (
                    "granted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="granted_duties",
                        to="parties.person",
                    ),
                ),
                (
                    "delegated_from",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="delegations",
                        to="parties.duty",
                    ),
                ),
                ("reason", models.TextField(db_default="", default="")),
            ],
            options={
                "ordering": ("since", "id"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("delegated_from__isnull", True),
                            models.Q(("until__isnull", False), models.Q(("reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="duty_delegated_with_end_and_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "role__in",
                                [
                                    "administrator",
                                    "host",
                                    "authority",
                                    "officer",
                                    "committee",
                                    "expert",
                                    "planning",
                                    "supervision",
                                    "finance",
                                    "registrar",
                                ],
                            )
                        ),
                        name="duty_role_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("role__in", ["administrator", "authority", "host"]), _negated=True),
                            ("organisation__isnull", False),
                            _connector="OR",
                        ),
                        name="duty_has_organisation",
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
                        name="duty_ends_after_start",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            (
                                models.Func(
                                    models.F("person"), models.F("person"), models.Value("[]"), function="int8range"
                                ),
                                "&&",
                            ),
                            (
                                models.Func(
                                    models.Func(models.F("role"), models.Value(0), function="hashtextextended"),
                                    models.Func(models.F("role"), models.Value(0), function="hashtextextended"),
                                    models.Value("[]"),
                                    function="int8range",
                                ),
                                "&&",
                            ),
                            (
                                models.Func(
                                    models.Func(models.F("programme"), models.Value(0), function="hashtextextended"),
                                    models.Func(models.F("programme"), models.Value(0), function="hashtextextended"),
                                    models.Value("[]"),
                                    function="int8range",
                                ),
                                "&&",
                            ),
                            (
                                models.Func(
                                    django.db.models.functions.comparison.Coalesce(
                                        models.F("organisation"), models.Value(0)
                                    ),
                                    django.db.models.functions.comparison.Coalesce(
                                        models.F("organisation"), models.Value(0)
                                    ),
                                    models.Value("[]"),
                                    function="int8range",
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
                        name="duty_once_at_a_time",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("role__in", ["officer", "planning", "supervision"])),
                        expressions=[
                            (
                                models.Func(
                                    models.F("person"), models.F("person"), models.Value("[]"), function="int8range"
                                ),
                                "&&",
                            ),
                            (
                                models.Func(
                                    models.Case(
                                        models.When(role="officer", then=models.Value(0)), default=models.Value(1)
                                    ),
                                    models.Case(
                                        models.When(role="officer", then=models.Value(1)), default=models.Value(2)
                                    ),
                                    function="int4range",
                                    output_field=models.TextField(),
                                ),
                                "-|-",
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
                        name="duty_separation",
                    ),
                ],
                "indexes": [models.Index(fields=["role", "id"], name="duty_by_role")],
            },
        ),
        CreateTable(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations",
                        to="organisations.organisation",
                    ),
                ),
                ("email", models.TextField()),
                ("name", models.TextField()),
                ("role", models.TextField(default="")),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations",
                        to="parties.person",
                    ),
                ),
                (
                    "invited_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations_sent",
                        to="parties.person",
                    ),
                ),
                ("invited_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "joined",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations_accepted",
                        to="parties.person",
                    ),
                ),
            ],
            options={
                "ordering": ("-invited_at", "-id"),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("organisation", "email"),
                        name="invitation_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["", "administrator", "host", "authority"])),
                        name="invitation_role_delegated",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("joined__isnull", True), ("ended_at__isnull", False), _connector="OR"),
                        name="invitation_ends_with_joining",
                    ),
                ],
            },
        ),
        CreateTable(
            name="Employment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="employments", to="parties.person"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="employments",
                        to="organisations.organisation",
                    ),
                ),
                ("since", models.DateField(null=True)),
                ("until", models.DateField(null=True)),
                ("source", models.TextField(default="")),
            ],
            options={
                "ordering": ("person_id", "since", "id"),
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
                        name="employment_ends_after_start",
                    ),
                    models.UniqueConstraint(
                        fields=("person", "organisation", "since"), name="employment_once", nulls_distinct=False
                    ),
                ],
            },
        ),
        CreateTable(
            name="Kinship",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="kin", to="parties.person"
                    ),
                ),
                (
                    "relative",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="kin_of", to="parties.person"
                    ),
                ),
                ("relation", models.TextField()),
                ("since", models.DateField(null=True)),
                ("until", models.DateField(null=True)),
                (
                    "declared_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="declared_kin",
                        to="parties.person",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("person", models.F("relative")), _negated=True), name="kinship_with_another"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "relation__in",
                                [
                                    "spouse",
                                    "parent",
                                    "child",
                                    "sibling",
                                    "grandparent",
                                    "grandchild",
                                    "in_law",
                                    "other",
                                ],
                            )
                        ),
                        name="kinship_relation_known",
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
                        name="kinship_ends_after_start",
                    ),
                    models.UniqueConstraint(
                        fields=("person", "relative", "relation", "since"), name="kinship_once", nulls_distinct=False
                    ),
                ],
            },
        ),
        CreateTable(
            name="TwoPeople",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.TextField()),
                ("said_at", models.DateTimeField()),
                *(
                    (
                        name,
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT, related_name=related, to="parties.person"
                        ),
                    )
                    for name, related in (
                        ("one", "told_apart"),
                        ("other", "told_apart_from"),
                        ("said_by", "people_told_apart"),
                    )
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("one__lt", models.F("other"))), name="two_people_in_order"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="two_people_have_reason"
                    ),
                    models.UniqueConstraint(fields=("one", "other"), name="two_people_once"),
                ],
            },
        ),
        CreateTable(
            name="Merge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kept",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="merges", to="parties.person"
                    ),
                ),
                (
                    "gone",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="merge", to="parties.person"
                    ),
                ),
                ("reason", models.TextField()),
                ("moved", models.JSONField(default=dict)),
                ("dropped", models.JSONField(default=list)),
                (
                    "merged_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="merges_done", to="parties.person"
                    ),
                ),
                ("merged_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kept", models.F("gone")), _negated=True), name="merge_of_two"
                    ),
                    models.CheckConstraint(condition=models.Q(("reason", ""), _negated=True), name="merge_has_reason"),
                ],
            },
        ),
    ]
