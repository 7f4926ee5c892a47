"""Every rule and number says where it comes from, and every text is there in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.language.checks.ground import Ground, found
from keguan.language.schema import NOWHERE, Place

_CJK = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_WORD = re.compile("[A-Za-z]{3,}")
_LATER = re.compile(r"\b(?:TODO|FIXME|TBD|XXX)\b|待补|待定|此处填写", re.IGNORECASE)


def check_sources(ground: Ground) -> Iterator[Problem]:
    """All questions about sources and languages."""
    programme = ground.programme
    if not programme.basis:
        yield found("no_basis", Text("没有写明依据（basis）", "No basis in law or policy is given"), programme.place)
    for basis in programme.basis:
        yield from _source(basis.act, programme.place, Text("依据", "basis"))
    for rule_set in programme.rules:
        for rule in rule_set.rules:
            yield from _source(rule.source, rule.place, Text("规则“{n}”", "rule “{n}”").filled(n=rule.rule))
    for parameter in programme.parameters:
        for value in parameter.values:
            what = Text("参数“{n}”", "parameter “{n}”").filled(n=parameter.name)
            yield from _source(value.source, parameter.place, what)
    for step in programme.steps:
        if (vote := getattr(step, "vote", None)) is not None:
            yield from _source(vote.source, vote.place, Text("表决规则", "rule of the vote"))
        if (mark := getattr(step, "nonconsensus", None)) is not None:
            yield from _source(mark.source, mark.place, Text("非共识规则", "non-consensus rule"))
    for one in programme.exceptions:
        yield from _source(one.source, programme.place, Text("例外“{n}”", "exception “{n}”").filled(n=one.check))
    yield from _texts(programme, programme.place)


def _source(source: str, place: Place, what: Text) -> Iterator[Problem]:
    if not source.strip():
        say = Text("{what}没有写明来源", "The source of the {what} is missing").filled(what=what)
        fix = Text("写明法规名称和条款", "Name the act and the article")
        yield found("no_source", say, place, fix=fix)
    elif _LATER.search(source):
        say = Text("{what}的来源尚未补上", "The source of the {what} is still to be given").filled(what=what)
        yield found("no_source", say, place, value=source)


def _texts(node: Any, place: Place) -> Iterator[Problem]:
    """Walk everything that is declared and look at each text."""
    if isinstance(node, Text):
        yield from _both(node, place)
    elif isinstance(node, tuple):
        for one in node:
            yield from _texts(one, place)
    elif is_dataclass(node) and not isinstance(node, type):
        own = getattr(node, "place", NOWHERE)
        here = own if isinstance(own, Place) and own.file else place
        for one in fields(node):
            yield from _texts(getattr(node, one.name), here)


def _both(text: Text, place: Place) -> Iterator[Problem]:
    if not text.zh.strip() or not text.en.strip():
        yield found(
            "language", Text("缺少中文或英文", "One of the two languages is missing"), place, value=text.zh or text.en
        )
    elif _WORD.search(text.zh) and not _CJK.search(text.zh):
        yield found("language", Text("中文一栏没有中文", "The Chinese text holds no Chinese"), place, value=text.zh)
    elif _CJK.search(text.en) and not _WORD.search(text.en):
        yield found("language", Text("英文一栏没有英文", "The English text holds no English"), place, value=text.en)
    elif _LATER.search(text.zh) or _LATER.search(text.en):
        yield found("language", Text("文字尚未写完", "A text is not finished"), place, value=f"{text.zh} / {text.en}")
