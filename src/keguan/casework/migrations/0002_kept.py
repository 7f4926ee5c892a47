"""What was published, handed in, judged or ranked is never changed; every change of a step or a status is traced."""

from __future__ import annotations

from django.db import migrations

from keguan.registers.trace.columns import TraceColumns

KEPT = ("casework_programmeversion", "casework_answers", "casework_judgement", "casework_ranking")

REFUSE = """
CREATE FUNCTION casework_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '已存档的内容不可更改：拒绝对 % 执行 % / What is kept is not changed: % on % is refused',
    TG_TABLE_NAME, TG_OP, TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege', HINT = 'Add a new version instead.';
END $$;
"""


def _guard(table: str) -> str:
    return f"""
CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION casework_refuse_change();
CREATE TRIGGER {table}_never_emptied BEFORE TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION casework_refuse_change();
"""


def _release(table: str) -> str:
    return f"DROP TRIGGER {table}_kept ON {table}; DROP TRIGGER {table}_never_emptied ON {table};"


class Migration(migrations.Migration):
    dependencies = [("casework", "0001_initial"), ("trace", "0002_triggers")]

    operations = [
        migrations.RunSQL(
            REFUSE + "".join(map(_guard, KEPT)),
            "".join(map(_release, KEPT)) + "DROP FUNCTION casework_refuse_change();",
        ),
        TraceColumns("casework_case", ["step", "end"], subject="case", key="number"),
        TraceColumns("casework_round", ["status", "closes"], subject="round", key="code"),
        TraceColumns("casework_seat", ["state"], subject="seat", key="case_id"),
    ]
