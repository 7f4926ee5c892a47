"""A count in English fits one as well as several: “cases: 1”, never “1 cases”."""

from __future__ import annotations

import re
from pathlib import Path

import keguan

ROOT = Path(keguan.__file__).parent
A_PLURAL_AFTER_A_COUNT = re.compile(
    r"""["'][^"']*(?<!most )(?<!least )(?<!than )(?<!the )(?<!first )(?<!takes )\{\w+\} (?:more |new )?(?:cases|problems|hosts|experts|members|items|reviewers|seats"""
    r"""|applicants|votes|people|rows|entries|results|objections|organisations|hours)\b"""
)
"""What follows “at most” and its like is a bound that a programme or this house sets, and never one."""


def test_no_count_stands_before_a_plural() -> None:
    files = [one for kind in ("*.py", "*.html") for one in ROOT.rglob(kind)]
    assert len(files) > 100
    found = [
        f"{one.relative_to(ROOT)}: {hit[0][-60:]}"
        for one in files
        for hit in A_PLURAL_AFTER_A_COUNT.finditer(one.read_text(encoding="utf-8"))
        if "raise ValueError" not in hit.string[max(0, hit.start() - 30) : hit.start()]
    ]
    assert found == []
