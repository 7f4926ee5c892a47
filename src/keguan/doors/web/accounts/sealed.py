"""Secrets that the database keeps only sealed: a copy of the database alone gives nobody's second factor away."""

from __future__ import annotations

import base64
from functools import lru_cache

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def seal(text: str) -> str:
    """The text, readable again only with the secret key of this installation."""
    return _box(settings.SECRET_KEY).encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """What was sealed. Raises cryptography.fernet.InvalidToken under another secret key."""
    return _box(settings.SECRET_KEY).decrypt(sealed.encode()).decode()


@lru_cache(maxsize=2)
def _box(secret: str) -> Fernet:
    key = HKDF(hashes.SHA256(), 32, salt=None, info=b"keguan second factors").derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(key))
