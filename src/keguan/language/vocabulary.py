"""The closed vocabulary of the language: roles, outcomes, facts, functions. Growing it takes an ADR and two programmes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from keguan.kernel.bilingual import Text
from keguan.kernel.qualifications import DEGREES, TITLES

NameType = Literal["bool", "int", "score", "string", "date", "list_int", "list_string", "list_date", "list_score"]
"""Types of names in expressions. `score` is a CEL double with at most two decimals; money is an int number of fen;
a date is a CEL timestamp at 00:00 UTC of that day."""

ROLES: Mapping[str, Text] = {
    "applicant": Text("申报人", "applicant"),
    "host": Text("依托单位科研管理部门", "the host institution's research office"),
    "authority": Text("推荐单位", "recommending authority"),
    "officer": Text("专业机构项目主管", "programme officer of the agency"),
    "expert": Text("评审专家", "reviewer"),
    "committee": Text("评审委员会", "committee"),
    "planning": Text("规划处", "planning department"),
    "supervision": Text("监督处", "supervision department"),
    "finance": Text("财务", "finance"),
}

BODIES: Mapping[str, str] = {
    "planning": "planning",
    "committee": "planning",
    "officer": "running",
    "finance": "running",
    "supervision": "supervising",
    "applicant": "applying",
    "host": "applying",
    "authority": "recommending",
    "expert": "reviewing",
}
"""Which body a role speaks for. Separation of duties is between bodies: nobody acts for two of them on one case."""

BODY_NAMES: Mapping[str, Text] = {
    "applying": Text("申报方", "applying side"),
    "recommending": Text("推荐方", "recommending body"),
    "running": Text("承办方", "running body"),
    "reviewing": Text("评审方", "reviewers"),
    "planning": Text("计划与决策方", "planning body"),
    "supervising": Text("监督方", "supervising body"),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """A step kind as the language sees it: its title, the forward outcome first, then the others, and what it leaves.

    leaves: names that expressions of later steps may use, under the step's id.
    """

    title: Text
    forward: str
    others: tuple[str, ...] = ()
    leaves: Mapping[str, NameType] = field(default_factory=dict)

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Every outcome, the forward one first."""
        return (self.forward, *self.others)


KINDS: Mapping[str, Kind] = {
    "apply": Kind(Text("申报", "Application"), "submitted", ("lapsed",), {}),
    "endorse": Kind(Text("审核推荐", "Endorsement"), "endorsed", ("returned", "refused", "lapsed"), {"rank": "int"}),
    "screen": Kind(Text("形式审查", "Screening"), "passed", ("failed", "returned"), {}),
    "review": Kind(Text("专家评审", "Expert review"), "reviewed", (), {"score": "score", "nonconsensus": "bool"}),
    "rank": Kind(Text("排序", "Ranking"), "within", ("beyond",), {"position": "int", "amount": "int"}),
    "decide": Kind(Text("立项决定", "Award decision"), "approved", ("rejected",), {"amount": "int"}),
    "publish": Kind(Text("公示", "Public notice"), "unopposed", ("upheld",), {}),
    "agree": Kind(Text("签订任务书", "Grant agreement"), "signed", ("refused", "lapsed"), {}),
    "pay": Kind(Text("拨付", "Disbursement"), "planned", (), {"amount": "int"}),
    "deliver": Kind(Text("提交成果", "Delivery"), "delivered", ("lapsed",), {}),
    "check": Kind(Text("检查验收", "Check"), "passed", ("failed", "returned"), {}),
    "record": Kind(Text("登记入库", "Record"), "recorded", (), {}),
}
"""Outcomes that a definition must route: all but the forward one, and `lapsed` only where the step can lapse."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A named, typed value that the platform computes. counts: it counts across cases, so acting on it takes a lock
    on the subject (`person`, `applicant`, `authority`, `round`), and a limit holds under concurrency."""

    type: NameType
    title: Text
    counts: Literal["", "person", "applicant", "authority", "title"] = ""


FACTS: Mapping[str, Fact] = {
    "today": Fact("date", Text("当日", "today")),
    "round.opens": Fact("date", Text("批次开始日", "first day of the round")),
    "round.closes": Fact("date", Text("批次截止日", "last day of the round")),
    "round.year": Fact("int", Text("批次年度", "year of the round")),
    "round.budget": Fact("int", Text("批次预算", "budget of the round")),
    "round.quota": Fact("int", Text("每个推荐单位的限额", "quota per recommender")),
    "applicant.kind": Fact("string", Text("申报单位类型", "kind of the applying organisation")),
    "applicant.region": Fact("string", Text("申报单位所在地代码", "region code of the applying organisation")),
    "applicant.age_days": Fact("int", Text("申报单位注册天数", "days since the organisation was registered")),
    "applicant.active_sanctions": Fact("int", Text("申报单位生效中的惩戒", "active sanctions on the organisation")),
    "applicant.applications_in_round": Fact(
        "int", Text("申报单位在本批次的其他申报", "other applications of the organisation in this round"), "applicant"
    ),
    "applicant.valid_certificates": Fact(
        "int", Text("申报单位同类有效证书", "valid certificates of the same series"), "applicant"
    ),
    "person.age": Fact("int", Text("负责人截止日年龄", "age of the principal on the closing day")),
    "person.title": Fact("string", Text("负责人职称", "professional title of the principal")),
    "person.degree": Fact("string", Text("负责人学位", "degree of the principal")),
    "person.of_applicant": Fact(
        "bool", Text("负责人是申报单位的人员", "the principal is employed by the applying organisation")
    ),
    "person.active_sanctions": Fact("int", Text("负责人生效中的惩戒", "active sanctions on the principal"), ""),
    "person.running_projects": Fact("int", Text("负责人在研项目", "running projects led by the principal"), "person"),
    "person.applications_in_round": Fact(
        "int", Text("负责人在本批次的其他申报", "other applications led by the principal in this round"), "person"
    ),
    "person.applications_elsewhere": Fact(
        "int", Text("负责人在其他批次的在审申报", "pending applications led by the principal in other rounds"), "person"
    ),
    "members.over_limit": Fact(
        "int", Text("参与项目已达两项的成员", "members who already take part in two projects or applications"), "person"
    ),
    "duplicate.applications": Fact(
        "int", Text("本批次同名申报", "applications of the same title in this round"), "title"
    ),
    "duplicate.projects": Fact("int", Text("已立项的同名项目", "funded projects of the same title"), ""),
    "similar.share": Fact(
        "int", Text("与其他申报或项目重复的最高比例", "largest share found in another application or project, %")
    ),
    "similar.matters": Fact(
        "int", Text("查重结果中判定为“构成问题”的", "shared texts of which somebody decided that they matter")
    ),
    "authority.endorsed_in_round": Fact(
        "int", Text("推荐单位在本批次已推荐", "already recommended by the authority in this round"), "authority"
    ),
}


@dataclass(frozen=True, slots=True)
class Known:
    """What the entry of a person or an organisation says, so that a form need not ask for it (`filled_from`).

    types: of the questions that it can answer. own: told to nobody but the person themself.
    """

    title: Text
    types: tuple[str, ...]
    own: bool = False


KNOWN: Mapping[str, Mapping[str, Known]] = {
    "person": {
        "": Known(Text("", ""), ("person",)),
        "name": Known(Text("姓名", "name"), ("text",)),
        "unit": Known(Text("工作单位", "place of work"), ("organisation", "text")),
        "title": Known(Text("职称", "professional title"), ("choice", "text")),
        "degree": Known(Text("学位", "degree"), ("choice", "text")),
        "born": Known(Text("出生日期", "date of birth"), ("date",), own=True),
        "phone": Known(Text("电话", "phone number"), ("text",), own=True),
        "email": Known(Text("电子邮箱", "e-mail address"), ("text",), own=True),
        "orcid": Known(Text("ORCID", "ORCID"), ("text",), own=True),
        "disciplines": Known(Text("学科代码", "codes of disciplines"), ("text", "long_text"), own=True),
        "keywords": Known(Text("关键词", "keywords"), ("text", "long_text"), own=True),
    },
    "organisation": {
        "": Known(Text("", ""), ("organisation",)),
        "name": Known(Text("名称", "name"), ("text",)),
        "code": Known(Text("统一社会信用代码", "unified social credit code"), ("text",)),
        "kind": Known(Text("单位类型", "kind of organisation"), ("choice", "text")),
        "region": Known(Text("所在地", "region"), ("text",)),
        "address": Known(Text("地址", "address"), ("text",)),
        "founded": Known(Text("成立日期", "date of registration"), ("date",)),
    },
}
"""What registers know: of `self`, who fills the form in, and of somebody chosen in it as of a person; of `applicant`, the
applying organisation, and of one chosen in it as of an organisation."""

ALWAYS_KNOWN: Mapping[str, Text] = {
    "self": Text("本人", "who fills it in"),
    "applicant": Text("申报单位", "the applying organisation"),
}
_KINDS_KNOWN = {"self": "person", "applicant": "organisation"}


def known_from(name: str, asked: Mapping[str, str]) -> Known | None:
    """What a `filled_from` reads, None where there is no such thing. asked: the types of the questions beside it, by name."""
    whose, _, what = name.partition(".")
    entry = KNOWN.get(_KINDS_KNOWN.get(whose) or asked.get(whose, ""), {})
    # A person chosen elsewhere is filled into no second place: that would be the same question twice.
    return None if not what and whose not in ALWAYS_KNOWN else entry.get(what)


CONSTANTS: Mapping[str, int] = {"wan": 1_000_000}
"""`wan` is 10 000 yuan in fen, so that `200 * wan` reads as the law says it."""

FUNCTIONS: Mapping[str, Text] = {
    "sum(list) -> int": Text("求和", "the sum of a list of whole numbers or money"),
    "years(date, date) -> int": Text("足年数", "full years from the first day to the second"),
    "days(date, date) -> int": Text("天数", "days from the first day to the second"),
    "least(int, int) -> int": Text("较小者", "the smaller of two"),
    "most(int, int) -> int": Text("较大者", "the larger of two"),
    "distinct(list) -> int": Text("不同值个数", "how many different values a list holds"),
    "part(int, int) -> int": Text("百分之几，向下取整到分", "so many hundredths of an amount, rounded down to the fen"),
}

APPLICANT_KINDS: Mapping[str, Text] = {
    "university": Text("高等学校", "university"),
    "institute": Text("科研院所", "research institute"),
    "enterprise": Text("企业", "enterprise"),
    "hospital": Text("医院", "hospital"),
    "other": Text("其他", "other"),
}

WORDS_OF: Mapping[str, Mapping[str, Text]] = {
    "applicant.kind": APPLICANT_KINDS,
    "person.title": TITLES,
    "person.degree": DEGREES,
}
"""Of facts that are one of a few words: what each word is called."""
