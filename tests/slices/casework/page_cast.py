"""People of the small world, signed in; and forms as a browser would send them back."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from django.test import Client
from django.urls import reverse
from tests import make
from tests.make import world as w

from keguan.casework.models import Case, SeatHolder
from keguan.kernel.ids import new_key
from keguan.registers.parties.models import Account, Person


def signed_in(person: Person) -> Client:
    """A browser in which this person is signed in."""
    account = Account.objects.filter(person=person).first() or make.account(person)
    client = Client()
    client.force_login(account)
    return client


class Form(HTMLParser):
    """The first form of a page that posts to an address: its fields as a browser would send them."""

    def __init__(self, page: str, action: str) -> None:
        super().__init__()
        self.action, self.is_inside, self.fields = action, False, {}
        self._text: str | None = None
        self._select: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.is_inside = found.get("action", "") == self.action and found.get("method") == "post"
        if not self.is_inside or "disabled" in found:
            return
        name = found.get("name", "")
        match tag, found.get("type", "text"):
            case "input", "checkbox" | "radio":
                if "checked" in found:
                    self.add(name, found.get("value", "on"))
            case "input", "file":
                pass
            case "input", _:
                self.add(name, found.get("value", ""))
            case "textarea", _:
                self._text = name
                self.fields.setdefault(name, []).append("")
            case "select", _:
                self._select = name
            case "option", _ if self._select and "selected" in found:
                self.add(self._select, found.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._text:
            self.fields[self._text][-1] += data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._text = None
        elif tag == "select":
            self._select = None
        elif tag == "form":
            self.is_inside = False

    def add(self, name: str, value: str) -> None:
        if name and name != "csrfmiddlewaretoken":
            self.fields.setdefault(name, []).append(value)


def fields_on(page: str, action: str) -> dict[str, list[str]]:
    """What a browser would send for the form with this action."""
    form = Form(page, action)
    assert form.fields, f"no form for {action}"
    return form.fields


def form_address(number: str, form: str = "proposal") -> str:
    return reverse("case_form", args=[number, form])


def send(client: Client, number: str, do: str, form: str = "proposal", **typed: Any) -> Any:
    """Open the form, type some answers (`principal__q` for the search box), press a button."""
    address = form_address(number, form)
    sent: dict[str, Any] = dict(fields_on(client.get(address).content.decode(), address))
    for name, value in typed.items():
        sent[f"{form}.{name.replace('__q', '?q')}"] = value
    return client.post(address, {**sent, "do": do})


def filled(of: w.World, **changes: Any) -> dict[str, Any]:
    """The world's proposal as one would type it into the page, flat."""
    values = w.proposal(of, **changes)
    typed: dict[str, Any] = {"shown": [f"proposal.{name}" for name in (*values, "unwelcome", "attachments")]}
    for name, value in values.items():
        if isinstance(value, list):
            for number, row in enumerate(value, start=1):
                typed[f"proposal.{name}[{number}]"] = "row"
                typed |= {f"proposal.{name}[{number}].{column}": str(cell) for column, cell in row.items()}
        else:
            typed[f"proposal.{name}"] = {True: "yes", False: "no"}.get(value, value) if value is not None else ""
    return typed


def act(client: Client, number: str, verb: str, **typed: Any) -> Any:
    """Press the button of a verb on the case's page, as the page stands."""
    case = Case.objects.get(number=number)
    sent = {"step": case.step, "revision": str(case.revision), "key": new_key(), **typed}
    return client.post(reverse("case_do", args=[number, verb]), sent)


def holders(number: str) -> list[Person]:
    """Who sits on the panel, seat by seat."""
    rows = SeatHolder.objects.filter(seat__case__number=number).order_by("seat__number")
    return [row.expert.person for row in rows.select_related("expert__person")]
