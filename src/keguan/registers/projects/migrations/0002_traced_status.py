from __future__ import annotations

from django.db import migrations

from keguan.registers.trace.columns import TraceColumns


class Migration(migrations.Migration):
    dependencies = [("projects", "0001_initial"), ("trace", "0002_triggers")]

    operations = [TraceColumns("projects_project", ["status"], subject="project", key="number", case_column="origin")]
