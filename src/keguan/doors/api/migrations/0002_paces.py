from django.db import migrations, models

from keguan.database.tables import CreateTable


class Migration(migrations.Migration):
    dependencies = [("api", "0001_initial")]

    operations = [
        CreateTable(
            name="Pace",
            fields=[
                ("who", models.TextField(primary_key=True, serialize=False)),
                ("spent_until", models.DateTimeField()),
            ],
        ),
        # Written at every request, and worth nothing after a crash: without a log there is nothing to wait for.
        migrations.RunSQL("ALTER TABLE api_pace SET UNLOGGED", "ALTER TABLE api_pace SET LOGGED"),
    ]
