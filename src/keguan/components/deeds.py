"""A short form that does one thing: asked, done and told, or shown again with what was typed and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import render

from keguan.components.fields import Field
from keguan.components.lists import Column
from keguan.components.notices import tell
from keguan.components.status import Crumb, Line
from keguan.components.typed import read_day
from keguan.kernel.bilingual import Text
from keguan.kernel.canonical import digest
from keguan.kernel.names import clean_text
from keguan.kernel.problems import Problem, Refused


class SeeOther(HttpResponseRedirect):
    """Done; look there. (303)"""

    status_code = 303


_SURE = "sure"


def _mark(why: Problem) -> str:
    return digest([why.code, str(why.value)])[:32]


@dataclass
class Given:
    """What was typed into the form, read part by part; what cannot be read is noted, and `check` refuses it all at once."""

    post: QueryDict
    labels: Mapping[str, Text] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def text(self, name: str) -> str:
        """A text, cleaned and trimmed; "" where nothing was typed."""
        return clean_text(self.post.get(name, "")).strip()

    def several(self, name: str) -> tuple[str, ...]:
        """What was ticked, cleaned and trimmed."""
        return tuple(clean_text(one).strip() for one in self.post.getlist(name))

    def needed(self, name: str) -> str:
        """A text that is owed. Problem `deed.missing`."""
        found = self.text(name)
        if not found:
            said = Text("请填写：{label}。", "Fill in: {label}.").filled(label=self.labels.get(name, Text(name, name)))
            self.problems.append(Problem("deed.missing", said, name))
        return found

    def day(self, name: str) -> date | None:
        """A day, None where nothing was typed. Problem `typed.day`."""
        typed = self.text(name)
        read = read_day(typed, name) if typed else None
        if isinstance(read, Problem):
            self.problems.append(read)
            return None
        return read

    def ask(self, why: Problem, yes: Text) -> None:
        """Ask once more, unless the second yes was given: to this question about this `value`, and no other. Best asked last,
        so that nobody is asked about what is refused anyway. Raises Asked, which undoes what was done before."""
        if _mark(why) not in self.several(_SURE):
            raise Asked(why, yes)

    def check(self) -> None:
        """Raises Refused with everything that could not be read."""
        if self.problems:
            raise Refused.because(*self.problems)


def not_one(where: str, typed: str, found: int) -> Problem:
    """What was typed should name one thing of a register, but names none of them, or several. Problem `deed.not_one`."""
    if found:
        said = Text("名录中不止一个，请写得更具体。", "The register has more than one; be more precise.")
    else:
        said = Text("名录中没有。", "The register has none.")
    fix = Text("请按名录写全称。", "Write the full name as the register has it.")
    return Problem("deed.not_one", said, where, typed[:80], fix=fix)


@dataclass(eq=False)
class Asked(Exception):  # noqa: N818 - no error
    """Nothing was done yet: whoever sent the form is asked once more whether they mean it. No refusal, so the trace holds
    nothing of it. why: what speaks against it; yes: the button that does it all the same."""

    why: Problem
    yes: Text


Do = Callable[[Given], tuple[Text, str]]


def deed_page(
    request: HttpRequest,
    title: Text,
    fields: Sequence[Field],
    do: Do,
    *,
    button: Text,
    back: str,
    hint: Text | None = None,
    lines: Sequence[Line] = (),
    crumbs: Sequence[Crumb] = (),
    columns: Sequence[Column] = (),
    rows: Sequence[Any] = (),
) -> HttpResponseBase:
    """Ask for `fields`; when they are sent, do it in one transaction. The caller has checked the right. columns, rows: a
    short table below the form.

    do: reads what was typed and acts; answers with what to tell and the address to go on to; raises Refused, or Asked.
    """
    shown: list[Field] = list(fields)
    problems: tuple[Problem, ...] = ()
    asked: Asked | None = None
    if request.method == "POST":
        try:
            with transaction.atomic():
                told, onward = do(Given(request.POST, {one.name: one.label for one in fields}))
        except Refused as refused:
            problems = refused.refusal.problems
            shown = [one.typed_in(request.POST).with_problems(problems) for one in fields]
        except Asked as question:
            asked = question
            sure = [*request.POST.getlist(_SURE), _mark(question.why)]
            shown = [one.typed_in(request.POST) for one in fields]
            shown += [Field(_SURE, "hidden", question.yes, mark) for mark in sure]
        else:
            tell(request, told)
            return SeeOther(onward)
    context = {
        "title": title,
        "hint": hint,
        "lines": list(lines),
        "fields": shown,
        "problems": problems,
        "asked": asked,
        "button": asked.yes if asked else button,
        "back": back,
        "columns": columns,
        "rows": rows,
        "crumbs": [*crumbs, Crumb(title)],
    }
    return render(request, "components/deed_page.html", context, status=422 if problems or asked else 200)
