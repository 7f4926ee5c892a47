"""A database address as Django wants it."""

from __future__ import annotations

from typing import Any

from psycopg.conninfo import conninfo_to_dict


def connection_settings(url: str, *, pool_size: int = 0) -> dict[str, Any]:
    """Django's DATABASES entry for a libpq address (a URL or key=value text).

    pool_size: connections that one process keeps open and shares among its threads; 0 keeps one per thread.
    Raises psycopg.ProgrammingError if the address cannot be read.
    """
    parts = dict(conninfo_to_dict(url))
    entry: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": str(parts.pop("dbname", None) or ""),
        "USER": str(parts.pop("user", None) or ""),
        "PASSWORD": str(parts.pop("password", None) or ""),
        "HOST": str(parts.pop("host", None) or ""),
        "PORT": str(parts.pop("port", None) or ""),
        "OPTIONS": {key: value for key, value in parts.items() if value is not None},
        "ATOMIC_REQUESTS": False,
    }
    if pool_size:
        # Django refuses CONN_MAX_AGE together with its pool: the pool keeps the connections.
        entry["OPTIONS"]["pool"] = {"min_size": 1, "max_size": pool_size, "timeout": 10}
    else:
        entry["CONN_MAX_AGE"] = 60
        entry["CONN_HEALTH_CHECKS"] = True
    return entry
