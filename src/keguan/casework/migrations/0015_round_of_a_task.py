import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0014_archived"),
    ]

    operations = [
        migrations.AddField(
            model_name="task",
            name="round",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="casework.round",
            ),
        ),
        migrations.RunSQL(
            "UPDATE casework_task task SET round_id = one.round_id FROM casework_case one WHERE one.id = task.case_id",
            migrations.RunSQL.noop,
        ),
    ]
