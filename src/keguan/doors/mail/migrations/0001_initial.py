import django.db.models.deletion
from django.db import migrations, models

from keguan.database.tables import CreateTable


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("casework", "0001_initial"),
        ("parties", "0001_initial"),
    ]

    operations = [
        CreateTable(
            name="Wishes",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="notice_wishes",
                        serialize=False,
                        to="parties.person",
                    ),
                ),
                ("by_kind", models.JSONField(default=dict)),
                ("quiet_from", models.IntegerField(default=22)),
                ("quiet_until", models.IntegerField(default=7)),
                ("workdays_only", models.BooleanField(default=False)),
                ("mobile", models.TextField(default="")),
                ("mobile_confirmed_at", models.DateTimeField(null=True)),
                ("by_text", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("quiet_from__range", (0, 23)), ("quiet_until__range", (0, 23))),
                        name="wishes_hours_of_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("by_text", False), ("mobile_confirmed_at__isnull", False), _connector="OR"),
                        name="wishes_mobile_confirmed",
                    ),
                ],
            },
        ),
        CreateTable(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="deliveries", to="casework.message"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notice_deliveries",
                        to="parties.person",
                    ),
                ),
                ("channel", models.TextField()),
                ("state", models.TextField(default="waiting")),
                ("due_at", models.DateTimeField()),
                ("tries", models.IntegerField(default=0)),
                ("envelope", models.TextField(default="")),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "ordering": (models.OrderBy(models.F("id"), descending=True),),
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")), fields=["channel", "due_at"], name="delivery_waiting"
                    ),
                    models.Index(
                        condition=models.Q(("state", "claimed")), fields=["changed_at"], name="delivery_claimed"
                    ),
                    models.Index(fields=["person", "-id"], name="delivery_by_person"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("message", "channel"), name="delivery_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["waiting", "claimed", "sent", "unknown", "given_up", "stopped"])
                        ),
                        name="delivery_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["mail", "text"])), name="delivery_channel_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["waiting", "given_up", "stopped"]),
                            models.Q(("envelope", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="delivery_in_an_envelope",
                    ),
                ],
            },
        ),
    ]
