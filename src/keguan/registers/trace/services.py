"""Write the trace: in the caller's own transaction, with personal values behind salted commitments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Literal

from django.db import connection, transaction

from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.canonical import canonical, commitment, new_salt
from keguan.kernel.problems import Problem, Refused

_COLUMNS = "tag, actor, on_behalf_of, case_number, programme_digest, request_id, outcome, payload, payload_digest"
# "" takes the request that `stamp` left in the transaction.
_ROW = "(%s, %s, %s, %s, %s, coalesce(nullif(%s, ''), current_setting('keguan.request', true), ''), %s, %s::jsonb, %s)"


@dataclass(frozen=True, slots=True)
class Line:
    """One event to be written. personal: values that stay out of the payload, by the field they would have there."""

    tag: str
    outcome: str = "done"
    on_behalf_of: int | None = None
    case_number: str = ""
    programme_digest: str = ""
    request_id: str = ""
    payload: Mapping[str, object] = field(default_factory=dict)
    personal: Mapping[str, object] = field(default_factory=dict)


def stamp(actor: Actor, request_id: str = "") -> None:
    """Tell the database who acts in this transaction, so that rows traced by trigger name the actor too.

    One query; it lasts until the transaction ends. Raises RuntimeError outside a transaction, where it would be lost.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("stamp() needs an open transaction")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {STAMP}", stamp_values(actor, request_id))


STAMP = "set_config('keguan.actor', %s, true), set_config('keguan.request', %s, true)"
"""What `stamp` selects, for a caller whose first statement can carry it; its values come from `stamp_values`."""


def stamp_values(actor: Actor, request_id: str) -> list[str]:
    """The values of `STAMP`."""
    return ["" if actor.person is None else str(actor.person), request_id]


def write(
    tag: str,
    actor: Actor,
    *,
    outcome: str = "done",
    on_behalf_of: int | None = None,
    case_number: str = "",
    programme_digest: str = "",
    request_id: str = "",
    payload: Mapping[str, object] | None = None,
    personal: Mapping[str, object] | None = None,
) -> int:
    """Record that `actor` did, tried or read something; it stands or falls with the caller's transaction.

    payload: plain values, no personal ones; personal: values the law may order erased (names, addresses, birth dates),
    of which the payload keeps only `{"commitment": …}` under the same field; empty ones are left out.
    request_id: "" takes the stamped one.
    Returns the event's id. Raises ValueError if a field is in both.
    """
    line = Line(tag, outcome, on_behalf_of, case_number, programme_digest, request_id, payload or {}, personal or {})
    return write_many(actor, [line])[0]


def write_many(actor: Actor, lines: Iterable[Line]) -> list[int]:
    """Record several events of one actor at once, in their order; two queries however many. Returns their ids."""
    payloads: list[bytes] = []
    hidden: list[dict[str, tuple[bytes, str]]] = []
    values: list[Any] = []
    for line in lines:
        payload, secret = _commit(line)
        payloads.append(canonical(payload))
        hidden.append(secret)
        values += _values(line, actor, payloads[-1])
    if not payloads:
        return []
    # Every deed passes here, so this is SQL by hand: the same through the ORM took three times the processor time.
    rows = ", ".join([_ROW] * len(payloads))
    with _together(needed=any(hidden)), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO trace_event ({_COLUMNS}) VALUES {rows} RETURNING id", values)  # noqa: S608 - ours
        ids = [pk for (pk,) in cursor.fetchall()]
        secrets = [(pk, name, *pair) for pk, secret in zip(ids, hidden, strict=True) for name, pair in secret.items()]
        if secrets:
            cursor.execute(
                "INSERT INTO trace_personal (event_id, field, salt, value) VALUES "  # noqa: S608 - ours
                + ", ".join(["(%s, %s, %s, %s::jsonb)"] * len(secrets)),
                [value for secret in secrets for value in secret],
            )
    return ids


def statement(actor: Actor, line: Line) -> tuple[str, list[Any]]:
    """The INSERT of one event and its values, for a caller who sends it together with the rows that it tells of.

    Raises ValueError if the line has personal values: they need a second row, so `write` them.
    """
    if line.personal:
        raise ValueError(f"{line.tag} has personal values")
    return f"INSERT INTO trace_event ({_COLUMNS}) VALUES {_ROW}", _values(line, actor, canonical(dict(line.payload)))  # noqa: S608 - ours


Reading = Literal["proposal", "reviews", "reviewers", "document", "identity", "explanation"]
"""What is confidential, so that looking at it is traced."""


def reading(thing: Reading, key: str = "", **more: Any) -> Line:
    """The line that says that somebody looked at something confidential. more: other fields of the line."""
    return Line(f"read:{thing}:opened", outcome="read", payload={"key": key}, **more)


def read(
    actor: Actor,
    thing: Reading,
    key: str = "",
    *,
    case_number: str = "",
    on_behalf_of: int | None = None,
    request_id: str = "",
) -> int:
    """Record that `actor` looked at something confidential: a proposal, a score, who a reviewer is.

    key: which one. One insert, each reading on its own row.
    """
    line = reading(thing, key, case_number=case_number, on_behalf_of=on_behalf_of, request_id=request_id)
    return write_many(actor, [line])[0]


@transaction.atomic
def erase(actor: Actor, events: Sequence[int], *, basis: str, fields: Sequence[str] | None = None) -> int:
    """Erase the personal values behind these events, as the law orders; the events themselves stay and still verify.

    basis: the law or the decision that orders it. fields: only these, None for all. Returns the number of values
    erased. Raises Refused without a basis. Each event it touches gets an event `trace:personal:erased` of its own,
    which names the fields, never their values.
    """
    if not basis.strip():
        raise Refused.because(
            Problem(
                "trace.erase.basis",
                Text("删除个人信息须说明依据。", "Erasing personal values needs its legal basis."),
                where="basis",
                source="个人信息保护法 第47条",
                fix=Text("请填写法律条款或决定文号。", "Name the article of the law or the number of the decision."),
            )
        )
    wanted = None if fields is None else list(fields)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(trace_erase(event, %s, %s, %s)), 0) FROM unnest(%s::bigint[]) AS event",
            [wanted, basis.strip(), actor.person, sorted(set(events))],
        )
        return int(cursor.fetchone()[0])


def _together(*, needed: bool) -> AbstractContextManager[object]:
    # Two statements stand or fall together; a single one does so by itself.
    return transaction.atomic(savepoint=False) if needed else nullcontext()


def _commit(line: Line) -> tuple[dict[str, object], dict[str, tuple[bytes, str]]]:
    """The payload with commitments in it, and salt and canonical value of each field that stays out."""
    payload = dict(line.payload)
    hidden: dict[str, tuple[bytes, str]] = {}
    for name, value in line.personal.items():
        if value is None or value == "":
            continue
        if name in payload:
            raise ValueError(f"{name!r} is in the payload and among the personal values")
        salt = new_salt()
        hidden[name] = (salt, canonical(value).decode())
        payload[name] = {"commitment": commitment(value, salt)}
    return payload, hidden


def _values(line: Line, actor: Actor, payload: bytes) -> list[Any]:
    """What `_ROW` needs. The text that is stored is the text that is hashed."""
    return [
        line.tag,
        actor.person,
        line.on_behalf_of,
        line.case_number,
        line.programme_digest,
        line.request_id,
        line.outcome,
        payload.decode(),
        sha256(payload).hexdigest(),
    ]
