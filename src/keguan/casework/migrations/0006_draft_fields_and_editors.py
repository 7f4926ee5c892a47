import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

# What was typed so far goes from one value for the whole form to a row for each field. It was kept as it is up to a page
# (0004), and stays so.
FIELD_BY_FIELD = """
INSERT INTO casework_draftfield (draft_id, field, value, revision, at, by)
SELECT draft.id, typed.key, typed.value, draft.revision, draft.saved_at, draft.saved_by
FROM casework_draft draft, jsonb_each(draft.values) typed;
ALTER TABLE casework_draftfield SET (toast_tuple_target = 8160);
"""
TOGETHER = """
UPDATE casework_draft draft SET values = coalesce(
  (SELECT jsonb_object_agg(field, value) FROM casework_draftfield WHERE draft_id = draft.id), '{}'::jsonb);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0005_extended_because"),
        ("organisations", "0001_initial"),
        ("parties", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="DraftField",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "draft_id", "field", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "draft",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="fields",
                        to="casework.draft",
                    ),
                ),
                ("field", models.TextField()),
                ("value", models.JSONField(null=True)),
                ("revision", models.IntegerField()),
                ("at", models.DateTimeField()),
                ("by", models.BigIntegerField(null=True)),
            ],
        ),
        migrations.RunSQL(FIELD_BY_FIELD, TOGETHER),
        migrations.RemoveField(model_name="draft", name="values"),
        migrations.CreateModel(
            name="Editor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="editors_ever",
                        to="casework.case",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.person",
                    ),
                ),
                ("may_write", models.BooleanField(default=True)),
                (
                    "sections",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                ("since", models.DateTimeField()),
                ("by", models.BigIntegerField(null=True)),
                ("until", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until__isnull", True)), fields=("case", "person"), name="editor_once"
                    )
                ],
                "indexes": [models.Index(fields=["case"], name="editor_by_case")],
            },
        ),
        migrations.AddField(
            model_name="case",
            name="editors",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), default=list, size=None
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=django.contrib.postgres.indexes.GinIndex(
                condition=models.Q(("editors", []), _negated=True),
                fastupdate=False,
                fields=["editors"],
                name="case_by_editor",
            ),
        ),
    ]
