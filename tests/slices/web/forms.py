"""Forms that are sent: accepted, with the page that follows, or refused, with the form as it comes back."""

from __future__ import annotations

from django.test import Client


def done(client: Client, address: str, **typed: str) -> str:
    """Send a form that is accepted; the page that follows."""
    answer = client.post(address, typed)
    assert answer.status_code == 303, answer.content.decode()
    return client.get(answer["Location"]).content.decode()


def refused(client: Client, address: str, **typed: str) -> str:
    """Send a form that is refused for what was typed; the page."""
    answer = client.post(address, typed)
    assert answer.status_code == 422, answer.status_code
    return answer.content.decode()
