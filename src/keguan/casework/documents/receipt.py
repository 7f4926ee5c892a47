"""The receipt of a hand-in: what came in, when by the server's clock, and the digests by which anybody can prove it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from keguan.casework.documents.book import RARE, Tree, page_words, seconds
from keguan.casework.documents.typesetting import lacks_letters
from keguan.components import reader
from keguan.kernel.bilingual import Text

_TITLE = Text("提交回执", "Receipt")
_AT = Text("服务器时间", "Server time")
_BEIJING = Text("{at}（北京时间），即 {utc}", "{at} (Beijing time), which is {utc}")
_DIGEST = Text("内容摘要值（SHA-256）", "Digest of the content (SHA-256)")
_FILES = Text("附件", "Attachments")
_NO_FILES = Text("没有附件。", "No files were attached.")
_NOT_TOLD = Text(
    "您看到的内容中没有附件；有些内容对您保密。", "None among what you may see; some of it is confidential."
)
_COLUMNS = (Text("序号", "No."), Text("文件与 SHA-256", "File and its SHA-256"), Text("大小", "Size"))
_VERIFYING = Text("核验", "How to verify")
_VERIFY = (
    Text(
        "下载答案文件，运行 sha256sum，结果应与上面的内容摘要值相同。",
        "Download the answers and run sha256sum: the result is the digest of the content above.",
    ),
    Text(
        "答案文件是提交内容的 RFC 8785 规范 JSON：键按 UTF-16 编码排序、UTF-8、无空格；金额以分为单位的整数，日期为 ISO 8601 文本，"
        "人员、单位和附件为其在系统中的编号。",
        "The file holds the answers as canonical JSON (RFC 8785): keys sorted by UTF-16 code unit, UTF-8, no spaces; amounts"
        " are whole numbers of fen, days ISO 8601 text; people, organisations and files stand by their numbers in the system.",
    ),
    Text(
        "每个附件用 sha256sum 与清单核对。痕迹中同一时刻的“提交”记录载有同一摘要值。",
        "Compare each attachment with the list by sha256sum. The trace holds the same digest, in the record of this hand-in.",
    ),
)


def receipt(
    number: str,
    lines: Sequence[tuple[Text, str]],
    files: Sequence[Tree],
    digest: str,
    at: datetime,
    *,
    whole: bool = True,
) -> Tree:
    """One page, as JSON values, in the reader's language. files: as the book lists them. whole: whether the reader may see
    everything that was handed in."""
    said = reader.said
    utc = at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    rows = [(said(label), value) for label, value in lines]
    rows.append((said(_AT), said(_BEIJING.filled(at=seconds(at), utc=utc))))
    tree: Tree = {
        "language": reader.language(),
        "title": f"{said(_TITLE)} {number}",
        "heading": said(_TITLE),
        "author": "",
        "watermark": "",
        "footer": f"{number}  {seconds(at)}\n{digest}",
        "rows": [list(row) for row in rows],
        "digest": digest,
        "files": [file | {"number": n} for n, file in enumerate(files, start=1)],
        "verify": [said(one) for one in _VERIFY],
        "words": {
            "digest": said(_DIGEST),
            "attachments": said(_FILES),
            "none": said(_NO_FILES if whole else _NOT_TOLD),
            "files": [said(one) for one in _COLUMNS],
            "verifying": said(_VERIFYING),
            "page": page_words(),
        },
    }
    return tree | {"notes": [said(RARE)] if lacks_letters(tree) else []}
