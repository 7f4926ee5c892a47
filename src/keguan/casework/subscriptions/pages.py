"""The pages of subscriptions: ask, confirm, end. The links of mails open a page with a button, because mail scanners open
links by themselves."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.urls import reverse

from keguan.casework.pages.call_search import FACETS, LASTING, find_calls, tidy_words
from keguan.casework.pages.public.calls import CALLS
from keguan.casework.subscriptions import services
from keguan.casework.subscriptions.mail import subscription_of
from keguan.casework.subscriptions.models import Subscription
from keguan.components.access import PUBLIC, page
from keguan.components.deeds import Do, Given, deed_page
from keguan.components.fields import Field
from keguan.components.lists import Choice
from keguan.components.reader import language
from keguan.components.status import Crumb, Line
from keguan.kernel.bilingual import Text

SUBSCRIBE = Text("订阅新通知", "New calls by mail")
_LANGUAGES = (Choice("zh", "中文"), Choice("en", "English"))


@page(PUBLIC, methods=("GET", "POST"))
def subscribe(request: HttpRequest) -> HttpResponseBase:
    """Ask for the calls of a search (`?q=…&programme=…`) by mail."""
    found = find_calls(request.GET)
    asked = {key: value for key, value in found.narrowed.asked.items() if key in LASTING}
    fields = (
        Field("address", "text", Text("电子邮件地址", "Mail address"), required=True, most=254, autocomplete="email"),
        Field("language", "choice", Text("邮件语言", "Language of the mails"), language(), choices=_LANGUAGES),
    )

    def do(given: Given) -> tuple[Text, str]:
        address = given.needed("address")
        given.check()
        services.ask(address, found.words, asked, "en" if given.text("language") == "en" else "zh")
        told = Text("请查收邮件并打开其中的链接确认。", "Look into your mail and open the link in it to confirm.")
        return told, reverse("calls") + found.query

    return deed_page(
        request,
        SUBSCRIBE,
        fields,
        do,
        button=Text("订阅", "Subscribe"),
        back=reverse("calls") + found.query,
        hint=Text(
            "有符合条件的新通知时给您发邮件。地址只用于此，每封邮件都可以退订，退订即删除。",
            "You get a mail when a call that fits is published. The address is used for nothing else; each mail has a link to "
            "end this, which deletes it.",
        ),
        lines=_lines(found.words, asked),
        crumbs=[Crumb(CALLS, reverse("calls"))],
    )


@page(PUBLIC, methods=("GET", "POST"))
def confirm(request: HttpRequest, token: str) -> HttpResponseBase:
    """Confirm a subscription by the link of its mail."""
    found = _of(token)

    def do(given: Given) -> tuple[Text, str]:
        services.confirm(found)
        return Text("已订阅。", "You are subscribed."), reverse("calls")

    return _asked(request, found, Text("确认订阅", "Confirm the subscription"), do)


@page(PUBLIC, methods=("GET", "POST"))
def end(request: HttpRequest, token: str) -> HttpResponseBase:
    """End a subscription by the link of any of its mails; a mail program does it with one click and no page."""
    found = subscription_of(token)
    if request.method == "POST" and request.POST.get("List-Unsubscribe") == "One-Click":
        if found is not None:
            services.end(found)
        return HttpResponse(status=200)
    if found is None:
        raise Http404

    def do(given: Given) -> tuple[Text, str]:
        services.end(found)
        return Text("已退订，您的地址已删除。", "It is ended; your address is deleted."), reverse("calls")

    return _asked(request, found, Text("退订", "End the subscription"), do)


# The signed link is what allows it: mail programs have no page from which to bring another proof.
end.csrf_exempt = True  # type: ignore[attr-defined]


def _of(token: str) -> Subscription:
    found = subscription_of(token)
    if found is None:
        raise Http404
    return found


def _asked(request: HttpRequest, found: Subscription, title: Text, do: Do) -> HttpResponseBase:
    lines = [Line(Text("电子邮件地址", "Mail address"), found.address)]
    lines += _lines(found.words, found.asked)
    return deed_page(request, title, (), do, button=title, back=reverse("calls"), lines=lines)


def _lines(words: str, asked: dict[str, str]) -> list[Line]:
    """What a subscription is to, in words."""
    titles = {facet.key: facet.title for facet in FACETS}
    found = find_calls(QueryDict())
    said = {(box.facet.key, choice.value): choice.text for box in found.narrowed.boxes for choice, _ in box.counted}
    lines = [Line(Text("关键词", "Words"), tidy_words(words))] if words else []
    lines += [Line(titles[key], said.get((key, value), value)) for key, value in asked.items()]
    return lines or [Line(Text("范围", "Which"), Text("全部申报通知", "all calls"))]
