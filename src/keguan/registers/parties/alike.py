"""Entries that may be one person: found by what they share, until the registrar merges them or says that they are two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import connection, transaction

from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refused
from keguan.registers.parties.models import Merge, Person, TwoPeople
from keguan.registers.trace import services as trace

WHYS: Mapping[str, Text] = {
    "orcid": Text("ORCID相同", "the same ORCID"),
    "email": Text("电子邮箱相同", "the same e-mail"),
    "phone": Text("电话相同", "the same telephone"),
    "document": Text("姓名和证件末四位相同", "the same name and ending of the document"),
    "born": Text("姓名和出生日期相同", "the same name and birth date"),
    "employer": Text("姓名和工作单位相同", "the same name and employer"),
    "spelt_document": Text(
        "姓名写法不同而可能同名，证件末四位相同",
        "perhaps one name in two spellings, and the same ending of the document",
    ),
    "spelt_born": Text(
        "姓名写法不同而可能同名，出生日期相同", "perhaps one name in two spellings, and the same birth date"
    ),
    "spelt_employer": Text(
        "姓名写法不同而可能同名，工作单位相同", "perhaps one name in two spellings, and the same employer"
    ),
}
"""What two entries share, the surest first. The same name alone says nothing."""

_BESIDE = """unnest(array_remove(ARRAY[
        CASE WHEN a.id_ending <> '' AND (a.id_kind, a.id_ending) = (b.id_kind, b.id_ending) THEN '{spelt}document' END,
        CASE WHEN a.born = b.born THEN '{spelt}born' END,
        CASE WHEN a.employer_id = b.employer_id AND coalesce(a.born = b.born, true) THEN '{spelt}employer' END
      ], NULL))"""
"""What must be the same beside the name."""
_SAME, _SPELT = _BESIDE.format(spelt=""), _BESIDE.format(spelt="spelt_")

# A name in letters meets those that sound so, and one with initials those that begin so: never two names in characters, for
# very many names sound alike. "{" is the first sign behind the letters.
_PAIRS = f"""
  WITH asked AS (SELECT * FROM parties_person WHERE {{who}}),
  pair AS (
    SELECT a.id AS a, b.id AS b, 'orcid' AS why FROM asked a JOIN parties_person b ON b.orcid = a.orcid AND b.orcid <> ''
    UNION ALL
    SELECT a.id, b.id, 'email' FROM asked a
      JOIN parties_person b ON lower(b.email) = lower(a.email) AND b.email <> '' WHERE a.email <> ''
    UNION ALL
    SELECT a.id, b.id, 'phone' FROM asked a JOIN parties_person b ON b.phone = a.phone AND b.phone <> ''
    UNION ALL
    SELECT a.id, b.id, {_SAME}
      FROM asked a JOIN parties_person b ON b.normal_name = a.normal_name AND b.id <> a.id
    UNION ALL
    SELECT a.id, b.id, {_SPELT}
      FROM asked a JOIN parties_person b ON b.plain_name = a.plain_name AND b.normal_name <> a.normal_name
      WHERE a.plain_name <> ''
    UNION ALL
    SELECT a.id, b.id, {_SPELT}
      FROM asked a JOIN parties_person b ON b.sound = a.sound AND b.normal_name <> a.normal_name
      WHERE a.sound <> '' AND a.plain_name < '{{{{'
    UNION ALL
    SELECT a.id, b.id, {_SPELT}
      FROM asked a JOIN parties_person b ON b.sound = a.sound AND b.normal_name <> a.normal_name
      WHERE b.sound <> '' AND b.plain_name < '{{{{'
    UNION ALL
    SELECT a.id, b.id, {_SPELT}
      FROM asked a JOIN parties_person b ON b.initials = a.initials AND b.normal_name <> a.normal_name
      WHERE a.sound = '' AND a.initials <> ''
    UNION ALL
    SELECT a.id, b.id, {_SPELT}
      FROM asked a JOIN parties_person b ON b.initials = a.initials AND b.normal_name <> a.normal_name
      WHERE b.sound = '' AND b.initials <> ''
  )
  SELECT least(pair.a, pair.b) AS one, greatest(pair.a, pair.b) AS other, array_agg(DISTINCT pair.why)
  FROM pair JOIN parties_person a ON a.id = pair.a JOIN parties_person b ON b.id = pair.b
  WHERE pair.a <> pair.b
    AND NOT (a.id_kind <> '' AND a.id_kind = b.id_kind AND a.id_ending <> b.id_ending)
    AND NOT EXISTS (SELECT FROM parties_merge merge WHERE merge.gone_id IN (pair.a, pair.b))
    AND NOT EXISTS (
      SELECT FROM parties_twopeople two
      WHERE two.one_id = least(pair.a, pair.b) AND two.other_id = greatest(pair.a, pair.b)
    )
  GROUP BY 1, 2 ORDER BY 1, 2 LIMIT {{most}}"""  # noqa: S608 - texts of the house


@dataclass(frozen=True, slots=True)
class Alike:
    """Two entries, by the ids of people, the older one first. whys: what they share, of `WHYS`."""

    one: int
    other: int
    whys: tuple[str, ...]

    @property
    def said(self) -> Text:
        """What they share, in words."""
        words = [WHYS[why] for why in WHYS if why in self.whys]
        return Text("、".join(one.zh for one in words), ", ".join(one.en for one in words))


def alike(people: Iterable[int] | None = None, *, chosen: str = "", most: int = 100_000) -> list[Alike]:
    """Pairs of entries that may be one person, with at least one of these people; of all where None. One query,
    none where nobody is asked about.

    chosen: instead of people, a SELECT of their ids. Whoever has another identity document, was merged, or was said to
    be somebody else is no longer asked about.
    """
    asked = None if people is None else list(people)
    if asked == [] and not chosen:
        return []  # PostgreSQL would read everybody to find out
    who = f"id IN ({chosen})" if chosen else "true" if people is None else "id = ANY(%(people)s)"
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS.format(who=who, most=int(most)), {"people": asked})
        return [Alike(one, other, tuple(whys)) for one, other, whys in cursor.fetchall()]


def in_question(people: Iterable[int]) -> frozenset[int]:
    """Who of these may be somebody else of the register. One query."""
    asked = frozenset(people)
    return frozenset(one for pair in alike(asked) for one in (pair.one, pair.other)) & asked if asked else asked


@transaction.atomic
def tell_apart(actor: Actor, one: Person, other: Person, *, reason: str) -> TwoPeople:
    """Say that two entries are two people, for a reason. Raises Refused: `apart.reason`, `apart.self`, `apart.own`,
    `apart.again`, all at once."""
    if actor.person is None:
        raise TypeError("a person judges, not the system")
    problems = []
    if not reason.strip():
        problems.append(Problem("apart.reason", Text("请写明理由", "Give the reason"), "reason"))
    if one.pk == other.pk:
        problems.append(Problem("apart.self", Text("这是同一条记录。", "This is one and the same entry."), "other"))
    if actor.person in (one.pk, other.pk):
        said = Text("不能认定本人的记录。", "Nobody judges entries of their own.")
        fix = Text("请由另一名登记员办理。", "Another registrar does it.")
        problems.append(Problem("apart.own", said, "other", fix=fix))
    first, second = sorted((one.pk, other.pk))
    if (
        TwoPeople.objects.filter(one=first, other=second).exists()
        or Merge.objects.filter(gone__in=[first, second]).exists()
    ):
        said = Text("这两条记录已有结论。", "These two are settled already.")
        problems.append(Problem("apart.again", said, "other"))
    if problems:
        raise Refused.because(*problems)
    row = TwoPeople.objects.create(
        one_id=first, other_id=second, reason=reason.strip(), said_by_id=actor.person, said_at=clock.now()
    )
    payload = {"one": first, "other": second}
    trace.write("parties:people:told-apart", actor, payload=payload, personal={"reason": row.reason})
    return row
