"""Followers of our own: server-sent events and WebSocket, read byte by byte, with the ids to resume from."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from .aio import ENDED, Client, Cut, Reply, Wire, chunks, dial, head_of, read_body, read_head


class Refused(Exception):
    """A stream was answered with something else than a stream."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(f"{reply.status} {reply.body[:300]!r}")
        self.reply = reply


@dataclass(frozen=True)
class Block:
    """One block of an event stream. A comment has neither id nor data."""

    id: str | None
    event: str | None
    data: str | None

    def json(self) -> Any:
        """The data as JSON."""
        return json.loads(self.data or "null")


def parse_block(lines: list[str]) -> Block:
    """A block from its lines, by the rules of the standard."""
    ident: str | None = None
    event: str | None = None
    data: list[str] = []
    for line in lines:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "id":
            ident = value
        elif name == "event":
            event = value
        elif name == "data":
            data.append(value)
    return Block(ident, event, "\n".join(data) if data else None)


async def opened(client: Client, path: str, headers: dict[str, str], wanted: int, within: float) -> Wire:
    """A connection of its own whose answer begins with the wanted status. Refused for another one, Cut for none."""
    wire = await dial(client.host, client.port)
    async with wire.exchanging(within):
        wire.writer.write(head_of("GET", path, f"{client.host}:{client.port}", headers, None))
        status, back = await read_head(wire.reader)
        if status != wanted:
            raise Refused(Reply(status, back, await read_body(wire.reader, status, back)))
    return wire


class Sse:
    """An open event stream. `blocks` ends when the server ends it in order, and raises `Cut` otherwise."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    @classmethod
    async def open(cls, client: Client, path: str, last: str | None = None, within: float = 15.0) -> Sse:
        """Asks for the stream; `last` is the id to resume from."""
        headers = {**client.headers(), "accept": "text/event-stream"}
        if last is not None:
            headers["last-event-id"] = last
        return cls(await opened(client, path, headers, 200, within))

    async def blocks(self, quiet: float = 40.0, pace: float = 0.0) -> AsyncIterator[Block]:
        """Every block, comments too. Nothing for `quiet` seconds is a dead connection. `pace` reads slowly."""
        text = b""
        source = chunks(self.wire.reader)
        try:
            while True:
                try:
                    # Not `wait_for`: in Python 3.11 it can swallow a cancellation.
                    async with asyncio.timeout(quiet):
                        chunk = await anext(source)
                except StopAsyncIteration:
                    return
                except (*ENDED, TimeoutError, ValueError) as why:
                    raise Cut(f"{type(why).__name__}: {why}") from why
                text += chunk
                while b"\n\n" in text:
                    whole, _, text = text.partition(b"\n\n")
                    yield parse_block(whole.decode().split("\n"))
                if pace:
                    await asyncio.sleep(pace)
        finally:
            self.close()

    def close(self) -> None:
        """Ends it at once."""
        self.wire.close()


class Ws:
    """An open WebSocket that speaks JSON text frames."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    @classmethod
    async def open(cls, client: Client, path: str = "/v1/realtime/ws", within: float = 15.0) -> Ws:
        """The handshake. With a key the client sends it as a header."""
        token = base64.b64encode(os.urandom(16)).decode()
        headers = {
            **client.headers(),
            "connection": "Upgrade",
            "upgrade": "websocket",
            "sec-websocket-version": "13",
            "sec-websocket-key": token,
        }
        return cls(await opened(client, path, headers, 101, within))

    async def say(self, message: dict[str, Any]) -> None:
        """Sends one message."""
        try:
            self.wire.writer.write(frame(1, json.dumps(message).encode()))
            await self.wire.writer.drain()
        except ENDED as why:
            raise Cut(str(why)) from why

    async def hear(self, quiet: float = 40.0) -> dict[str, Any] | None:
        """The next message; `None` when the server closed in order."""
        text = b""
        try:
            async with asyncio.timeout(quiet):
                while True:
                    final, kind, data = await self._frame()
                    if kind == 8:
                        return None
                    if kind == 9:
                        self.wire.writer.write(frame(10, data))
                    if kind in (0, 1):
                        text += data
                        if final:
                            found = json.loads(text)
                            if not isinstance(found, dict):
                                raise ValueError("a message is not an object")
                            return found
        except (*ENDED, TimeoutError) as why:
            raise Cut(f"{type(why).__name__}: {why}") from why

    async def _frame(self) -> tuple[bool, int, bytes]:
        first, second = await self.wire.reader.readexactly(2)
        size = second & 0x7F
        if second & 0x80:
            raise ValueError("a server's frame is masked")
        if size == 126:
            (size,) = struct.unpack(">H", await self.wire.reader.readexactly(2))
        elif size == 127:
            (size,) = struct.unpack(">Q", await self.wire.reader.readexactly(8))
        return bool(first & 0x80), first & 0x0F, await self.wire.reader.readexactly(size)

    def close(self) -> None:
        """Ends it at once."""
        self.wire.close()


def frame(kind: int, data: bytes) -> bytes:
    """A client's frame, masked."""
    mask = os.urandom(4)
    if len(data) < 126:
        head = struct.pack(">BB", 0x80 | kind, 0x80 | len(data))
    elif len(data) < 1 << 16:
        head = struct.pack(">BBH", 0x80 | kind, 0x80 | 126, len(data))
    else:
        head = struct.pack(">BBQ", 0x80 | kind, 0x80 | 127, len(data))
    long = mask * (len(data) // 4 + 1)
    body = int.from_bytes(data, "big") ^ int.from_bytes(long[: len(data)], "big") if data else 0
    return head + mask + body.to_bytes(len(data), "big")
