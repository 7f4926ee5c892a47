"""Cases made up for tests: bare rows for questions about rows, and real ones walked there by the services.

`cases.bare_case(round, host_id=…)` writes rows only. `cases.case(world, at="review")` submits, endorses and screens a
key R&D application by the real services.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

from django.conf import settings
from tests.make import world as w

from keguan.casework import versions
from keguan.casework.models import Case, Memo, ProgrammeVersion, Round, Seat, SeatHolder
from keguan.casework.services import Done
from keguan.kernel.clock import clock_at
from keguan.language.definition import Definition
from keguan.language.loader import load
from keguan.language.parameters import load_parameters
from keguan.registers.experts.models import Expert

_numbers = count(1)
_definitions: dict[str, Definition] = {}
OPENED = datetime(2026, 3, 1, tzinfo=UTC)
CLOSED = datetime(2026, 3, 31, 10, tzinfo=UTC)


# --------------------------------------------------------------------------------------------------- bare rows


def definition(code: str = "key-rd-project") -> Definition:
    """The programme as it stands in its folder."""
    if code not in _definitions:
        folder = sorted((Path(settings.PROGRAMMES) / code).iterdir())[-1]
        parameters = load_parameters(Path(settings.PARAMETERS))
        assert isinstance(parameters, Mapping), parameters
        read = load(folder, parameters)
        assert isinstance(read, Definition), read
        _definitions[code] = read
    return _definitions[code]


def version(code: str = "key-rd-project") -> ProgrammeVersion:
    """The programme of this code as a version, without the rehearsal that its publication asks for."""
    return bare_version(code, read=definition(code))


def bare_version(code: str = "rice", *, read: Definition | None = None) -> ProgrammeVersion:
    """A programme version that says what was read, or that nobody reads."""
    number = next(_numbers)
    made = ProgrammeVersion(
        code=read.programme.programme if read else code,
        version=str(number),
        digest=read.digest if read else sha256(f"{code} {number}".encode()).hexdigest(),
        title_zh=read.programme.title.zh if read else "水稻计划",
        title_en=read.programme.title.en if read else "Rice programme",
        sources=dict(read.sources) if read else {},
        published_at=OPENED,
    )
    if read:
        versions._read[read.digest] = read
        if stands := ProgrammeVersion.objects.filter(digest=read.digest).first():
            return stands
    made.save()
    return made


def bare_round(of: ProgrammeVersion, **given: Any) -> Round:
    """A published round of March 2026."""
    given = {"opens": OPENED, "closes": CLOSED, "status": "published", "title_zh": "批次", "title_en": "Round"} | given
    return Round.objects.create(programme=of, code=given.pop("code", f"R-{next(_numbers):03d}"), **given)


def bare_case(in_round: Round | None, *, state: dict[str, Any] | None = None, **given: Any) -> Case:
    """A case row with its memo; without a round it stands beside its `parent`. state: what the memo says of the steps,
    as far as a test asks."""
    row = {"step": "apply", "step_kind": "apply", "created_at": OPENED, "changed_at": OPENED} | given
    version_of = in_round.programme if in_round else given["parent"].programme
    case = Case.objects.create(
        number=f"65RIC2026{next(_numbers):07d}",
        programme=version_of,
        round=in_round,
        code=version_of.code,
        **row,
    )
    case.memo = Memo.objects.create(case=case, state={"steps": {}} | (state or {}))
    return case


def bare_seat(of: Case, expert: Expert, *, number: int = 1, state: str = "invited", **given: Any) -> Seat:
    """A seat on the case's panel, and who holds it."""
    given = {"step": "review", "attempt": 1, "changed_at": OPENED} | given
    seat = Seat.objects.create(case=of, number=number, state=state, **given)
    SeatHolder.objects.create(seat=seat, expert=expert)
    return seat


# -------------------------------------------------------------------------------------------- walked by services

STAGES = ("apply", "endorse", "recommend", "screen", "review", "scored")


def case(of: w.World, *, at: str = "apply", rank: int = 1, who: str = "applicant", **changes: Any) -> Case:
    """A key R&D application that has come to this step (`scored`: reviewed, waiting to be ranked).

    The world needs a round that is open on 2 March 2026: `cases.opened(world)`.
    """
    upto = STAGES.index(at)
    with clock_at(w.moment("2026-03-02")):
        number = w.started(of, who)
        if upto >= 1:
            _done(of.act(number, "submit", who, values=w.proposal(of, **changes)))
        if upto >= 2:
            _done(of.act(number, "endorse", "host", note="材料属实"))
        if upto >= 3:
            _done(of.act(number, "endorse", "authority", rank=rank))
    with clock_at(w.moment("2026-04-10")):
        if upto >= 4:
            rules = [f"formal.{rule}" for rule in ("guide", "attachments", "classified", "cv")]
            _done(of.act(number, "pass", "officer", verdicts={rule: {"result": "meets"} for rule in rules}))
        if upto >= 5:
            w.reviewed(of, number)
    found = Case.objects.select_related("memo", "round", "host", "programme").get(number=number)
    assert found.step == ("rank" if at == "scored" else at)
    return found


def opened(of: w.World | None = None, **terms: Any) -> w.World:
    """A world with a key R&D round open through March 2026."""
    of = of or w.world()
    with clock_at(w.moment("2026-03-01", "12:00")):
        w.call(of, "key-rd-project", opens=w.moment("2026-03-01"), closes=w.moment("2026-03-31", "18:00"), **terms)
    return of


def _done(answer: Any) -> None:
    assert isinstance(answer, Done), answer
