"""A receiver of webhooks that can hold its answers, and tells who asked by the port that they came from."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torture.kit.http import read_body, read_head
from torture.kit.read import Logs
from torture.kit.report import Report


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
    at: float = field(default_factory=time.monotonic)


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
    #: How long it thinks about an answer, and about each tenth, seconds.
    latency: tuple[float, float] = (0.0, 0.0)
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
                    await asyncio.sleep(self.latency[len(self.posts) % 10 == 0])
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


def judge_deliveries(report: Report, posts: Iterable[Post], log: Logs) -> None:
    """Each `usage` event of the log arrived, signed and unchanged; first arrivals of a session are in its order."""
    arrived: dict[tuple[str, int], dict[str, Any]] = {}
    last: dict[str, int] = {}
    for post in posts:
        if not post.signed:
            report.violation("a webhook is not signed", {"delivery": post.delivery})
        if post.status != 200 or (post.session, post.sequence) in arrived:
            continue
        arrived[post.session, post.sequence] = post.event
        if post.sequence < last.get(post.session, 0):
            detail = {"session": post.session, "sequence": post.sequence, "after": last[post.session]}
            report.violation("webhooks of a session changed places", detail)
        last[post.session] = max(post.sequence, last.get(post.session, 0))
    for session, events in log.items():
        for stored in (e for e in events if e.type.startswith("usage.")):
            report.checked["deliveries"] += 1
            got = arrived.get((session, stored.sequence))
            if got is None:
                report.violation("an effect is lost", {"session": session, "sequence": stored.sequence})
            elif (got["eventId"], got["payload"]) != (stored.event_id, stored.payload):
                report.violation("a webhook differs from its event", {"session": session, "event": got})
