import django.db.models.deletion
from django.db import migrations, models

from keguan.database.tables import CreateTable


class Migration(migrations.Migration):
    dependencies = [("experts", "0001_initial")]

    operations = [
        migrations.AddField("expert", "because", models.TextField(default="")),
        migrations.AddField("expert", "confirmed_on", models.DateField(null=True)),
        migrations.AddField("expert", "reminded", models.IntegerField(null=True)),
        migrations.AddField("expert", "yearly_most", models.IntegerField(null=True)),
        migrations.RemoveConstraint("expert", "expert_active_is_verified"),
        migrations.AddConstraint(
            "expert",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "active"), _negated=True),
                    models.Q(("confirmed_on__isnull", False), ("verified_at__isnull", False)),
                    _connector="OR",
                ),
                name="expert_active_is_verified",
            ),
        ),
        migrations.AddConstraint(
            "expert",
            models.CheckConstraint(
                condition=models.Q(
                    ("yearly_most__isnull", True),
                    models.Q(("yearly_most__gte", 1), ("yearly_most__lte", 500)),
                    _connector="OR",
                ),
                name="expert_yearly_most_sensible",
            ),
        ),
        CreateTable(
            name="Absence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateField()),
                ("until", models.DateField()),
                ("note", models.TextField(default="")),
                (
                    "expert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="absences", to="experts.expert"
                    ),
                ),
            ],
            options={
                "ordering": ("since", "id"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until__gte", models.F("since"))), name="absence_ends_in_order"
                    )
                ],
            },
        ),
    ]
