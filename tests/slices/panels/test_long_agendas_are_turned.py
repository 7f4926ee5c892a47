"""A long agenda and long minutes come page by page: what is done on a page leads back to it, and what is signed is all of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from tests.slices.casework.page_cast import signed_in
from tests.slices.casework.test_resolutions_are_signed import proven
from tests.slices.panels.committee import Committee, called, done

from keguan.panels.meetings import minutes_pages, pages, services
from keguan.panels.meetings.minutes_content import digest_of
from keguan.panels.meetings.models import Item, Meeting, MinutesSignature
from keguan.panels.meetings.sittings import Sitting

pytestmark = pytest.mark.django_db


@pytest.fixture
def committee(settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Committee]:
    """One item stands on each page."""
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(pages, "MOST_SHOWN", 1)
    monkeypatch.setattr(minutes_pages, "MOST_TOLD", 1)
    with called() as found:
        yield found


@pytest.fixture
def sitting(committee: Committee) -> Committee:
    return committee.in_session()


def on_agenda(found: Committee, client: Client, asked: str = "") -> list[str]:
    """The cases on the page of the agenda that the address asks for."""
    page = client.get(reverse("meeting", args=[found.pk]) + asked).content.decode()
    agenda = page.split('<ol class="agenda"')[1].split("</ol>")[0]
    return [one for one in found.numbers if one in agenda]


def buttons(client: Client, address: str) -> dict[str, tuple[str, int]]:
    """What the secretary may do with the items of a page: the word on each button, where it is sent, and of which item."""
    page = client.get(address).content.decode()
    assert page.count('id="agenda-deeds"') == 1
    found = re.findall(r'form="agenda-deeds" name="item" value="(\d+)" formaction="([^"]+)">([^<]+)<', page)
    return {word: (there, int(item)) for item, there, word in found}


def test_items_of_every_page_are_reached_and_numbered_on(committee: Committee) -> None:
    secretary, address = signed_in(committee.world.people["officer"]), reverse("meeting", args=[committee.pk])
    assert on_agenda(committee, secretary) == committee.numbers[:1], (
        "a meeting that is planned is read from its beginning"
    )
    assert f'rel="next" href="{address}?page=2#agenda"' in secretary.get(address).content.decode()
    assert on_agenda(committee, secretary, "?page=2") == committee.numbers[1:]
    second = secretary.get(f"{address}?page=2&lang=en").content.decode()
    assert '<ol class="agenda" start="2">' in second
    assert f'rel="prev" href="{address}?lang=en&amp;page=1#agenda"' in second


def test_an_item_of_the_second_page_is_moved_and_taken_off_there(committee: Committee) -> None:
    secretary, address = signed_in(committee.world.people["officer"]), reverse("meeting", args=[committee.pk])
    first, second = committee.items
    there, item = buttons(secretary, f"{address}?page=2")["上移"]
    assert item == second.pk
    moved = secretary.post(there, {"item": item})
    assert moved.headers["Location"] == f"{address}?page=2#now"
    assert [one.pk for one in committee.items] == [second.pk, first.pk]
    there, item = buttons(secretary, f"{address}?page=2")["撤下"]
    assert secretary.post(there, {"item": item}).status_code == 303
    assert [one.pk for one in committee.items] == [second.pk]


def test_whoever_asks_for_no_page_follows_the_meeting_and_whoever_does_still_sees_what_is_taken_up(
    sitting: Committee,
) -> None:
    secretary, address = signed_in(sitting.world.people["officer"]), reverse("meeting", args=[sitting.pk])
    member = signed_in(sitting.people[0])
    there, item = buttons(secretary, f"{address}?page=2")["提请审议"]
    assert secretary.post(there, {"item": item}).status_code == 303
    for client in (secretary, member):
        assert on_agenda(sitting, client) == sitting.numbers[1:]
        assert on_agenda(sitting, client, "?page=1") == sitting.numbers[:1]
        now = client.get(f"{address}?page=1").content.decode().split('id="now"')[1].split("</section>")[0]
        assert sitting.numbers[1] in now
    Item.objects.filter(pk=item).update(state="waiting")
    sitting.voted(0)
    assert on_agenda(sitting, member) == sitting.numbers[1:], "the next that waits"
    as_asked = f'data-address="{address}?page=1"'
    assert as_asked in member.get(f"{address}?page=1").content.decode(), "what refreshes itself stays on its page"


def test_a_result_of_another_page_is_entered_there_and_what_was_typed_stays(sitting: Committee) -> None:
    sitting.voted(0)
    member, address = signed_in(sitting.people[0]), reverse("meeting", args=[sitting.pk])
    enter, item = reverse("meeting_do", args=[sitting.pk, "enter"]), sitting.items[0]
    assert enter not in member.get(address).content.decode(), "the second page, where the next waits"
    assert f'action="{enter}?page=1"' in member.get(f"{address}?page=1").content.decode()
    typed = {"item": item.pk, "key": uuid4().hex, f"reason-{item.pk}": "按表决结果"}
    for there in (f"{enter}?page=1", enter):
        refused = member.post(there, typed)
        assert refused.status_code == 422
        assert typed[f"reason-{item.pk}"] in refused.content.decode(), there


def test_long_minutes_are_read_page_by_page_and_signed_as_a_whole(sitting: Committee) -> None:
    sitting.voted(0)
    sitting.voted(1)
    done(services.close(sitting.pk, sitting.officer, undone=0))
    mark = digest_of(Sitting.of(sitting.pk))
    member = proven(sitting.people[1])
    for name in ("meeting_minutes", "meeting_minutes_sign"):
        address = reverse(name, args=[sitting.pk])
        parts = [member.get(address, {"page": page}).content.decode() for page in (1, 2)]
        assert [[one in part for one in sitting.numbers] for part in parts] == [[True, False], [False, True]]
        assert all(mark in part and "赞成4票" in part for part in parts)
        assert f'rel="next" href="{address}?page=2#agenda"' in parts[0]
    signed = member.post(reverse("meeting_minutes_sign", args=[sitting.pk]), {"digest": mark, "confirmed": "yes"})
    assert signed.status_code == 303
    assert MinutesSignature.objects.get().digest == mark
    assert Meeting.objects.get(pk=sitting.pk).state == "closed"
