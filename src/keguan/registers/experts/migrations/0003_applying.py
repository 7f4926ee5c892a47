from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("experts", "0002_entries_live")]

    operations = [
        migrations.RemoveConstraint("expert", "expert_status_known"),
        migrations.AddConstraint(
            "expert",
            models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["candidate", "applied", "returned", "refused", "active", "suspended", "left"])
                ),
                name="expert_status_known",
            ),
        ),
    ]
