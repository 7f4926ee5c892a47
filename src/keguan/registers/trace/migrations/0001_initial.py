import django.db.models.deletion
import django.db.models.functions.comparison
from django.db import migrations, models

from keguan.database.tables import CreateTable

REFUSE = """
CREATE FUNCTION trace_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '痕迹只增不改：拒绝对 % 执行 % / The trace only grows: % on % is refused',
    TG_TABLE_NAME, TG_OP, TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege',
          HINT = 'Write a new event that corrects the old one; erase personal values by trace.services.erase.';
END $$;

CREATE TRIGGER trace_event_only_grows BEFORE UPDATE OR DELETE ON trace_event
  FOR EACH ROW EXECUTE FUNCTION trace_refuse_change();
CREATE TRIGGER trace_event_never_emptied BEFORE TRUNCATE ON trace_event
  FOR EACH STATEMENT EXECUTE FUNCTION trace_refuse_change();

-- A personal value may go, one event at a time and only where the erasing was announced for that very event.
CREATE FUNCTION trace_refuse_silent_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF coalesce(current_setting('keguan.erasing', true), '') = OLD.event_id::text THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION '个人信息只能经登记的删除程序删除 / Personal values are erased only by the traced erasure'
    USING ERRCODE = 'insufficient_privilege', HINT = 'Use trace.services.erase.';
END $$;

CREATE TRIGGER trace_personal_never_changes BEFORE UPDATE ON trace_personal
  FOR EACH ROW EXECUTE FUNCTION trace_refuse_change();
CREATE TRIGGER trace_personal_never_emptied BEFORE TRUNCATE ON trace_personal
  FOR EACH STATEMENT EXECUTE FUNCTION trace_refuse_change();
CREATE TRIGGER trace_personal_erased_openly BEFORE DELETE ON trace_personal
  FOR EACH ROW EXECUTE FUNCTION trace_refuse_silent_erasure();
"""

# The payload is built as canonical text (keys sorted, no spaces), so its digest is the one `kernel.canonical` gives.
CHANGE = """
CREATE FUNCTION trace_change(
  subject text, changed text, row_id bigint, row_key text, number text, before text, after text
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  canonical text := '{"after":' || coalesce(to_json(after)::text, 'null')
    || ',"before":' || coalesce(to_json(before)::text, 'null')
    || ',"id":' || row_id
    || ',"key":' || coalesce(to_json(row_key)::text, 'null') || '}';
BEGIN
  INSERT INTO trace_event (tag, actor, case_number, programme_digest, outcome, payload, payload_digest)
  VALUES (
    'db:' || subject || ':' || changed,
    -- A setting once set in a session reads as '' afterwards, never again as null.
    nullif(current_setting('keguan.actor', true), '')::bigint,
    coalesce(number, ''), '', 'done', canonical::jsonb,
    encode(sha256(convert_to(canonical, 'UTF8')), 'hex')
  );
END $$;
"""

# Runs with the owner's rights: the application itself may not delete here. It writes its own event, so that nobody who
# can call it can erase in silence. Same canonical text as above.
ERASE = """
CREATE FUNCTION trace_erase(of_event bigint, wanted text[], basis text, by_actor bigint) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  gone text[];
  canonical text;
BEGIN
  IF trim(coalesce(basis, '')) = '' THEN
    RAISE EXCEPTION 'erasing needs a basis' USING ERRCODE = 'check_violation';
  END IF;
  PERFORM set_config('keguan.erasing', of_event::text, true);
  WITH deleted AS (
    DELETE FROM trace_personal
    WHERE event_id = of_event AND (wanted IS NULL OR field = ANY(wanted)) RETURNING field
  ) SELECT array_agg(field ORDER BY field COLLATE "C") INTO gone FROM deleted;
  PERFORM set_config('keguan.erasing', '', true);
  IF gone IS NULL THEN
    RETURN 0;
  END IF;
  canonical := '{"basis":' || to_json(basis)::text || ',"event":' || of_event || ',"fields":['
    || (SELECT string_agg(to_json(name)::text, ',' ORDER BY place) FROM unnest(gone) WITH ORDINALITY AS f (name, place))
    || ']}';
  INSERT INTO trace_event (tag, actor, case_number, programme_digest, outcome, payload, payload_digest)
  SELECT 'trace:personal:erased', by_actor, case_number, '', 'done', canonical::jsonb,
    encode(sha256(convert_to(canonical, 'UTF8')), 'hex')
  FROM trace_event WHERE id = of_event;
  RETURN cardinality(gone);
END $$;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        CreateTable(
            name="Event",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_default=models.Func(function="clock_timestamp"), editable=False)),
                ("tag", models.TextField()),
                ("actor", models.BigIntegerField(null=True)),
                ("on_behalf_of", models.BigIntegerField(null=True)),
                ("case_number", models.TextField(default="")),
                ("programme_digest", models.TextField(default="")),
                (
                    "request_id",
                    models.TextField(
                        db_default=django.db.models.functions.comparison.Coalesce(
                            models.Func(models.Value("keguan.request"), models.Value(True), function="current_setting"),
                            models.Value(""),
                        )
                    ),
                ),
                ("outcome", models.TextField(default="done")),
                ("payload", models.JSONField(default=dict)),
                ("payload_digest", models.TextField()),
            ],
            options={
                "db_table": "trace_event",
                "ordering": ("id",),
                "indexes": [
                    models.Index(
                        models.F("case_number"),
                        models.F("id"),
                        condition=models.Q(("case_number", ""), _negated=True),
                        name="trace_event_case",
                    ),
                    models.Index(
                        models.F("actor"),
                        models.F("id"),
                        condition=models.Q(("actor__isnull", False)),
                        name="trace_event_actor",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ("done", "refused", "read"))),
                        name="trace_event_outcome_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tag__regex", "^[a-z0-9_.-]+:[a-z0-9_.-]+:[a-z0-9_.-]+$")),
                        name="trace_event_tag_three_words",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("payload_digest__regex", "^[0-9a-f]{64}$")), name="trace_event_digest"
                    ),
                ],
            },
        ),
        CreateTable(
            name="Personal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="personal", to="trace.event"
                    ),
                ),
                ("field", models.TextField()),
                ("salt", models.BinaryField()),
                ("value", models.JSONField()),
            ],
            options={
                "db_table": "trace_personal",
                "constraints": [models.UniqueConstraint(fields=("event", "field"), name="trace_personal_once")],
            },
        ),
        migrations.RunSQL(
            REFUSE,
            "DROP TRIGGER trace_event_only_grows ON trace_event; DROP TRIGGER trace_event_never_emptied ON trace_event;"
            "DROP TRIGGER trace_personal_never_changes ON trace_personal;"
            "DROP TRIGGER trace_personal_never_emptied ON trace_personal;"
            "DROP TRIGGER trace_personal_erased_openly ON trace_personal;"
            "DROP FUNCTION trace_refuse_change(); DROP FUNCTION trace_refuse_silent_erasure();",
        ),
        migrations.RunSQL(CHANGE, "DROP FUNCTION trace_change(text, text, bigint, text, text, text, text)"),
        migrations.RunSQL(ERASE, "DROP FUNCTION trace_erase(bigint, text[], text, bigint)"),
    ]
