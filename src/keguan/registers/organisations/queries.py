"""Find organisations, and walk the two hierarchies as they stood on a day. What is here is public."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.kernel.ids import normal_uscc, uscc_problem
from keguan.kernel.names import normal_name
from keguan.registers.organisations.models import (
    HIERARCHIES,
    RECOMMENDING_KINDS,
    FormerName,
    Organisation,
    Region,
)


def matches(name_or_uscc: str) -> list[Organisation]:
    """Every organisation that goes, or went, by this name or code; those of today's name first.

    Spelling variants (dots, widths, brackets, spaces) meet. A merged organisation stands for its successor.
    """
    typed = name_or_uscc.strip()
    if not typed:
        return []
    if uscc_problem(typed) is None:
        found = list(Organisation.objects.filter(uscc=normal_uscc(typed)))
    else:
        normal = normal_name(typed)
        found = list(Organisation.objects.filter(normal_name=normal).order_by("status", "id"))
        found = found or list(Organisation.objects.filter(former_names__normal_name=normal).distinct().order_by("id"))
    return list(dict.fromkeys(map(standing, found)))


def find(name_or_uscc: str) -> Organisation | None:
    """The one organisation that goes, or went, by this name or code.

    None if there is none, or more than one: `matches` then lists them for a person to choose.
    """
    found = matches(name_or_uscc)
    return found[0] if len(found) == 1 else None


def standing(organisation: Organisation) -> Organisation:
    """The organisation that stands for this one today: itself, or what it was merged into."""
    while organisation.successor is not None:
        organisation = organisation.successor
    return organisation


def organisations(
    *, text: str = "", kind: str = "", region: str = "", status: str = "active"
) -> QuerySet[Organisation]:
    """Organisations that meet all the filters given, in the order of their names.

    text: part of a present or former name in any spelling, or the beginning of a code. region: a code of GB/T 2260 or
    its beginning (`65` is all Xinjiang). status: "" for all.
    """
    wanted = Organisation.objects.order_by("pinyin", "id")
    if kind:
        wanted = wanted.filter(kind=kind)
    if status:
        wanted = wanted.filter(status=status)
    if region:
        wanted = wanted.filter(region_code__startswith=region)
    if normal := normal_name(text):
        former = FormerName.objects.filter(organisation=OuterRef("pk"), normal_name__contains=normal)
        wanted = wanted.filter(
            Q(normal_name__contains=normal)
            | Q(name_en__icontains=text.strip())
            | Q(uscc__startswith=normal_uscc(text) or "-")
            | Q(Exists(former))
        )
    return wanted


def search(text: str, limit: int = 20) -> list[Organisation]:
    """The first organisations for a text being typed; none for an empty text."""
    return list(organisations(text=text)[:limit]) if text.strip() else []


def region_named(code: str, on: date | None = None) -> Region | None:
    """The division that has this code on that day (today if none is given)."""
    day = on or clock.today()
    valid = Q(valid_from__isnull=True) | Q(valid_from__lte=day), Q(valid_to__isnull=True) | Q(valid_to__gte=day)
    return Region.objects.filter(*valid, code=code).first()


def regions_said(codes: Iterable[str]) -> dict[str, Text]:
    """Each code with the name of the division it stands for, in both languages; one query however many.

    The register names provinces and prefectures: a county is told by the smallest division around it that has a name.
    A code that ended keeps the name it had. Codes nobody knows, and "", stand for themselves.
    """
    asked = set(codes)
    around = {code: (code, f"{code[:4]}00", f"{code[:2]}0000") for code in asked if code}
    wanted = {one for ones in around.values() for one in ones}
    named = {
        row.code: row for row in Region.objects.filter(code__in=wanted).order_by(F("valid_to").asc(nulls_last=True))
    }
    said = {code: next((named[one] for one in ones if one in named), None) for code, ones in around.items()}
    return {
        code: Text(f"{code} {region.name}", f"{code} {region.name_en or region.name}")
        if (region := said.get(code))
        else Text(code, code)
        for code in asked
    }


def is_region(code: str) -> bool:
    """Whether a code of six digits lies in a province that the register knows, and, where it names the prefectures of that
    province, in one of them. One query."""
    if not (len(code) == 6 and code.isascii() and code.isdecimal()):
        return False
    known = set(Region.objects.filter(code__startswith=code[:2]).values_list("code", flat=True))
    province, prefecture = f"{code[:2]}0000", f"{code[:4]}00"
    if province not in known or known == {province}:
        # Of a province that is told as a whole, only the shape of the standard is known.
        return province in known and code[2:4] in (_DISTRICTS if code[:2] in _MUNICIPALITIES else _PREFECTURES)
    return prefecture in known


_MUNICIPALITIES = ("11", "12", "31", "50")
_DISTRICTS = ("00", "01", "02")
_PREFECTURES = (*(f"{n:02}" for n in range(71)), "90")
"""The third and fourth digit that GB/T 2260 gives to districts of a municipality, and to prefectures of other provinces."""


def regions(within: str = "", on: date | None = None) -> QuerySet[Region]:
    """The divisions valid on a day, all or those whose code begins with `within`, in the order of their codes."""
    day = on or clock.today()
    return Region.objects.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=day),
        Q(valid_to__isnull=True) | Q(valid_to__gte=day),
        code__startswith=within,
    ).order_by("code")


def ancestors(
    organisation: Organisation, hierarchy: str = "administrative", on: date | None = None
) -> list[Organisation]:
    """Those above the organisation in one hierarchy on a day, the nearest first."""
    ids = [pk for pk, _ in _above(organisation.pk, [hierarchy], on or clock.today())]
    rows = Organisation.objects.in_bulk(ids)
    return [rows[pk] for pk in ids]


def within(
    organisation: Organisation, on: date | None = None, hierarchies: Iterable[str] = tuple(HIERARCHIES)
) -> frozenset[int]:
    """The ids of the organisation and of everything below it on a day, in these hierarchies."""
    day = on or clock.today()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE below (id) AS (
              SELECT %s::bigint
              UNION
              SELECT link.child_id FROM organisations_parent link JOIN below ON link.parent_id = below.id
              WHERE link.hierarchy = ANY(%s) AND link.since <= %s AND (link.until IS NULL OR link.until >= %s)
            )
            SELECT id FROM below
            """,
            [organisation.pk, list(hierarchies), day, day],
        )
        return frozenset(pk for (pk,) in cursor.fetchall())


def recommender_of(organisation: Organisation, on: date | None = None) -> Organisation | None:
    """The authority that recommends this organisation's applications on a day, or None where nobody stands above it.

    The nearest department, bureau or XPCC division above it in either hierarchy; at the same distance the
    administrative one. An authority is not its own recommender.
    """
    above = _above(organisation.pk, list(HIERARCHIES), on or clock.today())
    found = Organisation.objects.filter(kind__in=RECOMMENDING_KINDS).in_bulk([pk for pk, _ in above])
    return next((found[pk] for pk, _ in above if pk in found), None)


def _above(organisation: int, hierarchies: list[str], day: date) -> list[tuple[int, str]]:
    """Ids and hierarchies of those above, the nearest first; each hierarchy is climbed by itself."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE above (id, hierarchy, distance) AS (
              SELECT parent_id, hierarchy, 1 FROM organisations_parent
              WHERE child_id = %(child)s AND hierarchy = ANY(%(hierarchies)s)
                AND since <= %(day)s AND (until IS NULL OR until >= %(day)s)
              UNION
              SELECT link.parent_id, link.hierarchy, above.distance + 1
              FROM organisations_parent link
              JOIN above ON link.child_id = above.id AND link.hierarchy = above.hierarchy
              WHERE link.since <= %(day)s AND (link.until IS NULL OR link.until >= %(day)s) AND above.distance < 50
            )
            SELECT id, hierarchy FROM above ORDER BY distance, hierarchy
            """,
            {"child": organisation, "hierarchies": hierarchies, "day": day},
        )
        return cursor.fetchall()
