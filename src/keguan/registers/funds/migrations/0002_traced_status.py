from __future__ import annotations

from django.db import migrations

from keguan.registers.trace.columns import TraceColumns


class Migration(migrations.Migration):
    dependencies = [("funds", "0001_initial"), ("trace", "0002_triggers")]

    operations = [TraceColumns("funds_payment", ["status"], subject="payment", key="number", case_column="origin")]
