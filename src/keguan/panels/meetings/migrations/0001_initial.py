import django.contrib.postgres.fields
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
            name="Meeting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="meetings", to="casework.round"
                    ),
                ),
                ("step", models.TextField()),
                ("kind", models.TextField(default="committee")),
                ("body", models.TextField(default="committee")),
                ("number", models.IntegerField()),
                ("place", models.TextField()),
                ("begins", models.DateTimeField()),
                ("ends", models.DateTimeField()),
                ("written_until", models.DateTimeField(null=True)),
                ("state", models.TextField(default="planned")),
                ("secretary", models.BigIntegerField(null=True)),
                ("opened_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("cancelled_at", models.DateTimeField(null=True)),
                ("why_cancelled", models.TextField(default="")),
                ("sequence", models.IntegerField(default=0)),
                (
                    "adjourned",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DateTimeField(), default=list, size=None
                    ),
                ),
                (
                    "resumed",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DateTimeField(), default=list, size=None
                    ),
                ),
                ("bring_zh", models.TextField(default="")),
                ("bring_en", models.TextField(default="")),
                ("slots_told_at", models.DateTimeField(null=True)),
                ("minutes", models.JSONField(null=True)),
            ],
            options={
                "ordering": ("-begins", "-id"),
                "constraints": [
                    models.UniqueConstraint(fields=("round", "step", "number"), name="meeting_number_once"),
                    models.CheckConstraint(condition=models.Q(("ends__gt", models.F("begins"))), name="meeting_lasts"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["planned", "open", "adjourned", "closed", "cancelled"])),
                        name="meeting_state",
                    ),
                ],
            },
        ),
        CreateTable(
            name="Member",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="members", to="meetings.meeting"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.person"
                    ),
                ),
                ("present", models.BooleanField(default=False)),
                (
                    "came",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DateTimeField(), default=list, size=None
                    ),
                ),
                (
                    "left",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DateTimeField(), default=list, size=None
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
                "constraints": [models.UniqueConstraint(fields=("meeting", "person"), name="meeting_member_once")],
            },
        ),
        CreateTable(
            name="Item",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="items", to="meetings.meeting"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.case"
                    ),
                ),
                ("place", models.IntegerField()),
                ("state", models.TextField(default="waiting")),
                ("motion", models.TextField(default="approve")),
                ("amount_fen", models.BigIntegerField(null=True)),
            ],
            options={
                "ordering": ("place", "id"),
                "constraints": [
                    models.UniqueConstraint(fields=("meeting", "case"), name="meeting_case_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "now")), fields=("meeting",), name="meeting_one_item_now"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["waiting", "now", "done"])), name="meeting_item_state"
                    ),
                ],
            },
        ),
        CreateTable(
            name="TakenOff",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.case"
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="taken_off", to="meetings.meeting"
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ("id",),
                "constraints": [
                    models.UniqueConstraint(fields=("meeting", "case"), name="meeting_taken_off_once"),
                ],
            },
        ),
        CreateTable(
            name="Slot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="slots", to="meetings.meeting"
                    ),
                ),
                ("session", models.IntegerField()),
                ("begins", models.DateTimeField()),
                ("ends", models.DateTimeField()),
                ("place", models.TextField()),
                (
                    "item",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="slot",
                        to="meetings.item",
                    ),
                ),
            ],
            options={
                "ordering": ("begins", "id"),
                "constraints": [
                    models.UniqueConstraint(fields=("meeting", "begins"), name="meeting_slot_once"),
                    models.CheckConstraint(
                        condition=models.Q(("ends__gt", models.F("begins"))), name="meeting_slot_lasts"
                    ),
                ],
            },
        ),
        CreateTable(
            name="Absence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="absences", to="meetings.meeting"
                    ),
                ),
                ("person", models.BigIntegerField()),
                ("begins", models.DateTimeField()),
                ("ends", models.DateTimeField()),
            ],
            options={
                "ordering": ("begins", "id"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends__gt", models.F("begins"))), name="meeting_absence_lasts"
                    )
                ],
            },
        ),
        CreateTable(
            name="Appointment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="appointments", to="meetings.meeting"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.case"
                    ),
                ),
                ("begins", models.DateTimeField()),
                ("ends", models.DateTimeField()),
                ("place", models.TextField()),
                ("sequence", models.IntegerField(default=0)),
                ("is_off", models.BooleanField(default=False)),
                ("told_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("begins", "id"),
                "constraints": [models.UniqueConstraint(fields=("meeting", "case"), name="meeting_appointment_once")],
            },
        ),
        CreateTable(
            name="MinutesSignature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="signatures", to="meetings.meeting"
                    ),
                ),
                ("person", models.BigIntegerField()),
                ("digest", models.TextField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ("id",),
                "constraints": [models.UniqueConstraint(fields=("meeting", "person"), name="minutes_signed_once")],
            },
        ),
        CreateTable(
            name="KeptOut",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.case"
                    ),
                ),
                ("person", models.BigIntegerField()),
                ("reason_zh", models.TextField()),
                ("reason_en", models.TextField()),
                ("source", models.TextField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ("id",),
                "constraints": [models.UniqueConstraint(fields=("case", "person"), name="meeting_kept_out_once")],
            },
        ),
        CreateTable(
            name="Opinion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="opinions", to="meetings.item"
                    ),
                ),
                ("person", models.BigIntegerField()),
                ("score", models.IntegerField(null=True)),
                ("comment", models.TextField(default="")),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ("id",),
                "constraints": [
                    models.UniqueConstraint(fields=("item", "person"), name="meeting_opinion_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("score__isnull", True), models.Q(("score__gte", 0), ("score__lte", 100)), _connector="OR"
                        ),
                        name="meeting_opinion_score",
                    ),
                ],
            },
        ),
        CreateTable(
            name="Ballot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="ballots", to="meetings.item"
                    ),
                ),
                ("number", models.IntegerField()),
                ("motion", models.TextField()),
                ("amount_fen", models.BigIntegerField(null=True)),
                ("state", models.TextField(default="open")),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("counts", models.JSONField(null=True)),
                ("present", models.IntegerField(null=True)),
                ("members", models.IntegerField(null=True)),
                ("why_void", models.TextField(default="")),
            ],
            options={
                "ordering": ("-number",),
                "constraints": [
                    models.UniqueConstraint(fields=("item", "number"), name="ballot_number_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")), fields=("item",), name="ballot_one_open"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("counts__isnull", False), ("state", "closed")),
                            models.Q(models.Q(("state", "closed"), _negated=True), ("counts__isnull", True)),
                            _connector="OR",
                        ),
                        name="ballot_counts_when_closed",
                    ),
                ],
            },
        ),
        CreateTable(
            name="Voted",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "ballot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="voted", to="meetings.ballot"
                    ),
                ),
                ("person", models.BigIntegerField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("ballot", "person"), name="ballot_voted_once")],
            },
        ),
        CreateTable(
            name="Urn",
            fields=[
                (
                    "ballot",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="urn",
                        serialize=False,
                        to="meetings.ballot",
                    ),
                ),
                ("sums", django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None)),
            ],
        ),
        CreateTable(
            name="Dissent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "ballot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="dissents", to="meetings.ballot"
                    ),
                ),
                ("person", models.BigIntegerField()),
                ("text", models.TextField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ("id",),
                "constraints": [models.UniqueConstraint(fields=("ballot", "person"), name="ballot_dissent_once")],
            },
        ),
    ]
