from __future__ import annotations

from django.db import migrations

from keguan.registers.trace.columns import TraceColumns


class Migration(migrations.Migration):
    dependencies = [("experts", "0001_initial"), ("trace", "0002_triggers")]

    operations = [TraceColumns("experts_expert", ["status"], subject="expert", key="person_id")]
