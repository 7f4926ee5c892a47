"""Comments that say another thing than the score are shown, by words that are written out."""

from __future__ import annotations

import pytest

from keguan.fairness.comments import Anchored, contradictions


@pytest.mark.parametrize(
    ("comment", "total", "kinds"),
    [
        ("路线可行，基础扎实。", 42, ["praise_low"]),
        ("路线可行，基础扎实。", 88, []),
        ("关键环节不可行，基础薄弱。", 92, ["blame_high"]),
        ("关键环节不可行，基础薄弱。", 40, []),
        ("创新性强，但预算偏高。", 92, []),
        ("创新性强，但预算偏高。", 30, []),
        ("An excellent and feasible plan.", 30, ["praise_low"]),
        ("The plan is not feasible and vague.", 95, ["blame_high"]),
        ("已阅。", 10, []),
        ("tweaked", 95, []),
    ],
)
def test_only_praise_with_few_points_and_only_faults_with_many(comment: str, total: int, kinds: list[str]) -> None:
    assert [one.kind for one in contradictions(comment, total)] == kinds


def test_the_rubrics_own_wording_for_other_points_is_shown() -> None:
    top = Anchored("国内领先", 17, 20, given=5)
    assert [one.kind for one in contradictions("思路新，国内领先。", 70, anchors=[top])] == ["anchor"]
    assert contradictions("思路新，国内领先。", 70, anchors=[Anchored("国内领先", 17, 20, given=18)]) == ()
