"""The list of certificates."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from keguan.components.lists import Choice, Column, Filter, ListSpec, Rows, Search, choices_of, href_to
from keguan.components.status import Status, Tone
from keguan.kernel.bilingual import Text
from keguan.kernel.names import normal_name
from keguan.registers.certificates.models import STATUSES, Certificate, RegisterKind

TONES: dict[str, Tone] = {"valid": "good", "expired": "neutral", "revoked": "bad", "replaced": "neutral"}


def status_of(certificate: Certificate) -> Status:
    """The state of a certificate as pages show it."""
    return Status(STATUSES[certificate.status], TONES[certificate.status])


def holder_of(certificate: Certificate) -> str:
    """Who holds it."""
    holder = certificate.holder or certificate.holder_person
    return holder.name if holder is not None else ""


def _registers() -> Sequence[Choice]:
    return [Choice(kind.code, kind.title) for kind in RegisterKind.objects.all()]


def _search(rows: Rows, text: str) -> Rows:
    name = normal_name(text)
    return rows.filter(
        Q(number__icontains=text)
        | Q(title__icontains=text)
        | Q(holder__normal_name__contains=name)
        | Q(holder_person__normal_name__contains=name)
    )


CERTIFICATES = ListSpec(
    name="certificates",
    title=Text("证书", "Certificates"),
    columns=(
        Column(
            "number",
            Text("证书编号", "Number"),
            lambda c: c.number,
            sort=("number",),
            link=lambda c: href_to("certificate", c.pk),
        ),
        Column("register", Text("名录", "Register"), lambda c: c.register.title, sort=("register__code",)),
        Column("holder", Text("持有者", "Holder"), holder_of, sort=("holder__pinyin", "holder_person__pinyin")),
        Column("title", Text("名称", "Title"), lambda c: c.title),
        Column("first_day", Text("起始日", "First day"), lambda c: c.first_day, "day", sort=("first_day",)),
        Column("last_day", Text("截止日", "Last day"), lambda c: c.last_day, "day", sort=("last_day",)),
        Column("status", Text("状态", "State"), status_of, "status", sort=("status",)),
        Column("origin", Text("办件", "Case"), lambda c: c.origin, sheet_only=True),
    ),
    filters=(
        Filter("register", Text("名录", "Register"), lambda rows, code: rows.filter(register__code=code), _registers),
        Filter("status", Text("状态", "State"), lambda rows, word: rows.filter(status=word), choices_of(STATUSES)),
    ),
    search=Search(Text("编号、名称或持有者", "number, title or holder"), _search),
    default_sort="-first_day",
)
