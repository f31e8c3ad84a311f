"""Server-sent events from bytes, cut wherever the network likes. No I/O in here."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass

_LINE_END = re.compile(rb"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Message:
    """One message. An id without data moves the place and is no event: ``data`` is None then."""

    id: str | None
    event: str
    data: str | None


class Parser:
    """Takes bytes in any pieces. An unfinished message is never given out."""

    def __init__(self) -> None:
        self.messages: deque[Message] = deque()
        #: Milliseconds that the server asks to wait before coming back.
        self.retry_ms: int | None = None
        #: Comments seen: the server's signs of life.
        self.comments = 0
        self._rest = b""
        self._begun = False
        self._clear()

    def _clear(self) -> None:
        self._id: str | None = None
        self._event = ""
        self._data: list[str] = []

    def feed(self, piece: bytes) -> None:
        """Takes the next piece."""
        buffer = self._rest + piece
        at = 0
        if not self._begun:
            if len(buffer) < 3 and b"\xef\xbb\xbf".startswith(buffer):
                self._rest = buffer
                return
            self._begun = True
            at = 3 if buffer.startswith(b"\xef\xbb\xbf") else 0
        for end in _LINE_END.finditer(buffer, at):
            # A carriage return at the very end may be the first half of a pair.
            if end.group() == b"\r" and end.end() == len(buffer):
                break
            self._line(buffer[at : end.start()].decode("utf-8", "replace"))
            at = end.end()
        self._rest = buffer[at:]

    def _line(self, line: str) -> None:
        if not line:
            self._dispatch()
            return
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "":
            self.comments += 1
        elif name == "data":
            self._data.append(value)
        elif name == "event":
            self._event = value
        elif name == "id" and "\0" not in value:
            self._id = value
        elif name == "retry" and value.isascii() and value.isdigit():
            self.retry_ms = int(value)

    def _dispatch(self) -> None:
        if self._data:
            self.messages.append(Message(self._id, self._event or "message", "\n".join(self._data)))
        elif self._id is not None:
            self.messages.append(Message(self._id, "", None))
        self._clear()
