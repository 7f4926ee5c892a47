"""The list of sanctions."""

from __future__ import annotations

from django.db.models import Q

from keguan.components.lists import Column, Filter, ListSpec, Rows, Search, choices_of, href_to
from keguan.components.status import Status
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.kernel.names import normal_name
from keguan.registers.integrity.models import KINDS, SEVERITIES, STATUSES, Sanction

_OVER = Text("期满", "Over")


def status_of(sanction: Sanction) -> Status:
    """Whether a sanction stands today."""
    if sanction.status == "lifted":
        return Status(STATUSES["lifted"])
    if sanction.until is not None and sanction.until < clock.today():
        return Status(_OVER)
    if sanction.since > clock.today():
        return Status(Text("自 {day} 起生效", "From {day}").filled(day=sanction.since.isoformat()), "warn")
    return Status(STATUSES["active"], "bad")


def _by_state(rows: Rows, word: str) -> Rows:
    today = clock.today()
    if word == "lifted":
        return rows.filter(status=word)
    rows = rows.filter(status="active")
    if word == "ahead":
        return rows.filter(since__gt=today)
    over = Q(until__lt=today)
    return rows.filter(over) if word == "over" else rows.filter(~over, since__lte=today)


def subject_of(sanction: Sanction) -> str:
    """Whom it stands against."""
    subject = sanction.person or sanction.organisation
    return subject.name if subject is not None else ""


def _search(rows: Rows, text: str) -> Rows:
    name = normal_name(text)
    return rows.filter(
        Q(person__normal_name__contains=name) | Q(organisation__normal_name__contains=name) | Q(source__icontains=text)
    )


SANCTIONS = ListSpec(
    name="sanctions",
    title=Text("诚信惩戒", "Sanctions"),
    columns=(
        Column(
            "subject",
            Text("对象", "Against"),
            subject_of,
            sort=("person__pinyin", "organisation__pinyin"),
            link=lambda s: href_to("sanction", s.pk),
        ),
        Column("kind", Text("种类", "Kind"), lambda s: KINDS[s.kind], sort=("kind",)),
        Column("severity", Text("程度", "Severity"), lambda s: SEVERITIES[s.severity], sort=("severity",)),
        Column("since", Text("起始日", "From"), lambda s: s.since, "day", sort=("since",)),
        Column("until", Text("截止日", "Until"), lambda s: s.until or Text("终身", "for life"), sort=("until",)),
        Column("source", Text("文号", "Document"), lambda s: s.source, sort=("source",)),
        Column("decided_by", Text("决定机关", "Decided by"), lambda s: s.decided_by),
        Column("status", Text("状态", "State"), status_of, "status", sort=("status",)),
    ),
    filters=(
        Filter("kind", Text("种类", "Kind"), lambda rows, word: rows.filter(kind=word), choices_of(KINDS)),
        Filter(
            "severity", Text("程度", "Severity"), lambda rows, word: rows.filter(severity=word), choices_of(SEVERITIES)
        ),
        Filter(
            "status",
            Text("状态", "State"),
            _by_state,
            choices_of(STATUSES | {"ahead": Text("尚未生效", "Not in force yet"), "over": _OVER}),
        ),
    ),
    search=Search(Text("姓名、单位或文号", "person, organisation or document"), _search),
    default_sort="-since",
)
