"""What makes an entry or a link refusable, and the words for it."""

from __future__ import annotations

from datetime import date

from django.db import connection

from keguan.kernel.bilingual import Text
from keguan.kernel.ids import normal_uscc, uscc_problem
from keguan.kernel.names import normal_name
from keguan.kernel.problems import Problem
from keguan.registers.organisations.models import HIERARCHIES, KINDS, FormerName, Organisation, Parent
from keguan.registers.organisations.queries import is_region


def problems_of(
    *, name: str, kind: str, uscc: str, region_code: str, entry: Organisation | None = None
) -> list[Problem]:
    """Everything that is wrong with a new entry, or with what is to become of one (`entry`)."""
    found: list[Problem] = []
    if not normal_name(name):
        found.append(no_name(name))
    if kind not in KINDS:
        found.append(
            Problem(
                "organisation.kind",
                Text("请选择单位类型", "Choose the kind of organisation"),
                where="kind",
                value=kind,
                fix=_listed(),
            )
        )
    if region_code and not is_region(region_code):
        found.append(
            Problem(
                "organisation.region",
                Text("没有这个行政区划代码", "There is no such administrative division code"),
                where="region_code",
                value=region_code,
                source="GB/T 2260",
                fix=Text("请填写6位代码，如 650100（乌鲁木齐市）", "Give the six digits, such as 650100 (Ürümqi)"),
            )
        )
    if uscc.strip():
        problem = uscc_problem(uscc)
        if problem is not None:
            found.append(_at(problem, "uscc"))
        elif taken := Organisation.objects.filter(uscc=normal_uscc(uscc)).exclude(pk=entry.pk if entry else 0).first():
            found.append(_uscc_taken(taken))
    elif entry is None and Organisation.objects.filter(normal_name=normal_name(name), status="active").exists():
        # Without a code the name is all there is to tell two apart.
        found.append(_name_known(name))
    return found


def known_already(row: Organisation) -> Problem:
    """The entry collides with one that somebody made before, or at the same moment."""
    if row.uscc and (taken := Organisation.objects.filter(uscc=row.uscc).exclude(pk=row.pk).first()):
        return _uscc_taken(taken)
    return _name_known(row.name)


def namesake(name: str) -> Problem:
    """One with a code comes to stand beside one of the same name without a code: most often they are the same."""
    return Problem(
        "organisation.namesake",
        Text("名录中已有同名单位，尚未填代码", "The register has an organisation of this name without a code"),
        where="apart",
        value=name[:80],
        fix=Text(
            "如为同一单位，请在已有记录中补填代码；如为不同单位，请选“是”",
            "If it is the same, give its entry the code; if it is another one, choose “yes”",
        ),
    )


def no_name(name: str) -> Problem:
    """The name says nothing."""
    return Problem(
        "organisation.name",
        Text("请填写单位名称", "Give the name of the organisation"),
        where="name",
        value=name[:80],
        fix=Text("按法人证书上的全称填写", "Write the full name as on the certificate"),
    )


def no_new_name(name: str) -> Problem:
    """A renaming that changes nothing."""
    return Problem(
        "organisation.same_name",
        Text("新名称为空或与现名称相同", "The new name is empty or the same as today's"),
        where="name",
        value=name[:80],
        fix=Text("请填写变更后的全称", "Write the full name after the change"),
    )


def not_yet(day: date) -> Problem:
    """A renaming that lies ahead: the register holds today's name."""
    return Problem(
        "organisation.rename_ahead",
        Text("更名日期尚未到来", "The day of the change has not come"),
        where="on",
        value=day.isoformat(),
        fix=Text("请在更名生效后办理", "Enter it when the new name is in use"),
    )


def stale() -> Problem:
    """Somebody else changed the entry after the page was opened."""
    return Problem(
        "organisation.stale",
        Text("该单位的信息刚被他人修改", "Somebody changed this entry meanwhile"),
        fix=Text("请刷新页面后再改", "Reload the page and change it again"),
    )


def before_the_last_name(day: date, since: date) -> Problem:
    """A renaming that would begin before the present name did."""
    return Problem(
        "organisation.rename_too_early",
        Text(
            "更名日期早于现名称启用日期 {since}", "The present name has been in use since {since}, after that day"
        ).filled(since=since.isoformat()),
        where="on",
        value=day.isoformat(),
        fix=Text("请核对更名日期", "Check the day of the change"),
    )


def link_problem(hierarchy: str, since: date, until: date | None) -> Problem | None:
    """An unknown hierarchy, or dates the wrong way round."""
    if hierarchy not in HIERARCHIES:
        return Problem(
            "parent.hierarchy",
            Text("没有这种隶属关系", "There is no such hierarchy"),
            where="hierarchy",
            value=hierarchy,
            fix=Text("请选择行政隶属或兵团隶属", "Choose administrative or XPCC"),
        )
    if until is not None and until < since:
        return Problem(
            "parent.dates",
            Text("截止日期早于起始日期", "It would end before it begins"),
            where="until",
            value=until.isoformat(),
            fix=Text("请核对起止日期", "Check the two days"),
        )
    return None


def link_end(link: Parent, day: date) -> Problem:
    """An end that does not lie in the link's days."""
    return Problem(
        "parent.end",
        Text("终止日期不在隶属期间内", "The last day does not lie in the time of the link"),
        where="last_day",
        value=day.isoformat(),
        fix=Text("该关系自 {since} 起", "The link began on {since}").filled(since=link.since.isoformat()),
    )


def circle(child: Organisation, parent: Organisation) -> Problem:
    """Somebody would stand above themselves."""
    return Problem(
        "parent.circle",
        Text(
            "“{parent}”在“{child}”之下，不能作为其上级", "“{parent}” stands below “{child}” and cannot be above it"
        ).filled(parent=parent.name, child=child.name),
        where="parent",
        value=parent.name,
        fix=Text("请先调整下级单位的隶属关系", "Move the lower one first"),
    )


def attached_already(child: Organisation, hierarchy: str, since: date, until: date | None) -> Problem:
    """The child stands under another one on some of these days."""
    others = Parent.objects.filter(child=child, hierarchy=hierarchy).select_related("parent").order_by("since")
    other = next(
        (o for o in others if (until is None or o.since <= until) and (o.until is None or o.until >= since)), None
    )
    return Problem(
        "parent.overlap",
        Text(
            "同一时间在同一隶属关系中只能有一个上级，现有上级为“{name}”",
            "There is one parent at a time in a hierarchy; it stands under “{name}”",
        ).filled(name=other.parent.name if other else "…"),
        where="since",
        value=since.isoformat(),
        fix=Text("请先终止现有隶属关系", "End that link first"),
    )


def no_merging(gone: Organisation, into: Organisation) -> Problem:
    """One of the two is not active, or they are the same."""
    return Problem(
        "organisation.merge",
        Text(
            "只能将一个存续单位并入另一个存续单位", "Only an active organisation can be merged, into another active one"
        ),
        where="into",
        value=f"{gone.name} → {into.name}",
        fix=Text("请核对两个单位的状态", "Check the status of both"),
    )


def not_active(row: Organisation) -> Problem:
    """It was closed or merged before."""
    return Problem(
        "organisation.not_active",
        Text("该单位已注销或并入其他单位", "The organisation was closed or merged before"),
        where="status",
        value=row.status,
        fix=Text("请刷新页面后核对", "Reload the page and check"),
    )


def would_circle(child: int, parent: int, hierarchy: str, since: date, until: date | None) -> bool:
    """Whether the child stands above its would-be parent on any of these days."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE above (id, days) AS (
              SELECT %(parent)s::bigint, daterange(%(since)s::date, %(until)s::date, '[]')
              UNION
              SELECT link.parent_id, above.days * daterange(link.since, link.until + 1)
              FROM organisations_parent link JOIN above ON link.child_id = above.id
              WHERE link.hierarchy = %(hierarchy)s AND above.days && daterange(link.since, link.until + 1)
            )
            SELECT EXISTS (SELECT FROM above WHERE id = %(child)s)
            """,
            {"child": child, "parent": parent, "hierarchy": hierarchy, "since": since, "until": until},
        )
        return bool(cursor.fetchone()[0])


def bearers(normal_names: set[str]) -> dict[str, Organisation]:
    """Who bears each of these normal names: today's names before former ones, active and coded ones first."""
    found: dict[str, Organisation] = {}
    rows = Organisation.objects.filter(normal_name__in=normal_names).select_related("successor")
    for row in sorted(rows, key=lambda row: (row.status != "active", row.uscc is None, row.pk)):
        found.setdefault(row.normal_name, row)
    former = FormerName.objects.filter(normal_name__in=normal_names - set(found)).select_related(
        "organisation__successor"
    )
    for name in former.order_by("-until", "id"):
        found.setdefault(name.normal_name, name.organisation)
    return found


def _name_known(name: str) -> Problem:
    return Problem(
        "organisation.known",
        Text(
            "名录中已有同名单位，未填统一社会信用代码的不能重名",
            "The register has an organisation of this name; without a code the name must be free",
        ),
        where="name",
        value=name[:80],
        fix=Text(
            "如为同一单位，请使用已有记录；如为不同单位，请补填统一社会信用代码",
            "Use the entry there is if it is the same; otherwise give the unified social credit code",
        ),
    )


def _uscc_taken(taken: Organisation) -> Problem:
    return Problem(
        "organisation.uscc_taken",
        Text("该统一社会信用代码已属于“{name}”", "This code belongs to “{name}” already").filled(name=taken.name),
        where="uscc",
        value=taken.uscc or "",
        fix=Text("如单位已更名，请办理更名", "If the organisation has a new name, rename it"),
    )


def _listed() -> Text:
    return Text(
        "可选：" + "、".join(name.zh for name in KINDS.values()),
        "One of: " + ", ".join(name.en for name in KINDS.values()),
    )


def _at(problem: Problem, where: str) -> Problem:
    return Problem(problem.code, problem.say, where, problem.value, problem.source, problem.fix, problem.may_override)
