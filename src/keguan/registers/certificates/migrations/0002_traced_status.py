from __future__ import annotations

from django.db import migrations

from keguan.registers.trace.columns import TraceColumns


class Migration(migrations.Migration):
    dependencies = [("certificates", "0001_initial"), ("trace", "0002_triggers")]

    operations = [
        TraceColumns("certificates_certificate", ["status"], subject="certificate", key="number", case_column="origin")
    ]
