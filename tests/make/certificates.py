"""Certificates made up for tests."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

from tests.make.organisations import organisation as make_organisation

from keguan.kernel.actors import SYSTEM
from keguan.kernel.bilingual import Text
from keguan.registers.certificates import services
from keguan.registers.certificates.models import Certificate

_numbers = count(1)


def certificate(register: str = "high-tech-enterprise", *, origin: str = "", **given: Any) -> Certificate:
    """A valid certificate for 2026 to 2028, of a fresh enterprise unless a holder is given."""
    services.register_kind(register, Text("高新技术企业", "High-tech enterprise"))
    number = next(_numbers)
    if "holder" not in given and "holder_person" not in given:
        given["holder"] = make_organisation(f"天山科技{number}有限公司", kind="enterprise").pk
    given.setdefault("number", f"GR2026{number:08d}")
    given.setdefault("first_day", date(2026, 1, 1))
    given.setdefault("last_day", date(2028, 12, 31))
    new = services.NewCertificate(register=register, title="高新技术企业证书", **given)
    return services.issue(new, SYSTEM, origin=origin)
