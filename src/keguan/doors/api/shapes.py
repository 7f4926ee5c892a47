"""What goes over the wire, as OpenAPI describes it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from ninja import Schema
from pydantic import Field

from keguan.kernel.bilingual import Text


class Bilingual(Schema):
    """A text in both languages."""

    zh: str
    en: str

    @staticmethod
    def of(text: Text) -> Bilingual:
        """A text of the house."""
        return Bilingual(zh=text.zh, en=text.en)


class ProblemOne(Schema):
    """One reason why it was not done. code: stable, for programs; where: the place in the request or in a form."""

    code: str
    say: Bilingual
    where: str
    value: str
    source: str
    fix: Bilingual | None


class ProblemTexts(Schema):
    """Title and detail in both languages."""

    title: Bilingual
    detail: Bilingual


class ProblemDetails(Schema):
    """Every no (RFC 9457): title and detail in the reader's language, all problems at once."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    texts: ProblemTexts
    problems: list[ProblemOne]


Cell = str | int | Bilingual | date | list[str | Bilingual] | None
"""A cell of a list that holds words."""
Fen = Annotated[int | None, Field(description="fen: hundredths of a yuan")]
Number = int | float | None
Day = date | None
Moment = datetime | None
