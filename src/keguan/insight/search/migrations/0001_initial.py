import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

from keguan.database.tables import CreateTable


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("views", "0001_initial"),
    ]

    operations = [
        CreateTable(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.TextField()),
                ("key", models.BigIntegerField()),
                ("case", models.BigIntegerField(null=True)),
                ("programme", models.TextField(default="")),
                ("year", models.IntegerField(null=True)),
                ("region", models.TextField(default="")),
                ("host", models.TextField(default="")),
                ("day", models.DateField(null=True)),
                ("length", models.IntegerField()),
                ("words", django.contrib.postgres.search.SearchVectorField()),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=False, fields=["words"], name="search_entry_words"
                    ),
                    models.Index(
                        condition=models.Q(("case__isnull", False)), fields=["case"], name="search_entry_by_case"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "key"), name="search_entry_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["call", "notice", "award", "project", "case", "proposal", "report", "expert"])
                        ),
                        name="search_entry_kind_known",
                    ),
                ],
            },
        ),
        CreateTable(
            name="Shown",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="shown",
                        serialize=False,
                        to="search.entry",
                    ),
                ),
                ("slug", models.TextField()),
                ("title_zh", models.TextField()),
                ("title_en", models.TextField()),
                ("names", models.TextField(default="")),
                ("text", models.TextField(default="")),
                ("digest", models.BinaryField()),
            ],
        ),
        CreateTable(
            name="Word",
            fields=[
                ("word", models.TextField(primary_key=True, serialize=False)),
                ("public", models.IntegerField(default=0)),
                ("members", models.IntegerField(default=0)),
                (
                    "near",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                ("sound", models.TextField(default="")),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["near"], name="search_word_near"),
                    models.Index(
                        condition=models.Q(("sound", ""), _negated=True), fields=["sound"], name="search_word_by_sound"
                    ),
                ],
            },
        ),
        CreateTable(
            name="Followed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("settled", models.BigIntegerField()),
                ("seen", models.BigIntegerField()),
            ],
        ),
        CreateTable(
            name="Alert",
            fields=[
                (
                    "view",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="alert",
                        serialize=False,
                        to="views.savedview",
                    ),
                ),
                ("newest", models.BigIntegerField()),
                ("told_at", models.DateTimeField(null=True)),
            ],
        ),
    ]
