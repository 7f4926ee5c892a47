from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q

# What was sent before messages had kinds is known by its words; it is not sent out again.
KINDS_OF_OLD_MESSAGES = """
UPDATE casework_message SET sorted_at = at, kind = CASE
  WHEN zh LIKE '%被退回%' THEN 'returned'
  WHEN zh LIKE '%等待您办理%' THEN 'waits'
  WHEN zh LIKE '%即将到期%' THEN 'deadline'
  WHEN zh LIKE '%截止时间已延至%' OR zh LIKE '%延后至%' THEN 'extended'
  WHEN zh LIKE '请您%' THEN 'write'
  ELSE 'ended'
END
"""


class Migration(migrations.Migration):
    dependencies = [("casework", "0008_late_entries")]

    operations = [
        migrations.AddField("message", "kind", models.TextField(default=""), preserve_default=False),
        migrations.AddField("message", "sorted_at", models.DateTimeField(null=True)),
        migrations.RunSQL(KINDS_OF_OLD_MESSAGES, migrations.RunSQL.noop),
        migrations.AddConstraint("message", models.CheckConstraint(condition=~Q(kind=""), name="message_has_a_kind")),
        migrations.AddIndex(
            "message", models.Index(fields=["person"], name="message_unread", condition=Q(read_at__isnull=True))
        ),
        migrations.AddIndex(
            "message", models.Index(fields=["id"], name="message_unsorted", condition=Q(sorted_at__isnull=True))
        ),
    ]
