"""Who acts: a person with the duties they hold today, or the system itself."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class HeldDuty:
    """A duty in force at the moment of acting.

    role: a word of `language.vocabulary.ROLES` or a registrar's role. organisation: the id of the body it is held
    for, None where the role is not tied to one. programme: a programme code, "" for all. deputy_for: the person whose
    duty it is, where it is held as their deputy.
    """

    role: str
    organisation: int | None = None
    programme: str = ""
    deputy_for: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who asks. person is None for nobody (an anonymous visitor) and for the system's own jobs.

    organisations: every organisation the actor belongs to today (employer and duties).
    """

    person: int | None = None
    name: str = ""
    duties: tuple[HeldDuty, ...] = field(default=())
    organisations: frozenset[int] = frozenset()
    is_system: bool = False

    @property
    def is_known(self) -> bool:
        """Whether a signed-in person or the system asks."""
        return self.is_system or self.person is not None

    def holds(self, role: str, *, organisation: int | None = None, programme: str = "") -> bool:
        """Whether the actor holds `role` today, for this organisation and programme where they are given."""
        return any(_covers(duty, role, organisation, programme) for duty in self.duties)

    def deputises(self, role: str, *, organisation: int | None = None, programme: str = "") -> int | None:
        """For whom the actor acts in this role; None where the duty is their own, or where they have none."""
        found = [duty for duty in self.duties if _covers(duty, role, organisation, programme)]
        return found[0].deputy_for if found and all(duty.deputy_for for duty in found) else None


def _covers(duty: HeldDuty, role: str, organisation: int | None, programme: str) -> bool:
    return (
        duty.role == role
        and (organisation is None or duty.organisation in (None, organisation))
        and (not programme or duty.programme in ("", programme))
    )


NOBODY = Actor()
SYSTEM = Actor(name="系统 / System", is_system=True)
