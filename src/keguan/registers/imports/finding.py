"""The people and organisations that rows speak of, found in bulk by what a person would write."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from keguan.kernel.bilingual import Text
from keguan.kernel.ids import normal_uscc, uscc_problem
from keguan.kernel.names import normal_name
from keguan.registers.imports.spec import Row, Saving
from keguan.registers.organisations.logic import bearers
from keguan.registers.organisations.models import Organisation
from keguan.registers.organisations.queries import standing
from keguan.registers.parties.models import Person


class Organisations:
    """Organisations by name or credit code, looked up together."""

    def __init__(self, given: Iterable[str]) -> None:
        typed = {one for one in given if one}
        codes = {one: normal_uscc(one) for one in typed if uscc_problem(one) is None}
        names = {one: normal_name(one) for one in typed - set(codes)}
        by_code = {row.uscc: row for row in Organisation.objects.filter(uscc__in=set(codes.values()))}
        by_name = bearers({name for name in names.values() if name}) if names else {}
        self._found = {one: by_code.get(code) for one, code in codes.items()}
        self._found |= {one: by_name.get(name) for one, name in names.items()}

    def find(self, given: str) -> Organisation | None:
        """The organisation meant, or what it was merged into."""
        row = self._found.get(given)
        return standing(row) if row else None

    def demand(self, row: Row, key: str, saving: Saving) -> Organisation | None:
        """The organisation the cell names; refuses the row if there is none of that name."""
        given = row.values.get(key, "")
        if not given:
            return None
        found = self.find(given)
        if found is None:
            fix = Text("请先导入或登记该单位", "Import or enter the organisation first")
            say = Text("单位库中没有“{name}”", "No organisation is named “{name}”").filled(name=given)
            saving.refuse(row, key, "organisation-unknown", say, given, fix)
        return found


class People:
    """People by e-mail address, or by name with employer and birthday, looked up together."""

    def __init__(self, rows: Iterable[Row]) -> None:
        wanted = list(rows)
        names = {normal_name(row.values["name"]) for row in wanted}
        self._by_name: dict[str, list[Person]] = defaultdict(list)
        for person in Person.objects.filter(normal_name__in=names).order_by("id"):
            self._by_name[person.normal_name].append(person)

    def candidates(self, row: Row, employer: Organisation | None) -> list[Person]:
        """Everyone the row may mean: the same name and nothing that speaks against it."""
        email = str(row.values.get("email") or "").casefold()
        born = row.values.get("born")
        same = self._by_name[normal_name(row.values["name"])]
        if email and (exact := [person for person in same if person.email.casefold() == email]):
            return exact
        return [
            person
            for person in same
            if (employer is None or person.employer_id in (None, employer.pk))
            and (born is None or person.born in (None, born))
            and not (email and person.email)
        ]

    def one(self, row: Row, employer: Organisation | None, saving: Saving) -> Person | None:
        """The one person the row means, None if nobody; refuses the row where it may mean several."""
        found = self.candidates(row, employer)
        if len(found) > 1:
            fix = Text("请补上邮箱或出生日期", "Add the e-mail address or the birthday")
            say = Text(
                "有{n}位同名人员，分不清是谁", "This name is held by several people ({n}); it is not clear who is meant"
            )
            saving.refuse(row, "name", "person-ambiguous", say.filled(n=len(found)), row.values["name"], fix)
        return found[0] if found else None

    def add(self, person: Person) -> None:
        """Count with a person entered meanwhile."""
        self._by_name[person.normal_name].append(person)
