"""What a deciding body has resolved on a round, as one document to be signed. Pure but for asking who decided what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from keguan.casework.documents.book import RARE, Tree, page_words, seconds
from keguan.casework.documents.typesetting import breakable, lacks_letters
from keguan.casework.models import Round
from keguan.casework.pages.rankings import decided_in
from keguan.components import reader
from keguan.kernel.bilingual import Text
from keguan.kernel.canonical import digest
from keguan.language.schema import Decide
from keguan.language.vocabulary import ROLES

_TITLE = Text("关于“{round}”的决议", "Resolution on “{round}”")
_OPENING = Text(
    "{body}审议了“{round}”（批次编号 {code}，依据：{programme} {version}），对 {n} 件作出决定：同意 {yes} 件，不同意 {no} 件。",
    "On “{round}” (round {code}, under: {programme} {version}), the {body} decided {n} applications: {yes} approved, {no}"
    " rejected.",
)
_MONEY = Text(
    "批次预算 {budget}，决定资助共 {sum}，余 {left}。",
    "The budget of the round is {budget}; {sum} is granted, {left} is left.",
)
_OPEN = Text("另有 {n} 件尚未决定，本件为草稿。", "{n} more are not decided yet: this is a draft.")
_DRAFT = Text("草稿 Draft", "草稿 Draft")
_APPROVED, _REJECTED = Text("同意的办件", "Approved"), Text("不同意的办件", "Rejected")
_RANK, _CASE = Text("名次", "Rank"), Text("办件", "Application")
_HOST, _GRANT, _REASON = Text("申报单位", "Host"), Text("资助金额", "Grant"), Text("理由", "Reason")
_SIGNED = (
    Text("主任委员（签字）", "Chair (signature)"),
    Text("委员（签字）", "Members (signatures)"),
    Text("日期", "Date"),
)
_SIGNING = Text("签署", "Signatures")
_LIST_DIGEST = Text("决定清单摘要值（SHA-256）", "Digest of the decisions (SHA-256)")


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided on one case."""

    number: str
    title: str
    host: str
    position: int | None
    is_approved: bool
    amount_fen: int
    reason: str
    at: datetime


def decisions_on(of_round: Round, step: Decide) -> list[Decision]:
    """Every decision of this step that stands, in the order of the ranking. One query."""
    rows = decided_in(of_round, step).order_by("position", "number")
    found = rows.values_list("number", "title", "host__name", "position", f"memo__state__steps__{step.id}")
    return [_decision(*row) for row in found]


def _decision(number: str, title: str, host: str | None, position: int | None, there: Mapping[str, Any]) -> Decision:
    memo = there["memo"]
    return Decision(
        number=number,
        title=title,
        host=host or "",
        position=position,
        is_approved=there["outcome"] == "approved",
        amount_fen=int(memo.get("amount") or 0),
        reason=str(memo.get("reason") or ""),
        at=datetime.fromisoformat(there["closed"]),
    )


def resolution(of_round: Round, step: Decide, decisions: Iterable[Decision], still_open: int) -> Tree:
    """The document as JSON values, in the reader's language. still_open: cases that wait for a decision."""
    said = reader.said
    decided = list(decisions)
    yes, no = [one for one in decided if one.is_approved], [one for one in decided if not one.is_approved]
    at = max((one.at for one in decided), default=None)
    mark = digest([[one.number, one.is_approved, one.amount_fen, one.reason] for one in decided])
    facts = {
        "body": ROLES[step.by],
        "round": of_round.title,
        "code": of_round.code,
        "programme": of_round.programme.title,
        "version": of_round.programme.version,
    }
    opening = [said(_OPENING.filled(**facts, n=len(decided), yes=len(yes), no=len(no)))]
    if step.amount is not None:
        granted = sum(one.amount_fen for one in yes)
        left = of_round.budget_fen - granted
        amounts = {"budget": of_round.budget_fen, "sum": granted, "left": left}
        opening.append(said(_MONEY.filled(**{name: reader.money(fen) for name, fen in amounts.items()})))
    if still_open:
        opening.append(said(_OPEN.filled(n=still_open)))
    tree: Tree = {
        "language": reader.language(),
        "title": said(_TITLE.filled(round=of_round.title)),
        "heading": said(_TITLE.filled(round=of_round.title)),
        "author": "",
        "watermark": said(_DRAFT) if still_open else "",
        "footer": f"{of_round.code}  {seconds(at)}\n{mark}",
        "opening": [breakable(one) for one in opening],
        "lists": [
            _list(title, cases, with_amount=with_amount, with_rank=any(one.position for one in decided))
            for title, cases, with_amount in ((_APPROVED, yes, step.amount is not None), (_REJECTED, no, False))
            if cases
        ],
        "digest": mark,
        "signed": [said(one) for one in _SIGNED],
        "words": {"page": page_words(), "signing": said(_SIGNING), "digest": said(_LIST_DIGEST)},
    }
    return tree | {"notes": [said(RARE)] if lacks_letters(tree) else []}


def _list(title: Text, cases: list[Decision], *, with_amount: bool, with_rank: bool) -> Tree:
    said = reader.said
    columns = [
        *([(_RANK, True)] if with_rank else []),
        (_CASE, False),
        (_HOST, False),
        *([(_GRANT, True)] if with_amount else []),
        (_REASON, False),
    ]
    return {
        "title": said(title),
        "columns": [{"title": said(one), "number": number} for one, number in columns],
        "rows": [
            [
                *([str(one.position or "—")] if with_rank else []),
                f"{breakable(one.title)}\n{one.number}",
                breakable(one.host),
                *([reader.money(one.amount_fen)] if with_amount else []),
                breakable(one.reason),
            ]
            for one in cases
        ],
        "sums": [],
    }
