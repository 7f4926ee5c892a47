"""What happened to draws, as sentences."""

from __future__ import annotations

from keguan.kernel.bilingual import Text
from keguan.panels.draws.models import REASONS, STATES
from keguan.registers.trace.models import Event
from keguan.registers.trace.sentences import changes, filled, sentence, sentences

sentences(
    {
        "draw:list:prepared": Text(
            "准备了抽取{draw}：{cases}件，专家{experts}名",
            "prepared the draw {draw}; cases: {cases}, experts: {experts}",
        ),
        "draw:list:fixed": Text(
            "封存了抽取{draw}的名单，摘要{digest}，以{public_at}公布的随机数为准",
            "fixed the list of the draw {draw}, digest {digest}; the value that is public at {public_at} decides",
        ),
        "draw:secret:revealed": Text(
            "{party}揭示了抽取{draw}的秘密", "revealed the secret of {party} for the draw {draw}"
        ),
        "draw:value:entered": Text(
            "录入了抽取{draw}的随机数，种子{seed}", "entered the value of the draw {draw}; its seed is {seed}"
        ),
        "draw:bundle:published": Text(
            "公布了抽取{draw}的结果，文件摘要{sha256}", "published the draw {draw}, digest of the file {sha256}"
        ),
        "draw:list:voided": Text("作废了抽取{draw}：{reason}", "made the draw {draw} void: {reason}"),
    }
)
changes("db:draw:state", Text("抽取{key}", "draw {key}"), Text("状态", "state"), STATES)


def _of_a_seat(tag: str, said: Text) -> None:
    """An entry of the log, with its reason in words."""

    def tell(event: Event) -> Text:
        reason = REASONS.get(str(event.payload.get("reason", "")), Text("", ""))
        return filled(said, event.payload, reason=reason)

    sentence(tag)(tell)


_of_a_seat(
    "draw:seat:left",
    Text(
        "记录：抽取{draw}，{case}抽中的一名专家不参加（{reason}），记录摘要{digest}",
        "noted in the draw {draw}, case {case}: somebody who was drawn does not sit ({reason}); digest of the log {digest}",
    ),
)
_of_a_seat(
    "draw:seat:passed",
    Text(
        "记录：抽取{draw}，{case}跳过一名备选（{reason}），记录摘要{digest}",
        "noted in the draw {draw}, case {case}: a reserve is passed over ({reason}); digest of the log {digest}",
    ),
)
_of_a_seat(
    "draw:seat:seated",
    Text(
        "记录：抽取{draw}，{case}由备选依次递补，记录摘要{digest}",
        "noted in the draw {draw}, case {case}: the next reserve takes the seat; digest of the log {digest}",
    ),
)
_of_a_seat(
    "draw:seat:exhausted",
    Text(
        "记录：抽取{draw}，{case}的备选已用完，一席空缺，记录摘要{digest}",
        "noted in the draw {draw}, case {case}: no reserve is left, a seat stays open; digest of the log {digest}",
    ),
)
