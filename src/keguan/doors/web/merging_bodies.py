"""An organisation merged into another by the registrar: what would pass over is seen first, and confirmed."""

from __future__ import annotations

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from keguan.components.access import actor_on, page
from keguan.components.deeds import Given
from keguan.components.fields import Field
from keguan.components.status import Crumb, Line
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.registers.organisations import lists, merging
from keguan.registers.organisations.deeds import KEEPS_ORGANISATIONS, organisation_named
from keguan.registers.organisations.merging import Passing
from keguan.registers.organisations.models import Organisation
from keguan.registers.trace.deeds import traced_deed_page

WORDS: dict[str, Text] = {
    "parties.person.employer": Text("人员", "people"),
    "parties.duty.organisation": Text("任职", "duties"),
    "parties.invitation.organisation": Text("未使用的邀请", "open invitations"),
    "projects.project.host": Text("在研项目", "running projects"),
    "integrity.sanction.organisation": Text("生效的惩戒", "sanctions in force"),
    "funds.payment.payee": Text("应付款", "payments due"),
    "casework.case.host": Text("在办办件（申报单位）", "running cases as host"),
    "casework.case.authority": Text("在办办件（推荐单位）", "running cases as authority"),
    "casework.task.organisation": Text("待办", "tasks"),
    "casework.officeitem.organisation": Text("本单位审核要点", "own checks of the office"),
    "casework.recommendationorder.authority": Text("推荐次序", "orders of recommendation"),
    "api.webhook.organisation": Text("推送", "webhooks"),
}
"""What passes over, by table and column."""


@page(KEEPS_ORGANISATIONS, methods=("GET", "POST"))
def organisation_merge(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Merge this organisation into another: name it, say why, look at what passes over, confirm."""
    raise_if_reauthentication_required(request, app="keguan")
    actor, gone = actor_on(request), get_object_or_404(Organisation, pk=pk, status="active")
    fields = [
        Field("into", "text", Text("并入的单位", "Into"), required=True, most=200,
              hint=Text("单位全称或统一社会信用代码", "full name or credit code")),
        Field("reason", "text", Text("理由和文号", "Reason, and its document"), required=True, most=500),
    ]  # fmt: skip

    def do(given: Given) -> tuple[Text, str]:
        given.needed("into")
        given.needed("reason")
        into = organisation_named(given, "into")
        given.check()
        assert into is not None  # noqa: S101 - it was named, and found
        passed = merging.merge(actor, gone, into, reason=given.text("reason"))
        # Done, told what came of it, and undone unless this is the second yes.
        given.ask(_what_passes(passed), Text("确认合并", "Merge them"))
        said = Text("{gone}已并入{into}。", "{gone} has gone into {into}.")
        return said.filled(gone=gone.name, into=into.name), lists.href_of(into)

    title = Text("并入其他单位：{name}", "Merge into another: {name}").filled(name=gone.name)
    hint = Text(
        "自今日起，在办的事项由并入的单位承接：人员、任职、在办办件和待办、在研项目、应付款、生效的惩戒。已办结的办件、已付款、已结题项目和"
        "证书留在原单位名下，其页面指向并入的单位；证书由发证机关重新认定。原名称仍可查到。",
        "From today on, what runs passes over: people, duties, running cases and their tasks, running projects, payments due, sanctions"
        " in force. Ended cases, payments made, finished projects and certificates stay under the old name, whose page leads to the"
        " other; certificates are confirmed by who issued them. The old name still finds it.",
    )
    back, button = lists.href_of(gone), Text("查看会怎样", "See what would happen")
    lines = [Line(Text("并入后停用", "Goes"), gone.name, note=gone.uscc or "")]
    crumbs = [
        Crumb(Text("名录", "Registers"), reverse("registers")),
        Crumb(lists.ORGANISATIONS.title, reverse("organisations")),
        Crumb(gone.name, back),
    ]
    return traced_deed_page(request, title, fields, do, button=button, back=back, hint=hint, lines=lines, crumbs=crumbs)


def _what_passes(passing: Passing) -> Problem:
    counted = [
        Text("{what} {n}", "{what}: {n}").filled(what=WORDS.get(what, Text(what, what)), n=n)
        for what, n in sorted(passing.passed.items())
    ]
    listed = Text("、".join(one.zh for one in counted) or "无", ", ".join(one.en for one in counted) or "nothing")
    said = Text(
        "将把“{gone}”并入“{into}”，转由其承接：{listed}。", "“{gone}” would go into “{into}”, and pass over: {listed}."
    ).filled(gone=passing.gone.name, into=passing.into.name, listed=listed)
    fix = Text("合并不能撤销。无误的，请再次确认。", "A merge is not undone. If all is right, confirm it.")
    return Problem(
        "merge.asked", said, "into", f"{passing.gone.pk} {passing.into.pk} {sorted(passing.passed.items())}", fix=fix
    )
