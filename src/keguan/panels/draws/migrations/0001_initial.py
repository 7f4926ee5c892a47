import django.db.models.deletion
from django.db import migrations, models

from keguan.database.tables import CreateTable
from keguan.registers.trace.columns import TraceColumns


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("casework", "0001_initial"),
        ("experts", "0001_initial"),
        ("trace", "0001_initial"),
    ]

    operations = [
        CreateTable(
            name="Draw",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="draws", to="casework.round"
                    ),
                ),
                ("step", models.TextField()),
                ("number", models.IntegerField()),
                ("name", models.TextField(unique=True)),
                ("reason", models.TextField(default="")),
                ("state", models.TextField(default="prepared")),
                ("document", models.JSONField()),
                ("attempts", models.JSONField(default=dict)),
                ("digest", models.TextField(default="")),
                ("fixed_at", models.DateTimeField(null=True)),
                ("public_at", models.DateTimeField(null=True)),
                ("reveals", models.JSONField(default=list)),
                ("value", models.TextField(default="")),
                ("signature", models.TextField(default="")),
                ("evidence", models.TextField(default="")),
                ("entered_at", models.DateTimeField(null=True)),
                ("outcome", models.JSONField(null=True)),
                ("bundle", models.TextField(default="")),
                ("published_at", models.DateTimeField(null=True)),
                ("closed_because", models.TextField(default="")),
                ("prepared_at", models.DateTimeField()),
                ("prepared_by", models.BigIntegerField(null=True)),
            ],
            options={
                "ordering": ("-prepared_at", "-id"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["prepared", "fixed", "drawn", "published", "void"])),
                        name="draw_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "prepared"),
                            models.Q(("digest", ""), _negated=True),
                            ("state", "void"),
                            _connector="OR",
                        ),
                        name="draw_fixed_has_digest",
                    ),
                    models.UniqueConstraint(fields=("round", "step", "number"), name="draw_once_for_a_number"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "prepared")),
                        fields=("round", "step"),
                        name="draw_one_in_preparation",
                    ),
                ],
            },
        ),
        CreateTable(
            name="Place",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "draw",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="places", to="draws.draw"
                    ),
                ),
                ("place", models.IntegerField()),
                (
                    "expert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="experts.expert"
                    ),
                ),
                ("salt", models.BinaryField()),
                ("kept_out", models.JSONField(default=dict)),
            ],
            options={
                "ordering": ("place",),
                "constraints": [models.UniqueConstraint(fields=("draw", "place"), name="draw_place_once")],
            },
        ),
        CreateTable(
            name="Chair",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "draw",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="chairs", to="draws.draw"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.case"
                    ),
                ),
                ("stratum", models.TextField()),
                ("order", models.IntegerField()),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="chairs", to="draws.place"
                    ),
                ),
                ("state", models.TextField()),
                ("reason", models.TextField(default="")),
            ],
            options={
                "ordering": ("case_id", "stratum", "state", "order"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["drawn", "reserve", "seated", "left", "passed"])),
                        name="chair_state_known",
                    ),
                    models.UniqueConstraint(fields=("draw", "case", "place"), name="chair_once_in_a_case"),
                ],
            },
        ),
        CreateTable(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "draw",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="entries", to="draws.draw"
                    ),
                ),
                ("number", models.IntegerField()),
                ("content", models.JSONField()),
            ],
            options={
                "ordering": ("number",),
                "constraints": [models.UniqueConstraint(fields=("draw", "number"), name="draw_entry_once")],
            },
        ),
        TraceColumns("draws_draw", ["state"], subject="draw", key="name"),
    ]
