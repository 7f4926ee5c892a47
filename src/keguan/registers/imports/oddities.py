"""What the warnings of an import are about, in words: a code is for machines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from keguan.kernel.bilingual import Text
from keguan.registers.imports.spec import RENAMED
from keguan.registers.projects.models import ODDITIES

WARNINGS: Final[Mapping[str, Text]] = {
    "import.header.column-unknown": Text("未导入的列", "column that was not imported"),
    "import.sheet.hidden": Text("未导入的隐藏工作表", "hidden sheet that was not imported"),
    "import.sheet.hidden-lines": Text("隐藏的行或列", "hidden rows or columns"),
    RENAMED: Text("同一代码、不同名称：将更名", "another name under the same code: would be renamed"),
    **{f"import.odd.{code}": said for code, said in ODDITIES.items()},
}
"""By the codes of warnings."""


def warned_of(code: str) -> Text:
    """What warnings of this code are about; a code that an earlier version wrote stands as it was."""
    return WARNINGS.get(code, Text(code, code))
