"""The public window on calls: found by facets and words, told by a guide, taken along as feed, calendar and linked data."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import icalendar
import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from tests import make
from tests.make import cases
from tests.make import world as w

from keguan.casework.models import Notice, Round
from keguan.casework.rounds import services as rounds
from keguan.casework.versions import definition_of
from keguan.kernel.clock import clock_at
from keguan.registers.parties.access import actor_for

pytestmark = pytest.mark.django_db

COTTON, ENERGY = ({"code": "1", "zh": "棉花育种", "en": "Cotton"}, {"code": "1", "zh": "新能源", "en": "Energy"})
PARAMETERS = Path(__file__).parents[3] / "parameters"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def calls() -> Iterator[dict[str, Round]]:
    """On 10 April: key R&D open until the 15th and coming, a subsidy for enterprises open until the end of May, one past."""
    rd, subsidy = cases.version("key-rd-project"), cases.version("rd-post-subsidy")

    def call(code: str, version: Any, opens: str, closes: str, **given: Any) -> Round:
        return cases.bare_round(
            version, code=code, opens=w.moment(opens), closes=w.moment(closes), published_at=w.moment(opens),
            title_zh=f"通知{code}", title_en=f"Call {code}", **given,
        )  # fmt: skip

    with clock_at(w.moment("2026-04-10")):
        yield {
            "near": call("near", rd, "2026-03-01", "2026-04-15", topics=[COTTON], budget_fen=150_000_000),
            "far": call("far", subsidy, "2026-03-02", "2026-05-31", topics=[ENERGY], summary_zh="支持<企业>"),
            "soon": call("soon", rd, "2026-06-01", "2026-07-01", topics=[COTTON, ENERGY]),
            "past": call("past", rd, "2025-03-01", "2025-04-01"),
        }


def listed(asked: dict[str, str]) -> list[str]:
    said = Client().get(reverse("calls"), asked).content.decode()
    return list(re.findall(r'href="/calls/([a-z]+)/"', said))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["near", "far", "soon", "past"]),
        ({"status": "open"}, ["near", "far"]),
        ({"status": "closed"}, ["past"]),
        ({"programme": "rd-post-subsidy"}, ["far"]),
        ({"topic": "新能源"}, ["far", "soon"]),
        ({"topic": "新能源", "status": "soon"}, ["soon"]),
        ({"closes": "7"}, ["near"]),
        ({"kind": "hospital", "status": "open"}, ["far"]),
        ({"q": "Energy"}, ["far", "soon"]),
        ({"q": "支持 企业"}, ["far"]),
        ({"q": "code"}, []),
        ({"q": "通知ｎｅａｒ"}, ["near"]),
        ({"status": "<script>", "q": "%"}, []),
    ],
)  # fmt: skip
def test_calls_are_found_by_facets_and_words_the_nearest_deadline_first(
    calls: dict[str, Round], asked: dict[str, str], found: list[str]
) -> None:
    assert listed(asked) == found


@pytest.mark.parametrize(
    ("asked", "said", "unsaid"),
    [
        ({"topic": "棉花育种", "closes": "7"}, "Calls that match: 1.", "No call matches."),
        ({"q": "code"}, "No call matches.", "Calls that match"),
    ],
)
def test_how_many_calls_match_is_said_once(
    calls: dict[str, Round], asked: dict[str, str], said: str, unsaid: str
) -> None:
    page = Client().get(reverse("calls"), asked | {"lang": "en"}).content.decode()
    assert page.count(said) == 1
    assert unsaid not in page


def test_each_facet_value_says_how_many_calls_a_click_would_show(calls: dict[str, Round]) -> None:
    said = Client().get(reverse("calls"), {"status": "open", "lang": "en"}).content.decode()
    for key in ("status", "programme", "kind", "topic", "closes"):
        options = re.search(rf'<select id="field-{key}".*?</select>', said, re.DOTALL)
        assert options is not None
        counted = re.findall(r'<option value="([^"]+)"[^>]*>[^(]*\((\d+)\)', options[0])
        assert counted, key
        for value, number in counted:
            assert len(listed({"status": "open", key: value})) == int(number), (key, value)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_of_the_window_costs_three_queries_and_no_session(
    calls: dict[str, Round], language: str, django_assert_max_num_queries: Any
) -> None:
    client = Client()
    addresses = ["/calls/", "/calls/?q=x&topic=y", "/calls/feed.rss", "/calls/feed.atom", "/calls/calendar.ics"]
    addresses += ["/notices/feed.rss", "/notices/feed.atom"]
    addresses += ["/calls/near/", "/calls/near/guide/", "/calls/near/calendar.ics"]
    for address in addresses:
        with django_assert_max_num_queries(3):
            response = client.get(address, {"lang": language} if "?" not in address else {})
        assert response.status_code == 200, address
        assert "sessionid" not in response.cookies


@pytest.mark.parametrize(("language", "title"), [("zh", "通知far"), ("en", "Call far")])
def test_feeds_tell_what_was_published_last_in_the_language_asked_for(
    calls: dict[str, Round], language: str, title: str
) -> None:
    client = Client()
    rss = ElementTree.fromstring(client.get("/calls/feed.rss", {"lang": language}).content)  # noqa: S314 - ours
    titles = [one.findtext("title") for one in rss.iter("item")]
    assert len(titles) == 4
    assert titles[1] == title
    atom = ElementTree.fromstring(client.get("/calls/feed.atom", {"lang": language, "topic": "新能源"}).content)  # noqa: S314
    assert [one.findtext(f"{ATOM}title") for one in atom.iter(f"{ATOM}entry")][1:] == [title]
    assert {one.findtext(f"{ATOM}id") for one in atom.iter(f"{ATOM}entry")} == {
        "http://testserver/calls/far/",
        "http://testserver/calls/soon/",
    }
    page = client.get("/calls/", {"lang": language}).content.decode()
    assert re.search(rf'<link rel="alternate" type="application/atom\+xml"[^>]+lang={language}"', page)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("name", "asked"), [("calls", {"q": "near", "topic": COTTON["zh"]}), ("notices", {})])
def test_every_entry_of_a_feed_says_when_it_was_new_and_its_addresses_keep_question_and_language(
    calls: dict[str, Round], name: str, asked: dict[str, str], language: str
) -> None:
    case = cases.bare_case(calls["past"])
    Notice.objects.create(
        case=case, step="publish", attempt=1, shown=[{"name": "title", "zh": "名称", "en": "Title", "value": "棉花"}],
        since=w.moment("2026-04-06"), until=w.moment("2026-04-13"),
    )  # fmt: skip
    client = Client()
    for form in ("atom", "rss"):
        sent = client.get(f"/{name}/feed.{form}", asked | {"lang": language})
        feed = ElementTree.fromstring(sent.content)  # noqa: S314 - ours
        of = feed if form == "atom" else feed[0]
        links = {one.get("rel", ""): one.get("href", "") for one in of.findall(f"{ATOM}link")}
        page = links["alternate"] if form == "atom" else of.findtext("link", "")
        assert client.get(links["self"]).content == sent.content
        assert f'<html lang="{language}' in client.get(page).content.decode()
        assert QueryDict(page.partition("?")[2]).dict() == asked | {"lang": language}
        if form == "atom":
            entries = list(feed.iter(f"{ATOM}entry"))
            assert len(entries) == 1
            assert all(one.findtext(f"{ATOM}updated") for one in (feed, *entries))


@pytest.mark.parametrize(("language", "mark"), [("zh", "【变更】通知near"), ("en", "Call near (changed)")])
def test_an_extension_is_new_in_feeds_calendars_and_linked_data(
    calls: dict[str, Round], language: str, mark: str, django_assert_max_num_queries: Any
) -> None:
    client, asked = Client(), {"lang": language}
    before = event_of(client.get("/calls/near/calendar.ics", asked), "near-closes")
    planner = make.person()
    make.duty("planning", planner)
    with clock_at(w.moment("2026-04-11", "09:30")):
        moved = rounds.extend_round("near", w.moment("2026-04-20", "18:00"), "洪水停电", actor_for(planner))
        assert isinstance(moved, Round), moved
    with clock_at(w.moment("2026-04-12")):
        with django_assert_max_num_queries(3):
            rss = ElementTree.fromstring(client.get("/calls/feed.rss", asked).content)  # noqa: S314 - ours
        entries = list(rss.iter("item"))
        told = next(one for one in entries if one.findtext("title") == mark)
        assert told.findtext("pubDate") == "Sat, 11 Apr 2026 01:30:00 +0000"
        assert "洪水停电" in (told.findtext("description") or "")
        assert "2026-04-20" in (told.findtext("description") or "")
        atom = ElementTree.fromstring(client.get("/calls/feed.atom", asked).content)  # noqa: S314 - ours
        entry = next(one for one in atom.iter(f"{ATOM}entry") if one.findtext(f"{ATOM}title") == mark)
        assert entry.findtext(f"{ATOM}published") == "2026-03-01T02:00:00+00:00"
        assert entry.findtext(f"{ATOM}updated") == "2026-04-11T01:30:00+00:00"
        assert entry.findtext(f"{ATOM}id") == "http://testserver/calls/near/"
        after = event_of(client.get("/calls/near/calendar.ics", asked), "near-closes")
        assert after["UID"] == before["UID"]
        assert after["SEQUENCE"] > before["SEQUENCE"]
        assert after.decoded("DTSTART") == w.moment("2026-04-20", "18:00")
        assert after.decoded("LAST-MODIFIED") == after.decoded("DTSTAMP") == w.moment("2026-04-11", "09:30")
        page = client.get("/calls/near/", asked).content.decode()
        block = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
        assert block is not None
        service = json.loads(block[1])["@graph"][0]
        assert service["subjectOf"]["dateModified"] == "2026-04-11T09:30:00+08:00"
        assert service["offers"]["availabilityEnds"] == "2026-04-20T18:00:00+08:00"
        assert client.get("/api/v1/calls/near").json()["changed_at"] == "2026-04-11T01:30:00Z"


def event_of(answer: Any, uid: str) -> Any:
    calendar = icalendar.Calendar.from_ical(answer.content)
    return next(one for one in calendar.walk("VEVENT") if str(one["UID"]).startswith(f"{uid}@"))


def test_the_linked_data_of_a_call_cannot_break_out_of_the_page(calls: dict[str, Round]) -> None:
    Round.objects.filter(code="near").update(title_zh="</script><script>alert(1)</script>", summary_zh="&<!--")
    said = Client().get("/calls/near/").content.decode()
    assert "<script>" not in said
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', said, re.DOTALL)
    assert block is not None
    service, grant = json.loads(block[1])["@graph"]
    assert (service["@type"], grant["@type"]) == ("GovernmentService", "MonetaryGrant")
    assert service["name"].startswith("</script>")
    assert service["offers"]["availabilityEnds"] == "2026-04-15T10:00:00+08:00"
    assert grant["amount"]["value"] == 1_500_000


def test_the_calendar_of_a_call_rings_before_it_closes_and_follows_an_extension() -> None:
    world = cases.opened()
    assert world.round is not None
    address = reverse("call_calendar", args=[world.round.code])

    def closing() -> icalendar.Event:
        read = icalendar.Calendar.from_ical(Client().get(address, {"lang": "en"}).content)
        events = {str(event["UID"]).split("@")[0]: event for event in read.walk("VEVENT")}
        assert set(events) == {f"{world.round.code}-opens", f"{world.round.code}-closes"}  # type: ignore[union-attr]
        return events[f"{world.round.code}-closes"]  # type: ignore[union-attr]

    with clock_at(w.moment("2026-03-05")):
        before = closing()
        assert before["DTSTART"].dt == w.moment("2026-03-31", "18:00")
        assert [alarm["TRIGGER"].dt.days for alarm in before.walk("VALARM")] == [-7, -1]
        rounds.extend_round(world.round.code, w.moment("2026-04-05", "18:00"), "系统故障", world.actor("publisher"))
        after = closing()
    assert after["DTSTART"].dt == w.moment("2026-04-05", "18:00")
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]


@pytest.mark.parametrize("code", ["near", "far"])
@pytest.mark.parametrize(
    ("language", "doubt", "provision"),
    [("zh", "数值待核", "条文待核"), ("en", "figure to be confirmed", "provision to be confirmed")],
)
def test_the_public_reads_what_a_doubt_means_once_where_it_concerns_them_and_no_working_note(
    calls: dict[str, Round], code: str, language: str, doubt: str, provision: str
) -> None:
    definition = definition_of(calls[code].programme)
    programme = definition.programme
    doubted = [one for one in programme.parameters if not one.values[-1].verified]
    notes = [one.values[-1].note for one in doubted] + [one.note for one in programme.steps]
    notes += [rule.note for of in programme.rules for rule in of.rules]
    call, guide = (
        Client().get(reverse(name, args=[code]), {"lang": language}).content.decode() for name in ("call", "guide")
    )
    assert any(notes)
    said = (call + guide).replace(doubt, "").replace(provision, "")
    assert not [note for note in notes if note and note in said]
    assert not [word for word in ("未核", "unverified", "示范", "凭记忆", "见参数") if word in call + guide]
    assert doubted
    assert call.count(doubt) == len(doubted), "no rules stand here: at the number"
    for one in doubted:
        title = one.title.said_in(language)
        reading = [
            rule
            for of in programme.rules
            for rule in of.rules
            if any(f"param.{one.name}" in definition.names_of(test) for test in (rule.when, rule.must) if test)
        ]
        (line,) = re.findall(f"<li>{re.escape(escape(title))}{'：' if language == 'zh' else ':'} .*?</li>", guide)
        assert (doubt in line) == (not reading), title
        for rule in reading:
            told = re.findall(f"<li>{re.escape(escape(rule.say.said_in(language)))} .*?</li>", guide)
            assert told
            assert all(part.count(doubt) == 1 and provision not in part for part in told)


@pytest.mark.parametrize("code", ["near", "far"])
@pytest.mark.parametrize(
    ("language", "taken_over"),
    [("zh", "取自其他省（区、市）的做法"), ("en", "taken over from the practice of other provinces")],
)
def test_a_section_with_a_doubted_number_says_at_its_head_what_the_mark_means(
    calls: dict[str, Round], code: str, language: str, taken_over: str
) -> None:
    call, guide = (
        Client().get(reverse(name, args=[code]), {"lang": language}).content.decode() for name in ("call", "guide")
    )
    sections = [one for one in re.split("(?=<section)", call + guide) if "数值待核" in one or "figure to be" in one]
    assert len(sections) >= 2
    for section in sections:
        assert section.count(taken_over) == 1
        assert section.index(taken_over) < section.index("<li>")
    assert (call + guide).count(taken_over) == len(sections), "where nothing is marked nothing is explained"


@pytest.mark.parametrize("path", sorted(PARAMETERS.glob("*.yaml")), ids=lambda path: path.stem)
def test_no_note_for_whoever_installs_stands_in_what_the_public_reads(path: Path) -> None:
    public = [line for line in path.read_text().splitlines() if line.strip().startswith(("source:", "zh:", "en:"))]
    assert not [line for line in public if re.search("部署|安装|改这里|deploy|install|change this", line)]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_calendar_program_is_led_to_the_calendar_in_the_language_of_the_page(
    calls: dict[str, Round], language: str
) -> None:
    reader = Client()
    reader.cookies["lang"] = language
    address = f"{reverse('call_calendar', args=['near'])}?lang={language}"
    for name in ("call", "guide"):
        links = re.findall(
            r'(?:href="|webcal:|<code>)[^"<]*calendar\.ics[^"<]*',
            reader.get(reverse(name, args=["near"])).content.decode(),
        )
        assert links
        assert all(one.endswith(address) for one in links), links
    said = Client().get(address).content.decode()
    assert ("Call near" in said) == (language == "en")


def test_a_notice_stands_in_the_calendar_of_its_call() -> None:
    world = cases.opened()
    assert world.round is not None
    case = cases.bare_case(world.round)
    for number in (1, 2):
        Notice.objects.create(
            case=case, step="publish", attempt=number, shown=[], since=w.moment("2026-05-06", "00:00"),
            until=w.moment("2026-05-13", "00:00"),
        )  # fmt: skip
    read = icalendar.Calendar.from_ical(Client().get(reverse("call_calendar", args=[world.round.code])).content)
    notices = [event for event in read.walk("VEVENT") if "notice" in event["UID"]]
    assert [event["DTSTART"].dt for event in notices] == [w.moment("2026-05-12", "23:59")]


@pytest.mark.parametrize("code", ["key-rd-project", "rd-post-subsidy", "high-tech-enterprise", "seminar-grant"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_guide_tells_every_question_rule_and_source_of_its_definition(code: str, language: str) -> None:
    from keguan.casework.pages.programme_words import forms_said

    definition = cases.definition(code)
    with clock_at(w.moment("2026-03-05")):
        of = cases.bare_round(cases.version(code))
        said = Client().get(reverse("guide", args=[of.code]), {"lang": language}).content.decode()
    from django.utils.html import escape

    for form in forms_said(definition):
        assert f'id="form-{form.form}"' in said
        for field in form.fields:
            assert escape(field.title.said_in(language)) in said, field.field
    for step in definition.programme.steps:
        assert step.source in said
    for rule_set in definition.programme.rules:
        for rule in rule_set.rules:
            assert escape(rule.say.said_in(language)) in said, rule.rule
            assert escape(rule.source) in said
    diagram = re.search(r'<svg class="flow".*?</svg>', said, re.DOTALL)
    assert diagram is not None
    drawn = ElementTree.fromstring(diagram[0])  # noqa: S314 - ours
    assert len(list(drawn.iter("rect"))) == len(definition.programme.steps)
    for _, _, width, _ in [drawn.attrib["viewBox"].split()]:
        assert float(width) <= 360, "a phone shows the letters at their size"
    assert "style=" not in diagram[0]


def test_a_notice_says_how_to_object_while_it_stands_and_what_became_of_it_afterwards(
    django_assert_max_num_queries: Any,
) -> None:
    from keguan.casework.models import Case, Notice

    world = cases.opened()
    assert world.round is not None
    w.version("object")
    case = cases.bare_case(world.round, step="publish", step_kind="publish")
    notice = Notice.objects.create(
        case=case, step="publish", attempt=1, since=w.moment("2026-05-06", "00:00"), until=w.moment("2026-05-13", "00:00"),
        shown=[{"name": "proposal.title", "zh": "名称", "en": "Title", "value": "棉花"}],
    )  # fmt: skip
    address = reverse("notice", args=[notice.pk])

    def said() -> str:
        client = Client()
        client.get(address)
        with django_assert_max_num_queries(3):
            return client.get(address).content.decode()

    with clock_at(w.moment("2026-05-12", "22:30")):
        standing = said()
        for words in ("还有 1 小时 30 分钟", "证明材料", "异议须实名提出", "核实处理", "登录后提出异议"):
            assert words in standing, words
        assert "1 小时 30 分钟" in Client().get("/notices/").content.decode()
    with clock_at(w.moment("2026-05-20")):
        assert 'id="object"' not in said(), "over, though nobody has closed it yet"
        for outcome, end, words in (
            ("unopposed", "", "结果生效"),
            ("unopposed", "awarded", "已办结：已立项"),
            ("unopposed", "gave_up", "没有实施"),
            ("upheld", "struck_off", "异议成立，公示的结果不生效"),
        ):
            Notice.objects.filter(pk=notice.pk).update(outcome=outcome)
            where = {"step": "", "step_kind": ""} if end else {"step": "agree", "step_kind": "agree"}
            Case.objects.filter(pk=case.pk).update(end=end, **where)
            told = said()
            assert words in told, (outcome, end)
            assert "放弃立项" not in told, "why a case ended afterwards is not public"
            assert 'id="object"' not in told
