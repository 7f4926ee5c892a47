"""allauth's forms on pages of the house."""

from __future__ import annotations

import json
from typing import Any

from django import template
from django.forms.forms import BaseForm
from django.utils.html import escape

from keguan.doors.web.accounts import words

register = template.Library()


@register.inclusion_tag("account/fields.html")
def form_fields(form: BaseForm) -> dict[str, Any]:
    """The fields of a form of allauth, as the house shows fields."""
    return {"fields": words.fields_of(form)}


@register.inclusion_tag("components/problem_list.html")
def form_problems(form: object) -> dict[str, Any]:
    """Everything that is wrong with a form of allauth."""
    return {"problems": words.problems_of(form)}


@register.simple_tag
def json_attribute(value: object) -> str:
    """A value for a script to read from an attribute: our policy lets no script stand in a page."""
    return escape(json.dumps(value))
