"""One's messages: newest first, unread ones marked, each leading to its case."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from keguan.casework import messages as post
from keguan.casework.message_kinds import KINDS
from keguan.casework.models import Message
from keguan.casework.pages.answering import request_id
from keguan.casework.queries import messages_of
from keguan.components.access import SIGNED_IN, actor_on, page
from keguan.components.deeds import SeeOther
from keguan.components.lists import Choice, Column, Filter, ListSpec, Rows, choices_of
from keguan.components.notices import tell
from keguan.kernel.bilingual import Text

_READ = {"no": Text("未读", "Unread"), "yes": Text("已读", "Read")}


def _read(rows: Rows, word: str) -> Rows:
    return rows.filter(read_at__isnull=word == "no")


MESSAGES = ListSpec(
    name="messages",
    title=Text("消息", "Messages"),
    columns=(
        Column("at", Text("时间", "At"), lambda m: m.at, "moment", sort=("id",)),
        Column("kind", Text("类别", "Kind"), lambda m: kind_title(m)),
        Column("say", Text("内容", "Message"), lambda m: m.say),
    ),
    filters=(
        Filter("read", Text("状态", "State"), _read, choices_of(_READ)),
        Filter(
            "kind",
            Text("类别", "Kind"),
            lambda rows, word: rows.filter(kind=word),
            tuple(Choice(word, kind.title) for word, kind in KINDS.items()),
        ),
    ),
    default_sort="-at",
    empty=Text("没有消息。", "No messages."),
)


def kind_title(message: Message) -> Text:
    """What a message is about, in a word or two."""
    kind = KINDS.get(message.kind)
    return kind.title if kind else Text(message.kind, message.kind)


def href_of(message: Message) -> str:
    """Where one goes on from a message: its case, the page that it is about, or that of its kind; "" where there is none."""
    if message.case is not None:
        return reverse("case", args=[message.case.number])
    if message.path:
        return message.path
    kind = KINDS.get(message.kind)
    return reverse(kind.leads_to) if kind and kind.leads_to else ""


@page(SIGNED_IN, methods=("GET", "POST"))
def messages(request: HttpRequest) -> HttpResponseBase:
    """My messages; sent back, it says which of them are read."""
    actor = actor_on(request)
    if request.method == "POST":
        return _marked(request)
    listing = MESSAGES.listing(request.GET, messages_of(actor))
    shown = [(one, kind_title(one), href_of(one)) for one in listing.rows]
    has_unread = any(one.read_at is None for one, _, _ in shown)
    years = post.KEPT.days // 365
    context = {"listing": listing, "shown": shown, "has_unread": has_unread, "years": years}
    return render(request, "casework/messages.html", context)


def _marked(request: HttpRequest) -> HttpResponseBase:
    chosen = request.POST.get("read", "")
    # A key that is no number is nobody's message.
    keys = (
        None if chosen == "all" else [int(chosen)] if chosen.isascii() and chosen.isdigit() and len(chosen) < 19 else []
    )
    n = post.mark_read(actor_on(request), keys, request_id=request_id(request))
    tell(request, Text("{n}条消息已标为已读。", "Marked as read: {n}.").filled(n=n))
    asked = request.GET.urlencode()
    return SeeOther(reverse("messages") + (f"?{asked}" if asked else ""))
