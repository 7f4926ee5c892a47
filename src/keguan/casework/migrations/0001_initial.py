import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

from keguan.database.tables import CreateTable
from keguan.registers.trace.columns import TraceColumns

# What was published, handed in, judged or ranked is never changed; every change of a step or a status is traced.
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


# Answers and verdicts are a few kilobytes, and pressing them together below two takes PostgreSQL half a millisecond each:
# as long as everything else about a row. Up to a page they are kept as they are.
AS_THEY_ARE = ("casework_memo", "casework_draft", "casework_draftfield", "casework_answers", "casework_judgement")

PAIRS = """
CREATE FUNCTION casework_pairs(title text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY(SELECT DISTINCT substr(upper(title), at, 2) FROM generate_series(1, length(upper(title)) - 1) AS at);
CREATE FUNCTION casework_keep_pairs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO casework_titlepairs (case_id, pairs) VALUES (NEW.id, casework_pairs(NEW.title))
  ON CONFLICT (case_id) DO UPDATE SET pairs = EXCLUDED.pairs;
  RETURN NULL;
END $$;
CREATE TRIGGER casework_case_pairs_made AFTER INSERT ON casework_case FOR EACH ROW EXECUTE FUNCTION casework_keep_pairs();
CREATE TRIGGER casework_case_pairs_kept AFTER UPDATE OF title ON casework_case
  FOR EACH ROW WHEN (OLD.title IS DISTINCT FROM NEW.title) EXECUTE FUNCTION casework_keep_pairs();
"""
NO_PAIRS = """
DROP TRIGGER casework_case_pairs_made ON casework_case;
DROP TRIGGER casework_case_pairs_kept ON casework_case;
DROP FUNCTION casework_keep_pairs;
DROP FUNCTION casework_pairs;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("experts", "0001_initial"),
        ("organisations", "0001_initial"),
        ("parties", "0001_initial"),
        ("trace", "0001_initial"),
    ]

    operations = [
        CreateTable(
            name="ProgrammeVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.TextField()),
                ("version", models.TextField()),
                ("digest", models.TextField(unique=True)),
                ("title_zh", models.TextField()),
                ("title_en", models.TextField()),
                ("sources", models.JSONField()),
                ("published_at", models.DateTimeField()),
                ("published_by", models.BigIntegerField(null=True)),
            ],
            options={
                "ordering": ("code", "-published_at"),
                "constraints": [
                    models.UniqueConstraint(fields=("code", "version"), name="programme_version_once"),
                    models.CheckConstraint(
                        condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")), name="programme_version_digest"
                    ),
                ],
            },
        ),
        CreateTable(
            name="Round",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rounds",
                        to="casework.programmeversion",
                    ),
                ),
                ("code", models.TextField(unique=True)),
                ("kind", models.TextField(default="open")),
                ("status", models.TextField(default="draft")),
                ("title_zh", models.TextField()),
                ("title_en", models.TextField()),
                ("summary_zh", models.TextField(default="")),
                ("summary_en", models.TextField(default="")),
                ("notes_zh", models.TextField(default="")),
                ("notes_en", models.TextField(default="")),
                ("contact_zh", models.TextField(default="")),
                ("contact_en", models.TextField(default="")),
                ("opens", models.DateTimeField()),
                ("closes", models.DateTimeField()),
                ("extended_because", models.TextField(default="")),
                ("grace_minutes", models.IntegerField(default=0)),
                ("budget_fen", models.BigIntegerField(default=0)),
                ("quota", models.IntegerField(default=0)),
                ("topics", models.JSONField(default=list)),
                (
                    "copied_from",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="casework.round",
                    ),
                ),
                ("drafted_by", models.BigIntegerField(null=True)),
                ("returned_because", models.TextField(default="")),
                ("published_at", models.DateTimeField(null=True)),
                ("published_by", models.BigIntegerField(null=True)),
                ("changed_at", models.DateTimeField(null=True)),
                ("revision", models.IntegerField(default=0)),
            ],
            options={
                "ordering": ("-opens", "code"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("closes__gt", models.F("opens"))), name="round_closes_after_it_opens"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["draft", "published", "closed"])), name="round_status_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["open", "assigned"])), name="round_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("budget_fen__gte", 0), ("grace_minutes__range", (0, 1440)), ("quota__gte", 0)
                        ),
                        name="round_terms_in_bounds",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[A-Za-z0-9-]{3,40}$")), name="round_code_shape"
                    ),
                ],
            },
        ),
        CreateTable(
            name="RoundVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "round",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="casework.round",
                    ),
                ),
                ("number", models.IntegerField()),
                ("terms", models.JSONField()),
                ("reason", models.TextField(default="")),
                ("at", models.DateTimeField()),
                ("by", models.BigIntegerField(null=True)),
                ("drafted_by", models.BigIntegerField(null=True)),
            ],
            options={
                "ordering": ("round_id", "number"),
                "constraints": [
                    models.UniqueConstraint(fields=("round", "number"), name="round_version_once"),
                    models.CheckConstraint(
                        condition=models.Q(("number", 1), models.Q(("reason", ""), _negated=True), _connector="OR"),
                        name="round_change_has_a_reason",
                    ),
                ],
            },
        ),
        CreateTable(
            name="CallChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "round",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="change", to="casework.round"
                    ),
                ),
                ("terms", models.JSONField()),
                ("reason", models.TextField()),
                ("made_on", models.IntegerField()),
                ("drafted_by", models.BigIntegerField(null=True)),
                ("drafted_at", models.DateTimeField()),
                ("returned_because", models.TextField(default="")),
                ("revision", models.IntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="call_change_has_a_reason"
                    )
                ],
            },
        ),
        CreateTable(
            name="Case",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.TextField()),
                (
                    "programme",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="casework.programmeversion",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="casework.round",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="side_cases",
                        to="casework.case",
                    ),
                ),
                ("code", models.TextField()),
                ("title", models.TextField(default="")),
                ("normal_title", models.TextField(db_collation="C", default="")),
                (
                    "host",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hosted_cases",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "authority",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recommended_cases",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "applicant",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="begun_cases",
                        to="parties.person",
                    ),
                ),
                (
                    "principal",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="led_cases",
                        to="parties.person",
                    ),
                ),
                (
                    "handler",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="handled_cases",
                        to="parties.person",
                    ),
                ),
                (
                    "members",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "editors",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                ("asked_fen", models.BigIntegerField(null=True)),
                ("step", models.TextField(default="")),
                ("step_kind", models.TextField(default="")),
                ("end", models.TextField(default="")),
                ("due_at", models.DateTimeField(null=True)),
                ("submitted_at", models.DateTimeField(null=True)),
                ("recommended_rank", models.IntegerField(null=True)),
                ("score_hundredths", models.IntegerField(null=True)),
                ("position", models.IntegerField(null=True)),
                ("amount_fen", models.BigIntegerField(null=True)),
                ("revision", models.IntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("-id",),
                "indexes": [
                    models.Index(fields=["round", "id"], name="case_by_round"),
                    models.Index(fields=["round", "step", "id"], name="case_by_round_and_step"),
                    models.Index(fields=["round", "-submitted_at", "-id"], name="case_by_round_and_time"),
                    models.Index(fields=["principal", "round"], name="case_by_principal"),
                    models.Index(fields=["applicant", "-id"], name="case_by_applicant"),
                    models.Index(fields=["host", "-id"], name="case_by_host"),
                    models.Index(fields=["authority", "round", "submitted_at"], name="case_by_authority"),
                    models.Index(fields=["due_at", "id"], name="case_in_order_of_due"),
                    models.Index(fields=["submitted_at", "id"], name="case_in_order_of_time"),
                    models.Index(
                        condition=models.Q(("normal_title", ""), _negated=True),
                        fields=["normal_title"],
                        name="case_by_title",
                    ),
                    models.Index(condition=models.Q(("end", "")), fields=["step_kind", "due_at"], name="case_by_due"),
                    models.Index(
                        condition=models.Q(("parent__isnull", False)), fields=["parent"], name="case_by_parent"
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=False, fields=["members"], name="case_by_member"
                    ),
                    models.Index(condition=models.Q(("amount_fen__gt", 0)), fields=["round"], name="case_by_grant"),
                    models.Index(
                        condition=models.Q(("handler__isnull", False)), fields=["handler"], name="case_by_handler"
                    ),
                    models.Index(condition=models.Q(("end", ""), _negated=True), fields=["id"], name="case_that_ended"),
                    django.contrib.postgres.indexes.GinIndex(
                        condition=models.Q(("editors", []), _negated=True),
                        fastupdate=False,
                        fields=["editors"],
                        name="case_by_editor",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("number",), name="case_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("step", ""), models.Q(("end", ""), _negated=True)),
                            models.Q(models.Q(("step", ""), _negated=True), ("end", "")),
                            _connector="OR",
                        ),
                        name="case_in_a_step_or_ended",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("parent__isnull", True), ("round__isnull", False)),
                            models.Q(("parent__isnull", False), ("round__isnull", True)),
                            _connector="OR",
                        ),
                        name="case_in_a_round_or_beside_a_case",
                    ),
                    models.CheckConstraint(condition=models.Q(("amount_fen__gte", 0)), name="case_amount_not_negative"),
                    models.UniqueConstraint(
                        condition=models.Q(("recommended_rank__isnull", False)),
                        fields=("round", "authority", "recommended_rank"),
                        name="case_recommended_rank_once",
                    ),
                ],
            },
        ),
        CreateTable(
            name="TitlePairs",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="title_pairs",
                        serialize=False,
                        to="casework.case",
                    ),
                ),
                (
                    "pairs",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=False, fields=["pairs"], name="case_by_piece_of_title"
                    )
                ],
            },
        ),
        CreateTable(
            name="Memo",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="memo",
                        serialize=False,
                        to="casework.case",
                    ),
                ),
                ("state", models.JSONField()),
                ("answers", models.JSONField(default=dict)),
            ],
        ),
        CreateTable(
            name="Draft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="drafts",
                        to="casework.case",
                    ),
                ),
                ("form", models.TextField()),
                ("revision", models.IntegerField(default=0)),
                ("begun_at", models.DateTimeField()),
                ("saved_at", models.DateTimeField()),
                ("saved_by", models.BigIntegerField(null=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("case", "form"), name="draft_once")],
            },
        ),
        CreateTable(
            name="DraftField",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "draft_id", "field", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "draft",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="fields",
                        to="casework.draft",
                    ),
                ),
                ("field", models.TextField()),
                ("value", models.JSONField(null=True)),
                ("revision", models.IntegerField()),
                ("at", models.DateTimeField()),
                ("by", models.BigIntegerField(null=True)),
                ("source", models.TextField(default="")),
            ],
        ),
        CreateTable(
            name="Editor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="editors_ever",
                        to="casework.case",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.person",
                    ),
                ),
                ("may_write", models.BooleanField(default=True)),
                (
                    "sections",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                ("since", models.DateTimeField()),
                ("by", models.BigIntegerField(null=True)),
                ("until", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["case"], name="editor_by_case")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until__isnull", True)), fields=("case", "person"), name="editor_once"
                    )
                ],
            },
        ),
        CreateTable(
            name="LateEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="late_entries", to="casework.round"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.person",
                    ),
                ),
                ("until", models.DateTimeField()),
                ("reason", models.TextField()),
                ("by", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("round", "person"), name="late_entry_once")],
            },
        ),
        CreateTable(
            name="Answers",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="casework.case",
                    ),
                ),
                ("form", models.TextField()),
                ("version", models.IntegerField()),
                ("values", models.JSONField()),
                ("digest", models.TextField()),
                ("at", models.DateTimeField()),
                ("by", models.BigIntegerField(null=True)),
            ],
            options={
                "ordering": ("case_id", "form", "version"),
                "constraints": [
                    models.UniqueConstraint(fields=("case", "form", "version"), name="answers_version_once")
                ],
            },
        ),
        CreateTable(
            name="DeskNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="desk_notes",
                        to="casework.case",
                    ),
                ),
                ("text", models.TextField()),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.person",
                    ),
                ),
                ("at", models.DateTimeField()),
                ("struck_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ("id",),
                "indexes": [models.Index(fields=["case", "id"], name="desk_note_by_case")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("struck_at__isnull", True), models.Q(("text", ""), _negated=True)),
                            models.Q(("struck_at__isnull", False), ("text", "")),
                            _connector="OR",
                        ),
                        name="desk_note_stands_or_is_struck",
                    )
                ],
            },
        ),
        CreateTable(
            name="Judgement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="judgements",
                        to="casework.case",
                    ),
                ),
                ("step", models.TextField()),
                ("attempt", models.IntegerField()),
                ("verdicts", models.JSONField()),
                ("by", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ("id",),
                "indexes": [models.Index(fields=["case", "id"], name="judgement_by_case")],
            },
        ),
        CreateTable(
            name="Task",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tasks",
                        to="casework.case",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="casework.round",
                    ),
                ),
                ("step", models.TextField()),
                ("role", models.TextField()),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tasks",
                        to="parties.person",
                    ),
                ),
                ("code", models.TextField()),
                ("due_at", models.DateTimeField(null=True)),
                ("opened_at", models.DateTimeField()),
            ],
            options={
                "ordering": (models.OrderBy(models.F("due_at"), nulls_last=True), "id"),
                "indexes": [
                    models.Index(fields=["role", "organisation", "due_at"], name="task_by_role"),
                    models.Index(fields=["person", "due_at"], name="task_by_person"),
                    models.Index(
                        condition=models.Q(("person__isnull", True)),
                        fields=["role", "round", "step", "due_at", "id"],
                        name="task_by_pile",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("case", "step", "role", "person"), name="task_once", nulls_distinct=False
                    )
                ],
            },
        ),
        CreateTable(
            name="Alarm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="alarms", to="casework.case"
                    ),
                ),
                ("step", models.TextField()),
                ("attempt", models.IntegerField()),
                ("purpose", models.TextField()),
                ("at", models.DateTimeField(db_index=True)),
            ],
            options={
                "ordering": ("at", "id"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("purpose__in", ["due", "remind"])), name="alarm_purpose_known"
                    )
                ],
            },
        ),
        CreateTable(
            name="Seat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seats",
                        to="casework.case",
                    ),
                ),
                ("step", models.TextField()),
                ("attempt", models.IntegerField()),
                ("number", models.IntegerField()),
                ("state", models.TextField(default="invited")),
                ("scores", models.JSONField(default=dict)),
                ("total", models.IntegerField(null=True)),
                ("comment", models.TextField(default="")),
                ("comments", models.JSONField(db_default={}, default=dict)),
                ("because", models.TextField(db_default="", default="")),
                ("blind", models.BooleanField(db_default=False, default=False)),
                ("reason", models.TextField(default="")),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("case_id", "step", "attempt", "number"),
                "constraints": [
                    models.UniqueConstraint(fields=("case", "step", "attempt", "number"), name="seat_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["invited", "accepted", "final", "declined", "released", "set_aside"])
                        ),
                        name="seat_state_known",
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["invited", "accepted"])),
                        fields=["id"],
                        name="seat_that_waits",
                    )
                ],
            },
        ),
        CreateTable(
            name="SeatHolder",
            fields=[
                (
                    "seat",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="holder",
                        serialize=False,
                        to="casework.seat",
                    ),
                ),
                (
                    "expert",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seats",
                        to="experts.expert",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["expert"], name="seat_holder_by_expert")],
            },
        ),
        CreateTable(
            name="Recusal",
            fields=[
                (
                    "seat",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="recusal",
                        serialize=False,
                        to="casework.seat",
                    ),
                ),
                ("kinds", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ("is_hard", models.BooleanField(default=True)),
                ("found_at", models.DateTimeField()),
            ],
        ),
        CreateTable(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="casework.case",
                    ),
                ),
                ("step", models.TextField()),
                ("attempt", models.IntegerField()),
                ("shown", models.JSONField()),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("outcome", models.TextField(default="")),
            ],
            options={
                "ordering": ("-since", "id"),
                "indexes": [
                    models.Index(fields=["since", "id"], name="notice_by_start"),
                    models.Index(fields=["until"], name="notice_by_end"),
                    models.Index(
                        condition=models.Q(("outcome", "unopposed")), fields=["until", "id"], name="notice_of_result"
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("case", "step", "attempt"), name="notice_once")],
            },
        ),
        CreateTable(
            name="Ranking",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rankings", to="casework.round"
                    ),
                ),
                ("step", models.TextField()),
                ("budget_fen", models.BigIntegerField()),
                ("spent_fen", models.BigIntegerField()),
                ("lines", models.JSONField()),
                ("at", models.DateTimeField()),
                ("by", models.BigIntegerField(null=True)),
            ],
            options={
                "ordering": ("-id",),
            },
        ),
        CreateTable(
            name="CaseVote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="votes",
                        to="casework.case",
                    ),
                ),
                ("step", models.TextField()),
                ("attempt", models.IntegerField()),
                ("motion", models.TextField()),
                ("votes_for", models.IntegerField()),
                ("votes_against", models.IntegerField()),
                ("abstained", models.IntegerField()),
                ("present", models.IntegerField()),
                ("members", models.IntegerField()),
                ("amount_fen", models.BigIntegerField(null=True)),
                ("proposed_fen", models.BigIntegerField(null=True)),
                (
                    "voters",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                ("ballot", models.BigIntegerField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ("-id",),
                "indexes": [models.Index(fields=["case", "step", "attempt", "-id"], name="case_votes")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("abstained__gte", 0),
                            ("votes_against__gte", 0),
                            ("votes_for__gte", 0),
                            ("members__gte", models.F("present")),
                            (
                                "present__gte",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("votes_for"), "+", models.F("votes_against")
                                    ),
                                    "+",
                                    models.F("abstained"),
                                ),
                            ),
                        ),
                        name="case_vote_counts_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("motion__in", ["approve", "reject"])), name="case_vote_motion"
                    ),
                ],
            },
        ),
        CreateTable(
            name="Resolution",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="resolutions", to="casework.round"
                    ),
                ),
                ("step", models.TextField()),
                ("version", models.IntegerField()),
                ("content", models.JSONField()),
                ("digest", models.TextField()),
                ("fixed_at", models.DateTimeField()),
                ("fixed_by", models.BigIntegerField()),
            ],
            options={
                "ordering": ("-version",),
                "constraints": [
                    models.UniqueConstraint(fields=("round", "step", "version"), name="resolution_version_once")
                ],
            },
        ),
        CreateTable(
            name="ResolutionSignature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "resolution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="signatures", to="casework.resolution"
                    ),
                ),
                ("person", models.BigIntegerField()),
                ("name", models.TextField()),
                ("at", models.DateTimeField(null=True)),
                ("digest", models.TextField(default="")),
                (
                    "but_for",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
            ],
            options={
                "ordering": ("id",),
                "indexes": [
                    models.Index(condition=models.Q(("at__isnull", True)), fields=["person"], name="resolution_to_sign")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("resolution", "person"), name="resolution_signed_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("at__isnull", True), ("digest", "")),
                            models.Q(("at__isnull", False), models.Q(("digest", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="resolution_signature_has_a_digest",
                    ),
                ],
            },
        ),
        CreateTable(
            name="OfficeItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.round"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organisations.organisation"
                    ),
                ),
                ("zh", models.TextField()),
                ("en", models.TextField(default="")),
                ("required", models.BooleanField(default=False)),
                ("dropped_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ("id",),
                "indexes": [models.Index(fields=["organisation", "round"], name="office_item_by_office")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("zh", ""), _negated=True), name="office_item_says_something"
                    )
                ],
            },
        ),
        CreateTable(
            name="OfficeTick",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "item",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ticks",
                        to="casework.officeitem",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.case"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("by", models.BigIntegerField(null=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("item", "case"), name="office_tick_once")],
            },
        ),
        CreateTable(
            name="RecommendationOrder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recommendation_orders",
                        to="casework.round",
                    ),
                ),
                ("step", models.TextField()),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organisations.organisation"
                    ),
                ),
                (
                    "cases",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                ("revision", models.IntegerField(default=0)),
                ("at", models.DateTimeField()),
                ("by", models.BigIntegerField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("round", "step", "authority"), name="recommendation_order_once")
                ],
            },
        ),
        CreateTable(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="parties.person",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="casework.case",
                    ),
                ),
                ("kind", models.TextField()),
                ("zh", models.TextField()),
                ("en", models.TextField()),
                ("at", models.DateTimeField()),
                ("path", models.TextField(db_default="", default="")),
                ("read_at", models.DateTimeField(null=True)),
                ("sorted_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ("-id",),
                "indexes": [
                    models.Index(fields=["person", "-id"], name="message_by_person"),
                    models.Index(
                        condition=models.Q(("read_at__isnull", True)), fields=["person"], name="message_unread"
                    ),
                    models.Index(
                        condition=models.Q(("sorted_at__isnull", True)), fields=["id"], name="message_unsorted"
                    ),
                    models.Index(condition=models.Q(("kind", "reminder")), fields=["case"], name="message_reminding"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("kind", ""), _negated=True), name="message_has_a_kind")
                ],
            },
        ),
        CreateTable(
            name="Archived",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="archived", to="casework.case"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="archived_cases",
                        to="parties.person",
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("person", "case"), name="archived_once")],
            },
        ),
        CreateTable(
            name="Deed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.TextField()),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deeds",
                        to="casework.case",
                    ),
                ),
                ("actor", models.BigIntegerField(null=True)),
                ("command", models.TextField()),
                ("content_digest", models.TextField()),
                ("answer", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("key",), name="deed_key_once")],
            },
        ),
        CreateTable(
            name="Counter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scope", models.TextField(unique=True)),
                ("last", models.BigIntegerField(default=0)),
            ],
        ),
        CreateTable(
            name="Batch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.TextField(unique=True)),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="batches",
                        to="parties.person",
                    ),
                ),
                ("verb", models.TextField(default="")),
                ("reason", models.TextField(default="")),
                ("undone_because", models.TextField(default="")),
                ("state", models.TextField(default="draft")),
                ("request_id", models.TextField(default="")),
                ("made_at", models.DateTimeField()),
                ("beat_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("-id",),
                "indexes": [models.Index(fields=["person", "-id"], name="batch_by_person")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["draft", "looking", "ready", "running", "stopped", "undoing", "done"])
                        ),
                        name="batch_state_known",
                    )
                ],
            },
        ),
        CreateTable(
            name="BatchLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "batch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="casework.batch",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.case"
                    ),
                ),
                ("step", models.TextField()),
                ("revision", models.IntegerField()),
                ("rank", models.IntegerField(null=True)),
                ("state", models.TextField(default="waiting")),
                ("problems", models.JSONField(default=list)),
            ],
            options={
                "ordering": ("id",),
                "constraints": [
                    models.UniqueConstraint(fields=("batch", "case"), name="batch_line_once"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["waiting", "able", "unable", "done", "refused", "undone"])),
                        name="batch_line_state_known",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            REFUSE + "".join(map(_guard, KEPT)),
            "".join(map(_release, KEPT)) + "DROP FUNCTION casework_refuse_change();",
        ),
        migrations.RunSQL(PAIRS, NO_PAIRS),
        TraceColumns("casework_case", ["step", "end"], subject="case", key="number"),
        TraceColumns("casework_round", ["status", "closes"], subject="round", key="code"),
        TraceColumns("casework_seat", ["state"], subject="seat", key="case_id"),
        migrations.RunSQL(
            "".join(f"ALTER TABLE {table} SET (toast_tuple_target = 8160);" for table in AS_THEY_ARE),
            "".join(f"ALTER TABLE {table} RESET (toast_tuple_target);" for table in AS_THEY_ARE),
        ),
        # Lists join the few programmes there are. Whoever is believed to be alone is looked at first, and all cases are then
        # read once for each: so few changes are no reason to count again, as PostgreSQL has it.
        migrations.RunSQL(
            "ALTER TABLE casework_programmeversion"
            " SET (autovacuum_analyze_threshold = 1, autovacuum_analyze_scale_factor = 0);",
            "ALTER TABLE casework_programmeversion"
            " RESET (autovacuum_analyze_threshold, autovacuum_analyze_scale_factor);",
        ),
    ]
