"""Does a database answer?"""

from __future__ import annotations

import psycopg


def answering_version(url: str) -> str:
    """The version of the server at `url`, "" if nobody answers there."""
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            return connection.info.parameter_status("server_version") or ""
    except psycopg.OperationalError:
        return ""
