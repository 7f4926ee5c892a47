"""What a reviewer types is kept as it is, complete or not, for them alone, until they send their scores.

A seat has one holder, so nobody else writes here; each field is kept by itself, and two windows meet only in the same
field: there the later one is told, and what stands is not overwritten unseen. Beside `act` on purpose: what is typed
happens to nobody's case before it is sent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import md5
from typing import Any, Literal

from keguan.casework.reviewing.models import SeatDraft
from keguan.casework.store import as_json
from keguan.database import prepared
from keguan.engine.moves import refuse
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Refusal

BYTES_MOST = 200_000
"""More than this nobody typed about one case."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What was typed so far, by field (`scores.<criterion>`, `comments.<criterion>`, `comment`), and when.

    clashes: the fields that another window changed meanwhile, with what stands there: only these were not written.
    """

    values: Mapping[str, str]
    saved_at: datetime
    clashes: Mapping[str, str] = field(default_factory=dict)


def print_of(value: str) -> str:
    """What a page carries along of a field as it shows it, to find on its way back whether another window changed it."""
    return md5(value.encode(), usedforsecurity=False).hexdigest()


Changed = Literal["nobody", "there", "here", "both"]


def who_changed(shown: str, there: str, here: str) -> Changed:
    """Which side changed a field since a page or a sheet showed it: the kept one (there), the one that comes back (here),
    or both and each otherwise. What they say alike nobody has to be asked about. Each by its print."""
    if there == here:
        return "nobody"
    if shown == here:
        return "there"
    return "here" if shown == there else "both"


_KEEP = """
  INSERT INTO reviewing_seatdraft AS kept (seat_id, values, revision, saved_at)
  SELECT seat.id, given.values || coalesce((
      SELECT jsonb_object_agg(sent.key, sent.value) FROM jsonb_each_text(%(sent)s::jsonb) sent
      WHERE NOT given.values ? sent.key OR NOT %(shown)s::jsonb ? sent.key
        OR %(shown)s::jsonb ->> sent.key = md5(given.values ->> sent.key)
    ), '{}'::jsonb), 1, %(now)s
  FROM casework_seat seat
  JOIN casework_case this ON this.id = seat.case_id AND this.step = seat.step AND this.step_kind = 'review'
  JOIN casework_memo memo ON memo.case_id = this.id
  JOIN casework_seatholder holder ON holder.seat_id = seat.id
  JOIN experts_expert expert ON expert.id = holder.expert_id
  CROSS JOIN LATERAL (
    SELECT coalesce(jsonb_object_agg(one.name, one.said), '{}'::jsonb) AS values FROM (
      SELECT 'scores.' || key AS name, value AS said FROM jsonb_each_text(seat.scores)
      UNION ALL SELECT 'comments.' || key, value FROM jsonb_each_text(seat.comments)
      UNION ALL SELECT 'comment', seat.comment
    ) one WHERE seat.state = 'final'
  ) given
  WHERE this.number = %(number)s AND expert.person_id = %(person)s AND seat.state IN ('accepted', 'final')
    AND seat.attempt = (memo.state #>> ARRAY['steps', this.step, 'attempt'])::int
  ORDER BY seat.id LIMIT 1
  ON CONFLICT (seat_id) DO UPDATE
    SET values = kept.values || coalesce((
        SELECT jsonb_object_agg(sent.key, sent.value) FROM jsonb_each_text(%(sent)s::jsonb) sent
        WHERE NOT kept.values ? sent.key OR NOT %(shown)s::jsonb ? sent.key
          OR %(shown)s::jsonb ->> sent.key = md5(kept.values ->> sent.key)
      ), '{}'::jsonb),
      revision = kept.revision + 1, saved_at = excluded.saved_at
  RETURNING values"""
"""What it compares with is the row as locked: of two windows that save at once, the later one meets what the other wrote.
Of scores that were sent the draft begins with what was given: a window from before meets that too."""


def keep(
    number: str, typed: Mapping[str, str], actor: Actor, shown: Mapping[str, str] | None = None
) -> Draft | Refusal:
    """Keep these fields beside those kept before. Refused to whoever holds no seat that has accepted.

    shown: for each field the print of what its page showed (`print_of`); what stands there otherwise by now is not
    overwritten but comes back as a clash. Fields that are not among them are written whatever stands there.
    """
    shown = shown or {}
    sent = {name: storable(value) for name, value in typed.items()}
    now = clock.now()
    if len(as_json(sent).encode()) > BYTES_MOST:
        return refuse("draft.too_large", Text("评语过长，没有保存。", "This is too much text: it was not saved."))
    with prepared.cursor() as cursor:
        given = {
            "sent": as_json(sent),
            "shown": as_json(dict(shown)),
            "now": now,
            "number": number,
            "person": prepared.stable(actor.person),
        }
        cursor.execute(_KEEP, given)
        row = cursor.fetchone()
    if row is None:
        return refuse(
            "review.no_seat",
            Text(
                "您在本评审组没有可以评分的席位，内容没有保存。",
                "You have no seat on this panel to score from: nothing was saved.",
            ),
            fix=Text(
                "评审可能已结束或您已被解除指派，请返回“我的评审”。",
                "The review may be over, or you were released: see “My reviews”.",
            ),
        )
    kept: Any = row[0]
    values = json.loads(kept) if isinstance(kept, str) else kept
    return Draft(values, now, _clashes(values, sent, shown))


def _clashes(kept: Mapping[str, str], sent: Mapping[str, str], shown: Mapping[str, str]) -> dict[str, str]:
    """The fields that a page changed and another window changed otherwise, with what stands there."""
    return {
        name: kept[name]
        for name, value in sent.items()
        if name in kept and name in shown and who_changed(shown[name], print_of(kept[name]), print_of(value)) == "both"
    }


def draft_of(seat: int) -> Draft | None:
    """What the holder of this seat has typed, None for nothing. For the holder's own pages only. One query."""
    found = SeatDraft.objects.filter(seat=seat).first()
    return None if found is None else Draft(found.values, found.saved_at)


def as_read(name: str, value: str) -> str:
    """What a field says once it is read: without the space around it, points as the number they are."""
    bare = storable(value).strip()
    return str(int(bare)) if name.startswith("scores.") and bare.isdecimal() and len(bare) < 5 else bare


def storable(value: str) -> str:
    """The text without the one character (NUL) and the broken halves of others that no database text can hold."""
    return value.replace("\r\n", "\n").replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
