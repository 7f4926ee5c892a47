import datetime

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

from keguan.database.tables import CreateTable


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("organisations", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateTable(
            name="Token",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tokens", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("name", models.TextField()),
                ("scopes", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ("digest", models.TextField(unique=True)),
                ("hint", models.TextField()),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": (models.OrderBy(models.F("id"), descending=True),),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")), name="token_digest_shape"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("expires_at__gt", models.F("made_at")),
                            (
                                "expires_at__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("made_at"), "+", models.Value(datetime.timedelta(days=366))
                                ),
                            ),
                        ),
                        name="token_lives_a_year_at_most",
                    ),
                ],
            },
        ),
        CreateTable(
            name="KeptAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("key", models.TextField()),
                ("asked", models.TextField()),
                ("status", models.IntegerField()),
                ("content", models.JSONField()),
                ("at", models.DateTimeField(db_index=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("account", "key"), name="kept_answer_key_once"),
                    models.CheckConstraint(
                        condition=models.Q(("status__range", (200, 299))), name="kept_answer_of_a_deed"
                    ),
                ],
            },
        ),
        CreateTable(
            name="Webhook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="webhooks",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="webhooks",
                        to="organisations.organisation",
                    ),
                ),
                ("address", models.TextField()),
                ("kinds", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ("salt", models.TextField()),
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": (models.OrderBy(models.F("id"), descending=True),),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kinds", []), _negated=True), name="webhook_hears_something"
                    )
                ],
            },
        ),
        CreateTable(
            name="WebhookDelivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "webhook",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="deliveries", to="api.webhook"
                    ),
                ),
                ("event", models.BigIntegerField()),
                ("kind", models.TextField()),
                ("number", models.TextField(default="")),
                ("state", models.TextField(default="waiting")),
                ("due_at", models.DateTimeField()),
                ("tries", models.IntegerField(default=0)),
                ("outcome", models.TextField(default="")),
                ("happened_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "ordering": (models.OrderBy(models.F("id"), descending=True),),
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")), fields=["due_at"], name="webhook_delivery_waiting"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("webhook", "event", "kind"), name="webhook_delivery_once"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["waiting", "claimed", "sent", "given_up"])),
                        name="webhook_delivery_state_known",
                    ),
                ],
            },
        ),
        CreateTable(
            name="Heard",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("event", models.BigIntegerField()),
            ],
        ),
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
