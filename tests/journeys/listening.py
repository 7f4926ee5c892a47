"""What somebody hears who does not see the page: Chromium's accessibility tree, and what its live regions announced."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page

_LISTEN = """() => {
  window.heard = [];
  const live = '[role=status], [role=alert], [aria-live], output';
  new MutationObserver((changes) => {
    for (const {target} of changes) {
      const region = (target.nodeType === 1 ? target : target.parentElement)?.closest(live), text = region?.textContent.trim();
      if (text && window.heard.at(-1) !== text) window.heard.push(text.replace(/\\s+/g, ' '));
    }
  }).observe(document, {subtree: true, childList: true, characterData: true});
}"""


@dataclass(frozen=True)
class Thing:
    """One thing as a screen reader meets it."""

    role: str
    name: str
    description: str
    states: dict[str, Any] = field(default_factory=dict)


class Listener:
    """Somebody who listens to a page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.context.add_init_script(f"document.addEventListener('DOMContentLoaded', {_LISTEN})")
        self.session = page.context.new_cdp_session(page)

    def things(self) -> list[Thing]:
        """Everything on the page that is not kept from whoever listens, in its order."""
        nodes = self.session.send("Accessibility.getFullAXTree")["nodes"]
        return [_thing(one) for one in nodes if not one.get("ignored")]

    def finds(self, role: str, name: str) -> Thing:
        """The first thing of this role by the beginning of its name; the answer lists the others of the role."""
        of_role = [one for one in self.things() if one.role == role]
        found = next((one for one in of_role if re.match(name, one.name)), None)
        assert found is not None, f"no {role} is called {name}: {[one.name for one in of_role]}"
        return found

    def has_focus(self) -> Thing:
        """Where the focus stands."""
        return next(one for one in self.things() if one.states.get("focused") and one.role != "RootWebArea")

    def hears(self, words: str, within_s: float = 15) -> None:
        """A live region of this page said so, or does so soon. words: a pattern."""
        until = time.monotonic() + within_s
        while True:
            heard = self.page.evaluate("window.heard")
            if any(re.search(words, one) for one in heard):
                return
            assert time.monotonic() < until, f"{words} was never announced: {heard}"
            time.sleep(0.1)

    def unnamed(self) -> list[Thing]:
        """What can be used, or is a landmark of which there are several, and has no name."""
        usable = {
            "button",
            "link",
            "textbox",
            "combobox",
            "checkbox",
            "radio",
            "spinbutton",
            "searchbox",
            "table",
        }
        return [
            one for one in self.things() if one.role in usable | {"navigation", "alert", "progressbar"} and not one.name
        ]


def _thing(node: dict[str, Any]) -> Thing:
    def of(what: str) -> str:
        return " ".join(str((node.get(what) or {}).get("value") or "").split())

    states = {one["name"]: one["value"].get("value") for one in node.get("properties", [])}
    return Thing(of("role"), of("name"), of("description"), states)
