"""The fields with which rounds are set up and extended, and moments as people type them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import Any

from keguan.components.fields import Field
from keguan.components.typed import read_day, read_money, read_whole
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import BEIJING
from keguan.kernel.money import Money
from keguan.kernel.names import clean_text, halfwidth
from keguan.kernel.problems import Problem

_MOMENT_HINT = Text("北京时间，写成 2026-11-22 18:00 这样。", "Beijing time, written like 2026-11-22 18:00.")

NONE_SET = Text("未设", "none set")
"""What stands for a budget where a round has none."""

EXTENSION: tuple[Field, ...] = (
    Field("closes", "text", Text("新的截止时间", "New deadline"), hint=_MOMENT_HINT, required=True),
    Field(
        "reason",
        "prose",
        Text("延期理由", "Reason"),
        hint=Text("将向公众公布。", "It is made public."),
        required=True,
        most=500,
    ),
)

CHANGE_REASON = Field(
    "reason",
    "prose",
    Text("变更理由", "Reason"),
    hint=Text("将向公众公布，并通知有关人员。", "It is made public, and those whom it concerns are told."),
    required=True,
    most=500,
)

LATE: tuple[Field, ...] = (
    Field("number", "text", Text("办件编号", "Case number"), required=True),
    Field("until", "text", Text("可提交至", "May hand in until"), hint=_MOMENT_HINT, required=True),
    Field("reason", "prose", Text("理由", "Reason"), required=True, most=500),
)

SUBJECTS: tuple[Field, ...] = (
    Field(
        "subjects",
        "prose",
        Text("指定单位", "Organisations"),
        hint=Text("每行一个，填名称或统一社会信用代码。", "One to a line, by name or unified social credit code."),
        required=True,
    ),
)

SET_UP: tuple[Field, ...] = (
    Field("version", "choice", Text("计划版本", "Programme version"), required=True),
    Field(
        "code",
        "text",
        Text("批次编号", "Code"),
        hint=Text("英文字母、数字和连字符，3至40个。", "Letters, digits and hyphens, 3 to 40."),
        required=True,
        most=40,
    ),
    Field("title_zh", "text", Text("名称（中文）", "Title in Chinese"), required=True, most=100),
    Field("title_en", "text", Text("名称（英文）", "Title in English"), required=True, most=200),
    Field("summary_zh", "prose", Text("摘要（中文）", "Summary in Chinese"), most=2000),
    Field("summary_en", "prose", Text("摘要（英文）", "Summary in English"), most=2000),
    Field(
        "notes_zh",
        "prose",
        Text("申报须知（中文）", "Notes for applicants in Chinese"),
        hint=Text("办理规定之外需要说明的事项。", "What is to be said besides the procedure."),
        most=10_000,
    ),
    Field("notes_en", "prose", Text("申报须知（英文）", "Notes for applicants in English"), most=10_000),
    Field(
        "contact_zh",
        "text",
        Text("联系方式（中文）", "Contact in Chinese"),
        hint=Text("申报咨询的处室、电话。", "The office and telephone for questions about this call."),
        most=200,
    ),
    Field("contact_en", "text", Text("联系方式（英文）", "Contact in English"), most=200),
    Field("opens", "text", Text("开始时间", "Opens"), hint=_MOMENT_HINT, required=True),
    Field("closes", "text", Text("截止时间", "Closes"), hint=_MOMENT_HINT, required=True),
    Field(
        "grace_minutes",
        "number",
        Text("宽限", "Grace"),
        "0",
        hint=Text("截止前已开始填写的，可在截止后这么久之内提交。", "A draft begun in time may come in so much later."),
        unit=Text("分钟", "minutes"),
    ),
    Field("budget", "money", Text("预算", "Budget"), "0"),
    Field(
        "quota",
        "number",
        Text("每个推荐单位的限额", "Quota per recommender"),
        "0",
        hint=Text("0 表示不设限额。", "0 for none."),
    ),
    Field(
        "topics",
        "prose",
        Text("支持方向", "Topics"),
        hint=Text("每行一个：代码 | 中文 | 英文。", "One to a line: code | Chinese | English."),
        most=10_000,
    ),
)


def read_terms(post: Mapping[str, str]) -> dict[str, Any]:
    """What was typed as terms of a call, each part as `services.Terms` names it; a Problem in its place where it cannot be read."""

    def both(name: str) -> Text:
        return Text(*(post.get(f"{name}_{language}", "").replace("\r\n", "\n").strip() for language in ("zh", "en")))

    read: dict[str, Any] = {
        "title": both("title"),
        "summary": both("summary"),
        "notes": both("notes"),
        "contact": both("contact"),
        "opens": read_moment(post.get("opens", ""), "opens"),
        "closes": read_moment(post.get("closes", ""), "closes"),
        "grace_minutes": read_whole(post.get("grace_minutes", "") or "0", "grace_minutes"),
        "budget_fen": read_money(post.get("budget", "") or "0", "budget"),
        "quota": read_whole(post.get("quota", "") or "0", "quota"),
        "topics": read_topics(post.get("topics", ""), "topics"),
    }
    if isinstance(read["budget_fen"], Money):
        read["budget_fen"] = read["budget_fen"].fen
    for name, most in (("grace_minutes", 24 * 60), ("quota", 100_000)):
        value = read[name]
        if isinstance(value, int) and not 0 <= value <= most:
            said = Text("应在0至{most}之间。", "This must be between 0 and {most}.").filled(most=most)
            read[name] = Problem("round.terms", said, name, str(value))
    return read


def moment_typed(moment: datetime) -> str:
    """A moment as `read_moment` reads it."""
    return f"{moment.astimezone(BEIJING):%Y-%m-%d %H:%M}"


def topics_typed(topics: Iterable[Mapping[str, str]]) -> str:
    """Topics as `read_topics` reads them."""
    return "\n".join(" | ".join(one.get(part, "") for part in ("code", "zh", "en")) for one in topics)


def read_topics(text: str, where: str) -> list[dict[str, str]] | Problem:
    """Topics, one to a line: code, Chinese and English, with strokes between them. Problem `round.topics`."""
    found: list[dict[str, str]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        parts = [part.strip() for part in clean_text(line).replace("｜", "|").split("|")]
        if len(parts) != 3 or not all(parts) or len(line) > 500 or parts[0] in {one["code"] for one in found}:
            said = Text(
                "第{n}行应为“代码 | 中文 | 英文”，代码不重复。",
                "Line {n} should read “code | Chinese | English”, each code once.",
            )
            return Problem("round.topics", said.filled(n=number), where, line[:80])
        found.append(dict(zip(("code", "zh", "en"), parts, strict=True)))
    return found


def read_moment(text: str, where: str) -> datetime | Problem:
    """A Beijing moment, `2026-11-22 18:00`; a bare day means its first minute. Problem `typed.day`, `typed.moment`."""
    typed = " ".join(halfwidth(text, punctuation=True).replace("T", " ").split())
    day_text, _, at = typed.rpartition(" ") if re.search(r"\s\d{1,2}:\d{2}", typed) else (typed, "", "")
    day = read_day(day_text, where)
    if isinstance(day, Problem):
        return day
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?", at) if at else None
    if at and found is None:
        said = Text("这里要填时刻，例如 18:00。", "This must be a time such as 18:00.")
        return Problem("typed.moment", said, where, text[:80])
    return datetime.combine(day, time(int(found[1]), int(found[2])) if found else time(0), BEIJING)
