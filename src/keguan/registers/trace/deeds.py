"""A form that changes a register: whatever the tables themselves see of it is traced under who sent the form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from keguan.components.access import actor_on
from keguan.components.deeds import Do, Given, deed_page
from keguan.components.fields import Field
from keguan.kernel.bilingual import Text
from keguan.registers.trace import services as trace


def traced_deed_page(
    request: HttpRequest, title: Text, fields: Sequence[Field], do: Do, **shown: Any
) -> HttpResponseBase:
    """`deed_page`, its transaction stamped with the actor and the request."""

    def stamped(given: Given) -> tuple[Text, str]:
        trace.stamp(actor_on(request), getattr(request, "request_id", ""))
        return do(given)

    return deed_page(request, title, fields, stamped, **shown)
