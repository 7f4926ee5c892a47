from __future__ import annotations

from django.db import migrations

from keguan.registers.trace.columns import TraceColumns


class Migration(migrations.Migration):
    dependencies = [("integrity", "0001_initial"), ("trace", "0002_triggers")]

    operations = [
        TraceColumns("integrity_sanction", ["status"], subject="sanction", key="source", case_column="origin")
    ]
