"""What happens to cases when people come and go: a member's cases pass to the research office."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from keguan.casework.models import Case, Task
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.registers.trace import services as trace
from keguan.registers.trace.sentences import sentences

sentences(
    {
        "case:people:to_office": Text(
            "申报人离开单位，由科研管理部门接手", "the applicant left; the research office takes over"
        ),
    }
)


def open_cases_of(person: int, host: int) -> list[str]:
    """The numbers of the running cases this person began for this host."""
    running = Case.objects.filter(applicant=person, host=host, end="")
    return list(running.order_by("number").values_list("number", flat=True))


@transaction.atomic
def hand_to_office(actor: Actor, person: int, host: int) -> list[str]:
    """The running cases that this person began for this host become the research office's, with their open tasks.

    As with a case that was pushed to an organisation, whoever holds the office then acts as its applicant. The person
    stays what the answers say they are (principal, member): changing that is an amendment. Returns the numbers.
    """
    running = Case.objects.filter(applicant=person, host=host, end="")
    cases = list(running.select_for_update(of=("self",)).order_by("pk"))
    keys = [case.pk for case in cases]
    Case.objects.filter(pk__in=keys).update(applicant=None, revision=F("revision") + 1, changed_at=clock.now())
    Task.objects.filter(case__in=keys, role="applicant", person=person).update(person=None)
    trace.write_many(
        actor,
        [
            trace.Line(
                "case:people:to_office",
                on_behalf_of=host,
                case_number=case.number,
                payload={"person": person, "host": host},
            )
            for case in cases
        ],
    )
    return [case.number for case in cases]
