"""Server-sent events on a raw socket: a stream that can be cut anywhere and resumed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from torture.kit.http import Refused, Unknown, encode, read_chunk, read_head


@dataclass
class Block:
    """One block: `id` and `event` as sent, `data` joined by newlines. A comment has none of them."""

    id: str | None
    event: str | None
    data: str


class Stream:
    """One connection to a stream. `last_id` is where the next one resumes.

    With `cut_after`, the connection ends after that many bytes of the answer's body, without a farewell.
    """

    def __init__(
        self,
        url: str,
        api_key: str,
        path: str,
        *,
        last_id: str | None = None,
        source: str | None = None,
        cut_after: int | None = None,
        timeout: float = 30.0,
    ) -> None:
        self.url, self.api_key, self.path, self.last_id = url, api_key, path, last_id
        self.source, self.cut_after, self.timeout = source, cut_after, timeout
        self.status, self.cut = 0, False
        self.headers: dict[str, str] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._reader: asyncio.StreamReader | None = None

    async def open(self) -> int:
        """Connects and reads the head; the status. Refused or Unknown when there is none."""
        host = self.url.split("//")[1]
        address, port = host.rsplit(":", 1)
        local = (self.source, 0) if self.source else None
        try:
            async with asyncio.timeout(self.timeout):
                self._reader, self._writer = await asyncio.open_connection(address, int(port), local_addr=local)
        except OSError as error:
            raise Refused(str(error)) from error
        headers = {"authorization": f"Bearer {self.api_key}", "accept": "text/event-stream"}
        if self.last_id is not None:
            headers["last-event-id"] = self.last_id
        try:
            async with asyncio.timeout(self.timeout):
                self._writer.write(encode("GET", self.path, headers, None, host))
                self.status, self.headers = await read_head(self._reader)
        except (OSError, asyncio.IncompleteReadError, ValueError, IndexError) as error:
            self.close()
            raise Unknown(str(error)) from error
        return self.status

    def close(self) -> None:
        """Resets the connection; safe to repeat."""
        if self._writer is not None:
            with contextlib.suppress(OSError, RuntimeError):
                self._writer.transport.abort()

    async def blocks(self) -> AsyncIterator[Block]:
        """Whole blocks until the stream ends, is cut, or is silent for longer than the time-out."""
        reader, text, passed = self._reader, b"", 0
        if reader is None:
            return
        while True:
            try:
                async with asyncio.timeout(self.timeout):
                    piece = await read_chunk(reader)
            except (OSError, asyncio.IncompleteReadError, ValueError):
                return
            if not piece:
                return
            if self.cut_after is not None and passed + len(piece) >= self.cut_after:
                piece, self.cut = piece[: self.cut_after - passed], True
            passed += len(piece)
            text += piece
            *whole, text = text.split(b"\n\n")
            for raw in whole:
                block = parse(raw.decode())
                if block.id is not None:
                    self.last_id = block.id
                yield block
            if self.cut:
                self.close()
                return


def parse(raw: str) -> Block:
    """One block as the standard says; unknown fields are left out."""
    block_id: str | None = None
    event: str | None = None
    data: list[str] = []
    for line in raw.split("\n"):
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "id":
            block_id = value
        elif name == "event":
            event = value
        elif name == "data":
            data.append(value)
    return Block(block_id, event, "\n".join(data))
