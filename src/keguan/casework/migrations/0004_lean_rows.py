import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

# Answers and verdicts are a few kilobytes, and pressing them together below two takes PostgreSQL half a millisecond each:
# as long as everything else about a row. Up to a page they are kept as they are.
AS_THEY_ARE = ("casework_memo", "casework_draft", "casework_answers", "casework_judgement")


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0003_drafted_by"),
        ("experts", "0002_traced_status"),
        ("organisations", "0001_initial"),
        ("parties", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="answers",
            name="case",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="answers", to="casework.case"
            ),
        ),
        migrations.AlterField(
            model_name="case",
            name="applicant",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="begun_cases",
                to="parties.person",
            ),
        ),
        migrations.AlterField(
            model_name="case",
            name="authority",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="recommended_cases",
                to="organisations.organisation",
            ),
        ),
        migrations.AlterField(
            model_name="case",
            name="host",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="hosted_cases",
                to="organisations.organisation",
            ),
        ),
        migrations.AlterField(
            model_name="case",
            name="number",
            field=models.TextField(),
        ),
        migrations.AlterField(
            model_name="case",
            name="parent",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="side_cases",
                to="casework.case",
            ),
        ),
        migrations.AlterField(
            model_name="case",
            name="principal",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="led_cases",
                to="parties.person",
            ),
        ),
        migrations.AlterField(
            model_name="case",
            name="programme",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cases",
                to="casework.programmeversion",
            ),
        ),
        migrations.AlterField(
            model_name="case",
            name="round",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cases",
                to="casework.round",
            ),
        ),
        migrations.AlterField(
            model_name="deed",
            name="case",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deeds",
                to="casework.case",
            ),
        ),
        migrations.AlterField(
            model_name="deed",
            name="key",
            field=models.TextField(),
        ),
        migrations.AlterField(
            model_name="draft",
            name="case",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="drafts", to="casework.case"
            ),
        ),
        migrations.AlterField(
            model_name="judgement",
            name="case",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="judgements",
                to="casework.case",
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="person",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="messages",
                to="parties.person",
            ),
        ),
        migrations.AlterField(
            model_name="notice",
            name="case",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="casework.case"
            ),
        ),
        migrations.AlterField(
            model_name="seat",
            name="case",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="seats", to="casework.case"
            ),
        ),
        migrations.AlterField(
            model_name="seatholder",
            name="expert",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="seats", to="experts.expert"
            ),
        ),
        migrations.AlterField(
            model_name="task",
            name="case",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="tasks", to="casework.case"
            ),
        ),
        migrations.AlterField(
            model_name="task",
            name="organisation",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organisations.organisation",
            ),
        ),
        migrations.AlterField(
            model_name="task",
            name="person",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tasks",
                to="parties.person",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(condition=models.Q(("parent__isnull", False)), fields=["parent"], name="case_by_parent"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=["members"], name="case_by_member"),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(fields=("number",), name="case_number_once"),
        ),
        migrations.AddConstraint(
            model_name="deed",
            constraint=models.UniqueConstraint(fields=("key",), name="deed_key_once"),
        ),
        migrations.RunSQL(
            "".join(f"ALTER TABLE {table} SET (toast_tuple_target = 8160);" for table in AS_THEY_ARE),
            "".join(f"ALTER TABLE {table} RESET (toast_tuple_target);" for table in AS_THEY_ARE),
        ),
    ]
