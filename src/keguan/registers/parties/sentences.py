"""What the events of this register say to people: duties in words, people by number, never a personal value."""

from __future__ import annotations

from keguan.kernel.bilingual import Text
from keguan.registers.parties.roles import role_name
from keguan.registers.trace.models import Event
from keguan.registers.trace.sentences import filled, sentence, sentences

sentences(
    {
        "parties:person:registered": Text("登记了人员 {person} 号", "entered person {person}"),
        "parties:person:corrected": Text(
            "更正了人员 {person} 号的信息：{fields}", "corrected person {person}: {fields}"
        ),
        "parties:person:identified": Text(
            "登记了人员 {person} 号的身份证件", "entered the identity document of person {person}"
        ),
        "parties:account:opened": Text("为人员 {person} 号开通了账户", "opened an account for person {person}"),
        "parties:account:password_changed": Text(
            "修改了人员 {person} 号的密码", "changed the password of person {person}"
        ),
        "parties:account:language_chosen": Text("选择了账户的语言", "chose the language of the account"),
        "parties:account:locked": Text("停用了人员 {person} 号的账户", "locked the account of person {person}"),
        "parties:member:invited": Text("邀请了一位成员加入本单位", "invited somebody to join the organisation"),
        "parties:member:invitation_ended": Text("撤回了一份邀请", "took an invitation back"),
        "parties:member:joined": Text("人员 {person} 号加入了单位", "person {person} joined the organisation"),
        "parties:member:left": Text(
            "人员 {person} 号离开了单位，截至 {until}", "person {person} left the organisation, last day {until}"
        ),
        "parties:people:told-apart": Text(
            "认定人员 {one} 号与 {other} 号是两个人",
            "found that the entries of person {one} and person {other} are two people",
        ),
        "parties:people:merged": Text(
            "将人员 {gone} 号并入人员 {person} 号", "merged the entry of person {gone} into that of person {person}"
        ),
        "parties:kinship:declared": Text(
            "申报了人员 {person} 号的近亲属关系", "declared a near relation of person {person}"
        ),
        "read:identity:opened": Text("查看了人员 {key} 号的信息", "read the entry of person {key}"),
    }
)


@sentence("parties:duty:granted")
def granted(event: Event) -> Text:
    """A duty was given."""
    said = Text(
        "授予人员 {person} 号职责“{role}”，自 {since} 起", "gave person {person} the duty “{role}” from {since}"
    )
    return filled(said, event.payload, role=role_name(event.payload["role"]))


@sentence("parties:duty:ended")
def ended(event: Event) -> Text:
    """A duty was ended."""
    said = Text(
        "终止人员 {person} 号的职责“{role}”，截至 {until}",
        "ended the duty “{role}” of person {person}, last day {until}",
    )
    return filled(said, event.payload, role=role_name(event.payload["role"]))


@sentence("parties:duty:delegated")
def delegated(event: Event) -> Text:
    """A duty was handed to a deputy."""
    said = Text(
        "将职责“{role}”交人员 {person} 号代理，自 {since} 至 {until}：{reason}",
        "handed the duty “{role}” to person {person} as deputy, from {since} to {until}: {reason}",
    )
    return filled(said, event.payload, role=role_name(event.payload["role"]))
