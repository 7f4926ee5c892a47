"""What a programme definition is, once read: frozen dataclasses, the truth behind the YAML face.

The annotations below *are* the grammar: `loader.read` walks them to read YAML strictly, `prose` and `diff` walk them to
put a definition into words. Every node that a person may have to find again carries its `place`.

A definition is one folder, `programmes/<code>/<version>/`: `programme.yaml` (the procedure), `forms.yaml`,
`rules.yaml`, `rubrics.yaml` and `examples/`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NewType

from keguan.fairness.ballots import Of, Share
from keguan.kernel.bilingual import Text
from keguan.kernel.duration import Duration


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in the source, counted from 1, so that a message can point at it."""

    file: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.file else ""


NOWHERE = Place()

Name = NewType("Name", str)
"""A lower-case word of letters, digits and underscores (programme codes and step ids may use hyphens)."""

Percent = NewType("Percent", int)
"""A whole number of hundredths, written `60 %`."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A CEL expression over declared names; `expressions` compiles and types it."""

    text: str
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time: written out (`7 workdays`) or held by a dated parameter (`param.public_notice`)."""

    duration: Duration | None = None
    parameter: str = ""
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """The act of law or policy that a programme stands on. `verified` is false while only memory vouches for it."""

    act: str
    article: str = ""
    issued: str = ""
    quote: str = ""
    verified: bool = True


# ---------------------------------------------------------------------------------------------- parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedValue:
    """One value of a parameter and the day from which it holds, with its source. note: for those who keep the programme,
    never for the public, here and elsewhere: what is still to be checked, and the like."""

    since: str
    value: int | str
    source: str
    verified: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A number or duration that the law sets and changes: `param.<name>` in expressions, one value per date.

    unit: `fen` values are written as money (`2000 万元`), `duration` as `7 workdays`, `count` and `percent` as whole numbers.
    """

    name: Name
    title: Text
    unit: Literal["fen", "duration", "count", "percent", "points"]
    values: tuple[DatedValue, ...]
    place: Place = field(default=NOWHERE, compare=False)


# --------------------------------------------------------------------------------------------------- forms

FieldType = Literal[
    "text",
    "long_text",
    "integer",
    "money",
    "date",
    "choice",
    "choices",
    "yes_no",
    "table",
    "file",
    "person",
    "organisation",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of the answers offered."""

    value: Name
    title: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table: a simple field. Expressions see it as a list, `form.table.column`.

    filled_from: as of a field; it may read another column that names somebody, in the same row."""

    column: Name
    type: Literal["text", "integer", "money", "date", "choice", "person", "organisation"]
    title: Text
    required: bool = True
    most: int | None = None
    least: int | None = None
    choices: tuple[Choice, ...] = ()
    filled_from: str = ""
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One question of a form, `form.field` in expressions.

    least, most: characters of a text, value of an integer, fen of money, rows of a table, files of a file field.
    required: an answer is owed whenever the field is shown. shown_when: a bool over fields of the same form and facts.
    computed: the machine fills it, nobody types it. personal: kept behind a salted commitment in the trace.
    identity: its answer tells who applies: hidden from the reviewers of a double-blind review, as people and
    organisations always are.
    filled_from: what a register knows already, by the names of `vocabulary.known_from`: `self.phone`, `applicant.code`,
    `principal.title`; it fills what is still empty, says so, and can be changed.
    """

    field: Name
    type: FieldType
    title: Text
    hint: Text | None = None
    required: bool = True
    shown_when: Expression | None = None
    computed: Expression | None = None
    least: int | None = None
    most: int | None = None
    unit: Text | None = None
    choices: tuple[Choice, ...] = ()
    columns: tuple[Column, ...] = ()
    personal: bool = False
    identity: bool = False
    filled_from: str = ""
    place: Place = dataclasses.field(default=NOWHERE, compare=False)


_NAMES = ("person", "organisation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Fields that belong together, under one heading. identity: all of them tell who applies."""

    section: Text
    fields: tuple[Field, ...]
    identity: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form as sections of fields. Field names are unique in the form."""

    form: Name
    title: Text
    sections: tuple[Section, ...]
    place: Place = field(default=NOWHERE, compare=False)

    @property
    def fields(self) -> tuple[Field, ...]:
        """Every field, in the order of the form."""
        return tuple(one for section in self.sections for one in section.fields)

    @property
    def telling(self) -> frozenset[str]:
        """The fields whose answers tell who applies: marked so, in a section marked so, or naming people or organisations,
        be it in a column."""
        return frozenset(
            str(one.field)
            for section in self.sections
            for one in section.fields
            if section.identity
            or one.identity
            or one.type in _NAMES
            or any(column.type in _NAMES for column in one.columns)
        )


# --------------------------------------------------------------------------------------------------- rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One requirement with its source; its verdict is meets, fails, or needs a person.

    when: where it does not hold the rule does not apply. must: what has to hold; a rule with `ask` instead of `must` is
    always for a person to answer. override: a person may accept a failing case, with a reason.
    """

    rule: Name
    say: Text
    source: str
    when: Expression | None = None
    must: Expression | None = None
    ask: Text | None = None
    fix: Text | None = None
    override: bool = False
    verified: bool = True
    note: str = ""
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """Rules that are applied together, under one name."""

    name: Name
    rules: tuple[Rule, ...]


# ------------------------------------------------------------------------------------------------- rubrics


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """What a score from `least` upwards means."""

    least: int
    say: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One thing reviewers score with whole points from 0 to `points`; the points of a rubric sum to 100."""

    criterion: Name
    title: Text
    points: int
    anchors: tuple[Anchor, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rubric:
    """How reviewers score. comment: whether a comment is owed, comment_least: of how many characters. comment_at_ends:
    whether a score of nothing or of all points is explained at its criterion."""

    rubric: Name
    title: Text
    criteria: tuple[Criterion, ...]
    comment: bool = True
    comment_least: int = 0
    comment_at_ends: bool = False
    source: str = ""
    note: str = ""
    place: Place = field(default=NOWHERE, compare=False)


# --------------------------------------------------------------------------------------------------- steps

Role = Literal["applicant", "host", "authority", "officer", "expert", "committee", "planning", "supervision", "finance"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What every step has. `id` defaults to the kind. `routes` send each outcome to a step id or an end; the kind's
    forward outcome goes to the next step unless routed. A step whose `when` is false is passed over.
    lapse: the step ends by itself this long after it was entered. remind: this long before that, people are told.
    """

    id: Name
    title: Text | None = None
    when: Expression | None = None
    routes: Mapping[str, Name] = field(default_factory=dict)
    lapse: Span | None = None
    remind: Span | None = None
    source: str = ""
    note: str = ""
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Apply(Step):
    """The applicant fills a form within the round's window and submits it. rules are checked at submission;
    a failing rule keeps the application from going in, one that needs a person does not."""

    form: Name
    by: Role = "applicant"
    rules: tuple[Name, ...] = ()
    correct_within: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Endorse(Step):
    """A body above the applicant vouches for the application. quota: how many it may let through in the round
    (an int expression, usually `round.quota`). ranked: each gets a different rank from the endorsing body."""

    by: Role
    rules: tuple[Name, ...] = ()
    quota: Expression | None = None
    ranked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen(Step):
    """An officer applies rules and answers those that need a person."""

    by: Role
    rules: tuple[Name, ...]


Avoided = NewType("Avoided", str)
"""The name of a relation that keeps out, such as `kin` or `coauthor_3y`; `recusals` says which there are."""


DrawnBy = Literal["same_field", "other_region"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """A part of the pool from which so many seats are drawn. where: what all its experts have in common with the case, or
    not; an expert stands in the first stratum that fits, and one without it takes whoever is left."""

    stratum: Name
    title: Text
    seats: int
    where: tuple[DrawnBy, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldCodes:
    """The disciplines (GB/T 13745, 3, 5 or 7 digits) that an answer of the field stands for."""

    value: Name
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """Reviewers come by a public draw. reserves: drawn for each stratum of a case, in order. load: cases of one draw that an
    expert gets at most. yearly: seats in a calendar year at most."""

    strata: tuple[Stratum, ...]
    reserves: int
    load: int
    yearly: int = 0
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """How many review a case, and which relations keep an expert out of it. named: the form field (a table column or
    person field) in which the applicant names up to three unwelcome reviewers. draw: where chance says who they are;
    nobody is assigned by hand then. field: the form field that says what an application is about, with the disciplines of
    its answers. rest_days: who had a seat in an earlier round of the programme within so many days rests (轮换): is neither
    proposed nor drawn, and is seated by hand with a reason only.

    Bounds of panels that are proposed, none of them with a draw. same_institution_most: experts of one institution in a
    panel. outside_unit_least, outside_region_least: experts from elsewhere than the applicant's unit, and than its region.
    same_field_least: experts of each field that the application names. senior_least, senior_most: experts with a senior
    title. most_load, least_load: panels of the round that one expert sits on; an expert whom no case can have owes none."""

    size: int
    avoid: tuple[Avoided, ...]
    named: str = ""
    draw: Draw | None = None
    field: str = ""
    disciplines: tuple[FieldCodes, ...] = ()
    rest_days: int = 0
    same_institution_most: int | None = None
    outside_unit_least: int | None = None
    outside_region_least: int | None = None
    same_field_least: int | None = None
    senior_least: int | None = None
    senior_most: int | None = None
    most_load: int | None = None
    least_load: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NonConsensus:
    """When a case counts as non-consensus (非共识): at least one total of `top`, and `spread` points between the highest and the
    lowest. It changes no score: `<step>.nonconsensus` says so, and whoever decides sees it."""

    top: int
    spread: int
    source: str
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Review(Step):
    """Experts score by a rubric; their totals combine to `<step>.score` (0 to 100, two decimals).

    combine: `rank_based` is each case's mean place in its reviewers' own rankings, which only the whole round gives: it is
    computed where the round is ranked, and nothing but that step may read the score.
    blind: applicants never learn who reviewed them; in a `double` one reviewers do not learn who applies, either.
    within: by when reviews are owed, from the case's coming to the step; nothing ends by itself, the officer is told.
    fee: what one final review is owed, in fen.
    """

    rubric: Name
    panel: Panel
    combine: Literal["mean", "trimmed_mean", "median", "rank_based"]
    nonconsensus: NonConsensus | None = None
    blind: Literal["single", "double"] = "single"
    within: Span | None = None
    fee: Expression | None = None
    by: Role = "expert"
    assigned_by: Role = "officer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rank(Step):
    """The round puts its cases in order and spends its budget, or shares a pool.

    order: the highest first; ties by `ties` in turn, then by submission time. eligible: cases for which it does not
    hold are never within. amount: what a case would get, in fen. share: `first_come` is not offered; `in_order`
    grants whole amounts down the list while the budget lasts, `pro_rata` shares the budget among all. budget defaults
    to the round's.
    """

    amount: Expression
    order: Expression | None = None
    ties: tuple[Expression, ...] = ()
    eligible: Expression | None = None
    share: Literal["in_order", "pro_rata"] = "in_order"
    by: Role = "officer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """A body decides by secret ballot in a meeting; none of its members alone. quorum: of the members who may vote on the case,
    how many must be present (`2/3` is at least, `more than 1/2` is above it). threshold: what carries it, counted of all
    members, of those present, or of the votes cast for or against. least: fewer present never suffice. avoid: relations that
    keep a member out, beside their own case, kin and the same legal entity, which always do."""

    quorum: Share
    threshold: Share
    source: str
    of: Of = "present"
    least: int = 3
    avoid: tuple[Avoided, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide(Step):
    """A body that did not run the case decides it, with a reason. amount: the proposed grant in fen, if money is given;
    the decision may lower it, never raise it. `<step>.amount` afterwards. vote: only what a ballot carried is decided."""

    by: Role
    amount: Expression | None = None
    vote: Vote | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Publish(Step):
    """A public notice that stands for a time and can be objected to. shows: the names that the public sees."""

    period: Span
    shows: tuple[str, ...]
    by: Role = "officer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agree(Step):
    """Parties sign the same text. form: what the applicant fills in first. rules: checked before anyone signs; what of
    them needs a person is judged by the party that answers for the programme, when it signs."""

    form: Name
    parties: tuple[Role, ...]
    rules: tuple[Name, ...] = ()

    @property
    def judge(self) -> Role:
        """The party that judges: the officer where one signs, otherwise the party named last."""
        return "officer" if "officer" in self.parties else self.parties[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tranche:
    """One instalment: its share of the amount, and how long after the step it is due. say: what it is called; where no time
    is given it is the condition on which it becomes payable, and whoever records it as paid says by what it was met."""

    share: Percent
    due: Span | None = None
    say: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pay(Step):
    """The plan of instalments is recorded, the first as due."""

    amount: Expression
    tranches: tuple[Tranche, ...]
    by: Role = "finance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliver(Step):
    """The applicant hands in work: a form, due after a time."""

    form: Name
    by: Role = "applicant"
    rules: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Check(Step):
    """Delivered work is examined against rules."""

    by: Role
    rules: tuple[Name, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Step):
    """An entry in a register, made by the machine. entry: what the entry is called. valid: how long it holds."""

    register: Literal["projects", "certificates"]
    entry: Expression
    series: Name | None = None
    valid: Span | None = None


# ----------------------------------------------------------------------------------------------- programme


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """A way for a case to end. success: whether the applicant got what they applied for."""

    end: Name
    title: Text
    success: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Which answers say what a case is about, for lists, limits and duplicates: names of form fields."""

    title: str
    principal: str = ""
    members: str = ""
    asked: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duties:
    """The three bodies that must differ: who plans the programme, who runs it, who supervises it."""

    plan: Role
    run: Role
    supervise: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """A procedure the law describes, declared as data. letters: two to four capitals that its case numbers carry.
    attachments_mb: what all attachments of one case may come to; none: as much as the installation allows."""

    programme: Name
    version: str
    letters: str
    title: Text
    purpose: Text
    basis: tuple[Basis, ...]
    duties: Duties
    about: About
    steps: tuple[Step, ...]
    ends: tuple[End, ...]
    applicants: tuple[str, ...] = ()
    attachments_mb: int | None = None
    rounds: Literal["open", "assigned", "side"] = "open"
    side_cases: tuple[Name, ...] = ()
    exceptions: tuple[Exempt, ...] = ()
    forms: tuple[Form, ...] = ()
    rules: tuple[RuleSet, ...] = ()
    rubrics: tuple[Rubric, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)

    def step(self, step_id: str) -> Step:
        """The step of that id. Raises KeyError."""
        for step in self.steps:
            if step.id == step_id:
                return step
        raise KeyError(step_id)

    def form(self, name: str) -> Form:
        """The form of that name. Raises KeyError."""
        for form in self.forms:
            if form.form == name:
                return form
        raise KeyError(name)

    def rule_set(self, name: str) -> RuleSet:
        """The rule set of that name. Raises KeyError."""
        for rule_set in self.rules:
            if rule_set.name == name:
                return rule_set
        raise KeyError(name)

    @property
    def is_double_blind(self) -> bool:
        """Whether its reviewers must not learn who applies."""
        return any(isinstance(step, Review) and step.blind == "double" for step in self.steps)

    def rubric(self, name: str) -> Rubric:
        """The rubric of that name. Raises KeyError."""
        for rubric in self.rubrics:
            if rubric.rubric == name:
                return rubric
        raise KeyError(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exempt:
    """A check of the house that this programme is excused from, and the law that excuses it."""

    check: Name
    reason: Text
    source: str


STEP_KINDS: Mapping[str, type[Step]] = {
    "apply": Apply,
    "endorse": Endorse,
    "screen": Screen,
    "review": Review,
    "rank": Rank,
    "decide": Decide,
    "publish": Publish,
    "agree": Agree,
    "pay": Pay,
    "deliver": Deliver,
    "check": Check,
    "record": Record,
}


def kind_of(step: Step) -> str:
    """The kind's word for a step: `apply` for an Apply."""
    return type(step).__name__.lower()
