import django.db.models.deletion
from django.db import migrations, models

from keguan.database.tables import CreateTable


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("casework", "0001_initial"),
    ]

    operations = [
        CreateTable(
            name="SeatDraft",
            fields=[
                (
                    "seat",
                    models.OneToOneField(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="draft",
                        serialize=False,
                        to="casework.seat",
                    ),
                ),
                ("values", models.JSONField(default=dict)),
                ("revision", models.IntegerField(default=1)),
                ("saved_at", models.DateTimeField()),
            ],
        ),
        CreateTable(
            name="Declaration",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "seat",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="declarations",
                        to="casework.seat",
                    ),
                ),
                ("statement", models.TextField()),
                ("zh", models.TextField()),
                ("en", models.TextField()),
                ("digest", models.TextField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ("seat_id", "id"),
                "constraints": [
                    models.UniqueConstraint(fields=("seat", "statement"), name="declaration_once"),
                    models.CheckConstraint(
                        condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")), name="declaration_digest"
                    ),
                ],
            },
        ),
        CreateTable(
            name="EarlierScore",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "seat",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="earlier",
                        to="casework.seat",
                    ),
                ),
                ("version", models.IntegerField()),
                ("scores", models.JSONField()),
                ("comment", models.TextField()),
                ("comments", models.JSONField()),
                ("total", models.IntegerField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ("seat_id", "version"),
                "constraints": [models.UniqueConstraint(fields=("seat", "version"), name="earlier_score_once")],
            },
        ),
    ]
