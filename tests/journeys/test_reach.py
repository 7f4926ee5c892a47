"""Whom the pages reach: every page, in both languages, for those who hear it, enlarge it, or read it on a phone.

One browser walks all pages once in each language. On each of them axe finds nothing, nothing scrolls sideways at 360
pixels, and every word is in the language its element says it is in: so an untranslated word, or a Chinese name that a voice
would spell in English, is found wherever it stands.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.test import Client
from django.urls import resolve
from playwright.sync_api import Page
from tests.journeys.conftest import DESK, PHONE, Stage
from tests.journeys.pages import Visitor
from tests.journeys.test_every_page import LANGUAGES, NOWHERE, TITLED_BY_A_NAME, TURNS_AWAY, client_of, site
from tests.make import world as w
from tests.slices.casework.anonymity import DECIDED, Scene, decide, furnish, scene_at
from tests.slices.casework.everywhere import Everywhere

from keguan.casework.models import Case
from keguan.kernel.clock import clock_at
from keguan.panels.draws.models import Draw
from keguan.panels.meetings.models import Meeting
from keguan.registers.documents.models import Document
from keguan.registers.experts.models import Expert, Work
from keguan.registers.organisations.models import Organisation
from keguan.registers.parties.access import actor_for
from keguan.registers.parties.models import Person

__all__ = ["site"]

WALKERS = (
    *("applicant", "officer", "planner", "supervisor", "registrar", "committee", "finance", "host", "authority"),
    "expert",
)
SAMPLE = ("home", "calls", "call", "sign_in", "case", "case_form", "cases", "ranking", "gallery")
"""Pages that show between them every part there is; looked at by night and in large type too."""

CHINESE = re.compile(r"[\u3400-\u9fff]")

AXE = """contrast => axe.run({resultTypes: ['violations'], rules: {'color-contrast': {enabled: contrast}}}).then(found => found.violations.flatMap(
  rule => rule.nodes.map(node => `${rule.id} ${node.target} ${node.failureSummary.split('\\n').slice(1, 3).join('; ')}`)))"""
SIDEWAYS = """() => [...document.querySelectorAll('body *')]
  .filter(one => !one.closest('.table-wrap, .upright') &&
    (document.documentElement.scrollWidth > innerWidth && one.getBoundingClientRect().right > innerWidth + 1 ||
     ['auto', 'scroll'].includes(getComputedStyle(one).overflowX) && one.scrollWidth > one.clientWidth + 1))
  .map(one => 'sideways: ' + one.outerHTML.slice(0, 120))"""
"""What makes the page scroll sideways, or does so itself. A wide table may, and so does vertical script."""

SQUASHED = """() => [...document.querySelectorAll('td, tbody th')]
  .filter(one => one.innerText.trim().length > 6 && one.clientWidth < 5 * parseFloat(getComputedStyle(one).fontSize))
  .map(one => 'a few letters a line: ' + one.outerHTML.slice(0, 120))"""
"""Cells so narrow that their words stand one below the other."""

WORDS = """([language, names]) => {
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT), found = [];
  const code = /[^\\s“”（）]*[0-9._:@{}\\/\\\\-][^\\s“”（）]*/g, chinese = /[\\u3400-\\u9fff]/;
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim(), at = walker.currentNode.parentElement;
    if (at.closest('script, style, textarea, noscript, title, code, pre, .trace-id')) continue;
    if (text.startsWith('{')) continue;  // the record of an event, as it was kept
    if (!at.closest('[lang]').lang.startsWith(language)) continue;
    let rest = language === 'zh' ? text.replace(code, '') : text;
    rest = rest.replace(/Source: .*|[(][^)]*法 第[^)]*[)]/, '');  // an article of law, told in a sentence
    if (language === 'zh' || /[a-z]/i.test(text)) for (const name of names) rest = rest.replaceAll(name, '');
    if (language === 'zh' ? /[A-Za-z]{3,}/.test(rest) : chinese.test(rest))
      found.push(`not ${language}: ${text.slice(0, 70)} in ${at.outerHTML.slice(0, 110)}`);
  }
  return found;
}"""
"""The words that are not in the language their element says.

In a Chinese sentence whatever holds a digit or a stop is a code. In an English sentence a name may stand as it is; alone, it
must be marked as Chinese, so that a voice does not spell it.
"""

SAME_IN_CHINESE = (
    *("Keguan", "JavaScript", "Chrome", "Linux", "English", "RFC", "SHA", "UTF", "BOM", "ISO"),
    *("drand", "quicknet", "PIN"),
    *("DOI", "ORCID", "PDF", "DOCX", "XLSX", "CSV", "TXT", "JPG", "PNG", "JSON", "RSS", "Atom", "Giving"),
)
"""What is called so in Chinese too."""
OF_THE_INTERFACE = (
    *(
        "Standard Webhooks",
        "Authorization",
        "Bearer",
        "CommonGrants",
        "OpenAPI",
        "Cookie",
        "Link",
        "Allow",
        "POST",
        "HMAC",
    ),
    *("UUID", "next", "null", "deeds", "problems"),
)
"""Names that programs send and read: the reference of the interface quotes them as they are."""


def _names() -> list[str]:
    """What people and their things are called, longest first; these are in no language of ours."""
    fields = (
        (Person.objects, "name"),
        (Organisation.objects, "name"),
        (Case.objects, "title"),
        (Document.objects, "name"),
        (Work.objects, "title"),
        (Meeting.objects, "place"),
    )
    names = {name for found, field in fields for name in found.values_list(field, flat=True) if name}
    names |= {word for words in Expert.objects.values_list("keywords", flat=True) for word in words}
    names |= {draw.document["randomness"]["name"] for draw in Draw.objects.exclude(digest="")}
    return sorted(names | {"中文"}, key=len, reverse=True)


def _reader(stage: Stage, client: Client) -> Visitor:
    """A browser of somebody who is signed in, and whom no page asks for a password: they have none."""
    visitor = stage.browser(script=True)
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": client.session.session_key, "url": stage.address}
    visitor.page.context.add_cookies([cookie])  # type: ignore[list-item]
    return visitor


class Walk:
    """Readers who go to all pages in one language and then in the other; what is wrong is gathered, not thrown."""

    def __init__(self, stage: Stage, people: Mapping[str, Person]) -> None:
        self.language = "zh"
        self.clients = {who: client_of(person, "zh") for who, person in people.items()}
        self.readers = {who: _reader(stage, client) for who, client in self.clients.items()}
        self.actors = {who: actor_for(person) for who, person in people.items()}
        self.wrong: list[str] = []

    def opened_by(self, address: str, *, follow: bool = False) -> Iterator[str]:
        """Everybody to whom this address opens as a page, in their order."""
        right = resolve(address.partition("?")[0]).func.right  # type: ignore[attr-defined]
        for who in self.readers:
            if right.holds(self.actors[who]):
                answer: Any = self.clients[who].get(address, follow=follow)
                if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
                    yield who
                elif answer.streaming:
                    answer.close()

    def readers_of(self, addresses: dict[str, str]) -> dict[str, Visitor]:
        """For each page the first who may open it. A page that stands only at its moment has none."""
        readers = {}
        for name, address in addresses.items():
            if who := next(self.opened_by(address, follow=True), ""):
                readers[name] = self.readers[who]
            elif name not in TURNS_AWAY:
                self.wrong.append(f"nobody may open {name}")
        return readers

    def look(self, reader: Visitor, address: str, words: Sequence[str]) -> Page:
        """Hear the page, read its words, and see it on a phone. words: names, which are in no language of ours."""
        page = reader.page
        page.set_viewport_size(DESK)
        reader.opens(address)
        assert reader.status == 200, page.url
        self.listen(page, contrast=self.language == "zh")
        self.find(page, WORDS, [self.language, words])
        page.set_viewport_size(PHONE)
        self.find(page, SIDEWAYS)
        return page

    def speak(self, language: str) -> None:
        """Everybody turns to this language."""
        self.language = language
        for reader in self.readers.values():
            reader.language = language
            reader.opens(f"/language/?to={language}")

    def find(self, page: Page, question: str, *more: Any) -> None:
        """Ask the page, and note the answers."""
        where = f"{self.language} {page.url.partition('//')[2].partition('/')[2]}"
        self.wrong += [f"{where}: {one}" for one in page.evaluate(question, *more)]

    def listen(self, page: Page, *, contrast: bool = True) -> None:
        """What axe finds. Contrast, the slowest of its rules, is the same in every language."""
        page.evaluate(AXE_SCRIPT)
        self.find(page, AXE, contrast)


def test_every_page_is_sound_for_those_who_hear_it_enlarge_it_or_read_it_on_a_phone(
    stage: Stage, site: tuple[w.World, dict[str, str]]
) -> None:
    world, addresses = site
    people = world.people | {"expert": Expert.objects.get(pk=world.experts[0]).person}
    walk = Walk(stage, {who: people[who] for who in WALKERS})
    readers = walk.readers_of(addresses)
    names = {"zh": SAME_IN_CHINESE, "en": _names()}
    for language in LANGUAGES:
        walk.speak(language)
        for name, reader in readers.items():
            quoted = OF_THE_INTERFACE if name == "api_reference" and language == "zh" else ()
            page = walk.look(reader, addresses[name], [*quoted, *names[language]])
            if language == "en" and name not in TITLED_BY_A_NAME and CHINESE.search(page.title()):
                walk.wrong.append(f"en {name}: title {page.title()}")
    for look in ("colours=dark&type=large", "colours=light&type=large"):
        for name in SAMPLE:
            page = readers[name].page
            page.set_viewport_size(DESK)
            page.goto(f"/look/?{look}&next={addresses[name]}")
            walk.find(page, SQUASHED)
            page.set_viewport_size(PHONE)
            walk.listen(page)
            walk.find(page, SIDEWAYS)
    assert walk.wrong == [], "\n".join(walk.wrong)


AT_THEIR_MOMENT = NOWHERE | TURNS_AWAY
"""Pages that the walk above does not find open: here each is walked by the first to whom it opens."""
TO_EACH = ("home", "todo", "case", "cases", "round", "round_overview", "deciding", "ranking", "meeting")
"""Pages that say something else to everybody: walked by each to whom they open, in one language by one and in the other by
the next."""
CHANGED = ("case", "deciding", "ranking", "meeting")
"""Those of them that say something else again once the committee has decided."""
OF_THE_REVIEW = (
    *("applicant", "host", "authority", "officer", "planner", "supervisor", "committee", "finance", "registrar"),
    *("away host", "single reviewer 0", "double reviewer 0", "single reviewer 2"),
)
ELSEWHERE = {
    *("tour", "tour_role"),  # in a demo only
    *("batch_do", "import_confirm", "export_cancel", "view_drop", "meeting_do"),  # deeds, that lead back
    *("export_file", "account_login"),  # a file; the sign-in page by its other name
    *("account_reset_password_from_key", "account_confirm_email"),  # a link in a mail, used once
    *("mfa_authenticate", "mfa_login_webauthn", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"),
    *("mfa_deactivate_totp", "mfa_view_recovery_codes"),  # a second factor
    *("mfa_edit_webauthn", "mfa_remove_webauthn", "account_reauthenticate"),
}
"""What is no page, and pages that stand in the middle of signing in."""


def test_pages_are_sound_at_their_moment_and_as_each_reader_meets_them(
    stage: Stage, tmp_path: Path, settings: Any
) -> None:
    with scene_at(tmp_path, settings) as scene:
        furnish(scene)
        walk = Walk(stage, {who: scene.people[who] for who in OF_THE_REVIEW})
        met = _walked(walk, scene)
        decide(scene)
    with clock_at(DECIDED):
        met |= _walked(walk, scene, met)
    assert walk.wrong == [], "\n".join(walk.wrong)
    assert AT_THEIR_MOMENT - ELSEWHERE - met == set()


def _walked(walk: Walk, scene: Scene, met: Collection[str] = ()) -> set[str]:
    """The names of the pages that were looked at, in both languages. met: of those that were before the decision."""
    pages: dict[tuple[str, str], tuple[str, str]] = {}
    for addresses in Everywhere(scene).by_route(afterwards=bool(met)).values():
        name = str(resolve(addresses[0].partition("?")[0]).url_name)
        if (name in AT_THEIR_MOMENT and name not in met) or name in (CHANGED if met else TO_EACH):
            for address in addresses:
                readers = walk.opened_by(address)
                for who in readers if name in TO_EACH else islice(readers, 1):
                    pages.setdefault((name, who if name in TO_EACH else ""), (who, address))
    names = {"zh": SAME_IN_CHINESE, "en": _names()}
    for language in LANGUAGES:
        walk.speak(language)
        for (name, _), (who, address) in pages.items():
            if name not in TO_EACH or (OF_THE_REVIEW.index(who) % 2 == 0) == (language == "zh"):
                walk.look(walk.readers[who], address, names[language])
    return {name for name, _ in pages}
