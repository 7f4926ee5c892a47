"""A section of which nothing is required is not complete while it is empty, wherever it is told."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from tests import make
from tests.make import world as w
from tests.slices.casework.page_cast import filled, form_address, send

pytestmark = pytest.mark.django_db

EMPTY = {"zh": "未填写，可不填", "en": "Empty, not required"}
COMPLETE = {"zh": "已填好", "en": "Complete"}
OWED = {"zh": "还缺", "en": "to fill in"}


def read(client: Client, address: str) -> str:
    answer = client.get(address, follow=True)
    assert answer.status_code == 200, address
    return str(answer.content.decode())


def states(page: str, within: str) -> list[str]:
    """The words beside each section, in order. within: what the page puts around a section's title and state."""
    found = re.findall(rf"<{within}[^>]*>(.*?)</{within}>", page, re.DOTALL)
    return [state[1] for one in found if (state := re.search(r'class="status [^"]*">([^<]*)<', one))]


def listed(client: Client, number: str) -> list[str]:
    return states(read(client, form_address(number)).partition('class="section-list"')[2].partition("</ol>")[0], "li")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_empty_section_that_needs_nothing_says_so_until_something_valid_is_in_it(
    applicant: Client, number: str, world: w.World, language: str
) -> None:
    applicant.get(reverse("language"), {"to": language, "next": "/"})
    empty, complete = EMPTY[language], COMPLETE[language]
    fresh = listed(applicant, number)
    assert fresh[5:] == [empty, empty]
    assert all(OWED[language] in one for one in fresh[:5])

    applicant.post(form_address(number), filled(world) | {"do": "save", "revision": "0"})
    assert listed(applicant, number) == [complete] * 5 + [empty] * 2
    preview = read(applicant, reverse("case_preview", args=[number, "proposal"]))
    assert states(preview, "h2") == [complete] * 5 + [empty] * 2
    told = read(applicant, reverse("case_submit", args=[number, "proposal"]))
    assert empty in told
    left = told.partition(empty)[2].partition("</p>")[0]
    assert ("六、建议回避" in left, "七、其他附件" in left) == (language == "zh",) * 2
    assert ("6. Reviewers" in left, "7. Other" in left) == (language == "en",) * 2

    send(applicant, number, "add:proposal.unwelcome")
    assert listed(applicant, number)[5] == empty, "an empty row is nothing"
    rival = str(make.person().pk)
    send(applicant, number, "save", **{"unwelcome[1].expert": rival, "unwelcome[1].reason": "有过纠纷"})
    assert listed(applicant, number) == [complete] * 6 + [empty]
    told = read(applicant, reverse("case_submit", args=[number, "proposal"]))
    left = told.partition(empty)[2].partition("</p>")[0]
    assert ("七、其他附件" if language == "zh" else "7. Other attachments") in left
    assert "六、建议回避" not in left
    assert "6. Reviewers" not in left


DEPENDS = {"zh": "视其他回答而定，仅在以下情形填写：", "en": "Depends on other answers, only where "}
OWES = {"zh": "必填", "en": "required"}


def question(client: Client, number: str, name: str) -> str:
    page = read(client, form_address(number))
    return page.partition(f'data-question="proposal.{name}"')[2].partition('<div class="question"')[0]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_question_that_may_not_be_asked_at_all_says_on_what_it_depends_and_owes_nothing_before_that_is_known(
    applicant: Client, number: str, language: str
) -> None:
    applicant.get(reverse("language"), {"to": language, "next": "/"})
    unknown = question(applicant, number, "own_funds_letter")
    assert DEPENDS[language] in unknown
    assert OWES[language] not in unknown
    send(applicant, number, "save", own_funds="20")
    asked = question(applicant, number, "own_funds_letter")
    assert DEPENDS[language] not in asked
    assert OWES[language] in asked
    send(applicant, number, "save", own_funds="0")
    assert 'type="file"' not in question(applicant, number, "own_funds_letter")
