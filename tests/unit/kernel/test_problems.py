"""What a problem says in full: two sentences that follow one another, whatever they end in."""

from __future__ import annotations

import pytest

from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem


@pytest.mark.parametrize(
    ("say", "fix", "in_full"),
    [
        (Text("文件是空的", "The file is empty"), None, Text("文件是空的", "The file is empty")),
        (
            Text("文件是空的", "The file is empty"),
            Text("请重新选择", "Choose again"),
            Text("文件是空的。请重新选择。", "The file is empty. Choose again."),
        ),
        (
            Text("已经截止。", "It is closed."),
            Text("请问办理人！", "Ask the officer!"),
            Text("已经截止。请问办理人！", "It is closed. Ask the officer!"),
        ),
        (
            Text("现为“甲。”", "It says “A.”"),
            Text("请改（见说明）", "Change it (see the guide)"),
            Text("现为“甲。”请改（见说明）。", "It says “A.” Change it (see the guide)."),
        ),
    ],
)
def test_what_is_wrong_and_the_way_out_are_two_sentences(say: Text, fix: Text | None, in_full: Text) -> None:
    assert Problem("some.code", say, fix=fix).in_full == in_full
