"""Where webhooks may go: out into the world over https, never into the network that this server stands in."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem

LONGEST: Final = 500


class NotReachable(Exception):  # noqa: N818 - an expected no
    """The address leads nowhere that a webhook may go."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart. path: with its query."""

    is_https: bool
    host: str
    port: int
    path: str


def target_of(address: str) -> Target | Problem:
    """The address, or why no webhook may go there. In a demo, http may lead to this machine itself."""
    fix = Text("请写以 https:// 开头的公网地址。", "Write a public address that begins with https://.")
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    is_https = parts.scheme == "https"
    is_own = settings.DEMO and parts.scheme == "http" and host in ("127.0.0.1", "localhost", "::1")
    if len(address) > LONGEST or not host or not address.isascii() or parts.username is not None or parts.fragment:
        return Problem("webhook.address", Text("这不是可用的地址。", "This is no usable address."), "address", fix=fix)
    if not (is_https or is_own):
        return Problem(
            "webhook.https", Text("只能发往 https 地址。", "Only https addresses are taken."), "address", fix=fix
        )
    if not is_own and _is_private_literal(host):
        say = Text("不能发往内部网络。", "It may not lead into a private network.")
        return Problem("webhook.private", say, "address", host, fix=fix)
    query = f"?{parts.query}" if parts.query else ""
    return Target(is_https, host, port or (443 if is_https else 80), (parts.path or "/") + query)


def _is_private_literal(host: str) -> bool:
    try:
        return not is_public(host)
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local", ".internal"))


def is_public(ip: str) -> bool:
    """Whether a network address belongs to the public internet. Raises ValueError for what is none."""
    found = ipaddress.ip_address(ip.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is not None:
            return inner.is_global
    return found.is_global and not found.is_multicast


def ip_of(target: Target) -> str:
    """The network address to connect to, found once and used as found: a name that answers otherwise a moment later
    gains nothing. Raises NotReachable."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise NotReachable("no such host") from error
    ips = [str(one[4][0]) for one in found]
    own = settings.DEMO and not target.is_https
    if not ips or (any(not is_public(ip) for ip in ips) and not (own and all(_is_loopback(ip) for ip in ips))):
        raise NotReachable("private address")
    return ips[0]


def _is_loopback(ip: str) -> bool:
    return ipaddress.ip_address(ip).is_loopback
