import django.db.models.deletion
from django.db import migrations, models

from keguan.database.tables import CreateTable


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("casework", "0001_initial"),
        ("experts", "0001_initial"),
    ]

    operations = [
        CreateTable(
            name="Proposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.TextField(unique=True)),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.round"
                    ),
                ),
                ("step", models.TextField()),
                ("state", models.TextField(default="making")),
                ("terms", models.JSONField(default=dict)),
                (
                    "mends",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="matching.proposal",
                    ),
                ),
                ("pool", models.IntegerField(default=0)),
                ("left_out", models.JSONField(default=dict)),
                ("seats", models.IntegerField(default=0)),
                ("missing", models.IntegerField(default=0)),
                ("value", models.BigIntegerField(default=0)),
                ("upper", models.BigIntegerField(default=0)),
                ("kept", models.IntegerField(default=0)),
                ("changed", models.IntegerField(default=0)),
                ("shortages", models.JSONField(default=list)),
                ("made_by", models.BigIntegerField()),
                ("made_at", models.DateTimeField()),
                ("beat_at", models.DateTimeField()),
                ("confirmed_by", models.BigIntegerField(null=True)),
                ("confirmed_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["making", "ready", "confirming", "done", "replaced"])),
                        name="proposal_state_known",
                    )
                ],
            },
        ),
        CreateTable(
            name="ProposedCase",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "proposal",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="cases",
                        to="matching.proposal",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.case"
                    ),
                ),
                ("free", models.IntegerField()),
                ("others", models.JSONField(default=list)),
            ],
            options={
                "ordering": ("id",),
                "constraints": [models.UniqueConstraint(fields=("proposal", "case"), name="proposed_case_once")],
            },
        ),
        CreateTable(
            name="ProposedSeat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="seats",
                        to="matching.proposedcase",
                    ),
                ),
                (
                    "expert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="experts.expert"
                    ),
                ),
                ("state", models.TextField(default="proposed")),
                ("fit", models.IntegerField(default=0)),
                ("by", models.TextField(default="nothing")),
                ("reasons", models.JSONField(default=list)),
                ("is_new", models.BooleanField(default=False)),
                ("is_chosen", models.BooleanField(default=False)),
                ("turn", models.IntegerField(default=0)),
                ("reason", models.TextField(default="")),
                ("problems", models.JSONField(default=list)),
            ],
            options={
                "ordering": ("case_id", "-fit", "id"),
                "indexes": [
                    models.Index(fields=["case"], name="proposed_seat_by_case"),
                    models.Index(condition=models.Q(("turn__gt", 0)), fields=["case"], name="proposed_seat_by_hand"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["proposed", "assigned"])),
                        fields=("case", "expert"),
                        name="proposed_seat_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["proposed", "dropped", "assigned", "refused"])),
                        name="proposed_seat_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("by__in", ["works", "keywords", "codes", "nothing"])),
                        name="proposed_seat_basis_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("fit__gte", 0), ("fit__lte", 10000)), name="proposed_seat_fit_share"
                    ),
                ],
            },
        ),
    ]
