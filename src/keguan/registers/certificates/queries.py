"""What asks about certificates."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from keguan.registers.certificates.models import Certificate


def valid_certificates(on: date, register: str = "") -> QuerySet[Certificate]:
    """The certificates that are valid on this day, of one register or of all, with their holders."""
    found = Certificate.objects.filter(status="valid", first_day__lte=on, last_day__gte=on)
    found = found.select_related("register", "holder", "holder_person")
    return found.filter(register__code=register) if register else found


def certificate_of(organisation_id: int, register: str, on: date) -> Certificate | None:
    """The valid certificate an organisation holds on this day; there is at most one."""
    return valid_certificates(on, register).filter(holder=organisation_id).first()


def running_out(on: date, register: str = "") -> QuerySet[Certificate]:
    """Certificates still marked valid whose last day has passed by `on`."""
    found = Certificate.objects.filter(status="valid", last_day__lt=on)
    return found.filter(register__code=register) if register else found
