import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from keguan.database.tables import CreateTable
from keguan.registers.trace.columns import TraceColumns


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("organisations", "0001_initial"),
        ("parties", "0001_initial"),
        ("trace", "0001_initial"),
    ]

    operations = [
        CreateTable(
            name="Pool",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("programme", models.TextField()),
                ("round_code", models.TextField()),
                ("total_fen", models.BigIntegerField()),
            ],
            options={
                "ordering": ("programme", "round_code"),
                "constraints": [
                    models.UniqueConstraint(fields=("programme", "round_code"), name="pool_once_per_round"),
                    models.CheckConstraint(condition=models.Q(("total_fen__gte", 0)), name="pool_not_negative"),
                ],
            },
        ),
        CreateTable(
            name="Payment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.TextField(unique=True)),
                ("origin", models.TextField()),
                (
                    "payee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "pool",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="funds.pool"
                    ),
                ),
                ("amount_fen", models.BigIntegerField()),
                ("tranche", models.IntegerField()),
                ("share", models.TextField(default="")),
                ("say_zh", models.TextField(default="")),
                ("say_en", models.TextField(default="")),
                ("status", models.TextField(default="due")),
                ("owed_on", models.DateField()),
                ("due_day", models.DateField(null=True)),
                ("paid_day", models.DateField(null=True)),
                ("paid_fen", models.BigIntegerField(null=True)),
                ("difference", models.TextField(default="")),
                ("voucher", models.TextField(default="")),
                ("met", models.TextField(default="")),
                (
                    "apart",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                ("reason", models.TextField(default="")),
            ],
            options={
                "ordering": ("origin", "tranche"),
                "constraints": [
                    models.UniqueConstraint(fields=("origin", "tranche"), name="payment_once_per_tranche"),
                    models.CheckConstraint(
                        condition=models.Q(("origin", ""), _negated=True), name="payment_has_origin"
                    ),
                    models.CheckConstraint(condition=models.Q(("amount_fen__gt", 0)), name="payment_positive"),
                    models.CheckConstraint(condition=models.Q(("tranche__gte", 1)), name="payment_tranche_from_one"),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["due", "paid", "stopped"])), name="payment_status_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("paid_day__isnull", False), ("status", "paid")),
                            models.Q(models.Q(("status", "paid"), _negated=True), ("paid_day__isnull", True)),
                            _connector="OR",
                        ),
                        name="payment_paid_has_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("paid_fen__gt", 0), ("paid_fen__isnull", False), ("status", "paid")),
                            models.Q(models.Q(("status", "paid"), _negated=True), ("paid_fen__isnull", True)),
                            _connector="OR",
                        ),
                        name="payment_paid_has_amount",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("paid_fen__isnull", True),
                            ("paid_fen", models.F("amount_fen")),
                            models.Q(("difference", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="payment_difference_explained",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("paid_fen__isnull", True), ("paid_fen__lte", models.F("amount_fen")), _connector="OR"
                        ),
                        name="payment_not_above_due",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("paid_day__isnull", True), ("paid_day__gte", models.F("owed_on")), _connector="OR"
                        ),
                        name="payment_not_before_owed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "stopped"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="payment_stopped_has_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "paid"), _negated=True),
                            ("due_day__isnull", False),
                            ("say_zh", ""),
                            models.Q(("met", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="payment_paid_condition_met",
                    ),
                ],
                "indexes": [models.Index(fields=["due_day", "number", "id"], name="payment_by_due_day")],
            },
        ),
        CreateTable(
            name="ReviewFee",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.TextField(unique=True)),
                ("programme", models.TextField()),
                ("round_code", models.TextField()),
                ("amount_fen", models.BigIntegerField()),
                ("status", models.TextField(default="owed")),
                ("owed_at", models.DateTimeField()),
                ("handed_at", models.DateTimeField(null=True)),
                ("batch", models.TextField(default="")),
            ],
            options={
                "ordering": ("-owed_at", "-id"),
                "indexes": [models.Index(fields=["round_code", "owed_at"], name="review_fee_by_round")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount_fen__gt", 0)), name="review_fee_positive"),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["owed", "handed"])), name="review_fee_status_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("handed_at__isnull", True), ("status", "owed")),
                            models.Q(("handed_at__isnull", False), ("status", "handed")),
                            _connector="OR",
                        ),
                        name="review_fee_handed_has_a_moment",
                    ),
                ],
            },
        ),
        CreateTable(
            name="FeePayee",
            fields=[
                (
                    "fee",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="payee",
                        serialize=False,
                        to="funds.reviewfee",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="review_fees", to="parties.person"
                    ),
                ),
            ],
        ),
        TraceColumns("funds_payment", ["status"], subject="payment", key="number", case_column="origin"),
    ]
