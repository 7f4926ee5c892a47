import django.db.models.deletion
from django.db import migrations, models

from keguan.database.tables import CreateTable


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        CreateTable(
            name="CodeTree",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.TextField()),
                ("version", models.TextField()),
                ("title_zh", models.TextField()),
                ("title_en", models.TextField()),
                ("since", models.DateField(null=True)),
                ("until", models.DateField(null=True)),
                ("source", models.TextField(default="")),
                ("shape", models.TextField(default="")),
            ],
            options={
                "ordering": ("name", "-since", "-version"),
                "constraints": [
                    models.UniqueConstraint(fields=("name", "version"), name="code_tree_once"),
                    models.CheckConstraint(
                        condition=models.Q(("name__regex", "^[a-z][a-z0-9-]{1,30}$")), name="code_tree_name_shape"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("version__regex", "^[0-9A-Za-z.-]{1,20}$")), name="code_tree_version_shape"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until__gte", models.F("since"))), name="code_tree_ends_after_start"
                    ),
                ],
            },
        ),
        CreateTable(
            name="CodeNode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "tree",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="nodes", to="codes.codetree"
                    ),
                ),
                ("code", models.TextField()),
                ("parent", models.TextField(default="")),
                ("title_zh", models.TextField()),
                ("title_en", models.TextField()),
            ],
            options={
                "ordering": ("code",),
                "constraints": [
                    models.UniqueConstraint(fields=("tree", "code"), name="code_once_in_tree"),
                    models.CheckConstraint(condition=models.Q(("code__regex", "^[0-9A-Z]{1,20}$")), name="code_shape"),
                    models.CheckConstraint(
                        condition=models.Q(("parent", ""), ("code__startswith", models.F("parent")), _connector="OR"),
                        name="code_below_parent",
                    ),
                ],
            },
        ),
    ]
