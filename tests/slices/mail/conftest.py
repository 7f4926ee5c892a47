from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.slices.mail import servers

from keguan.doors.mail import gateways


@pytest.fixture(autouse=True)
def server(settings) -> Iterator[None]:
    """A mail server and a gateway that note what they take."""
    settings.EMAIL_BACKEND = "tests.slices.mail.servers.Server"
    settings.TEXT_GATEWAY = "tests.slices.mail.servers.Texts"
    gateways.gateway.cache_clear()
    servers.fresh()
    yield
    servers.fresh()
    gateways.gateway.cache_clear()
