"""A holder has at most one valid certificate of a register on any day, whoever asks at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection
from tests import make

from keguan.kernel.actors import SYSTEM
from keguan.kernel.problems import Refused
from keguan.registers.certificates import queries, services
from keguan.registers.certificates.models import Certificate


def _code(refused: pytest.ExceptionInfo[Refused]) -> str:
    return refused.value.refusal.problems[0].code


@pytest.mark.django_db
def test_a_second_certificate_for_the_same_days_is_refused_and_names_the_first() -> None:
    first = make.certificate()
    with pytest.raises(Refused) as refused:
        make.certificate(holder=first.holder_id, first_day=date(2028, 12, 31), last_day=date(2030, 1, 1))
    assert _code(refused) == "certificate.already-valid"
    assert refused.value.refusal.problems[0].value == first.number


@pytest.mark.django_db
def test_a_certificate_may_begin_the_day_after_the_last_one_ends() -> None:
    first = make.certificate()
    second = make.certificate(holder=first.holder_id, first_day=date(2029, 1, 1), last_day=date(2031, 12, 31))
    assert queries.certificate_of(first.holder_id, "high-tech-enterprise", date(2028, 12, 31)) == first
    assert queries.certificate_of(first.holder_id, "high-tech-enterprise", date(2029, 1, 1)) == second


@pytest.mark.django_db
def test_another_register_or_another_holder_does_not_stand_in_the_way() -> None:
    first = make.certificate()
    make.certificate("key-laboratory", holder=first.holder_id)
    make.certificate()
    assert queries.valid_certificates(date(2027, 1, 1)).count() == 3


@pytest.mark.django_db
def test_a_revoked_or_replaced_certificate_makes_room_for_a_new_one() -> None:
    first = make.certificate()
    services.revoke(first, SYSTEM, reason="弄虚作假")
    second = make.certificate(holder=first.holder_id)
    services.replace(second, SYSTEM, reason="更名")
    make.certificate(holder=first.holder_id)
    with pytest.raises(Refused) as refused:
        services.revoke(first, SYSTEM, reason="再次")
    assert _code(refused) == "certificate.status"


@pytest.mark.django_db
def test_expiry_marks_what_is_past_its_last_day_and_nothing_else() -> None:
    old = make.certificate(first_day=date(2023, 1, 1), last_day=date(2025, 12, 31))
    last_day_today = make.certificate(first_day=date(2023, 1, 1), last_day=date(2026, 1, 1))
    assert services.expire(date(2026, 1, 1), SYSTEM) == 1
    assert Certificate.objects.get(pk=old.pk).status == "expired"
    assert Certificate.objects.get(pk=last_day_today.pk).status == "valid"


@pytest.mark.django_db
def test_a_certificate_has_one_holder_a_known_register_and_days_in_order() -> None:
    new = services.NewCertificate("no-such", "1", "x", date(2026, 2, 1), date(2026, 1, 1))
    with pytest.raises(Refused) as refused:
        services.issue(new, SYSTEM)
    codes = [problem.code for problem in refused.value.refusal.problems]
    assert codes == ["certificate.register-unknown", "certificate.days", "certificate.holder"]


@pytest.mark.django_db(transaction=True)
def test_of_many_officers_who_certify_one_enterprise_at_once_exactly_one_succeeds() -> None:
    holder = make.organisation(kind="enterprise").pk
    make.certificate()

    def issue(number: int) -> str:
        try:
            make.certificate(holder=holder, number=f"RACE{number}")
        except Refused as refused:
            return refused.refusal.problems[0].code
        finally:
            connection.close()
        return "issued"

    with ThreadPoolExecutor(max_workers=5) as officers:
        outcomes = sorted(officers.map(issue, range(10)))
    assert outcomes == ["certificate.already-valid"] * 9 + ["issued"]
