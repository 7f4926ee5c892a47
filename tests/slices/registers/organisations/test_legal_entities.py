"""What is one legal entity: schools and laboratories with their university, a merged body with what it became; no more."""

from __future__ import annotations

from datetime import date

import pytest
from tests import make

from keguan.registers.organisations.entities import legal_entities
from keguan.registers.organisations.models import Organisation, Parent

pytestmark = pytest.mark.django_db


def test_what_belongs_together_has_one_sign_and_what_does_not_has_another() -> None:
    ministry = make.organisation("某部", kind="department")
    one, two = (make.organisation(f"大学{n}", kind="university", under=ministry) for n in "甲乙")
    school = make.organisation("甲学院", kind="other", under=one)
    room = make.organisation("甲学院实验室", kind="other", under=school)
    hospital = make.organisation("甲附属医院", kind="hospital", under=one)
    firm = make.organisation("无上级公司", kind="enterprise")
    office, other = (make.organisation(f"处室{n}", kind="other", under=ministry) for n in "丙丁")
    signs = legal_entities([one.pk, two.pk, school.pk, room.pk, hospital.pk, firm.pk, office.pk, other.pk, None])
    assert len({signs[it.pk] for it in (one, school, room, hospital)}) == 1
    assert len(set(signs.values())) == 5, "one university, another, a firm, and two offices that are no entity together"
    assert len(set(legal_entities([school.pk, hospital.pk]).values())) == 1, (
        "the university itself need not be asked for"
    )
    assert legal_entities([]) == {}


def test_it_is_told_for_a_day_and_a_merged_body_is_what_it_became() -> None:
    owner, school = make.organisation("大学", kind="university"), make.organisation("学院", kind="other")
    Parent.objects.create(child=school, parent=owner, since=date(2020, 1, 1), until=date(2023, 12, 31))
    assert len(set(legal_entities([owner.pk, school.pk], date(2023, 12, 31)).values())) == 1
    assert len(set(legal_entities([owner.pk, school.pk], date(2024, 1, 1)).values())) == 2
    old = make.organisation("旧大学", kind="university")
    Organisation.objects.filter(pk=old.pk).update(successor=owner, status="merged")
    assert len(set(legal_entities([old.pk, owner.pk]).values())) == 1
