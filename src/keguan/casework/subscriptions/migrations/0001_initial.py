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
            name="Subscription",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", models.TextField()),
                ("language", models.TextField()),
                ("words", models.TextField(default="")),
                ("asked", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField()),
                ("mailed_at", models.DateTimeField(null=True)),
                ("confirmed_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ("id",),
                "indexes": [models.Index(fields=["created_at"], name="subscription_by_time")],
                "constraints": [
                    models.UniqueConstraint(fields=("address", "words", "asked"), name="subscription_once"),
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["zh", "en"])), name="subscription_language_known"
                    ),
                ],
            },
        ),
        CreateTable(
            name="Announcement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "subscription",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="announcements",
                        to="subscriptions.subscription",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="casework.round",
                    ),
                ),
                ("version", models.IntegerField(default=1)),
                ("sent_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ("id",),
                "constraints": [
                    models.UniqueConstraint(fields=("subscription", "round", "version"), name="announcement_once")
                ],
            },
        ),
    ]
