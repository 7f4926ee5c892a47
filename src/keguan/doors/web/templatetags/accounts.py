"""allauth's forms on pages of the house."""

from __future__ import annotations

import json
from typing import Any

from django import template
from django.conf import settings
from django.forms.forms import BaseForm
from django.utils.html import escape, format_html

from keguan.components import reader
from keguan.doors.demo.cast import PASSWORD
from keguan.doors.mail.addresses import Address, address_of
from keguan.doors.web.accounts import words
from keguan.kernel.bilingual import Text

register = template.Library()


@register.inclusion_tag("account/fields.html")
def form_fields(form: BaseForm) -> dict[str, Any]:
    """The fields of a form of allauth, as the house shows fields."""
    return {"fields": words.fields_of(form)}


@register.inclusion_tag("components/problem_list.html")
def form_problems(form: object) -> dict[str, Any]:
    """Everything that is wrong with a form of allauth."""
    return {"problems": words.problems_of(form)}


@register.simple_tag(takes_context=True)
def mail_address(context: template.Context) -> Address:
    """Where mails to the reader go."""
    return address_of(context["request"].user.person_id)


@register.simple_tag
def demo_password() -> str:
    """What demo people type as their password, on a demo; nothing elsewhere."""
    if not settings.DEMO:
        return ""
    said = Text("演示人员的口令都是 {password}。", "The password of every demo person is {password}.")
    return format_html('<p class="hint">{}</p>', reader.said(said.filled(password=PASSWORD)))


@register.simple_tag
def json_attribute(value: object) -> str:
    """A value for a script to read from an attribute: our policy lets no script stand in a page."""
    return escape(json.dumps(value))
