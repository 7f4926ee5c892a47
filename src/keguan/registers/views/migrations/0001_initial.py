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
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="saved_views", to="parties.person"
                    ),
                ),
                ("name", models.TextField()),
                ("path", models.TextField()),
                ("query", models.TextField()),
                ("is_first", models.BooleanField(default=False)),
                ("role", models.TextField(default="")),
                ("programme", models.TextField(default="")),
                ("organisation", models.BigIntegerField(null=True)),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("name", "id"),
                "indexes": [models.Index(fields=["path", "owner"], name="saved_view_by_path")],
            },
        ),
    ]
