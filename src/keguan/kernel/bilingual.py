"""Text that exists in Chinese and English from the moment it is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """One message in both languages, so that no reader meets a missing translation."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.zh if self.zh == self.en else f"{self.zh} / {self.en}"

    @property
    def capitalised(self) -> Text:
        """The same where it begins a sentence or stands alone: with a capital in English."""
        return Text(self.zh, self.en[:1].upper() + self.en[1:])

    def said_in(self, language: str) -> str:
        """The text for a reader of `language`; anything that is not English reads Chinese, the official text."""
        return self.en if language.startswith("en") else self.zh

    def filled(self, **values: object) -> Text:
        """The same text with `{name}` places filled; Text values are filled each in its own language.

        Raises KeyError if a place has no value.
        """

        def fill(template: str, language: Language) -> str:
            said = {k: v.said_in(language) if isinstance(v, Text) else v for k, v in values.items()}
            return template.format_map(said)

        return Text(fill(self.zh, "zh"), fill(self.en, "en"))
