"""What experts know, from the registers, and what a case is about, from its form: cut into terms and compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from keguan.casework.models import Case
from keguan.casework.reviewing.fields import disciplines_of
from keguan.casework.situation.about import about_of, finder
from keguan.casework.versions import definition_of
from keguan.engine.state import Values
from keguan.kernel.bilingual import Text
from keguan.kernel.names import normal_title
from keguan.language.definition import Definition
from keguan.language.schema import Form, Review
from keguan.panels.matching.shared import shared_words
from keguan.registers.codes.queries import names_of
from keguan.registers.experts.models import WORK_KINDS, Expert, Work
from keguan.registers.projects.models import Membership, Project

if TYPE_CHECKING:
    from keguan.fairness.affinity import Application, Expertise, Reason

KINDS: dict[str, Text] = {
    "led": Text("主持项目", "project led"),
    "member": Text("参与项目", "project taken part in"),
    "keywords": Text("关键词", "keywords"),
    "fields": Text("学科", "disciplines"),
    **WORK_KINDS,
}
WORKS_SHOWN = 3
_LONGEST = 4000
"""So many characters of one answer are compared."""
_GB = "gbt13745"
_CODES = ("discipline", "disciplines", "field_code", "subject_code")
_KEYWORDS = ("keyword", "keywords")


@dataclass(frozen=True, slots=True)
class Known:
    """One thing that shows what an expert knows. kind: of KINDS, or of a work in the expert register. title_en: "" where it
    stands as it was written."""

    expert: int
    kind: str
    title: str
    text: str = ""
    year: int | None = None
    title_en: str = ""


@dataclass(frozen=True, slots=True)
class Pool:
    """The active experts with what they know, ready to be compared. experts: the rows, by id."""

    experts: Mapping[int, Expert]
    known: Sequence[Known]
    expertise: Expertise

    def by(self, expert: int, reasons: Sequence[Reason], fit: float) -> str:
        """What a fit rests on."""
        kinds = {self.known[one.work].kind for one in reasons if self._words(one)}
        if kinds - {"keywords", "fields"}:
            return "works"
        return "keywords" if "keywords" in kinds else "codes" if fit > 0 else "nothing"

    def told(self, reasons: Sequence[Reason]) -> list[dict[str, Any]]:
        """Reasons as a proposal keeps them and pages show them: the work, and the words it shares."""
        found = []
        for one in reasons[:WORKS_SHOWN]:
            work, said = self.known[one.work], self._words(one)
            if said:  # a link such as 与 is no reason
                told = {"title": work.title, "kind": work.kind, "year": work.year, "words": said}
                found.append(told | ({"title_en": work.title_en} if work.title_en else {}))
        return found

    def _words(self, reason: Reason) -> list[str]:
        work = self.known[reason.work]
        return shared_words(reason.terms, f"{work.title} {work.text}", self.expertise.share)


def pool_of(rows: Iterable[Expert], today: date) -> Pool:
    """These experts with what the registers know of them. Three queries besides the rows'."""
    from keguan.fairness import affinity
    from keguan.texts.words import terms

    experts = {row.pk: row for row in rows}
    known = _once(_known(experts))
    works = [
        affinity.Work(
            one.expert,
            terms(f"{one.title} {one.text}"),
            affinity.weight_of(one.kind, None if one.year is None else today.year - one.year),
        )
        for one in known
    ]
    return Pool(experts, known, affinity.Expertise(works, {pk: _in_trees(row.fields) for pk, row in experts.items()}))


def _known(experts: Mapping[int, Expert]) -> list[Known]:
    by_person = {row.person_id: pk for pk, row in experts.items()}
    found: list[Known] = []
    led = Project.objects.filter(principal__expert__in=list(experts)).order_by("pk")
    for person, title, year in led.values_list("principal", "title", "approved_year"):
        found.append(Known(by_person[person], "led", title, year=year))
    joined = Membership.objects.filter(person__expert__in=list(experts)).order_by("project_id")
    for person, role, title, year in joined.values_list("person", "role", "project__title", "project__approved_year"):
        found.append(Known(by_person[person], "led" if role == "principal" else "member", title, year=year))
    entered = Work.objects.filter(expert__in=list(experts)).order_by("pk")
    for expert, kind, title, abstract, words, year in entered.values_list(
        "expert", "kind", "title", "abstract", "keywords", "year"
    ):
        found.append(Known(expert, kind, title, " ".join([abstract[:_LONGEST], *words]), year))
    for pk, row in experts.items():
        if row.keywords:
            found.append(Known(pk, "keywords", "、".join(row.keywords)))
    names = names_of(code for row in experts.values() for code in row.fields)
    for pk, row in experts.items():
        if row.fields:
            found.append(
                Known(
                    pk,
                    "fields",
                    "、".join(names[code].zh for code in row.fields),
                    title_en=", ".join(names[code].en for code in row.fields),
                )
            )
    return found


def _once(known: Iterable[Known]) -> list[Known]:
    """A project that two sources tell of counts once for an expert, as what weighs more."""
    found: dict[tuple[int, str], Known] = {}
    for one in sorted(known, key=lambda one: one.kind != "led"):
        found.setdefault((one.expert, normal_title(one.title)), one)
    return list(found.values())


def application_of(case: Case) -> Application:
    """What a case says it is about: its title, the long texts and the chosen subjects of the form that has the title, and the
    disciplines, as codes, by which its programme seats reviewers.

    Answers about people are left out; so is everything on other forms. case: with its answers at hand.
    """
    from keguan.fairness.affinity import Application
    from keguan.texts.words import terms

    definition, answers = definition_of(case.programme), case.memo.answers
    title = about_of(definition, answers).title
    panels = [one.panel for one in definition.programme.steps if isinstance(one, Review)]
    codes = [code for panel in panels for field in disciplines_of(case, panel) for code in field]
    form = next((one for one in definition.programme.forms if one.form == _form_name(definition)), None)
    if form is None:
        return Application(terms(title), codes=_in_trees(codes))
    return Application(
        terms(title),
        [term for text in _texts(definition, form, answers, "long_text") for term in terms(text[:_LONGEST])],
        [term for text in _subjects(definition, form, answers) for term in terms(text)],
        _in_trees([*codes, *(text for name in _CODES for text in _answers(definition, form, answers, name))]),
    )


def _in_trees(codes: Iterable[str]) -> list[str]:
    """Codes with the name of their tree in front, as they are compared: one of GB/T 13745, of whatever edition or written with
    digits alone, as `gbt13745:52040`."""
    found = []
    for one in map(str.strip, codes):
        tree, _, own = one.rpartition(":")
        is_ours = tree.partition(":")[0] == _GB or (not tree and own[:3].isdigit())
        found.append(f"{_GB}:{own.replace('.', '')}" if is_ours else one)
    return list(dict.fromkeys(one for one in found if one[:3].isalnum()))


def _form_name(definition: Definition) -> str:
    return definition.programme.about.title.partition(".")[0]


def _texts(definition: Definition, form: Form, answers: Mapping[str, Values], kind: str) -> list[str]:
    asked = [one.field for one in form.fields if one.type == kind and not one.personal and one.field not in _KEYWORDS]
    return [text for name in asked for text in _answers(definition, form, answers, name)]


def _subjects(definition: Definition, form: Form, answers: Mapping[str, Values]) -> list[str]:
    """Keywords as typed, and the choices made, as the form words them."""
    found = [text for name in _KEYWORDS for text in _answers(definition, form, answers, name)]
    for one in form.fields:
        if one.type == "choice" and not one.personal:
            chosen = set(_answers(definition, form, answers, one.field))
            found += [choice.title.zh for choice in one.choices if choice.value in chosen]
    return found


def _answers(definition: Definition, form: Form, answers: Mapping[str, Values], name: str) -> list[str]:
    if all(one.field != name for one in form.fields):
        return []
    found = finder(definition, f"{form.form}.{name}")(answers)
    return [str(one) for one in found if isinstance(one, str)]
