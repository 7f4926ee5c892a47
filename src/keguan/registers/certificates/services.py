"""How certificates are issued, revoked and expire."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction

from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refused
from keguan.registers.certificates.models import STATUSES, Certificate, RegisterKind
from keguan.registers.trace import services as trace


@dataclass(frozen=True, slots=True)
class NewCertificate:
    """What a certificate says. register: its code. holder or holder_person: exactly one id. Days: both included."""

    register: str
    number: str
    title: str
    first_day: date
    last_day: date
    holder: int | None = None
    holder_person: int | None = None


def register_kind(code: str, title: Text) -> RegisterKind:
    """The register of this code, made when it is first named."""
    return RegisterKind.objects.get_or_create(code=code, defaults={"title_zh": title.zh, "title_en": title.en})[0]


@transaction.atomic
def issue(new: NewCertificate, actor: Actor, *, origin: str = "") -> Certificate:
    """Enter a certificate. Asked twice for the same case and number, it gives the first back.

    Raises Refused: unknown register, days in the wrong order, not exactly one holder, a number in use, or a holder who
    has a valid certificate of this register on one of these days.
    """
    kind = RegisterKind.objects.filter(code=new.register).first()
    problems = list(_problems(new, kind))
    if problems or kind is None:
        raise Refused.because(*problems)
    existing = Certificate.objects.filter(register=kind, number=new.number).first()
    if existing is not None:
        if origin and existing.origin == origin:
            return existing
        say = Text("证书编号 {n} 已使用", "The certificate number {n} is in use").filled(n=new.number)
        raise Refused.because(
            Problem(
                "certificate.number-taken", say, "number", new.number, fix=Text("请换一个编号", "Take another number")
            )
        )
    row = Certificate(
        register=kind,
        number=new.number,
        holder_id=new.holder,
        holder_person_id=new.holder_person,
        title=new.title,
        first_day=new.first_day,
        last_day=new.last_day,
        origin=origin,
    )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        # Two officers at once: the database decides, and the second is told what the first did.
        if "certificate_one_valid" not in str(error):
            raise
        raise Refused.because(_overlap(new)) from error
    _trace("issued", row, actor, last_day=new.last_day.isoformat(), register=kind.code)
    return row


def _problems(new: NewCertificate, kind: RegisterKind | None) -> list[Problem]:
    found = []
    if kind is None:
        say = Text("没有这个名录：{r}", "There is no such register: {r}").filled(r=new.register)
        found.append(
            Problem(
                "certificate.register-unknown",
                say,
                "register",
                new.register,
                fix=Text("请先建立该名录", "Set up the register first"),
            )
        )
    if new.last_day < new.first_day:
        say = Text("终止日早于起始日", "The last day is before the first")
        found.append(
            Problem(
                "certificate.days",
                say,
                "last_day",
                new.last_day.isoformat(),
                fix=Text("请核对起止日期", "Check both days"),
            )
        )
    if (new.holder is None) == (new.holder_person is None):
        say = Text("证书须有且只有一个持有者", "A certificate has exactly one holder")
        found.append(
            Problem(
                "certificate.holder",
                say,
                "holder",
                fix=Text("请选定一个单位或一个人", "Choose one organisation or one person"),
            )
        )
    return found


def _overlap(new: NewCertificate) -> Problem:
    standing = (
        Certificate.objects.filter(
            register__code=new.register, holder=new.holder, holder_person=new.holder_person, status="valid"
        )
        .filter(first_day__lte=new.last_day, last_day__gte=new.first_day)
        .first()
    )
    number = standing.number if standing else ""
    return Problem(
        code="certificate.already-valid",
        say=Text("持有者在此期间已有有效证书 {n}", "The holder has the valid certificate {n} in this time").filled(
            n=number
        ),
        where="first_day",
        value=number,
        fix=Text(
            "请先换发或撤销原证书，或从其到期次日起算", "Replace or revoke it first, or begin the day after it ends"
        ),
    )


def revoke(certificate: Certificate, actor: Actor, *, reason: str, origin: str = "") -> Certificate:
    """Take a valid certificate away. reason: required, for the record."""
    return _end(certificate, actor, to="revoked", reason=reason, origin=origin)


def replace(certificate: Certificate, actor: Actor, *, reason: str, origin: str = "") -> Certificate:
    """Mark a valid certificate as replaced, so that a new one may be issued for the same days."""
    return _end(certificate, actor, to="replaced", reason=reason, origin=origin)


@transaction.atomic
def expire(on: date, actor: Actor) -> int:
    """Mark every certificate whose last day has passed by `on`; returns how many."""
    rows = list(Certificate.objects.select_for_update().filter(status="valid", last_day__lt=on).order_by("id"))
    for row in rows:
        row.status = "expired"
        row.save(update_fields=["status"])
        _trace("expired", row, actor)
    return len(rows)


@transaction.atomic
def _end(certificate: Certificate, actor: Actor, *, to: str, reason: str, origin: str) -> Certificate:
    row = Certificate.objects.select_for_update().get(pk=certificate.pk)
    if row.status != "valid":
        say = Text("证书现为“{s}”", "The certificate is “{s}”").filled(s=STATUSES[row.status])
        raise Refused.because(
            Problem(
                "certificate.status",
                say,
                "status",
                row.status,
                fix=Text("只能办理有效的证书", "Only a valid certificate can be changed"),
            )
        )
    if not reason.strip():
        raise Refused.because(
            Problem(
                "certificate.reason",
                Text("请写明理由", "Give a reason"),
                "reason",
                fix=Text("请写一句理由，将记入痕迹", "Write one sentence; it goes into the trace"),
            )
        )
    row.status, row.reason = to, reason.strip()
    row.save(update_fields=["status", "reason"])
    _trace(to, row, actor, reason=row.reason, by_case=origin)
    return row


def _trace(event: str, row: Certificate, actor: Actor, **more: object) -> None:
    payload = {"certificate": row.pk, "number": row.number, **more}
    trace.write(f"certificates:certificate:{event}", actor, case_number=row.origin, payload=payload)
