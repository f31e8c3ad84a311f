"""A receiver of webhooks that can hold its answers, and tells who asked by the port that they came from."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torture.kit.http import read_body, read_head


@dataclass
class Post:
    """One attempt that arrived."""

    delivery: str
    session: str
    sequence: int
    event: dict[str, Any]
    signed: bool
    peer: int
    status: int = 0


@dataclass
class Held:
    """An attempt that waits for its answer."""

    post: Post
    answer: asyncio.Future[int]


def ports_of(pid: int) -> set[int]:
    """Local TCP ports of a process, by /proc; works while it stands still."""
    inodes: set[str] = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            target = str(link.readlink())
            if target.startswith("socket:["):
                inodes.add(target[8:-1])
    ports: set[int] = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        parts = line.split()
        if parts[9] in inodes:
            ports.add(int(parts[1].rsplit(":", 1)[1], 16))
    return ports


@dataclass
class Receiver:
    """Answers 200 unless it holds: everything, or some deliveries."""

    secret: str = ""
    url: str = ""
    posts: list[Post] = field(default_factory=list)
    holding: bool = False
    hold_only: set[str] = field(default_factory=set)
    held: list[Held] = field(default_factory=list)
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def start(self) -> None:
        """On a free port of loopback."""
        self._server = await asyncio.start_server(self._begin, "127.0.0.1", 0, limit=2**22)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/hook"

    async def stop(self) -> None:
        """Ends it and every connection."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await self._head(reader)
                if head is None:
                    return
                body = await read_body(reader, head)
                post = self._noted(head, body, int(writer.get_extra_info("peername")[1]))
                if self.holding or post.delivery in self.hold_only:
                    held = Held(post, asyncio.get_running_loop().create_future())
                    self.held.append(held)
                    post.status = await held.answer
                else:
                    post.status = 200
                reason = "OK" if post.status == 200 else "Error"
                writer.write(f"HTTP/1.1 {post.status} {reason}\r\ncontent-length: 0\r\n\r\n".encode())
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, ValueError):
            pass
        finally:
            writer.transport.abort()

    async def _head(self, reader: asyncio.StreamReader) -> dict[str, str] | None:
        try:
            # The request line has three parts like a status line; its middle is no number.
            first = await reader.readuntil(b"\r\n")
        except asyncio.IncompleteReadError:
            return None
        if not first.startswith(b"POST "):
            return None
        rest = asyncio.StreamReader()
        rest.feed_data(b"HTTP/1.1 200 OK\r\n" + await reader.readuntil(b"\r\n\r\n"))
        rest.feed_eof()
        return (await read_head(rest))[1]

    def _noted(self, head: dict[str, str], body: bytes, peer: int) -> Post:
        event: dict[str, Any] = json.loads(body)["data"]
        post = Post(
            head.get("webhook-id", ""),
            str(event.get("sessionId", "")),
            int(event.get("sequence", 0)),
            event,
            self._is_signed(head, body),
            peer,
        )
        self.posts.append(post)
        return post

    def _is_signed(self, head: dict[str, str], body: bytes) -> bool:
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        text = f"{head.get('webhook-id', '')}.{head.get('webhook-timestamp', '')}.".encode() + body
        mine = "v1," + base64.b64encode(hmac.digest(key, text, hashlib.sha256)).decode()
        return any(hmac.compare_digest(mine, given) for given in head.get("webhook-signature", "").split(" "))

    def release(self, which: Iterable[Held], status: int) -> None:
        """Answers some of those that wait."""
        gone = list(which)
        self.held = [h for h in self.held if h not in gone]
        for held in gone:
            if not held.answer.done():
                held.answer.set_result(status)
