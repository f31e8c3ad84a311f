"""A small HTTP/1.1 client on raw sockets. It tells three outcomes apart: answered, refused, unknown.

Refused: no byte of the request can have arrived, since there was no connection. Unknown: some may have, and no whole
answer came back. Everything else is an answer, whatever its status.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from dataclasses import dataclass, field
from typing import Any, Literal


class Refused(Exception):
    """Nothing was sent."""


class Unknown(Exception):
    """Something may have been sent, and what became of it was not said."""


@dataclass
class Answer:
    """A whole answer, or why there is none."""

    kind: Literal["answered", "refused", "unknown"]
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    why: str = ""

    def json(self) -> Any:
        """The body; None when it is not JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def code(self) -> str:
        """The problem document's code, or nothing."""
        document = self.json() if self.status >= 400 else None
        return str(document.get("code", "")) if isinstance(document, dict) else ""


def encode(method: str, path: str, headers: dict[str, str], body: bytes | None, host: str) -> bytes:
    """The bytes of a request."""
    lines = [f"{method} {path} HTTP/1.1", f"host: {host}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body is not None:
        lines.append(f"content-length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + (body or b"")


async def read_head(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    """Status and headers, names in small letters."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    lines = head.split("\r\n")
    headers: dict[str, str] = {}
    for line in lines[1:]:
        name, found, value = line.partition(":")
        if found:
            headers[name.strip().lower()] = value.strip()
    return int(lines[0].split(" ")[1]), headers


async def read_chunk(reader: asyncio.StreamReader) -> bytes:
    """One chunk; empty at the end."""
    size = int((await reader.readuntil(b"\r\n")).split(b";")[0], 16)
    piece = await reader.readexactly(size + 2)
    return piece[:-2]


async def read_body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    """The whole body, by length or by chunks."""
    if headers.get("transfer-encoding", "").lower() == "chunked":
        body = b""
        while piece := await read_chunk(reader):
            body += piece
        return body
    return await reader.readexactly(int(headers.get("content-length", "0")))


class Client:
    """One connection at a time, kept while it lasts. Not for use by two tasks at once.

    `source` is the address that it comes from, such as 127.0.3.4: limits count by address.
    """

    def __init__(
        self, url: str, api_key: str = "", *, source: str | None = None, timeout: float = 10.0, limit: int = 2**24
    ) -> None:
        host = url.split("//")[1]
        self.host, self.port = host.rsplit(":", 1)[0], int(host.rsplit(":", 1)[1])
        self.api_key, self.source, self.timeout, self.limit = api_key, source, timeout, limit
        self._at: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        local = (self.source, 0) if self.source else None
        return await asyncio.open_connection(self.host, self.port, local_addr=local, limit=self.limit)

    def close(self) -> None:
        """Resets the connection; safe to repeat."""
        at, self._at = self._at, None
        if at is not None:
            with contextlib.suppress(OSError, RuntimeError):
                at[1].transport.abort()

    def _headers(self, extra: dict[str, str] | None, json_body: bool) -> dict[str, str]:
        headers = {"authorization": f"Bearer {self.api_key}"} if self.api_key else {}
        if json_body:
            headers["content-type"] = "application/json"
        return headers | (extra or {})

    async def request(
        self,
        method: str,
        path: str,
        document: Any = None,
        *,
        headers: dict[str, str] | None = None,
        timeout: float | None = None,
    ) -> Answer:
        """One request; never raises for what the network or the server does."""
        body = json.dumps(document).encode() if document is not None else None
        message = encode(method, path, self._headers(headers, body is not None), body, f"{self.host}:{self.port}")
        sent = False
        try:
            async with asyncio.timeout(timeout or self.timeout):
                if self._at is not None and (self._at[0].at_eof() or self._at[1].is_closing()):
                    self.close()
                if self._at is None:
                    self._at = await self._connect()
                reader, writer = self._at
                sent = True
                writer.write(message)
                await writer.drain()
                status, got = await read_head(reader)
                answer = Answer("answered", status, got, await read_body(reader, got))
            if got.get("connection", "").lower() == "close":
                self.close()
            return answer
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError, IndexError) as error:
            self.close()
            return Answer("unknown" if sent else "refused", why=f"{type(error).__name__}: {error}")
        except TimeoutError:  # pragma: no cover - an OSError in Python 3.11, named for the reader
            self.close()
            return Answer("unknown" if sent else "refused", why="timeout")
        except asyncio.CancelledError:
            self.close()
            raise

    async def get(self, path: str, **more: Any) -> Answer:
        """GET."""
        return await self.request("GET", path, **more)

    async def post(self, path: str, document: Any, **more: Any) -> Answer:
        """POST of JSON."""
        return await self.request("POST", path, document, **more)


def raw_socket(url: str, *, source: str | None = None, receive_buffer: int | None = None) -> socket.socket:
    """A connected non-blocking socket for a misbehaving client. OSError when refused."""
    host = url.split("//")[1]
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if receive_buffer:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        if source:
            made.bind((source, 0))
        made.settimeout(5)
        made.connect((host.rsplit(":", 1)[0], int(host.rsplit(":", 1)[1])))
        made.setblocking(False)
    except OSError:
        made.close()
        raise
    return made
