import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

from keguan.database.tables import CreateTable


class Migration(migrations.Migration):
    dependencies = [("parties", "0001_initial")]

    operations = [
        migrations.AddField("person", "orcid", models.TextField(db_default="", default="")),
        migrations.AddIndex(
            "person",
            models.Index(
                django.db.models.functions.text.Lower("email"),
                condition=models.Q(("email", ""), _negated=True),
                name="person_by_email",
            ),
        ),
        migrations.AddIndex(
            "person",
            models.Index(condition=models.Q(("phone", ""), _negated=True), fields=["phone"], name="person_by_phone"),
        ),
        migrations.AddIndex(
            "person",
            models.Index(condition=models.Q(("orcid", ""), _negated=True), fields=["orcid"], name="person_by_orcid"),
        ),
        CreateTable(
            name="TwoPeople",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.TextField()),
                ("said_at", models.DateTimeField()),
                *(
                    (
                        name,
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT, related_name=related, to="parties.person"
                        ),
                    )
                    for name, related in (
                        ("one", "told_apart"),
                        ("other", "told_apart_from"),
                        ("said_by", "people_told_apart"),
                    )
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("one__lt", models.F("other"))), name="two_people_in_order"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="two_people_have_reason"
                    ),
                    models.UniqueConstraint(fields=("one", "other"), name="two_people_once"),
                ],
            },
        ),
    ]
