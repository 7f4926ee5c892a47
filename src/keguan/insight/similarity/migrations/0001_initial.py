import django.db.models.deletion
from django.db import migrations, models

from keguan.database.tables import CreateTable
from keguan.registers.trace.columns import TraceColumns


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("casework", "0001_initial"),
        ("documents", "0001_initial"),
        ("parties", "0001_initial"),
        ("projects", "0001_initial"),
        ("trace", "0001_initial"),
    ]

    operations = [
        CreateTable(
            name="FileText",
            fields=[
                (
                    "file",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="text_read",
                        serialize=False,
                        to="documents.document",
                    ),
                ),
                ("pages", models.JSONField(default=list)),
                ("is_whole", models.BooleanField()),
                ("read_at", models.DateTimeField()),
            ],
        ),
        CreateTable(
            name="Document",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="similarity_documents",
                        to="casework.case",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="similarity_documents",
                        to="projects.project",
                    ),
                ),
                ("part", models.TextField(default="")),
                ("versions", models.JSONField(default=dict)),
                ("size", models.IntegerField()),
                ("fingerprints", models.BinaryField()),
                ("made_at", models.DateTimeField()),
                ("gone_at", models.DateTimeField(null=True)),
                ("compared_at", models.DateTimeField(null=True)),
                ("is_packed", models.BooleanField(default=False)),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("is_packed", False)), fields=["id"], name="similarity_fresh"),
                    models.Index(condition=models.Q(("gone_at__isnull", False)), fields=["id"], name="similarity_gone"),
                    models.Index(
                        condition=models.Q(
                            ("compared_at__isnull", True),
                            ("gone_at__isnull", True),
                            ("part__in", ["application", "attachments"]),
                        ),
                        fields=["id"],
                        name="similarity_to_compare",
                    ),
                    models.Index(
                        condition=models.Q(("case__isnull", False)), fields=["case", "id"], name="similarity_by_case"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("gone_at__isnull", True)),
                        fields=("case", "part"),
                        name="similarity_case_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("gone_at__isnull", True)),
                        fields=("project",),
                        name="similarity_project_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("case__isnull", False),
                                ("part__in", ["application", "attachments", "report"]),
                                ("project__isnull", True),
                            ),
                            models.Q(("case__isnull", True), ("part", ""), ("project__isnull", False)),
                            _connector="OR",
                        ),
                        name="similarity_document_of_one_thing",
                    ),
                    models.CheckConstraint(condition=models.Q(("id__lt", 4294967296)), name="similarity_document_fits"),
                ],
            },
        ),
        CreateTable(
            name="Packed",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "bucket", "generation", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("bucket", models.IntegerField()),
                ("generation", models.IntegerField()),
                ("entries", models.BinaryField()),
            ],
        ),
        CreateTable(
            name="Generation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.IntegerField(unique=True)),
                ("documents", models.IntegerField()),
            ],
        ),
        CreateTable(
            name="Finding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "document",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="findings",
                        to="similarity.document",
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="found_in", to="similarity.document"
                    ),
                ),
                ("share", models.IntegerField()),
                ("other_share", models.IntegerField()),
                ("by_field", models.JSONField(default=list)),
                ("passages", models.JSONField(default=list)),
                ("found_at", models.DateTimeField()),
                ("state", models.TextField(default="open")),
                ("reason", models.TextField(default="")),
                (
                    "decided_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.person",
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("document", "other"), name="similarity_found_once"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "no_matter", "matters"])),
                        name="similarity_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("other_share__range", (0, 1000)), ("share__range", (0, 1000))),
                        name="similarity_share_in_bounds",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("state", "open")),
                            models.Q(
                                models.Q(("state", "open"), _negated=True),
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="similarity_decided_with_a_reason",
                    ),
                ],
            },
        ),
        CreateTable(
            name="Reached",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
            ],
        ),
        # As they are: what looks like noise takes time to compress and stays as long.
        migrations.RunSQL(
            "ALTER TABLE similarity_packed ALTER entries SET STORAGE EXTERNAL;"
            " ALTER TABLE similarity_document ALTER fingerprints SET STORAGE EXTERNAL",
            migrations.RunSQL.noop,
        ),
        TraceColumns("similarity_finding", ["state"], subject="similarity", key="id"),
    ]
