"""A mobile number counts once its person has typed the code that was sent to it."""

from __future__ import annotations

import re
import secrets
from typing import Final

from django.core.cache import cache
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from keguan.doors.mail.gateways import NotSent, gateway
from keguan.doors.mail.wishes import wishes_of
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.names import halfwidth
from keguan.kernel.problems import Problem, Refused
from keguan.registers.trace import services as trace

_SHAPE = re.compile(r"1[3-9]\d{9}")
GOOD_FOR: Final = 600
"""Seconds that a code is good for."""
AGAIN_AFTER: Final = 60
"""Seconds until the next code may be asked for."""
TRIES: Final = 5

_CODE = Text(
    "【科管】验证码 {code}，10分钟内有效。请勿告诉他人。",
    "[Keguan] Your code is {code}, good for 10 minutes. Tell it to nobody.",
)


def ask(actor: Actor, mobile: str, language: str, *, request_id: str = "") -> None:
    """Send a code to the number. Raises Refused: `mobile.shape`, `mobile.wait`, `mobile.not_sent`."""
    number = re.sub(r"[\s-]", "", halfwidth(mobile)).removeprefix("+86")
    if not _SHAPE.fullmatch(number):
        said = Text("这不是一个手机号。", "This is not a mobile number.")
        fix = Text("请填写11位手机号。", "Give the eleven digits.")
        raise Refused.because(Problem("mobile.shape", said, "mobile", mobile[:30], fix=fix))
    if not cache.add(f"mobile-wait-{actor.person}", 1, AGAIN_AFTER):
        said = Text("刚刚发送过验证码。", "A code was sent a moment ago.")
        fix = Text("请一分钟后再试。", "Try again in a minute.")
        raise Refused.because(Problem("mobile.wait", said, "mobile", fix=fix))
    code = f"{secrets.randbelow(10**6):06d}"
    cache.set(_key(actor), {"mobile": number, "code": _digest(code), "tries": TRIES}, GOOD_FOR)
    try:
        gateway().send(number, _CODE.filled(code=code).said_in(language))
    except (NotSent, OSError) as error:
        said = Text("验证码没有发出去。", "The code could not be sent.")
        fix = Text("请核对号码，或稍后再试。", "Check the number, or try again later.")
        raise Refused.because(Problem("mobile.not_sent", said, "mobile", fix=fix)) from error
    with transaction.atomic():
        trace.write("notice:mobile:asked", actor, request_id=request_id, personal={"mobile": number})


def confirm(actor: Actor, code: str, *, request_id: str = "") -> Problem | None:
    """The code that came; None if it was right. After five wrong ones, none is right any more.

    Never in a transaction that may be taken back: the tries would be taken back with it.
    """
    assert actor.person is not None  # noqa: S101 - the page asks for somebody signed in
    waiting = cache.get(_key(actor))
    if waiting:
        cache.set(_key(actor), {**waiting, "tries": waiting["tries"] - 1}, GOOD_FOR)
    if not waiting or waiting["tries"] < 1 or not constant_time_compare(waiting["code"], _digest(code)):
        said = Text("验证码不对，或已失效。", "The code is wrong, or no longer good.")
        return Problem("mobile.code", said, "code", fix=Text("请重新获取验证码。", "Ask for a new code."))
    cache.delete(_key(actor))
    with transaction.atomic():
        row = wishes_of(actor.person)
        row.mobile, row.mobile_confirmed_at, row.by_text = waiting["mobile"], clock.now(), True
        row.save()
        trace.write("notice:mobile:confirmed", actor, request_id=request_id, personal={"mobile": row.mobile})
    return None


@transaction.atomic
def remove(actor: Actor, *, request_id: str = "") -> None:
    """No mobile number any more."""
    assert actor.person is not None  # noqa: S101 - the page asks for somebody signed in
    row = wishes_of(actor.person)
    row.mobile, row.mobile_confirmed_at, row.by_text = "", None, False
    row.save()
    trace.write("notice:mobile:removed", actor, request_id=request_id)


def _key(actor: Actor) -> str:
    return f"mobile-code-{actor.person}"


def _digest(code: str) -> str:
    return salted_hmac("keguan.mobile", halfwidth(code).strip()).hexdigest()
