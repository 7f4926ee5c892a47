from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("casework", "0006_draft_fields_and_editors")]

    operations = [
        migrations.AddField(model_name="draftfield", name="source", field=models.TextField(default="")),
    ]
