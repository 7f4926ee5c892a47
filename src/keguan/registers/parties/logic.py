"""What makes an entry, a duty or an account refusable, and the words for it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from stdnum.cn import ric

from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.kernel.ids import normal_number
from keguan.kernel.names import normal_name
from keguan.kernel.problems import Problem
from keguan.kernel.qualifications import DEGREES, TITLES
from keguan.registers.organisations.models import Organisation
from keguan.registers.parties.models import ID_KINDS, RELATIONS, Duty, Person
from keguan.registers.parties.roles import APART_FROM_RUNNING, DEPUTISED, NEEDS_ORGANISATION, ROLES, RUNNING, role_name

_OTHER_NUMBER = re.compile(r"[A-Z0-9]{5,20}")
USERNAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")


def person_problems(
    *,
    name: str,
    title: str,
    degree: str,
    email: str,
    born: date | None,
    id_kind: str = "resident",
    id_number: str = "",
) -> list[Problem]:
    """Everything that is wrong with a person's entry."""
    found: list[Problem] = []
    if not normal_name(name):
        found.append(
            Problem(
                "person.name",
                Text("请填写姓名", "Give the person's name"),
                where="name",
                value=name[:80],
                fix=Text(
                    "与身份证件一致；间隔号可用任意一种圆点", "As on the identity card; any kind of middle dot will do"
                ),
            )
        )
    found += _choice("title", title, TITLES, Text("请选择职称", "Choose a title"))
    found += _choice("degree", degree, DEGREES, Text("请选择学位", "Choose a degree"))
    if email and not _is_email(email):
        found.append(
            Problem(
                "person.email",
                Text("电子邮箱格式不正确", "This is not an e-mail address"),
                where="email",
                value=email[:80],
                fix=Text("例如 name@example.edu.cn", "For example name@example.edu.cn"),
            )
        )
    if born is not None and not date(1900, 1, 1) <= born <= clock.today():
        found.append(
            Problem(
                "person.born",
                Text("出生日期不合理", "This date of birth cannot be"),
                where="born",
                value=born.isoformat(),
                fix=Text("请核对年份", "Check the year"),
            )
        )
    if id_number.strip():
        found += _choice("id_kind", id_kind, ID_KINDS, Text("请选择证件类型", "Choose the kind of document"))
    if id_number.strip() and id_kind != "resident" and not _OTHER_NUMBER.fullmatch(normal_number(id_number)):
        found.append(
            Problem(
                "person.id_number",
                Text("证件号码格式不正确", "This is not the number of such a document"),
                where="id_number",
                fix=Text("只有字母和数字，5至20位", "Letters and digits only, 5 to 20 of them"),
            )
        )
    if id_number.strip() and id_kind == "resident" and not _is_identity_number(id_number):
        # The number itself is never repeated: a refusal is traced.
        found.append(
            Problem(
                "person.id_number",
                Text("身份证号码校验不符", "The identity number does not check"),
                where="id_number",
                source="GB 11643-1999",
                fix=Text("请对照身份证逐位核对18位号码", "Compare the 18 characters with the card one by one"),
            )
        )
    return found


FIELD_WORDS: dict[str, Text] = {
    "name": Text("姓名", "name"),
    "born": Text("出生日期", "birth date"),
    "title": Text("职称", "title"),
    "degree": Text("学位", "degree"),
    "email": Text("电子邮箱", "e-mail"),
    "phone": Text("电话", "telephone"),
    "employer": Text("工作单位", "employer"),
    "orcid": Text("ORCID", "ORCID"),
}
"""What can be corrected of an entry, in words."""


def own_entry() -> Problem:
    """Nobody corrects their own entry as its keeper."""
    return Problem(
        "person.own",
        Text("不能以名录管理员身份更正本人的信息", "Nobody corrects their own entry as registrar"),
        fix=Text(
            "电话请在本人页面修改，其余由另一名登记员办理",
            "Change your telephone on your own page; another registrar does the rest",
        ),
    )


def known_document(name: str) -> Problem:
    """Somebody is in the register with this very document."""
    return Problem(
        "person.known",
        Text("名录中已有持此证件的人员：{name}", "The register has somebody with this document: {name}").filled(
            name=name
        ),
        where="id_number",
        fix=Text("请使用已有的记录，不要重复登记", "Use that entry; nobody is entered twice"),
    )


def another_identity() -> Problem:
    """The entry was made with another document."""
    return Problem(
        "person.id_number",
        Text("与名录中登记的证件不一致", "The register has another document for this person"),
        where="id_number",
        fix=Text("请核对号码；确有变更的，请与登记员联系", "Check it; if the document changed, ask the registrar"),
    )


def duty_problems(
    *,
    role: str,
    organisation: Organisation | None,
    since: date,
    until: date | None,
    is_own: bool,
    held: Iterable[Duty],
    programme: str,
) -> list[Problem]:
    """Everything that speaks against a duty. held: all duties of the person, ever."""
    if role not in ROLES:
        return _choice("role", role, ROLES, Text("请选择职责", "Choose a duty"), code="duty.role")
    found: list[Problem] = []
    if is_own:
        found.append(
            Problem(
                "duty.own",
                Text("不能给自己授予职责", "Nobody grants a duty to themselves"),
                where="person",
                fix=Text("请由另一名登记员办理", "Another registrar does it"),
            )
        )
    if role in NEEDS_ORGANISATION and organisation is None:
        found.append(
            Problem(
                "duty.organisation",
                Text("“{role}”须指明所代表的单位", "“{role}” is held for an organisation: name it").filled(
                    role=ROLES[role]
                ),
                where="organisation",
                fix=Text("请选择单位", "Choose the organisation"),
            )
        )
    if until is not None and until < since:
        found.append(
            Problem(
                "duty.dates",
                Text("截止日期早于起始日期", "It would end before it begins"),
                where="until",
                value=until.isoformat(),
                fix=Text("请核对起止日期", "Check the two days"),
            )
        )
        return found
    meanwhile = [duty for duty in held if _overlap(duty, since, until)]
    for duty in meanwhile:
        same_scope = (duty.organisation_id, duty.programme) == (organisation.pk if organisation else None, programme)
        if duty.role == role and same_scope:
            found.append(held_already(role))
        elif {duty.role, role} in ({RUNNING, apart} for apart in APART_FROM_RUNNING):
            found.append(not_together(role, duty.role))
    return list(dict.fromkeys(found))


def deputy_problems(
    duty: Duty, deputy: Person, *, since: date, until: date, reason: str, is_holder: bool
) -> list[Problem]:
    """Everything that speaks against handing a duty to this deputy for these days."""
    found: list[Problem] = []
    if not is_holder or duty.role not in DEPUTISED:
        found.append(not_deputised())
    if duty.delegated_from_id is not None:
        said = Text("代理的职责不能再转交他人。", "A deputy does not hand the duty on.")
        found.append(Problem("deputy.chain", said, where="duty"))
    if deputy.pk == duty.person_id:
        found.append(Problem("deputy.own", Text("代理人应为另一人。", "A deputy is somebody else."), where="deputy"))
    home = duty.organisation_id or duty.person.employer_id
    if home is None or deputy.employer_id != home:
        found.append(no_colleague(deputy.name))
    if since < clock.today():
        said = Text("不能从已过去的日期起代理。", "Nobody deputises for days that are over.")
        found.append(Problem("deputy.past", said, where="since", value=since.isoformat()))
    if since < duty.since or (duty.until is not None and until > duty.until):
        said = Text("超出本人任职的期间。", "The days lie beyond the duty's own.")
        found.append(Problem("deputy.beyond", said, where="until", value=until.isoformat()))
    if not reason.strip():
        found.append(Problem("deputy.reason", Text("请写明理由。", "Give the reason."), where="reason"))
    return found


def no_colleague(name: str) -> Problem:
    """The person is in the register, and works elsewhere."""
    return Problem(
        "deputy.elsewhere",
        Text("名录中有此人，但不是同一单位的人员。", "This person is in the register, but works elsewhere."),
        where="deputy",
        value=name,
        fix=Text(
            "代理人须为同一单位的同事：请另选一人；已调入的，请名录管理员先更正其任职单位。",
            "A deputy works for the same organisation: choose a colleague, or, if they have moved, let the registrar correct"
            " where they work.",
        ),
    )


def not_deputised() -> Problem:
    """The duty is not one that this person hands to a deputy."""
    return Problem(
        "deputy.role", Text("这项职责不能由您交人代理。", "This duty is not yours to hand to a deputy."), where="duty"
    )


def held_already(role: str) -> Problem:
    """The person holds the same duty on some of these days."""
    return Problem(
        "duty.held",
        Text("此人在该期间已有同一职责：{role}", "The person holds this duty on some of these days: {role}").filled(
            role=role_name(role)
        ),
        where="since",
        value=role_name(role),
        fix=Text("请先终止现有职责，或调整起止日期", "End the present one first, or choose other days"),
    )


def not_together(role: str, held: str) -> Problem:
    """Planning, running and supervising stay in different hands."""
    return Problem(
        "duty.separation",
        Text(
            "同一人不能同时担任“{role}”和“{held}”：计划、管理、监督三分离",
            "The same person cannot be “{role}” and “{held}” at once: planning, running and supervising are kept apart",
        ).filled(role=role_name(role), held=role_name(held)),
        where="role",
        value=role_name(role),
        fix=Text("请先终止原职责，或授予他人", "End the other duty first, or grant this one to somebody else"),
    )


def duty_end(duty: Duty, day: date) -> Problem | None:
    """The day lies outside the duty's time."""
    if day >= duty.since - timedelta(days=1) and (duty.until is None or day <= duty.until):
        return None
    return Problem(
        "duty.end",
        Text("终止日期不在任职期间内", "The last day does not lie in the time of the duty"),
        where="last_day",
        value=day.isoformat(),
        fix=Text("该职责自 {since} 起", "The duty began on {since}").filled(since=duty.since.isoformat()),
    )


def kin_problems(*, person: int, relative: int, relation: str, since: date | None, until: date | None) -> list[Problem]:
    """Everything that is wrong with a declared relation."""
    found = _choice("relation", relation, RELATIONS, Text("请选择亲属关系", "Choose the relation"), code="kin.relation")
    if person == relative:
        found.append(
            Problem(
                "kin.self",
                Text("不能申报与本人的关系", "A relation is to somebody else"),
                where="relative",
                fix=Text("请选择另一人", "Choose the other person"),
            )
        )
    if since and until and until < since:
        found.append(
            Problem(
                "kin.dates",
                Text("截止日期早于起始日期", "It would end before it begins"),
                where="until",
                value=until.isoformat(),
                fix=Text("请核对起止日期", "Check the two days"),
            )
        )
    return found


def kin_known() -> Problem:
    """The relation is declared already."""
    return Problem(
        "kin.known",
        Text("该关系已申报", "This relation is declared already"),
        where="relative",
        fix=Text("无需重复申报", "There is nothing to do"),
    )


def username_problem(username: str) -> Problem | None:
    """The username has signs that cannot be in one."""
    if USERNAME.fullmatch(username):
        return None
    return Problem(
        "account.username",
        Text(
            "用户名只能用小写字母、数字和 . _ @ -，2至64位", "A username has 2 to 64 small letters, digits or . _ @ -"
        ),
        where="username",
        value=username[:80],
        fix=Text("例如 aili.smt", "For example aili.smt"),
    )


def language_problem(language: str) -> Problem | None:
    """The language is none of the two."""
    if language in ("zh", "en"):
        return None
    return Problem(
        "account.language",
        Text("请选择语言", "Choose a language"),
        where="language",
        value=language[:20],
        fix=Text("可选：中文、英文", "One of: Chinese, English"),
    )


def account_known(username: str) -> Problem:
    """The username is taken, or the person has an account."""
    return Problem(
        "account.known",
        Text("用户名已被使用，或此人已有账户", "The username is taken, or the person has an account"),
        where="username",
        value=username,
        fix=Text("请换一个用户名，或使用已有账户", "Choose another one, or use the account there is"),
    )


def weak_password() -> Problem:
    """The password is easy to guess."""
    return Problem(
        "account.password",
        Text("密码太短或太常见", "The password is too short or too common"),
        where="password",
        fix=Text("请使用至少12位且不常见的密码", "Use at least 12 characters that are not a common password"),
    )


def _choice(where: str, value: str, known: Mapping[str, Text], say: Text, code: str = "") -> list[Problem]:
    if value in known:
        return []
    listed = Text(
        "可选：" + "、".join(name.zh for name in known.values()),
        "One of: " + ", ".join(name.en for name in known.values()),
    )
    return [Problem(code or f"person.{where}", say, where=where, value=value[:80], fix=listed)]


def _overlap(duty: Duty, since: date, until: date | None) -> bool:
    if duty.until is not None and duty.until < duty.since:
        return False
    return (until is None or duty.since <= until) and (duty.until is None or since <= duty.until)


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _is_identity_number(text: str) -> bool:
    # The place of birth is not checked: places get new codes, people keep their numbers.
    number = normal_number(text)
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number) or ric.calc_check_digit(number) != number[-1]:
        return False
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return True
