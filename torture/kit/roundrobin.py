"""A proxy of our own before some instances: in turn, health-checked, and what was never sent goes to the next one.

As the documented nginx: connections to an instance are kept for 4 s, a request that could not be sent is sent to
another instance, one that was sent is not sent again. Its answer is then missing, and the client is cut off.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from dataclasses import dataclass, field

from torture.kit.aio import Client, Cut, NotSent, Reply, Wire, dial

#: Seconds between two looks at an instance; one that does not answer within a second is out until it does.
PACE = 0.1
#: Headers that belong to one connection.
OWN = {"host", "connection", "content-length", "content-type"}


class Way:
    """One instance behind the proxy."""

    def __init__(self, name: str, url: str) -> None:
        self.name, self.client, self.probe = name, Client(url), Client(url)
        self.client.keep = 4.0
        #: Set by the health check, and by a request that could not be sent.
        self.ready = False
        #: Taken out by hand: nothing new comes here.
        self.out = False


@dataclass
class RoundRobin:
    """Everything that clients need is its address."""

    ways: list[Way]
    url: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    #: Requests that were sent and not answered: which instance, when, what.
    cuts: list[tuple[str, float, str]] = field(default_factory=list)
    #: Answers that nobody may get while versions change.
    wrong: list[str] = field(default_factory=list)
    _turn: int = 0
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def start(self, port: int = 0) -> None:
        """Listens on loopback and begins to look at the instances."""
        self._server = await asyncio.start_server(self._begin, "127.0.0.1", port, backlog=1024, limit=1 << 20)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        for way in self.ways:
            self._keep(asyncio.create_task(self._look(way)))

    async def stop(self) -> None:
        """Ends it and every connection."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for way in self.ways:
            way.client.close()
            way.probe.close()

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._keep(asyncio.create_task(self._serve(reader, writer)))

    async def _look(self, way: Way) -> None:
        """The health check."""
        while True:
            try:
                way.ready = (await way.probe.get("/health/ready", within=1.0)).status == 200
            except (Cut, NotSent):
                way.ready = False
            way.probe.close()
            await asyncio.sleep(PACE)

    def _order(self) -> list[Way]:
        """Those that may be asked, the next one first; when none is ready, all are tried that are not taken out."""
        self._turn += 1
        turned = [self.ways[(self._turn + n) % len(self.ways)] for n in range(len(self.ways))]
        allowed = [w for w in turned if not w.out]
        return [w for w in allowed if w.ready] or allowed

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
                method, path, _ = first.split(" ")
                headers = {n.strip().lower(): v.strip() for n, _, v in (line.partition(":") for line in lines)}
                if path.endswith("/ws") or path.split("?")[0].endswith("/stream"):
                    await self._stream(head, Wire(reader, writer))
                    return
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                reply = await self._ask(method, path, headers, body)
                if reply is None:
                    return
                writer.write(shown(reply))
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            pass
        finally:
            writer.close()

    async def _ask(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply | None:
        """From the first instance that can be asked; nothing when it took the request and did not answer."""
        passed = {n: v for n, v in headers.items() if n not in OWN}
        for way in self._order():
            try:
                reply = await way.client.ask(method, path, raw=body or None, headers=passed, within=60)
            except NotSent:
                self.counts["not sent, tried at another"] += 1
                way.ready = False
                continue
            except Cut as why:
                self.counts["cut off"] += 1
                self.cuts.append((way.name, time.monotonic(), f"{method} {path}: {why}"))
                return None
            self._note(way, f"{method} {path}", reply)
            return reply
        self.counts["nobody there"] += 1
        return None

    def _note(self, way: Way, what: str, reply: Reply) -> None:
        """Success, or a refusal that says when to come again."""
        self.counts["answered"] += 1
        if reply.status < 400:
            return
        self.counts[f"{reply.status} {reply.code}"] += 1
        if reply.status != 503 or not reply.headers.get("retry-after", "").isdigit():
            self.wrong.append(f"{way.name}: {what}: {reply.status} {reply.body[:200]!r}")

    async def _stream(self, head: bytes, down: Wire) -> None:
        """Byte by byte in both directions, as long as both sides are there."""
        for way in self._order():
            try:
                up = await dial(way.client.host, way.client.port)
            except NotSent:
                self.counts["not sent, tried at another"] += 1
                way.ready = False
                continue
            self.counts["streams"] += 1
            up.writer.write(head)
            pumps = [asyncio.create_task(pump(down, up)), asyncio.create_task(pump(up, down))]
            try:
                await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in pumps:
                    task.cancel()
                await asyncio.gather(*pumps, return_exceptions=True)
                up.close()
            return


async def pump(source: Wire, to: Wire) -> None:
    """Until the source ends."""
    with contextlib.suppress(OSError):
        while piece := await source.reader.read(65_536):
            to.writer.write(piece)
            await to.writer.drain()


def shown(reply: Reply) -> bytes:
    """An answer as bytes."""
    kept = {n: v for n, v in reply.headers.items() if n not in ("content-length", "transfer-encoding", "connection")}
    lines = [f"HTTP/1.1 {reply.status} .", *(f"{n}: {v}" for n, v in kept.items())]
    return "\r\n".join([*lines, f"content-length: {len(reply.body)}", "", ""]).encode() + reply.body
