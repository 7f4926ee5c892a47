"""What people are told about: one line per kind, with how it goes out unless its reader chose otherwise.

A new kind is one entry here. Whoever sends says its word; pages, preferences, mails and text messages follow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from keguan.kernel.bilingual import Text

How = Literal["at_once", "daily", "weekly", "none"]
"""How mails of a kind come: each by itself, gathered by day or by week, or not at all."""

Word = Literal[
    "returned",
    "waits",
    "desk",
    "deadline",
    "extended",
    "ended",
    "review",
    "released",
    "declined",
    "write",
    "named",
    "handed",
    "reminder",
    "overdue",
    "search",
    "meeting",
    "defence",
    "recusal",
    "expert",
    "sign",
    "sanction",
    "duty",
    "entry",
    "round",
    "call",
    "vacant",
]


APPLYING: Final = Text("我的申报", "My applications")
WORKING: Final = Text("等我办理", "What waits for me")
REVIEWING: Final = Text("评审与会议", "Reviews and meetings")
RECORDED: Final = Text("名录中的登记", "What registers say of me")
SEARCHING: Final = Text("搜索", "Searches")
ABOUT: Final = (APPLYING, WORKING, REVIEWING, RECORDED, SEARCHING)
"""What messages are about, as preferences list it."""


@dataclass(frozen=True, slots=True)
class MessageKind:
    """A kind of message.

    about: what it is about, with others that are.
    outside: the sentence that leaves the house, in mails and text messages, with the place `{number}`: never what stands
    in the message itself, for a mail box is no safe. how: how mails come by default. demanded_by: the law that demands
    the notice, so that it cannot be switched off. is_urgent: not kept until the next working day. by_text: whether it may
    go out as a text message, too. leads_to: the page, by the name of its route, where one goes on from a message that is
    about no case.
    """

    about: Text
    title: Text
    outside: Text
    how: How = "at_once"
    demanded_by: str = ""
    is_urgent: bool = False
    by_text: bool = False
    leads_to: str = ""


KINDS: Final[Mapping[str, MessageKind]] = {
    "returned": MessageKind(
        APPLYING,
        Text("退回修改", "Returned for correction"),
        Text(
            "办件 {number} 已退回，请登录查看需要修改之处。", "{number} was returned; sign in to see what to correct."
        ),
        demanded_by="参照行政许可法 第三十二条",
        by_text=True,
    ),
    "waits": MessageKind(
        WORKING,
        Text("等待您办理", "Waits for you"),
        Text("办件 {number} 等待您办理。", "{number} waits for you."),
        by_text=True,
    ),
    "desk": MessageKind(
        WORKING,
        Text("新到办件", "New at my desk"),
        Text(
            "有新到的办件等待您的职责办理，请登录查看待办。",
            "New cases wait for a duty of yours; sign in to see what there is to do.",
        ),
        how="daily",
        leads_to="todo",
    ),
    "deadline": MessageKind(
        WORKING,
        Text("即将到期", "Due soon"),
        Text("办件 {number} 有一项办理即将到期。", "A step of {number} is due soon."),
        is_urgent=True,
        by_text=True,
    ),
    "meeting": MessageKind(
        REVIEWING,
        Text("会议", "Meetings"),
        Text("有一次会议与您有关，请登录查看。", "A meeting concerns you; sign in to see it."),
        by_text=True,
        leads_to="meetings",
    ),
    "defence": MessageKind(
        APPLYING,
        Text("答辩时间", "Time of a defence"),
        Text(
            "办件 {number} 的答辩时间已定或有变，请登录查看。",
            "The defence of {number} has a time, or a new one; sign in to see it.",
        ),
        is_urgent=True,
        by_text=True,
    ),
    "reminder": MessageKind(
        APPLYING,
        Text("单位提醒提交", "Reminder by your institution"),
        Text("办件 {number} 尚未提交，请登录办理。", "{number} is not handed in yet; sign in to go on with it."),
        is_urgent=True,
    ),
    "extended": MessageKind(
        APPLYING,
        Text("申报延期", "Deadline extended"),
        Text("办件 {number} 的申报截止时间已延后。", "The deadline of {number} was moved later."),
    ),
    "ended": MessageKind(
        APPLYING,
        Text("办结", "Case ended"),
        Text("办件 {number} 已办结，请登录查看结果。", "{number} has ended; sign in to see how."),
        demanded_by="参照行政许可法 第三十八条、第四十四条",
    ),
    "review": MessageKind(
        REVIEWING,
        Text("评审邀请", "Asked to review"),
        Text("请您登录平台，答复一项评审邀请（{number}）。", "Sign in to answer an invitation to review ({number})."),
        by_text=True,
    ),
    "released": MessageKind(
        REVIEWING,
        Text("评审不再由您办理", "A review taken off you"),
        Text("{number} 的评审不再需要您办理。", "Nothing more is asked of you for the review of {number}."),
    ),
    "declined": MessageKind(
        REVIEWING,
        Text("专家谢绝评审", "A reviewer declined"),
        Text(
            "办件 {number} 有专家谢绝评审，请登录补派。", "A reviewer declined {number}; sign in to fill the seat anew."
        ),
        by_text=True,
    ),
    "recusal": MessageKind(
        REVIEWING,
        Text("评审回避", "Recusal from a review"),
        Text("办件 {number} 的评审有一项回避需要处理。", "A recusal from the review of {number} waits for you."),
        is_urgent=True,
    ),
    "expert": MessageKind(
        REVIEWING,
        Text("专家库信息", "Your entry as an expert"),
        Text("您在专家库的信息有事项需要您处理。", "Something about your entry in the pool of experts waits for you."),
        leads_to="expert_mine",
    ),
    "sign": MessageKind(
        WORKING,
        Text("决议待签署", "Resolution to sign"),
        Text(
            "有一份决议等待您签署，请登录办理。", "A resolution waits for your signature; sign in to read and sign it."
        ),
        by_text=True,
        leads_to="todo",
    ),
    "handed": MessageKind(
        WORKING,
        Text("转交给您", "Handed to you"),
        Text("办件 {number} 已转交给您办理。", "{number} was handed to you."),
        by_text=True,
    ),
    "overdue": MessageKind(
        REVIEWING,
        Text("评审逾期", "Review overdue"),
        Text("办件 {number} 的评审已逾期，请登录处理。", "A review of {number} is overdue; sign in to see to it."),
    ),
    "write": MessageKind(
        APPLYING,
        Text("邀请参与填写", "Asked to write along"),
        Text("请您登录平台，参与填写或阅看 {number}。", "Sign in to write or read along in {number}."),
    ),
    "round": MessageKind(
        WORKING,
        Text("批次草稿退回", "Draft of a round sent back"),
        Text("您起草的一个批次被退回，请登录修改。", "A round that you drafted was sent back; sign in to change it."),
        leads_to="rounds",
    ),
    "call": MessageKind(
        WORKING,
        Text("申报通知变更", "A call was changed"),
        Text(
            "一项与您有关的申报通知已延期或变更，请登录查看。",
            "A call that concerns you was extended or changed; sign in to see how.",
        ),
        leads_to="calls",
    ),
    "sanction": MessageKind(
        RECORDED,
        Text("诚信惩戒", "Sanctions"),
        Text(
            "诚信名录中有一项与您或您管理的单位有关的登记，请登录查看。",
            "An entry about you, or about the organisation that you administer, is new in the register of sanctions; sign in"
            " to read it.",
        ),
        leads_to="sanctions",
    ),
    "duty": MessageKind(
        RECORDED,
        Text("授予或终止职责", "Duties given or ended"),
        Text("您在平台的职责有变动，请登录查看。", "A duty of yours was given or ended; sign in to see it."),
        leads_to="profile",
    ),
    "entry": MessageKind(
        RECORDED,
        Text("名录信息更正", "Your entry was corrected"),
        Text(
            "您在名录中的信息有更正，请登录核对。", "Your entry in the register was corrected; sign in to look it over."
        ),
        leads_to="profile",
    ),
    "vacant": MessageKind(
        WORKING,
        Text("职责无人担任", "A duty that nobody holds"),
        Text(
            "有单位的一项职责无人担任，已有办件在等待，请登录查看。",
            "Nobody holds a duty of an organisation, and a case waits for it; sign in to see which.",
        ),
        leads_to="members_home",
    ),
    "named": MessageKind(
        APPLYING,
        Text("被列为参与者", "Named in an application"),
        Text("您在 {number} 中被列为参与者，请登录核对。", "You are named in {number}; sign in to look it over."),
    ),
    "search": MessageKind(
        SEARCHING,
        Text("保存的搜索有新结果", "New results of a kept search"),
        Text("您保存的搜索有新结果，请登录查看。", "A search that you keep has new results; sign in to read them."),
        how="daily",
        leads_to="search",
    ),
}
