"""Who may open a page: every view declares one right, and nothing opens without it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.urls import resolve
from django.utils.functional import LazyObject, empty

from keguan.kernel.actors import NOBODY, Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Forbidden, Problem

View = Callable[..., HttpResponseBase]

_REGISTRAR_GIVES = Text("请与本平台的登记员联系。", "Ask the registrar of this platform for it.")


@dataclass(frozen=True, slots=True)
class Right:
    """What a person must be allowed to do before a page opens to them.

    name: what the right allows, as it is said on the 403 page. holds: whether an actor has it today.
    given_by: who can give it, as a sentence.
    """

    name: Text
    holds: Callable[[Actor], bool]
    given_by: Text = _REGISTRAR_GIVES

    def refusal(self) -> Forbidden:
        """The 403 that names this right and says who can give it."""
        said = Text("您没有这项权限：{right}。", "You do not have this right: {right}.").filled(right=self.name)
        return Forbidden(self.name.en, (Problem("right.missing", said, fix=self.given_by),))


PUBLIC = Right(Text("公开查看", "read public pages"), lambda actor: True)
SIGNED_IN = Right(
    Text("登录后查看", "read pages for signed-in people"),
    lambda actor: actor.is_known,
    Text("请先登录。", "Sign in first."),
)


def holding(name: Text, *roles: str, given_by: Text = _REGISTRAR_GIVES) -> Right:
    """A right that anyone holding one of these roles has, whatever the organisation or programme."""
    return Right(name, lambda actor: any(duty.role in roles for duty in actor.duties), given_by)


class SignInNeeded(Exception):  # noqa: N818 - the word on the page
    """Please sign in first. (401) A reader is sent to the sign-in page; a writer keeps what they typed."""


def opens(href: str, actor: Actor) -> bool:
    """Whether the right that the page at this address declares lets the actor in: asked there, so that a link and its page
    never drift apart. What the page is about may still be closed to them."""
    return right_at(href).holds(actor)


def right_at(href: str) -> Right:
    """The right that the page at this address declares."""
    return resolve(href).func.right  # type: ignore[attr-defined]


def actor_on(request: HttpRequest) -> Actor:
    """Who asks. Reads the session only when somebody wants to know; the result is a plain Actor."""
    found = getattr(request, "actor", NOBODY)
    if isinstance(found, LazyObject):
        # A lazy stand-in is fine for templates; services get the plain value so that they can store and compare it.
        found.is_known  # noqa: B018 - reading any attribute settles it
        found = found._wrapped if found._wrapped is not empty else NOBODY
        request.actor = found  # type: ignore[attr-defined]
    return cast("Actor", found)


def page(right: Right, methods: tuple[str, ...] = ("GET",)) -> Callable[[View], View]:
    """Declare who may open a view and how.

    A visitor who is not signed in is asked to sign in (SignInNeeded); a person without the right gets Forbidden,
    which names it. HEAD goes with GET. The declared right stays on the view as `view.right`, where a house test
    looks for it.
    """
    allowed = (*methods, "HEAD") if "GET" in methods else methods

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method not in allowed:
                return HttpResponseNotAllowed(allowed)
            if right is not PUBLIC:
                actor = actor_on(request)
                if not right.holds(actor):
                    raise right.refusal() if actor.is_known else SignInNeeded
            return view(request, *args, **kwargs)

        guarded.right = right  # type: ignore[attr-defined]
        guarded.methods = allowed  # type: ignore[attr-defined]
        return guarded

    return declare
