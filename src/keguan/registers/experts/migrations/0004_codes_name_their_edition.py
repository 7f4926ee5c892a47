from __future__ import annotations

from django.db import migrations

# Until now every code was one of GB/T 13745-2009 and did not say so.
_FORWARD = """
  UPDATE experts_expert SET fields = ARRAY(
    SELECT CASE WHEN strpos(one.code, ':') > 0 THEN one.code ELSE 'gbt13745:2009:' || one.code END
    FROM unnest(fields) WITH ORDINALITY AS one (code, place) ORDER BY one.place
  )"""
_BACKWARD = """
  UPDATE experts_expert SET fields = ARRAY(
    SELECT regexp_replace(one.code, '^gbt13745:2009:', '')
    FROM unnest(fields) WITH ORDINALITY AS one (code, place) ORDER BY one.place
  )"""


class Migration(migrations.Migration):
    dependencies = [("experts", "0003_work")]

    operations = [migrations.RunSQL(_FORWARD, _BACKWARD)]
