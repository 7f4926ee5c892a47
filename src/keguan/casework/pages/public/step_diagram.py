"""The steps of a programme as a picture: an SVG that reads on a phone, in the dark and on paper.

Drawn here and not by a library: a column of boxes needs no layout engine, and the text has to be the reader's.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from keguan.casework.pages.case_words import who_acts
from keguan.casework.pages.programme_words import time_said
from keguan.components.reader import said
from keguan.kernel.bilingual import Text
from keguan.language.definition import Definition
from keguan.language.paths import SKIPPED, Edge, Paths
from keguan.language.schema import Programme, kind_of
from keguan.language.vocabulary import KINDS
from keguan.language.wording import OUTCOMES, step_title

WIDTH = 360
_EDGE, _PAD, _STEM = 1, 12, 26
_TITLE, _SMALL = 15, 12
_STOP = Text("办结：{end}", "end: {end}")
_ARIA = Text("办理流程图，各环节的文字说明见下", "The steps as a diagram; they stand below in words")


def step_diagram(definition: Definition) -> SafeString:
    """The steps from first to last; under each, where its other outcomes lead."""
    return mark_safe(_Drawing(definition.programme).drawn())  # noqa: S308 - every text is escaped where it is written


@dataclass
class _Drawing:
    programme: Programme
    parts: list[str] = field(default_factory=list)
    y: float = _EDGE

    def drawn(self) -> str:
        edges = Paths(self.programme).edges
        for at, step in enumerate(self.programme.steps):
            own = [edge for edge in edges if edge.step == step.id and edge.outcome != SKIPPED]
            after = self.programme.steps[at + 1].id if at + 1 < len(self.programme.steps) else ""
            forward = next((edge for edge in own if edge.outcome == KINDS[kind_of(step)].forward), None)
            time = time_said(self.programme, step)
            small = said(who_acts(step)) + (f" · {said(time)}" if time else "")
            self._box(f"{at + 1}. {said(step_title(step))}", small)
            goes_on = forward is not None and forward.to == after and after != ""
            self._ways([edge for edge in own if not (goes_on and edge is forward)], forward if goes_on else None)
        height = round(self.y + _EDGE)
        return (
            f'<svg class="flow" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(said(_ARIA))}">'
            + "".join(self.parts)
            + "</svg>"
        )

    def _box(self, title: str, small: str) -> None:
        top, room = self.y, WIDTH - 2 * _EDGE - 2 * _PAD
        lines = [(_TITLE, line) for line in wrapped(title, room / _TITLE)]
        lines += [(_SMALL, line) for line in wrapped(small, room / _SMALL)]
        y = top + _PAD / 2
        written = []
        for size, line in lines:
            y += size * 1.35
            written.append(self._text(_PAD + _EDGE, y - size * 0.25, size, line))
        self.y = y + _PAD * 0.7
        height = self.y - top
        self.parts.append(f'<rect x="{_EDGE}" y="{top:.1f}" width="{WIDTH - 2 * _EDGE}" height="{height:.1f}" rx="4"/>')
        self.parts += written

    def _ways(self, ways: list[Edge], on: Edge | None) -> None:
        """The ways out of a box, each on a twig of the stem, and the stem on to the next box."""
        top = self.y
        bends = []
        for edge in ways:
            said_ = f"{said(OUTCOMES[edge.outcome])} → {self._target(edge.to)}"
            for at, line in enumerate(wrapped(said_, (WIDTH - _STEM - 26) / _SMALL)):
                self.y += _SMALL * 1.5
                if not at:
                    bends.append(self.y - _SMALL * 0.35)
                self.parts.append(self._text(_STEM + 22, self.y, _SMALL, line))
        self.parts += [f'<path d="M{_STEM} {y:.1f}h16"/>' for y in bends]
        if on is not None:
            self.y += 28
            end = self.y - 2
            self.parts.append(f'<path d="M{_STEM} {top:.1f}V{end - 6:.1f}"/>')
            self.parts.append(f'<path class="tip" d="M{_STEM - 5} {end - 8:.1f}h10l-5 8z"/>')
            self.parts.append(self._text(_STEM + 12, self.y - 10, _SMALL, said(OUTCOMES[on.outcome])))
        else:
            if bends:
                self.parts.append(f'<path d="M{_STEM} {top:.1f}V{bends[-1]:.1f}"/>')
            self.y += 14

    def _target(self, name: str) -> str:
        for number, step in enumerate(self.programme.steps, 1):
            if step.id == name:
                return f"{number}. {said(step_title(step))}"
        title = next((end.title for end in self.programme.ends if end.end == name), Text(name, name))
        return said(_STOP.filled(end=title))

    def _text(self, x: float, y: float, size: int, line: str) -> str:
        weight = ' font-weight="600"' if size == _TITLE else ""
        return f'<text x="{x}" y="{y:.1f}" font-size="{size}"{weight}>{escape(line)}</text>'


def wrapped(text: str, ems: float) -> list[str]:
    """A text cut into lines of at most so many ems: Chinese anywhere, other scripts between words."""
    lines, line, width = [], "", 0.0
    for word in _words(text):
        wide = sum(1.0 if ord(char) > 0x2E7F else 0.56 for char in word)
        if line and width + wide > ems:
            lines.append(line.rstrip())
            line, width = "", 0.0
            word = word.lstrip()
        line += word
        width += wide
    return [*lines, line.rstrip()] if line.strip() else lines


def _words(text: str) -> list[str]:
    words: list[str] = []
    for char in text:
        starts = ord(char) > 0x2E7F or char == " " or not words or ord(words[-1][-1]) > 0x2E7F
        # A closing mark stays with what it closes.
        if words and (char in "，。；：、）」』,.;:)" or not starts):
            words[-1] += char
        else:
            words.append(char)
    return words
