"""What the events of this door say to people: to whom by number, never about which case."""

from __future__ import annotations

from keguan.casework.message_kinds import KINDS
from keguan.kernel.bilingual import Text
from keguan.registers.trace.models import Event
from keguan.registers.trace.sentences import filled, sentence, sentences

_OF_A_DELIVERY = {
    "notice:page:put": Text("通知人员 {person} 号：{kind}（站内消息）", "told person {person} on their page: {kind}"),
    "notice:mail:sent": Text("以邮件通知人员 {person} 号：{kind}", "told person {person} by mail: {kind}"),
    "notice:mail:refused": Text(
        "给人员 {person} 号的邮件（{kind}）被拒收，将再试",
        "a mail to person {person} ({kind}) was refused; to be tried again",
    ),
    "notice:mail:given-up": Text(
        "给人员 {person} 号的邮件（{kind}）未能送出", "a mail to person {person} ({kind}) could not be sent"
    ),
    "notice:mail:unknown": Text(
        "给人员 {person} 号的邮件（{kind}）不确定是否送出",
        "nobody knows whether a mail to person {person} ({kind}) went out",
    ),
    "notice:text:sent": Text("以短信通知人员 {person} 号：{kind}", "told person {person} by text message: {kind}"),
    "notice:text:refused": Text(
        "给人员 {person} 号的短信（{kind}）被拒，将再试",
        "a text message to person {person} ({kind}) was refused; to be tried again",
    ),
    "notice:text:given-up": Text(
        "给人员 {person} 号的短信（{kind}）未能送出", "a text message to person {person} ({kind}) could not be sent"
    ),
    "notice:text:unknown": Text(
        "给人员 {person} 号的短信（{kind}）不确定是否送出",
        "nobody knows whether a text message to person {person} ({kind}) went out",
    ),
}


def _told(event: Event) -> Text:
    kind = KINDS.get(event.payload.get("kind"))
    return filled(_OF_A_DELIVERY[event.tag], event.payload, **({"kind": kind.title} if kind else {}))


for _tag in _OF_A_DELIVERY:
    sentence(_tag)(_told)

sentences(
    {
        "notice:wishes:chosen": Text("选择了接收通知的方式", "chose how to be told"),
        "notice:wishes:stopped": Text(
            "人员 {person} 号退订了通知邮件", "mails to person {person} were unsubscribed from"
        ),
        "notice:mobile:asked": Text("申请确认手机号", "asked to confirm a mobile number"),
        "notice:mobile:confirmed": Text("确认了手机号", "confirmed a mobile number"),
        "notice:mobile:removed": Text("移除了手机号", "removed the mobile number"),
    }
)
