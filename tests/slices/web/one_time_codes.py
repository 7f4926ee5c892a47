"""The six digits that an authenticator app shows now (RFC 6238), worked out apart from the code under test."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time


def code_now(secret: str, later: int = 0) -> str:
    """The code for the present half minute, or for one `later`."""
    counter = struct.pack(">Q", int(time.time()) // 30 + later)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"
