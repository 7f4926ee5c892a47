"""Makers: one call makes a thing of record that is good enough for a test, by the real services.

`from tests import make`, then `make.person()`, `make.organisation(kind="bureau")`, `make.actor("officer")` …
"""

from tests.make.certificates import certificate
from tests.make.documents import document
from tests.make.experts import absence, expert, merit, work
from tests.make.funds import payment, pool
from tests.make.integrity import sanction
from tests.make.organisations import organisation, uscc
from tests.make.parties import account, actor, duty, person
from tests.make.projects import project
from tests.make.ties import tie

__all__ = [
    "absence",
    "account",
    "actor",
    "certificate",
    "document",
    "duty",
    "expert",
    "merit",
    "organisation",
    "payment",
    "person",
    "pool",
    "project",
    "sanction",
    "tie",
    "uscc",
    "work",
]
