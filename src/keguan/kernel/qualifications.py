"""Professional titles and academic degrees: the words by which registers and conditions know them, the best first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from keguan.kernel.bilingual import Text

TITLES: Final[Mapping[str, Text]] = {
    "senior": Text("正高级", "Senior"),
    "associate": Text("副高级", "Associate senior"),
    "middle": Text("中级", "Middle"),
    "junior": Text("初级", "Junior"),
    "none": Text("无职称", "None"),
}
DEGREES: Final[Mapping[str, Text]] = {
    "doctor": Text("博士", "Doctor"),
    "master": Text("硕士", "Master"),
    "bachelor": Text("学士", "Bachelor"),
    "none": Text("无学位", "None"),
}
