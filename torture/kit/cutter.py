"""A TCP proxy on loopback that cuts: after a number of bytes, or by going silent without a word, or by being slow."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Fate:
    """What becomes of one connection: `after` bytes of the answer, `kind` happens.

    `kind`: `reset` (RST), `close` (FIN, the rest is lost), `silent` (held open, nothing is passed on any more), `slow`
    (passed on `rate` bytes a second for some `seconds`, then reset) or `none`.
    """

    kind: str = "none"
    after: int = 0
    rate: int = 4096
    seconds: float = 3.0


class Cutter:
    """Passes connections on to `target`, each with the fate that `choose` gives it."""

    def __init__(self, target: tuple[str, int], choose: Callable[[], Fate]) -> None:
        self.target = target
        self.choose = choose
        self.done: Counter[str] = Counter()
        self.passing = True
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> str:
        """Listens; the address to use instead of the server's own."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, backlog=4096)
        port = self._server.sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    async def stop(self) -> None:
        """Ends every connection."""
        if self._server is not None:
            self._server.close()
        self.cut_all()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut_all(self) -> int:
        """Resets all connections now; how many there were."""
        there = [w for w in self._writers if not w.is_closing()]
        for writer in there:
            reset(writer)
        return len(there) // 2

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self._writers.add(writer)
        behind: asyncio.StreamWriter | None = None
        try:
            if not self.passing:
                reset(writer)
                return
            answers, behind = await asyncio.open_connection(*self.target)
            self._writers.add(behind)
            up = asyncio.create_task(pump(reader, behind))
            try:
                await self._down(answers, writer, self.choose())
            finally:
                up.cancel()
        except (ConnectionError, OSError, asyncio.CancelledError):
            pass
        finally:
            for one in (writer, behind):
                if one is not None:
                    self._writers.discard(one)
                    with contextlib.suppress(Exception):
                        one.transport.abort()

    async def _down(self, answers: asyncio.StreamReader, writer: asyncio.StreamWriter, fate: Fate) -> None:
        left = fate.after
        while True:
            data = await answers.read(65536)
            if not data:
                return
            if fate.kind == "none" or len(data) < left:
                left -= len(data)
                writer.write(data)
                await writer.drain()
                continue
            writer.write(data[:left])
            await writer.drain()
            self.done[fate.kind] += 1
            if fate.kind == "reset":
                reset(writer)
                return
            if fate.kind == "close":
                writer.write_eof()
                writer.close()
                return
            if fate.kind == "silent":
                await self._swallow(answers)
                return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(fate.seconds):
                    await trickle(data[left:], answers, writer, fate.rate)
            reset(writer)
            return

    async def _swallow(self, answers: asyncio.StreamReader) -> None:
        while await answers.read(65536):
            pass
        # The server has gone as well; the client is left to find out by itself.
        await asyncio.sleep(3600)


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Passes everything on."""
    with contextlib.suppress(ConnectionError, OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()


async def trickle(first: bytes, answers: asyncio.StreamReader, writer: asyncio.StreamWriter, rate: int) -> None:
    """Passes everything on, `rate` bytes a second; the server feels it, for little is read ahead."""
    data = first
    while data:
        for at in range(0, len(data), max(1, rate // 10)):
            writer.write(data[at : at + max(1, rate // 10)])
            await writer.drain()
            await asyncio.sleep(0.1)
        data = await answers.read(4096)


def reset(writer: asyncio.StreamWriter) -> None:
    """Ends a connection with RST."""
    with contextlib.suppress(Exception):
        raw = writer.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
