"""Pages on which people choose how they are told, and the link by which a mail is unsubscribed from."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from keguan.casework.message_kinds import ABOUT, KINDS, How
from keguan.components.access import PUBLIC, SIGNED_IN, actor_on, page
from keguan.components.deeds import Given, deed_page
from keguan.components.fields import YES_NO, Field
from keguan.components.lists import Choice
from keguan.components.reader import language, moment
from keguan.components.status import Crumb, Line
from keguan.doors.mail import mobiles, stop_links, wishes
from keguan.doors.mail.addresses import address_of
from keguan.doors.mail.models import CHANNELS, STATES, Delivery, Wishes
from keguan.doors.mail.queries import failed_lately
from keguan.kernel.actors import NOBODY
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refused
from keguan.registers.parties.models import Person

ACCOUNT = Text("我的账户", "My account")
WISHES = Text("接收通知的方式", "How I am told")
MOBILE = Text("手机号", "Mobile number")
_WHEN = Text("何时送达", "When they come")
STOP = Text("不再接收此类邮件", "No more mails of this kind")

_HOURS = tuple(Choice(str(hour), f"{hour:02d}:00") for hour in range(24))
_HINT = Text(
    "消息总在站内保留一份。邮件只说明类别、编号和链接，不载明内容。",
    "Every message also stands on your page. Mails tell the kind, the number and a link, never the content.",
)
_DEMANDED = Text(
    "依法应当告知，不能关闭，至迟次日送达（{source}）",
    "the law demands it: it cannot be switched off, and comes within a day ({source})",
)


@page(SIGNED_IN, methods=("GET", "POST"))
def notice_wishes(request: HttpRequest) -> HttpResponseBase:
    """Choose for each kind of notice how mails come, when nothing may come, and whether text messages may."""
    actor = actor_on(request)
    assert actor.person is not None  # noqa: S101 - SIGNED_IN people have one
    row = wishes.wishes_of(actor.person)

    def do(given: Given) -> tuple[Text, str]:
        chosen = {word: _way(given, word) for word in KINDS}
        quiet = _hour(given, "quiet_from"), _hour(given, "quiet_until")
        given.check()
        wishes.choose(
            actor,
            chosen,
            quiet=quiet,
            workdays_only=given.text("workdays_only") == "yes",
            by_text=given.text("by_text") == "yes",
            request_id=_request_id(request),
        )
        return Text("已保存。", "Saved."), reverse("notice_wishes")

    return deed_page(
        request,
        WISHES,
        _fields(row),
        do,
        button=Text("保存", "Save"),
        back=reverse("profile"),
        hint=_HINT,
        lines=[_address(actor.person), _mobile(row), *map(_trouble, failed_lately(actor))],
        crumbs=[Crumb(ACCOUNT, reverse("profile"))],
    )


def _fields(row: Wishes) -> list[Field]:
    fields = []
    for word, kind in sorted(KINDS.items(), key=lambda one: ABOUT.index(one[1].about)):
        choices = tuple(Choice(way, wishes.HOWS[way]) for way in wishes.hows(kind))
        demanded = _DEMANDED.filled(source=kind.demanded_by) if kind.demanded_by else None
        fields.append(
            Field(
                word,
                "choice",
                kind.title,
                wishes.how(row, word),
                choices=choices,
                hint=demanded,
                required=True,
                group=kind.about,
            )
        )
    fields += [
        Field("quiet_from", "choice", Text("免打扰：自", "Quiet from"), str(row.quiet_from), choices=_HOURS, required=True,
              group=_WHEN, hint=Text("北京时间；两处相同即不设免打扰", "Beijing time; the same hour twice for none")),
        Field("quiet_until", "choice", Text("免打扰：至", "Quiet until"), str(row.quiet_until), choices=_HOURS, required=True,
              group=_WHEN),
        Field("workdays_only", "choice", Text("只在工作日接收", "On working days only"), _yes(row.workdays_only),
              choices=YES_NO, required=True, group=_WHEN, hint=Text("即将到期的提醒不受此限", "except for what is due soon")),
    ]  # fmt: skip
    if row.mobile_confirmed_at is not None:
        fields.append(
            Field("by_text", "choice", Text("同时接收短信", "Text messages, too"), _yes(row.by_text), choices=YES_NO,
                  required=True, group=_WHEN)
        )  # fmt: skip
    return fields


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _way(given: Given, word: str) -> How:
    kind = KINDS[word]
    found = given.text(word)
    for way in wishes.hows(kind):
        if way == found:
            return way
    said = Text("请选择“{kind}”的接收方式。", "Choose how “{kind}” comes.").filled(kind=kind.title)
    given.problems.append(Problem("wishes.way", said, word, found[:30], source=kind.demanded_by))
    return kind.how


def _hour(given: Given, name: str) -> int:
    found = given.text(name)
    if found in {choice.value for choice in _HOURS}:
        return int(found)
    given.problems.append(Problem("wishes.hour", Text("请选择整点。", "Choose a full hour."), name, found[:30]))
    return 0


def _address(person: int) -> Line:
    return Line(Text("电子邮箱", "E-mail address"), address_of(person).said, href=reverse("account_email"))


def _mobile(row: Wishes) -> Line:
    none = Text("没有；添加手机号", "none; give one")
    said = Text(row.mobile, row.mobile) if row.mobile else none
    return Line(MOBILE, said, href=reverse("mobile"))


def _trouble(row: Delivery) -> Line:
    kind = KINDS[row.message.kind]
    said = Text("{when} {kind}（{channel}）", "{when}, {kind} ({channel})")
    about = said.filled(when=moment(row.changed_at), kind=kind.title, channel=CHANNELS[row.channel])
    return Line(STATES[row.state], about)


@page(PUBLIC, methods=("GET", "POST"))
def notices_stop(request: HttpRequest, token: str) -> HttpResponseBase:
    """Unsubscribe by the link of a mail: a page with a button for people, one click for mail programs (RFC 8058)."""
    found = stop_links.read(token)
    if found is None or not Person.objects.filter(pk=found[0]).exists():
        raise Http404
    person, kinds = found
    if request.method == "POST":
        wishes.stop(person, kinds, NOBODY, request_id=_request_id(request))
        if request.POST.get("List-Unsubscribe") == "One-Click":
            return HttpResponse(status=200)
    titles = [kind.title for word, kind in KINDS.items() if word in kinds]
    context = {"title": STOP, "kinds": titles, "is_done": request.method == "POST"}
    return render(request, "mail/stop.html", context)


# The signed link is what allows it: mail programs have no page from which to bring another proof.
notices_stop.csrf_exempt = True  # type: ignore[attr-defined]


@page(SIGNED_IN, methods=("GET", "POST"))
def mobile(request: HttpRequest) -> HttpResponseBase:
    """Give a mobile number; a code goes to it."""
    actor = actor_on(request)

    def do(given: Given) -> tuple[Text, str]:
        number = given.needed("mobile")
        given.check()
        mobiles.ask(actor, number, language(), request_id=_request_id(request))
        return Text("验证码已发出。", "The code was sent."), reverse("mobile_code")

    return deed_page(
        request,
        MOBILE,
        [Field("mobile", "text", MOBILE, required=True, most=20, autocomplete="tel")],
        do,
        button=Text("发送验证码", "Send a code"),
        back=reverse("notice_wishes"),
        hint=Text("确认后，紧要通知可同时发短信。", "Once confirmed, pressing notices can come as text messages, too."),
        crumbs=_crumbs(),
    )


@page(SIGNED_IN, methods=("GET", "POST"))
def mobile_code(request: HttpRequest) -> HttpResponseBase:
    """Type the code that came."""
    wrong = None
    if request.method == "POST":
        wrong = mobiles.confirm(actor_on(request), request.POST.get("code", ""), request_id=_request_id(request))

    def do(given: Given) -> tuple[Text, str]:
        if wrong:
            raise Refused.because(wrong)
        return Text("手机号已确认。", "The mobile number is confirmed."), reverse("notice_wishes")

    return deed_page(
        request,
        Text("输入验证码", "Type the code"),
        [Field("code", "text", Text("验证码", "Code"), required=True, most=6, autocomplete="one-time-code")],
        do,
        button=Text("确认", "Confirm"),
        back=reverse("mobile"),
        crumbs=_crumbs(),
    )


@page(SIGNED_IN, methods=("POST",))
def mobile_remove(request: HttpRequest) -> HttpResponseBase:
    """No text messages any more."""
    mobiles.remove(actor_on(request), request_id=_request_id(request))
    return HttpResponseRedirect(reverse("profile"))


def _crumbs() -> list[Crumb]:
    return [Crumb(ACCOUNT, reverse("profile")), Crumb(WISHES, reverse("notice_wishes"))]


def _request_id(request: HttpRequest) -> str:
    return str(getattr(request, "request_id", ""))
