"""What a deciding body has resolved on a round, as one document to be signed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from keguan.casework.documents.book import RARE, Tree, page_words, seconds
from keguan.casework.documents.typesetting import breakable, lacks_letters
from keguan.casework.models import ResolutionSignature
from keguan.casework.rounds.resolutions import NOT_QUALIFIED, Content, Decision, but_for, last_decided
from keguan.components import reader
from keguan.kernel.bilingual import Text
from keguan.kernel.canonical import digest
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
_NO_BUDGET = Text("本批次未设预算，决定资助共 {sum}。", "No budget is set for the round; {sum} is granted.")
_OPEN = Text("另有 {n} 件尚未决定，本件为草稿。", "Not decided yet: {n}. This is a draft.")
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
_DEPARTS = Text("【低于排序结果】", "[Below the ranking]")
_SIGNED_AT = Text("已在系统内签署，{at}", "signed in the system, {at}")
_WITHHELD = Text(
    "其中 {n} 件读者须回避，本文不列，也不列可推知其结果的合计；摘要值仍为决议全文的摘要值。",
    "For {n} of them the reader of this copy was sent out: they are left out, with every sum that would tell how they went. The"
    " digest is that of the whole text.",
)
_DECIDED = Text(
    "{body}审议了“{round}”（批次编号 {code}，依据：{programme} {version}），对 {n} 件作出决定。",
    "On “{round}” (round {code}, under: {programme} {version}), the {body} decided {n} applications.",
)
_LIST_DIGEST = Text("决议内容摘要值（SHA-256）", "Digest of what is resolved (SHA-256)")


def resolution(
    content: Content,
    still_open: int,
    signed: Sequence[ResolutionSignature] | None = None,
    withheld: Collection[str] = (),
) -> Tree:
    """The document as JSON values, in the reader's language. still_open: cases that wait for a decision. signed: under a
    text that is fixed, who signed when, or has still to; None where places are left for signatures by hand. withheld: numbers
    of cases that the reader was sent out for: these are left out."""
    said = reader.said
    decided = [Decision(**one) for one in content["decisions"] if one["number"] not in withheld]
    yes, no = [one for one in decided if one.is_approved], [one for one in decided if not one.is_approved]
    title = Text(content["title"]["zh"], content["title"]["en"])
    heading = said(_TITLE.filled(round=title))
    mark = digest(content)
    opening = [said(one) for one in _opening(content, title, yes, no, still_open, len(withheld))]
    tree: Tree = {
        "language": reader.language(),
        "title": heading,
        "heading": heading,
        "author": "",
        "watermark": said(_DRAFT) if still_open else "",
        "footer": f"{content['round']}  {seconds(last_decided(content))}\n{mark}",
        "opening": [breakable(one) for one in opening],
        "lists": [
            _list(name, cases, with_amount=with_amount, with_rank=any(one.position for one in decided))
            for name, cases, with_amount in ((_APPROVED, yes, content["gives_money"]), (_REJECTED, no, False))
            if cases
        ],
        "digest": mark,
        "signed": _by_hand() if signed is None else [_signed(one, withheld) for one in signed],
        "signing-note": "" if signed is None else said(NOT_QUALIFIED),
        "words": {"page": page_words(), "signing": said(_SIGNING), "digest": said(_LIST_DIGEST)},
    }
    return tree | {"notes": [said(RARE)] if lacks_letters(tree) else []}


def _opening(
    content: Content, title: Text, yes: Sequence[Decision], no: Sequence[Decision], still_open: int, withheld: int
) -> Iterable[Text]:
    programme = content["programme"]
    yield (_DECIDED if withheld else _OPENING).filled(
        body=ROLES[content["body"]],
        round=title,
        code=content["round"],
        programme=Text(programme["zh"], programme["en"]),
        version=programme["version"],
        n=len(content["decisions"]),
        yes=len(yes),
        no=len(no),
    )
    if withheld:
        yield _WITHHELD.filled(n=withheld)
    elif content["gives_money"]:
        granted = sum(one.amount_fen for one in yes)
        amounts = {"budget": content["budget_fen"], "sum": granted, "left": content["budget_fen"] - granted}
        said = _MONEY if content["budget_fen"] else _NO_BUDGET
        yield said.filled(**{name: reader.money(fen) for name, fen in amounts.items()})
    if still_open:
        yield _OPEN.filled(n=still_open)


def _by_hand() -> list[Tree]:
    return [{"label": reader.said(one), "value": ""} for one in _SIGNED]


def _signed(place: ResolutionSignature, withheld: Collection[str]) -> Tree:
    if place.at is None:
        return {"label": place.name, "value": ""}
    lines = [_SIGNED_AT.filled(at=seconds(place.at)), *([but_for(place, withheld)] if place.but_for else [])]
    return {"label": place.name, "value": "\n".join(map(reader.said, lines))}


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
                breakable(f"{said(_DEPARTS)} {one.reason}" if one.departs else one.reason),
            ]
            for one in cases
        ],
        "sums": [],
    }
