"""The forms of allauth in the words and the fields of the house."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from django.forms import BooleanField, BoundField
from django.forms.forms import BaseForm

from keguan.components.fields import Field, FieldKind
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem

PASSWORD_RULE = Text("至少 12 个字符，不要用常见密码。", "At least 12 characters, and no common password.")

_SAME_AGAIN = Text("再输一次新密码", "The new password again")
LABELS: dict[str, Text] = {
    "email": Text("电子邮箱", "E-mail address"),
    "password": Text("密码", "Password"),
    "password1": Text("新密码", "New password"),
    "password2": _SAME_AGAIN,
    "code": Text("验证码", "Code"),
    "name": Text("名称", "Name"),
}
HINTS: dict[str, Text] = {
    "password1": PASSWORD_RULE,
    "name": Text("便于日后辨认，例如“办公电脑”", "To tell it apart later, such as “office computer”"),
}
_AUTOCOMPLETE = {
    "email": "email",
    "password": "current-password",
    "password1": "new-password",
    "password2": "new-password",
    "code": "one-time-code",
}
_MISSING = Text("请填写：{label}。", "Fill in: {label}.")


def fields_of(form: BaseForm) -> list[Field]:
    """What is typed into a form of allauth, with what was typed and what is wrong. A box to tick stands in its own page."""
    return [_field(bound) for bound in form.visible_fields() if not isinstance(bound.field, BooleanField)]


def problems_of(form: object) -> tuple[Problem, ...]:
    """Everything that is wrong with a form that was sent; what lies at no visible field lies at the page."""
    if not isinstance(form, BaseForm) or not form.is_bound:
        return ()
    visible = {bound.name for bound in form.visible_fields()}
    return tuple(
        Problem("account.form", _said(form, name, error), name if name in visible else "")
        for name, errors in form.errors.as_data().items()
        for error in errors
    )


def is_ip_address(host: str) -> bool:
    """Whether a site is visited by a bare network address, with or without a port."""
    bare = host[1 : host.index("]")] if host.startswith("[") else host.partition(":")[0]
    try:
        ipaddress.ip_address(bare)
    except ValueError:
        return False
    return True


def _said(form: BaseForm, name: str, error: object) -> Text:
    if getattr(error, "code", "") == "required":
        return _MISSING.filled(label=LABELS.get(name, LABELS["code"]))
    # In the reader's language already: theirs, or ours by the adapters.
    messages: Iterable[str] = getattr(error, "messages", ())
    one = " ".join(str(message) for message in messages)
    return Text(one, one)


def _field(bound: BoundField) -> Field:
    name = bound.html_name
    label = LABELS.get(name) or Text(str(bound.label), str(bound.label))
    kind: FieldKind = "password" if name.startswith("password") else "text"
    value = bound.value() or ""
    shown = Field(
        name,
        kind,
        label,
        "" if kind == "password" else str(value),
        hint=HINTS.get(name),
        required=bound.field.required,
        autocomplete=_AUTOCOMPLETE.get(name, "off"),
    )
    return shown.with_problems(problems_of(bound.form))
