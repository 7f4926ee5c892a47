"""Signatures in the scheme of Standard Webhooks (standardwebhooks.com), so that receivers check them with any library.

The key is derived from the secret key of the installation and kept nowhere: a copy of the database signs nothing. Under
another secret key all webhooks have other keys, as sealed second factors have.
"""

from __future__ import annotations

import base64
import hmac
from hashlib import sha256

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from keguan.doors.api.models import Webhook


def key_of(webhook: Webhook) -> bytes:
    """The key that signs what goes to this address."""
    info = f"keguan webhook {webhook.pk} {webhook.salt}".encode()
    return HKDF(hashes.SHA256(), 32, salt=None, info=info).derive(settings.SECRET_KEY.encode())


def shown(webhook: Webhook) -> str:
    """The key as its owner writes it into the receiving system."""
    return "whsec_" + base64.b64encode(key_of(webhook)).decode()


def headers(webhook: Webhook, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers of a signed message."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    signature = base64.b64encode(hmac.digest(key_of(webhook), signed, sha256)).decode()
    return {"webhook-id": message_id, "webhook-timestamp": str(timestamp), "webhook-signature": f"v1,{signature}"}
