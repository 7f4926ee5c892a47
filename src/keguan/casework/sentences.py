"""What happened to rounds and cases, as sentences: what was done, and who did it as far as the reader may know.

A reviewer is never named: whoever holds or held a seat on a case is “a reviewer” in everything they did there, reading
and refused attempts included. Who objects is for those who decide on objections.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from keguan.casework.messages import end_title
from keguan.casework.models import ROUND_STATUSES, SEAT_STATES, Case, ProgrammeVersion, SeatHolder
from keguan.casework.permissions import reviewers_visible_to
from keguan.casework.versions import definition_of
from keguan.engine.machine import WITHDRAWN
from keguan.engine.steps import kind_for
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import BEIJING
from keguan.language.definition import Definition
from keguan.language.schema import Step
from keguan.language.vocabulary import KINDS, ROLES
from keguan.language.wording import step_title
from keguan.registers.parties.models import Person
from keguan.registers.parties.rights import visible_to as people_visible_to
from keguan.registers.trace.models import Event
from keguan.registers.trace.sentences import SYSTEM_NAME, acting_for, changes, deed, sentence, sentences

REVIEWER: Final = Text("一位评审专家", "A reviewer")
SOMEBODY: Final = Text("一位实名人员", "Somebody under their real name")
OF_REVIEWERS: Final = frozenset({"accept", "decline", "score", "rescore"})
OBJECTION: Final = "object"

_VERBS: Final[Mapping[str, tuple[Text, Text]]] = {
    "start": (Text("开始申报", "begin an application"), Text("开始了申报", "began the application")),
    "submit": (Text("提交", "hand in the form"), Text("提交了材料", "handed in the form")),
    "discard": (
        Text("放弃草稿", "discard the draft"),
        Text("放弃了从未提交的草稿", "discarded a draft never handed in"),
    ),
    "expire": (Text("按逾期处理", "close an overdue step"), Text("按逾期处理", "closed the step, its time being over")),
    "endorse": (Text("同意推荐", "endorse"), Text("同意推荐", "endorsed the application")),
    "return": (Text("退回修改", "return it"), Text("退回修改", "returned it for correction")),
    "refuse": (Text("不予同意", "refuse"), Text("未予同意", "refused")),
    "pass": (Text("审查通过", "pass it"), Text("审查通过", "passed it")),
    "fail": (Text("审查不通过", "fail it"), Text("审查不通过", "failed it")),
    "take-back": (
        Text("收回上一环节的同意", "take back what was endorsed or passed"),
        Text("收回了上一环节的同意", "took back what was endorsed or passed"),
    ),
    "retract": (
        Text("撤回所提事项", "take back what they had asked for"),
        Text("撤回了所提事项", "took back what they had asked for"),
    ),
    "move-up": (
        Text("前移推荐排序", "move it up in the order of recommendation"),
        Text(
            "前移了推荐排序，填补空缺的名次",
            "moved it up in the order of recommendation, into a rank that had come free",
        ),
    ),
    "assign": (Text("指派评审专家", "assign reviewers"), Text("指派了评审专家", "assigned reviewers")),
    "release": (Text("解除评审指派", "release a reviewer"), Text("解除了一个评审指派", "released a reviewer")),
    "set-aside": (
        Text("对评分不予采用", "set a review aside"),
        Text("对一份评分不予采用，原评分留存", "set a review aside; its scores are kept"),
    ),
    "accept": (Text("接受评审", "accept a review"), Text("接受了评审", "accepted the review")),
    "decline": (Text("谢绝评审", "decline a review"), Text("谢绝了评审", "declined the review")),
    "score": (Text("评分", "score"), Text("完成了评分", "handed in the scores")),
    "rescore": (
        Text("修改评分", "change their scores"),
        Text("修改了评分，原评分留存", "changed their scores; the earlier ones are kept"),
    ),
    "place": (Text("排序", "place it in the ranking"), Text("按批次完成排序", "placed it in the ranking")),
    "approve": (Text("决定同意", "approve it"), Text("决定同意", "approved it")),
    "reject": (Text("决定不同意", "reject it"), Text("决定不同意", "rejected it")),
    "close": (Text("结束公示", "close the notice"), Text("结束了公示", "closed the notice")),
    "fill": (Text("填写任务书", "fill in the agreement"), Text("填写了任务书", "filled in the agreement")),
    "plan": (Text("生成拨付计划", "plan the instalments"), Text("生成了拨付计划", "planned the instalments")),
    "open-side": (Text("提出关联办件", "open a side case"), Text("提出了关联办件", "opened a side case")),
    "close-side": (
        Text("办结关联办件", "end a side case"),
        Text("记录了关联办件的结果", "noted how a side case ended"),
    ),
    **{
        f"sign-{role}": (Text("签署任务书", "sign the agreement"), Text("签署了任务书", "signed the agreement"))
        for role in ROLES
    },
}
"""Each command by the word of its tag: what was tried, and what was done."""


# ------------------------------------------------------------------------------------------------ what was done


def _accepted(event: Event) -> Text:
    verb = event.tag.split(":")[1]
    definition = _definition(event.programme_digest)
    step = _step(definition, str(event.payload.get("step", "")))
    said = _VERBS[verb][1]
    if step is not None:
        said = Text("在“{step}”环节{did}", "{did} at “{step}”").filled(step=step_title(step), did=said)
    follows = _follows(definition, event)
    return Text("{said}{follows}", "{said}{follows}").filled(said=said, follows=follows)


def _follows(definition: Definition | None, event: Event) -> Text:
    """Where the case went: the last step it came to, or its end."""
    parts: list[Text] = []
    for one in event.payload.get("events") or ():
        if one.get("event") == "entered" and (step := _step(definition, str(one.get("step")))):
            parts = [Text("，进入“{step}”", ", on to “{step}”").filled(step=step_title(step))]
        elif one.get("event") == "reopened" and (step := _step(definition, str(one.get("step")))):
            parts = [Text("，回到“{step}”", ", back to “{step}”").filled(step=step_title(step))]
        elif one.get("event") == "prolonged":
            until = datetime.fromisoformat(str(one["due"])).astimezone(BEIJING)
            said = Text("，期限重新计至 {until:%Y-%m-%d %H:%M}", ", its time begun anew until {until:%Y-%m-%d %H:%M}")
            parts = [said.filled(until=until)]
        elif one.get("event") == "ended" and definition is not None:
            end = end_title(definition, str(one.get("end")))
            parts = [Text("，办结：{end}", "; ended: {end}").filled(end=end)]
    return parts[0] if parts else Text("", "")


def _refused(event: Event) -> Text:
    tried = _VERBS[event.tag.split(":")[1]][0]
    problems = event.payload.get("problems") or ()
    said = Text("试图{tried}，未获通过（{n}处问题）", "tried to {tried} and was refused (problems: {n})")
    return said.filled(tried=tried, n=len(problems))


def did(event: Event) -> Text:
    """The deed alone, without its step and what followed."""
    _, verb, action = event.tag.split(":")
    if verb not in _VERBS:
        return Text(verb, verb)
    return _refused(event) if action == "refused" else _VERBS[verb][1]


for _verb in _VERBS:
    sentence(f"case:{_verb}:accepted")(_accepted)
    sentence(f"case:{_verb}:refused")(_refused)

sentences(
    {
        "programme:version:published": Text("发布了计划 {code} {version} 版", "published programme {code} {version}"),
        "case:assign:judged": Text(
            "指派时判断了可能的利害关系，并写明理由", "judged what may be an interest on giving a seat, with the reason"
        ),
        "case:recusal:found": Text(
            "发现评审席位出现回避情形（第 {seat} 席）", "found a tie that came up on a seat of the panel (seat {seat})"
        ),
        "case:recusal:lifted": Text(
            "评审席位的回避情形解除（第 {seat} 席）", "a tie on seat {seat} of the panel is gone"
        ),
        "message:read:marked": Text("将 {n} 条消息标为已读", "marked messages as read: {n}"),
        "batch:cases:begun": Text("对 {cases} 件办件成批办理（{verb}）", "began a batch, cases: {cases} ({verb})"),
        "batch:cases:undoing": Text(
            "收回 {cases} 件成批办理的结果（{verb}）", "began to take back a batch, cases: {cases} ({verb})"
        ),
        "batch:cases:discarded": Text(
            "丢弃了尚未办理的一批，{cases} 件未动",
            "discarded a batch before it was carried out; cases left as they were: {cases}",
        ),
        "batch:cases:stopped": Text(
            "停止了成批办理，{left} 件未办", "stopped a batch; cases left as they were: {left}"
        ),
        "round:draft:made": Text("拟定了批次 {code}", "drafted the round {code}"),
        "round:draft:changed": Text("修改了批次草稿 {code}", "changed the draft of the round {code}"),
        "round:draft:deleted": Text("删除了批次草稿 {code}", "deleted the draft of the round {code}"),
        "round:draft:sent_back": Text(
            "退回批次草稿 {code}：{reason}", "sent the draft of the round {code} back: {reason}"
        ),
        "round:call:published": Text("发布了批次 {code}", "published the round {code}"),
        "round:call:extended": Text(
            "将批次 {code} 的截止时间由 {before} 延至 {after}：{reason}",
            "extended the round {code} from {before} to {after}: {reason}",
        ),
        "round:call:amended": Text(
            "发布了对申报通知 {code} 的变更：{reason}", "published a change of the call {code}: {reason}"
        ),
        "round:change:drafted": Text(
            "起草了对申报通知 {code} 的变更：{reason}", "drafted a change of the call {code}: {reason}"
        ),
        "round:change:dropped": Text(
            "撤销了对申报通知 {code} 的变更草稿", "dropped the drafted change of the call {code}"
        ),
        "round:change:sent_back": Text(
            "退回了对申报通知 {code} 的变更草稿：{reason}", "sent the drafted change of the call {code} back: {reason}"
        ),
        "round:applicants:reminded": Text(
            "提醒了批次 {code} 中 {cases} 件未提交办件的申报人",
            "reminded the applicants of the round {code} who had not handed in, cases: {cases}",
        ),
        "review:late:reminded": Text("提醒了逾期未评的第 {seats} 席", "reminded those who are late: seats {seats}"),
        "round:resolution:fixed": Text(
            "将批次 {code} 的决议定稿（第 {version} 版，摘要值 {digest}）",
            "fixed the text of the resolution on the round {code} (version {version}, digest {digest})",
        ),
        "round:resolution:signed": Text(
            "签署了批次 {code} 的决议（第 {version} 版，摘要值 {digest}）",
            "signed the resolution on the round {code} (version {version}, digest {digest})",
        ),
        "round:resolution:signed-but-for": Text(
            "签署了批次 {code} 的决议（第 {version} 版，摘要值 {digest}），不含所回避的 {n} 件",
            "signed the resolution on the round {code} (version {version}, digest {digest}), but for {n} kept out of",
        ),
        "office:item:added": Text(
            "在本单位核对清单中增加了一项（批次 {code}）", "added an item to the office's own checklist (round {code})"
        ),
        "office:item:dropped": Text(
            "从本单位核对清单中去掉了一项（批次 {code}）", "took an item off the office's own checklist (round {code})"
        ),
        "office:checks:ticked": Text(
            "按本单位核对清单核对了 {number}（{done} 项）",
            "looked {number} over by the office's own checklist (items: {done})",
        ),
        "round:recommendations:ordered": Text(
            "保存了批次 {code} 的推荐排序（{cases} 件）",
            "saved the order of recommendation in the round {code} (cases: {cases})",
        ),
        "round:subjects:assigned": Text("向各单位下达了批次办件", "pushed the round's cases to the organisations"),
        "round:ranking:adopted": Text(
            "确认了批次 {code} 的排序（{cases}项）", "adopted the ranking of the round {code} (cases: {cases})"
        ),
        "case:deadline:moved": Text(
            "准予延后至 {until} 提交：{reason}", "allowed to be handed in until {until}: {reason}"
        ),
        "case:editor:added": Text("邀请了一人参与填写", "asked somebody to write along"),
        "case:editor:changed": Text("调整了填写分工", "shared out the writing anew"),
        "case:editor:released": Text("结束了一人的参与填写", "ended somebody's writing along"),
        "desk:note:written": Text("写了一条内部备注", "wrote an internal note"),
        "desk:note:struck": Text("划去了一条内部备注", "struck out an internal note"),
        "desk:case:handed": Text("将办件转交同事：{reason}", "handed the case to a colleague: {reason}"),
        "desk:case:returned": Text("将办件交回全体经办人员：{reason}", "gave the case back to all officers: {reason}"),
        "case:archive:put": Text("把办件归入自己的档案", "archived the case for oneself"),
        "case:archive:taken": Text("从自己的档案取回了办件", "brought the case back from one's archive"),
        "read:proposal:opened": Text("查看了申报内容", "read the proposal"),
        "read:reviews:opened": Text("查看了评分和评审意见", "read the scores and comments"),
        "read:reviewers:opened": Text("查看了评审专家的身份", "read who the reviewers are"),
        "read:explanation:opened": Text("查看了办件 {key} 的说明", "read the explanation of the case {key}"),
        "case:unknown:refused": Text(
            "试图办理没有的事项，未获通过", "tried something that cannot be done and was refused"
        ),
    }
)
_CASE: Final = Text("办件“{key}”", "the case {key}")
_ROUND: Final = Text("批次“{key}”", "the round {key}")
_STEPS: Final = {name: kind.title for name, kind in KINDS.items()} | {"": Text("无", "none")}
"""Steps by their ids, as far as these are their kinds: a table knows no programme."""
_ENDS: Final = {"": Text("在办", "running"), WITHDRAWN: Text("已撤回", "withdrawn")}
changes("db:case:step", _CASE, Text("环节", "step"), _STEPS)
changes("db:case:end", _CASE, Text("办结情况", "end"), _ENDS)
changes("db:round:status", _ROUND, Text("状态", "state"), ROUND_STATUSES)
changes("db:round:closes", _ROUND, Text("截止时间", "closing time"), {})
changes("db:seat:state", Text("一个评审席位", "a seat on a panel"), Text("状态", "state"), SEAT_STATES)


_read: dict[str, Definition] = {}


def _definition(digest: str) -> Definition | None:
    """The programme that an event was decided by. Published versions never change: looked up once per process."""
    if digest and digest not in _read:
        version = ProgrammeVersion.objects.filter(digest=digest).first()
        if version is None:
            return None
        _read[digest] = definition_of(version)
    return _read.get(digest)


def _step(definition: Definition | None, step_id: str) -> Step | None:
    steps = definition.programme.steps if definition else ()
    return next((one for one in steps if one.id == step_id), None)


# -------------------------------------------------------------------------------------------------- who did it


def told_to(reader: Actor, events: Sequence[Event]) -> list[Text]:
    """What the events say to this reader, one sentence each: names of those whom they may see, else whose part it was.

    Four queries, however many events. Whether the reader may read the events at all is the caller's question.
    """
    hidden = masked(reader, events)
    actors = {event.actor for event in events if event.actor is not None}
    people = Person.objects.filter(people_visible_to(reader), pk__in=actors)
    names = dict(people.values_list("pk", "name"))
    if reader.person is not None:
        names[reader.person] = reader.name or names.get(reader.person, "")
    return [
        Text("{who}{what}", "{who} {what}").filled(who=who(event, reader, names, hidden), what=deed(event))
        for event in events
    ]


def who(
    event: Event,
    reader: Actor,
    names: Mapping[int, str],
    hidden: Mapping[int, Text],
    definition: Definition | None = None,
) -> Text:
    """Who did it, to this reader. hidden: what `masked` says of the events. definition: the programme, for events that do
    not name it (refused attempts)."""
    if event.actor is None:
        return SYSTEM_NAME
    if event.pk in hidden:
        return hidden[event.pk]
    if name := names.get(event.actor):
        return acting_for(Text(name, name), event, names)
    return ROLES.get(role_of(event, definition), Text("一位工作人员", "A member of staff"))


def masked(reader: Actor, events: Sequence[Event]) -> dict[int, Text]:
    """What stands for the actor, by event id, where this reader must not know them: a case's reviewers, and whoever
    objects. What the reader did is their own. Three queries."""
    numbers = {event.case_number for event in events if event.case_number}
    if not numbers:
        return {}
    known = set(Case.objects.filter(reviewers_visible_to(reader), number__in=numbers).values_list("number", flat=True))
    holders = SeatHolder.objects.filter(seat__case__number__in=numbers - known)
    seated = set(holders.values_list("seat__case__number", "expert__person_id"))
    objections = Case.objects.filter(number__in=numbers, programme__code=OBJECTION)
    objecting = set() if _decides_objections(reader) else set(objections.values_list("number", "applicant_id"))
    found: dict[int, Text] = {}
    for event in events:
        did_it = (event.case_number, event.actor)
        if event.actor is None or event.actor == reader.person:
            continue
        if event.case_number not in known and (did_it in seated or _verb_of(event) in OF_REVIEWERS):
            found[event.pk] = REVIEWER
        elif did_it in objecting or (_objects(event) and not _decides_objections(reader)):
            found[event.pk] = SOMEBODY
    return found


def _verb_of(event: Event) -> str:
    source, verb, _ = event.tag.split(":")
    return verb if source == "case" else ""


def role_of(event: Event, definition: Definition | None = None) -> str:
    """The role that the deed is for, in the programme that it was done under; "" where nobody knows."""
    known = definition or _definition(event.programme_digest)
    step = _step(known, str(event.payload.get("step", "")))
    verbs = kind_for(step).verbs(step) if step else ()
    return next((one.role for one in verbs if one.name == event.payload.get("command")), "")


def _objects(event: Event) -> bool:
    if _verb_of(event) != "open-side":
        return False
    return any(one.get("programme") == OBJECTION for one in event.payload.get("events") or ())


def _decides_objections(reader: Actor) -> bool:
    return reader.is_system or reader.holds("supervision")
