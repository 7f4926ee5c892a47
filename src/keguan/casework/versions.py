"""Published versions of programmes: put in once, never changed, read back by digest."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.db import transaction

from keguan.casework.calendar import workdays
from keguan.casework.models import ProgrammeVersion
from keguan.engine.publication import fitness
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refusal
from keguan.language.definition import Definition
from keguan.language.loader import load, load_sources
from keguan.language.parameters import load_parameters
from keguan.registers.trace import services as trace


class Unreadable(Exception):  # noqa: N818 - what is wrong, in a word
    """A published programme can no longer be read: the language moved on without it. A bug, never the user's fault."""


_read: dict[str, Definition] = {}


def definition_of(version: ProgrammeVersion) -> Definition:
    """The definition that a case of this version is decided by. Read once per process: a digest never changes."""
    if version.digest not in _read:
        read = load_sources(version.sources)
        if not isinstance(read, Definition):
            raise Unreadable(f"{version}: {read[0]}")
        _read[version.digest] = read
    return _read[version.digest]


_versions: dict[tuple[int, str], ProgrammeVersion] = {}


def version_of(pk: int, digest: str) -> ProgrammeVersion:
    """The version of this id and digest, without its sources. Fetched once per process: it never changes."""
    known = _versions.get((pk, digest))
    if known is None:
        known = _versions[pk, digest] = ProgrammeVersion.objects.defer("sources").get(pk=pk)
    return known


def title_of(code: str) -> Text:
    """What a programme is called, as of a minute ago at most; its code where none of the kind was published."""
    try:
        return _title(code, int(clock.now().timestamp()) // 60)
    except ProgrammeVersion.DoesNotExist:
        return Text(code, code)


@lru_cache(maxsize=256)
def _title(code: str, _minute: int) -> Text:
    # Asked for on every page of whoever holds a duty for one programme.
    return ProgrammeVersion.objects.filter(code=code).defer("sources").latest("published_at").title


def publish(folder: Path, parameters: Path, actor: Actor) -> ProgrammeVersion | Refusal:
    """Publish the programme in a folder, if the checker and its examples have nothing against it.

    Publishing the very same text again answers with the version that stands. Other text under a published version
    number is refused: a published version never changes.
    """
    known = load_parameters(parameters)
    if isinstance(known, tuple):
        return Refusal(known)
    read = load(folder, known)
    if not isinstance(read, Definition):
        return Refusal(tuple(read))
    if problems := fitness(read, workdays(), tuple(known.values())).problems:
        return Refusal(tuple(problems))
    programme = read.programme
    with transaction.atomic():
        stands = ProgrammeVersion.objects.filter(code=programme.programme, version=programme.version).first()
        if stands and stands.digest == read.digest:
            return stands
        if stands:
            return Refusal((_changed(programme.programme, programme.version),))
        version = ProgrammeVersion.objects.create(
            code=programme.programme,
            version=programme.version,
            digest=read.digest,
            title_zh=programme.title.zh,
            title_en=programme.title.en,
            sources=dict(read.sources),
            published_at=clock.now(),
            published_by=actor.person,
        )
        trace.write(
            "programme:version:published",
            actor,
            programme_digest=read.digest,
            payload={"code": version.code, "version": version.version},
        )
    return version


def _changed(code: str, version: str) -> Problem:
    said = Text("{code} {version} 已发布，内容不可更改。", "{code} {version} is published and cannot be changed.")
    fix = Text("请改用新的版本号。", "Give the changed text a new version.")
    return Problem("programme.published", said.filled(code=code, version=version), fix=fix)
