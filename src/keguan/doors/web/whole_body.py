"""What was cut off on its way is not taken for the whole: half a file, half a sentence would overwrite the kept draft."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, BinaryIO

Environment = dict[str, Any]
CUT_OFF = "keguan.cut_off"
"""Stands in the environment of a request whose body ended too early."""

Application = Callable[[Environment, Any], Iterable[bytes]]


class WholeBody:
    """A WSGI application whose requests end where they said they would, or cannot be read at all."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environment: Environment, start_response: Any) -> Iterable[bytes]:
        length = environment.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length):
            environment["wsgi.input"] = _Counted(environment, int(length))
        return self.application(environment, start_response)


class _Counted:
    """A stream that knows how much is still to come."""

    def __init__(self, environment: Environment, length: int) -> None:
        self.environment, self.left = environment, length
        self.stream: BinaryIO = environment["wsgi.input"]

    def read(self, size: int = -1) -> bytes:
        return self._counted(self.stream.read(size), size)

    def readline(self, size: int = -1) -> bytes:
        return self._counted(self.stream.readline(size), size)

    def _counted(self, piece: bytes, size: int) -> bytes:
        self.left -= len(piece)
        if self.left > 0 and size != 0 and not piece:
            self.environment[CUT_OFF] = True
            raise ConnectionError(f"{self.left} bytes never came")
        return piece
