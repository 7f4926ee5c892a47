"""A form with its answers as plain values for page and paper: every question that was asked, in order, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from keguan.casework.documents.typesetting import breakable, lacks_letters
from keguan.casework.pages.answers import File, Named, said_value
from keguan.casework.steps.form_values import chosen_id
from keguan.components import reader
from keguan.components.fields import field_id
from keguan.engine.state import Values
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import BEIJING
from keguan.kernel.problems import Problem
from keguan.language.schema import Column, Field, Form

Tree = dict[str, Any]

_HIDDEN = Text("（仅承办方可见）", "(for those who run the case only)")
_NOTHING = Text("（未填）", "(left empty)")
_SUM = Text("合计", "Total")
_DRAFT = Text("草稿 Draft", "草稿 Draft")
_NO_DIGEST = Text("草稿，尚未提交，没有摘要值", "A draft: not handed in, so it has no digest")
RARE = Text(
    "字库没有的字符以〔U+编码〕表示；原文以系统中的为准。",
    "A character that the fonts lack is written 〔U+code〕; the text in the system is the one that counts.",
)
_WORDS = {
    "contents": Text("目录", "Contents"),
    "attachments": Text("附件清单", "Attachments"),
    "verifying": Text("核验", "How to verify"),
    "digest": Text("内容摘要值（SHA-256）", "Digest of the content (SHA-256)"),
}
_FILES = (Text("序号", "No."), Text("文件与 SHA-256", "File and its SHA-256"), Text("大小", "Size"))
_PAGE = {"zh": ("第 ", " 页 / 共 ", " 页"), "en": ("Page ", " of ", "")}
_VERIFY = (
    Text(
        "本册内容由系统中的答案生成。答案按 RFC 8785 规范 JSON 写出（键排序、UTF-8、无空格），其 SHA-256 即内容摘要值。",
        "This book is made from the answers in the system. Written as canonical JSON (RFC 8785: sorted keys, UTF-8, no"
        " spaces), their SHA-256 is the digest of the content.",
    ),
    Text(
        "核验：从回执页下载答案文件，运行 sha256sum，结果应与上面的摘要值相同；附件同样可以逐一核对。",
        "To verify: download the answers from the page of the receipt and run sha256sum; the result is the digest above."
        " Each attachment can be compared in the same way.",
    ),
)


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a form: its answers, the names behind them, what is wrong.

    hidden: `form.field` names whose answers this reader must not see. unasked: fields that are not asked, by their names.
    """

    form: Form
    values: Values
    names: Named
    hidden: frozenset[str] = frozenset()
    unasked: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Cover:
    """What stands on the cover. digest and at: of what was handed in; "" and None for a draft."""

    number: str
    programme: str
    subject: str
    lines: Sequence[tuple[Text, str]] = ()
    digest: str = ""
    at: datetime | None = None
    author: str = field(default="")


def book(told: Told, cover: Cover) -> Tree:
    """The whole book, in the reader's language, as JSON values."""
    said, language = reader.said, reader.language()
    title = said(told.form.title)
    sections = sections_of(told)
    digest = cover.digest or said(_NO_DIGEST)
    tree: Tree = {
        "language": language,
        "title": f"{title} {cover.number}",
        "author": cover.author,
        "heading": title,
        "programme": cover.programme,
        "subject": breakable(cover.subject),
        "watermark": "" if cover.digest else said(_DRAFT),
        "cover": [[said(label), breakable(value)] for label, value in cover.lines],
        "digest": digest,
        "sections": sections,
        "attachments": [file for one in sections for item in one["asked"] for file in item.get("files", ())],
        "verify": [said(one) for one in _VERIFY] if cover.digest else [digest],
        "footer": f"{cover.number}  {seconds(cover.at)}\n{digest}",
        "words": {name: said(word) for name, word in _WORDS.items()}
        | {"files": [said(one) for one in _FILES], "page": page_words()},
    }
    # Numbered through the whole book, as people refer to them.
    for number, file in enumerate(tree["attachments"], start=1):
        file["number"] = number
    return tree | {"notes": [said(RARE)] if lacks_letters(tree) else []}


def page_words() -> list[str]:
    """What stands before, between and after the numbers of a page and of all pages."""
    return list(_PAGE[reader.language()])


def sections_of(told: Told) -> list[Tree]:
    """The sections with their questions and answers; those without a question asked are left out."""
    found = []
    for number, section in enumerate(told.form.sections):
        items = [_item(told, one) for one in section.fields if one.field not in told.unasked]
        if items:
            found.append({"number": number, "title": reader.said(section.section), "asked": items})
    return found


def _item(told: Told, one: Field) -> Tree:
    where = f"{told.form.form}.{one.field}"
    raw = told.values.get(one.field)
    item: Tree = {
        "id": field_id(where),
        "label": reader.said(one.title),
        "problems": list(dict.fromkeys(reader.said(problem.say) for problem in _at(told.problems, where))),
    }
    if where in told.hidden:
        return item | {"kind": "nothing", "text": reader.said(_HIDDEN)}
    if one.type == "table" and (rows := _rows(raw)):
        return item | _table(one, rows, told.names)
    if one.type == "file" and (files := _files(raw, told.names)):
        return item | {"kind": "files", "files": files}
    text = said_value(one, raw, told.names) if one.type not in ("table", "file") else ""
    if not text.strip():
        # Where something is owed, the problem says so already.
        return item | {"kind": "nothing", "text": "" if item["problems"] else reader.said(_NOTHING)}
    if one.type == "long_text":
        return item | {"kind": "prose", "paragraphs": [breakable(part) for part in text.split("\n") if part.strip()]}
    return item | {"kind": "text", "text": breakable(text)}


def _at(problems: Iterable[Problem], where: str) -> list[Problem]:
    return [one for one in problems if one.where == where or one.where.startswith((f"{where}.", f"{where}["))]


def _rows(raw: Any) -> list[Mapping[str, Any]]:
    rows = raw if isinstance(raw, list | tuple) else []
    return [row for row in rows if isinstance(row, Mapping) and any(cell not in (None, "") for cell in row.values())]


def _table(one: Field, rows: list[Mapping[str, Any]], names: Named) -> Tree:
    return {
        "kind": "table",
        "columns": [
            {"title": reader.said(column.title), "number": column.type in ("money", "integer")}
            for column in one.columns
        ],
        "rows": [
            [breakable(said_value(column, row.get(column.column), names)) for column in one.columns] for row in rows
        ],
        "sums": _sums(one.columns, rows),
    }


def _sums(columns: Sequence[Column], rows: list[Mapping[str, Any]]) -> list[str]:
    """The last line of a table of amounts; nothing for any other, or where an amount cannot be read."""
    sums: list[str] = []
    for column in columns:
        cells = [row.get(column.column) for row in rows]
        fen = [cell for cell in cells if isinstance(cell, int) and not isinstance(cell, bool)]
        readable = column.type == "money" and len(fen) == sum(cell not in (None, "") for cell in cells)
        sums.append(reader.money(sum(fen)) if readable and fen else "")
    if len(rows) < 2 or not any(sums):
        return []
    return [reader.said(_SUM), *sums[1:]] if not sums[0] else sums


def _files(raw: Any, names: Named) -> list[Tree]:
    ids = [chosen_id(one) for one in raw] if isinstance(raw, list | tuple) else []
    return [_file(names.files[pk]) for pk in ids if pk is not None and pk in names.files]


def _file(one: File) -> Tree:
    return {
        "number": 0,
        "name": breakable(one.name),
        "href": one.href,
        "size": size_said(one.size_bytes),
        "sha256": one.sha256,
    }


def size_said(size_bytes: int) -> str:
    """The size of a file for people: 812 B, 34.1 kB, 2.5 MB."""
    if size_bytes < 1000:
        return f"{size_bytes} B"
    return f"{size_bytes / 1000:.1f} kB" if size_bytes < 1_000_000 else f"{size_bytes / 1_000_000:.1f} MB"


def seconds(at: datetime | None) -> str:
    """A moment by Beijing clocks, to the second; "" for none."""
    return at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S") if at else ""
