"""Who publishes here: the name, the contact and the licence that feeds, mails, calendars and open data carry."""

from __future__ import annotations

import os
from dataclasses import dataclass

from keguan.kernel.bilingual import Text


@dataclass(frozen=True, slots=True)
class Publisher:
    """The body behind this installation.

    address: how the site is reached from outside, without a slash at the end; links in mails begin with it. contact: whom
    to ask about calls, None where nobody was named. licence: the address of the licence of open data. grant_prefix: what
    360Giving gave this publisher for the ids of its grants. identifier: its own id in the scheme of org-id.guide.
    """

    name: Text
    address: str
    contact: Text | None
    licence: str
    licence_name: Text
    grant_prefix: str
    identifier: str


def publisher_settings() -> Publisher:
    """From KEGUAN_NAME, KEGUAN_CONTACT, KEGUAN_LICENCE_NAME (each `_ZH` and `_EN`), KEGUAN_ADDRESS, KEGUAN_LICENCE,
    KEGUAN_GRANT_PREFIX and KEGUAN_PUBLISHER_ID."""
    prefix = os.environ.get("KEGUAN_GRANT_PREFIX", "360G-keguan")
    return Publisher(
        name=_text("KEGUAN_NAME") or Text("科管 · 科技计划全流程管理", "Keguan · science and technology programmes"),
        address=os.environ.get("KEGUAN_ADDRESS", "http://127.0.0.1:8000").rstrip("/"),
        contact=_text("KEGUAN_CONTACT"),
        licence=os.environ.get("KEGUAN_LICENCE", "https://creativecommons.org/licenses/by/4.0/"),
        licence_name=_text("KEGUAN_LICENCE_NAME") or Text("知识共享 署名 4.0", "Creative Commons Attribution 4.0"),
        grant_prefix=prefix,
        identifier=os.environ.get("KEGUAN_PUBLISHER_ID", f"{prefix}-publisher"),
    )


def _text(name: str) -> Text | None:
    zh, en = os.environ.get(f"{name}_ZH", ""), os.environ.get(f"{name}_EN", "")
    return Text(zh or en, en or zh) if zh or en else None
