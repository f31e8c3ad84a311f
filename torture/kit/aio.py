"""A small HTTP/1.1 client for asyncio that says exactly what it knows about a request that went wrong.

`NotSent`: not a byte left this machine. `Cut`: it was sent, or part of it, and no whole answer came: unknown.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

ENDED = (ConnectionError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError)


class NotSent(Exception):
    """The request never left: nothing can have happened."""


class Cut(Exception):
    """The answer did not come, or not whole: the outcome is unknown."""


@dataclass(frozen=True)
class Reply:
    """A whole answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """The body, read as JSON; an empty one is `None`."""
        return json.loads(self.body) if self.body else None

    @property
    def code(self) -> str:
        """The problem's code, empty when it is not a problem."""
        try:
            found = self.json()
        except ValueError:
            return ""
        return str(found.get("code", "")) if isinstance(found, dict) else ""


@dataclass
class Wire:
    """One connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    #: When its last answer came, by the loop's clock.
    rests: float = 0.0

    def close(self) -> None:
        """Ends it at once."""
        with contextlib.suppress(Exception):
            self.writer.transport.abort()

    @contextlib.asynccontextmanager
    async def exchanging(self, within: float) -> AsyncIterator[None]:
        """One request and its answer in time. What goes wrong ends the connection; what the other side did is `Cut`."""
        try:
            async with asyncio.timeout(within):
                yield
        except (*ENDED, TimeoutError, ValueError) as why:
            self.close()
            raise Cut(f"{type(why).__name__}: {why}") from why
        except BaseException:
            self.close()
            raise


def place(url: str) -> tuple[str, int]:
    """Host and port of an address."""
    parts = urlsplit(url)
    if parts.hostname is None or parts.port is None:
        raise ValueError(f"{url} names no host and port")
    return parts.hostname, parts.port


async def dial(host: str, port: int, within: float = 3.0) -> Wire:
    """A new connection."""
    try:
        async with asyncio.timeout(within):
            reader, writer = await asyncio.open_connection(host, port, limit=1 << 20)
    except (OSError, TimeoutError) as why:
        raise NotSent(str(why)) from why
    return Wire(reader, writer)


def head_of(method: str, path: str, host: str, headers: dict[str, str], body: bytes | None) -> bytes:
    """The request as bytes."""
    lines = [f"{method} {path} HTTP/1.1", f"host: {host}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body is not None:
        lines += ["content-type: application/json", f"content-length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + (body or b"")


async def read_head(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    """The status line and the headers, names in lower case."""
    raw = await reader.readuntil(b"\r\n\r\n")
    first, *rest = raw.decode("latin-1").split("\r\n")
    headers = {}
    for line in rest:
        name, _, value = line.partition(":")
        if value:
            headers[name.strip().lower()] = value.strip()
    return int(first.split(" ", 2)[1]), headers


async def chunks(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """The chunks of a chunked body. It ends only with the last chunk; anything else is an error."""
    while True:
        size = int((await reader.readuntil(b"\r\n")).split(b";")[0], 16)
        data = await reader.readexactly(size + 2)
        if size == 0:
            return
        yield data[:-2]


async def read_body(reader: asyncio.StreamReader, status: int, headers: dict[str, str]) -> bytes:
    """A whole body."""
    if status in (204, 304):
        return b""
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return b"".join([chunk async for chunk in chunks(reader)])
    if "content-length" in headers:
        return await reader.readexactly(int(headers["content-length"]))
    return await reader.read()


class Client:
    """Requests to one server, over connections that are kept."""

    def __init__(self, url: str, key: str | None = None) -> None:
        self.url = url
        self.key = key
        self.host, self.port = place(url)
        #: A connection that rested longer is not used again, seconds.
        self.keep = float("inf")
        self._idle: list[Wire] = []

    def headers(self) -> dict[str, str]:
        """What every request carries."""
        return {"authorization": f"Bearer {self.key}"} if self.key else {}

    def as_(self, key: str | None) -> Client:
        """The same server with another credential."""
        return Client(self.url, key)

    def close(self) -> None:
        """Ends the connections that are kept."""
        while self._idle:
            self._idle.pop().close()

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        raw: bytes | None = None,
        within: float = 15.0,
    ) -> Reply:
        """One request and its whole answer."""
        data = raw if raw is not None else None if body is None else json.dumps(body).encode()
        if data is None and method in ("POST", "PATCH", "PUT"):
            data = b"{}"
        text = head_of(method, path, f"{self.host}:{self.port}", {**self.headers(), **(headers or {})}, data)
        wire = await self._wire()
        async with wire.exchanging(within):
            wire.writer.write(text)
            await wire.writer.drain()
            status, back = await read_head(wire.reader)
            reply = Reply(status, back, await read_body(wire.reader, status, back))
        if back.get("connection", "").lower() == "close" or len(self._idle) >= 64:
            wire.close()
        else:
            wire.rests = asyncio.get_running_loop().time()
            self._idle.append(wire)
        return reply

    async def _wire(self) -> Wire:
        while self._idle:
            wire = self._idle.pop()
            fresh = asyncio.get_running_loop().time() - wire.rests < self.keep
            if fresh and not wire.reader.at_eof() and not wire.writer.is_closing() and wire.reader.exception() is None:
                return wire
            wire.close()
        return await dial(self.host, self.port)

    async def get(self, path: str, **more: Any) -> Reply:
        """A read."""
        return await self.ask("GET", path, **more)

    async def post(self, path: str, body: Any = None, **more: Any) -> Reply:
        """A write."""
        return await self.ask("POST", path, body, **more)

    async def must(self, method: str, path: str, body: Any = None, *, within: float = 30.0) -> Any:
        """Asks until it is answered with a 2xx; for the preparations of a rig, with requests that may be repeated."""
        loop = asyncio.get_running_loop()
        until = loop.time() + within
        while True:
            why = ""
            try:
                reply = await self.ask(method, path, body)
                if reply.status < 300:
                    return reply.json()
                why = f"{reply.status} {reply.body[:300]!r}"
                if reply.status not in (429, 503):
                    raise RuntimeError(f"{method} {path}: {why}")
            except (Cut, NotSent) as error:
                why = str(error)
            if loop.time() > until:
                raise RuntimeError(f"{method} {path} got no good answer: {why}")
            await asyncio.sleep(0.05)
