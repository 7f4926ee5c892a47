from __future__ import annotations

import django.contrib.postgres.fields
from django.db import migrations, models
from django.db.models import F, Q


def paid_as_due(apps, schema_editor) -> None:
    """What was recorded as paid so far was recorded without an amount of its own."""
    apps.get_model("funds", "Payment").objects.filter(status="paid").update(paid_fen=F("amount_fen"))


class Migration(migrations.Migration):
    dependencies = [("funds", "0002_traced_status"), ("organisations", "0001_initial")]

    operations = [
        migrations.AddField("payment", "paid_fen", models.BigIntegerField(null=True)),
        migrations.AddField("payment", "difference", models.TextField(default="")),
        migrations.AddField("payment", "voucher", models.TextField(default="")),
        migrations.AddField(
            "payment",
            "apart",
            django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None),
        ),
        migrations.RunPython(paid_as_due, migrations.RunPython.noop),
        migrations.AddConstraint(
            "payment",
            models.CheckConstraint(
                condition=Q(status="paid", paid_fen__isnull=False, paid_fen__gt=0)
                | (~Q(status="paid") & Q(paid_fen__isnull=True)),
                name="payment_paid_has_amount",
            ),
        ),
        migrations.AddConstraint(
            "payment",
            models.CheckConstraint(
                condition=Q(paid_fen__isnull=True) | Q(paid_fen=F("amount_fen")) | ~Q(difference=""),
                name="payment_difference_explained",
            ),
        ),
    ]
