import django.db.models.deletion
from django.db import migrations, models

from keguan.database.tables import CreateTable


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("parties", "0001_initial"),
    ]

    operations = [
        CreateTable(
            name="Document",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sha256", models.TextField(db_index=True)),
                ("name", models.TextField()),
                ("media_type", models.TextField()),
                ("size_bytes", models.BigIntegerField()),
                ("stored", models.TextField()),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="parties.person",
                    ),
                ),
                ("uploaded_at", models.DateTimeField()),
                ("origin", models.TextField(db_index=True, default="")),
            ],
            options={
                "ordering": ("-uploaded_at", "-id"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("sha256", "name", "origin", "uploaded_by"),
                        name="document_handed_in_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")), name="document_digest_shape"
                    ),
                    models.CheckConstraint(condition=models.Q(("size_bytes__gt", 0)), name="document_not_empty"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "media_type__in",
                                [
                                    "application/pdf",
                                    "image/png",
                                    "image/jpeg",
                                    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                                    "text/plain",
                                ],
                            )
                        ),
                        name="document_type_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("name", ""), _negated=True), models.Q(("name__contains", "/"), _negated=True)
                        ),
                        name="document_name_harmless",
                    ),
                ],
            },
        ),
    ]
