from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0018_batches_taken_back"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("handler__isnull", False)), fields=["handler"], name="case_by_handler"
            ),
        ),
    ]
