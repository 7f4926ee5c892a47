"""Two entries of one person made one by the registrar: seen first, confirmed twice."""

from __future__ import annotations

import hashlib
import json

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from keguan.components.access import actor_on, page
from keguan.components.deeds import Given, SeeOther
from keguan.components.fields import Field
from keguan.components.lists import Column
from keguan.components.notices import tell
from keguan.components.status import Crumb, Line
from keguan.components.things import Section, thing_page
from keguan.kernel.bilingual import Text
from keguan.kernel.names import clean_text
from keguan.kernel.problems import Problem, Refused
from keguan.registers.parties import lists, merging
from keguan.registers.parties.alike import alike, tell_apart
from keguan.registers.parties.deeds import KEEPS_PEOPLE
from keguan.registers.parties.merging import Moving
from keguan.registers.parties.models import Person
from keguan.registers.trace.deeds import traced_deed_page

TITLE = Text("合并重复人员", "Merge duplicate people")

WORDS: dict[str, Text] = {
    "parties.duty.person": Text("任职", "Duties"),
    "parties.kinship.person": Text("亲属关系", "Relations"),
    "parties.employment.person": Text("工作经历", "Employments"),
    "parties.twopeople.person": Text("“是两个人”的认定", "Findings that entries are two people"),
    "parties.account.person": Text("账户（转给保留的记录）", "Account (passes to the entry that stays)"),
    "parties.account.is_active": Text("账户（停用）", "Account (locked)"),
    "parties.invitation.person": Text("邀请", "Invitations"),
    "experts.expert.person": Text("专家库记录", "Entry in the pool of experts"),
    "experts.merit.expert": Text("评审记录", "Records of reviews"),
    "experts.absence.expert": Text("不参加评审的时段", "Days without reviews"),
    "projects.project.principal": Text("负责的项目", "Projects led"),
    "projects.membership.person": Text("参与的项目", "Projects taken part in"),
    "documents.document.uploaded_by": Text("文件", "Files"),
    "certificates.certificate.holder_person": Text("证书", "Certificates"),
    "integrity.sanction.person": Text("惩戒", "Sanctions"),
    "casework.case.people": Text("办件", "Cases"),
    "casework.case.handler": Text("转交经办的办件", "Cases handed over to them"),
    "casework.desknote.by": Text("内部备注", "Internal notes"),
    "casework.task.person": Text("待办", "Tasks"),
    "casework.editor.person": Text("共同填写", "Forms written together"),
    "casework.message.person": Text("消息", "Messages"),
    "casework.seatholder.expert": Text("评审席位", "Seats on panels"),
    "casework.round.drafted_by": Text("起草的批次", "Rounds drafted"),
    "casework.callchange.drafted_by": Text("起草的通知变更", "Drafted changes of calls"),
    "casework.memo.people": Text("办件中的签署与答复", "Answers and signatures in running cases"),
    "casework.draft.people": Text("草稿", "Drafts"),
    "casework.archived.person": Text("归档的办件", "Archived cases"),
    "casework.batch.person": Text("成批办理", "Batches"),
    "casework.lateentry.person": Text("逾期提交的许可", "Leave to hand in late"),
    "experts.work.expert": Text("成果", "Works"),
    "ties.tie.person": Text("利害关系", "Ties"),
    "meetings.keptout.person": Text("会议回避", "Recusals from meetings"),
    "meetings.absence.person": Text("会议请假", "Absences from meetings"),
    "meetings.member.person": Text("会议席位", "Seats at meetings"),
    "funds.feepayee.person": Text("专家费收款信息", "Payee of fees"),
    "exports.export.person": Text("导出的文件", "Exports"),
    "views.savedview.owner": Text("保存的视图", "Views kept"),
    "imports.importrun.by": Text("导入记录", "Imports"),
    "mail.delivery.person": Text("邮件", "Mails"),
    "similarity.finding.decided_by": Text("查重结论", "Findings of similarity decided"),
    "mail.wishes.person": Text("通知设置", "Choices for notices"),
}
CHANGED = Problem(
    "merge.changed",
    Text("确认期间情况有变。", "Something changed while you confirmed."),
    fix=Text("请重新核对下面的内容再确认。", "Look at what is below once more, and confirm again."),
)


@page(KEEPS_PEOPLE)
def duplicates(request: HttpRequest) -> HttpResponseBase:
    """Pairs of entries that may be one person."""
    columns = (
        Column(
            "one", Text("记录", "Entry"), lambda pair: _named(pair[0]), link=lambda pair: lists.person_href(pair[0])
        ),
        Column("other", Text("可能重复", "Perhaps the same"), lambda pair: _named(pair[1])),
        Column("why", Text("依据", "Because of"), lambda pair: pair[2]),
        Column(
            "do",
            Text("办理", "Do"),
            lambda pair: _LOOK,
            link=lambda pair: f"{reverse('person_merge', args=[pair[0].pk])}?gone={pair[1].pk}",
        ),
        Column(
            "apart",
            Text("或者", "Or"),
            lambda pair: Text("是两个人", "Two people"),
            link=lambda pair: reverse("person_apart", args=[pair[0].pk, pair[1].pk]),
        ),
    )
    hint = Text("没有疑似重复的人员。", "No entries look like duplicates.")
    section = Section(TITLE, columns=columns, rows=merging.suspects(), empty=hint)
    crumbs = [Crumb(Text("名录", "Registers"), reverse("registers")), Crumb(lists.PEOPLE.title, reverse("people"))]
    return thing_page(request, TITLE, [section], crumbs=crumbs)


@page(KEEPS_PEOPLE, methods=("GET", "POST"))
def person_apart(request: HttpRequest, pk: int, other: int) -> HttpResponseBase:
    """Say that two entries are two people, for a reason that is traced."""
    one, two = (get_object_or_404(Person.objects.select_related("employer"), pk=key) for key in (pk, other))
    shared = next((pair.said for pair in alike([one.pk]) if two.pk in (pair.one, pair.other)), Text("无", "nothing"))
    lines = [
        Line(Text("记录", "Entry"), _named(one), href=reverse("person", args=[one.pk])),
        Line(Text("可能重复", "Perhaps the same"), _named(two), href=reverse("person", args=[two.pk])),
        Line(Text("依据", "Because of"), shared),
    ]
    reason = Field("reason", "text", Text("理由", "Reason"), required=True, most=500)
    back = reverse("duplicates")

    def do(given: Given) -> tuple[Text, str]:
        why = given.needed("reason")
        given.check()
        tell_apart(actor_on(request), one, two, reason=why)
        return Text("已认定为两个人。", "They stand as two people."), back

    title, button = Text("认定为两个人", "Two people"), Text("认定", "Confirm")
    crumbs = [Crumb(Text("名录", "Registers"), reverse("registers")), Crumb(TITLE, back)]
    return traced_deed_page(request, title, [reason], do, button=button, back=back, lines=lines, crumbs=crumbs)


@page(KEEPS_PEOPLE, methods=("GET", "POST"))
def person_merge(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Merge another entry into this one: look, confirm with a reason, confirm again."""
    raise_if_reauthentication_required(request, app="keguan")
    actor, kept = actor_on(request), get_object_or_404(Person.objects.select_related("employer"), pk=pk)
    sent = request.POST if request.method == "POST" else request.GET
    number = sent.get("gone", "").strip()
    if not number:
        return _ask(request, kept, ())
    gone = Person.objects.select_related("employer").filter(pk=int(number)).first() if _is_number(number) else None
    if gone is None:
        said = Text("没有这个编号的人员。", "There is no person with this number.")
        return _ask(request, kept, (Problem("merge.unknown", said, "gone", number[:20]),))
    if request.method == "POST" and "step" not in sent:
        return SeeOther(f"{reverse('person_merge', args=[kept.pk])}?gone={gone.pk}")
    seen = merging.preview(actor, kept, gone)
    reason = clean_text(sent.get("reason", "")).strip()
    problems, mark = tuple(seen.problems), _mark(seen)
    if request.method == "POST" and not problems and not reason:
        problems = (Problem("deed.missing", Text("请填写：理由。", "Fill in: reason."), "reason"),)
    is_second = request.method == "POST" and not problems
    if is_second and sent.get("step") == "2":
        if sent.get("seen") != mark:
            problems, is_second = (CHANGED,), False
        else:
            try:
                merging.merge(actor, kept, gone, reason=reason)
            except Refused as refused:
                problems, is_second = refused.refusal.problems, False
            else:
                said = Text("已合并：人员 {gone} 号并入 {kept} 号。", "Merged: person {gone} into person {kept}.")
                tell(request, said.filled(gone=str(gone.pk), kept=str(kept.pk)))
                return SeeOther(reverse("person", args=[kept.pk]))
    return _show(request, seen, reason, problems, mark, is_second=is_second)


def _ask(request: HttpRequest, kept: Person, problems: tuple[Problem, ...]) -> HttpResponseBase:
    field = Field("gone", "text", Text("重复记录的人员编号", "Number of the duplicate entry"), required=True,
                  hint=Text("人员页面地址中的数字", "the number in the address of that person's page"))  # fmt: skip
    context = {
        "question": TITLE,
        "problems": problems,
        "lines": [Line(Text("保留", "Stays"), _named(kept))],
        "fields": [field.with_problems(problems)],
        "action": reverse("person_merge", args=[kept.pk]),
        "confirm": Text("查看", "Look"),
        "back": reverse("person", args=[kept.pk]),
    }
    return render(request, "components/confirm_page.html", context, status=422 if problems else 200)


def _show(
    request: HttpRequest, seen: Moving, reason: str, problems: tuple[Problem, ...], mark: str, *, is_second: bool
) -> HttpResponseBase:
    kept, gone = seen.kept, seen.gone
    moving = [
        Line(WORDS.get(what, Text(what, what)), Text("{n} 项", "{n}").filled(n=str(len(keys))))
        for what, keys in sorted(seen.moved.items())
    ]
    again = Text("确定把“{gone}”并入“{kept}”？", "Merge “{gone}” into “{kept}” for good?")
    first = Field("reason", "text", Text("理由", "Reason"), reason, required=True, most=500)
    fields = [
        Field("gone", "hidden", TITLE, str(gone.pk)),
        Field("seen", "hidden", TITLE, mark),
        Field("step", "hidden", TITLE, "2" if is_second else "1"),
        Field("reason", "hidden", TITLE, reason) if is_second else first.with_problems(problems),
    ]
    context = {
        "question": again.filled(gone=_named(gone), kept=_named(kept)) if is_second else TITLE,
        "problems": problems,
        "lines": [
            Line(Text("保留", "Stays"), _named(kept)),
            Line(Text("并入后停用", "Goes"), _named(gone)),
            *([Line(Text("理由", "Reason"), reason)] if is_second else []),
            *moving,
            Line(Text("两边相同、合为一项", "The same on both, made one"), str(len(seen.dropped))),
        ],
        "consequences": (
            *([] if kept.normal_name == gone.normal_name else [_OTHER_NAME]),
            Text("全部完成或全不办理，并记入痕迹。", "All of it is done or nothing; it is traced."),
            Text(
                "已提交的申报书、痕迹和授予记录保持原样，仍指向原编号。",
                "Proposals handed in, the trace, and who granted what stay as they were, under the old number.",
            ),
        ),
        "fields": fields,
        "action": reverse("person_merge", args=[kept.pk]),
        "confirm": Text("确定合并", "Merge them") if is_second else Text("继续", "Go on"),
        "back": reverse("person", args=[kept.pk]),
    }
    refused = request.method == "POST" and bool(problems)
    return render(request, "components/confirm_page.html", context, status=422 if refused else 200)


_OTHER_NAME = Text(
    "两条记录的姓名不同：请再次核对是否同一人。", "The two names differ: make sure that they are one person."
)
_LOOK = Text("查看合并", "Look")


def _named(person: Person) -> str:
    employer = person.employer.name if person.employer else ""
    return f"{person.name} · {employer} · {person.pk}" if employer else f"{person.name} · {person.pk}"


def _mark(seen: Moving) -> str:
    """What was seen, in short: another one means that something changed."""
    whole = json.dumps([seen.kept.pk, seen.gone.pk, seen.moved, len(seen.dropped)], sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18
