"""Makers: one call makes a thing of record that is good enough for a test, by the real services.

`from tests import make`, then `make.person()`, `make.organisation(kind="bureau")`, `make.actor("officer")` …
"""

from tests.make.organisations import organisation, uscc
from tests.make.parties import account, actor, duty, person

__all__ = ["account", "actor", "duty", "organisation", "person", "uscc"]
