"""Whom the pages reach: every page, in both languages, for those who hear it, enlarge it, or read it on a phone.

One browser walks all pages once in each language. On each of them axe finds nothing, nothing scrolls sideways at 360
pixels, and every word is in the language its element says it is in: so an untranslated word, or a Chinese name that a voice
would spell in English, is found wherever it stands.
"""

from __future__ import annotations

import re
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from django.urls import resolve
from playwright.sync_api import Page
from tests.journeys.conftest import DESK, PHONE, Stage
from tests.journeys.pages import Visitor
from tests.journeys.test_every_page import LANGUAGES, TITLED_BY_A_NAME, TURNS_AWAY, client_of, site
from tests.make import world as w

from keguan.casework.models import Case
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
    return sorted(names | {"中文"}, key=len, reverse=True)


class Walk:
    """Readers who go to all pages in one language and then in the other; what is wrong is gathered, not thrown."""

    def __init__(self, stage: Stage, world: w.World) -> None:
        self.language = "zh"
        people = world.people | {"expert": Expert.objects.get(pk=world.experts[0]).person}
        self.readers = {who: stage.signed_in(people[who], script=True) for who in WALKERS}
        self.clients = {who: client_of(people[who], "zh") for who in WALKERS}
        self.actors = {who: actor_for(people[who]) for who in WALKERS}
        self.wrong: list[str] = []

    def readers_of(self, addresses: dict[str, str]) -> dict[str, Visitor]:
        """For each page the first who may open it. A page that stands only at its moment has none."""
        readers = {}
        for name, address in addresses.items():
            right = resolve(address.partition("?")[0]).func.right  # type: ignore[attr-defined]
            holders = [who for who in WALKERS if right.holds(self.actors[who])]
            who = next((one for one in holders if self.clients[one].get(address, follow=True).status_code == 200), "")
            if who:
                readers[name] = self.readers[who]
            elif name not in TURNS_AWAY:
                self.wrong.append(f"nobody may open {name}")
        return readers

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
    walk = Walk(stage, world)
    readers = walk.readers_of(addresses)
    names = {"zh": SAME_IN_CHINESE, "en": _names()}
    for language in LANGUAGES:
        walk.speak(language)
        for name, reader in readers.items():
            page = reader.page
            page.set_viewport_size(DESK)
            reader.opens(addresses[name])
            assert reader.status == 200, page.url
            walk.listen(page, contrast=language == "zh")
            quoted = OF_THE_INTERFACE if name == "api_reference" and language == "zh" else ()
            walk.find(page, WORDS, [language, [*quoted, *names[language]]])
            if language == "en" and name not in TITLED_BY_A_NAME and CHINESE.search(page.title()):
                walk.wrong.append(f"en {name}: title {page.title()}")
            page.set_viewport_size(PHONE)
            walk.find(page, SIDEWAYS)
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
