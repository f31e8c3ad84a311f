"""One of several instances, of one version or the next one, at an address that stays its own."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from torture.kit.aio import Cut, NotSent, Reply, Wire, dial, head_of, read_body, read_head
from torture.kit.book import AckBook, Entry
from torture.kit.report import CouldNotRun
from torture.kit.server import NotServing, ServerProcess, binary


@dataclass(frozen=True)
class Version:
    """A program, and what it is told to be."""

    name: str
    program: Path
    env: dict[str, str]


def versions() -> dict[str, Version]:
    """This one, and the next one without and with a migration: they are in the build with planted defects."""
    later = os.environ.get("CALLBOARD_TEETH_BIN", "")
    if not Path(later).is_file():
        raise CouldNotRun("the next version is missing: CALLBOARD_TEETH_BIN names no file")
    return {
        "old": Version("old", binary(), {}),
        "plain": Version("plain", Path(later), {"CALLBOARD_NEXT_VERSION": "plain"}),
        "migration": Version("migration", Path(later), {"CALLBOARD_NEXT_VERSION": "migration"}),
    }


class Instance(ServerProcess):
    """Behind a proxy: links lead to the proxy, and this has an address of its own."""

    def become(self, version: Version, common: dict[str, str]) -> None:
        """Which version the next start is."""
        self.program, self.env = version.program, {**common, **version.env}

    def await_ready(self, seconds: float = 60.0) -> Self:
        """As ever, but what it says is the proxy's address."""
        super().await_ready(seconds)
        self.url = f"http://{self.listen}"
        self.port = int(self.listen.rsplit(":", 1)[1])
        return self

    def refused(self, seconds: float = 60.0) -> tuple[int | None, str]:
        """Starts it, which must not succeed: its exit code and the end of its log. (0, …) when it serves."""
        self.launch()
        try:
            self.await_ready(seconds)
        except NotServing:
            code = self.wait(5)
            self.reap()
            return code, self.tail(600)
        self.kill()
        return 0, self.tail(600)


class UnderWay:
    """A request that an instance is in the middle of reading: its head is taken, half of its body is there."""

    def __init__(self, wire: Wire, entry: Entry, rest: bytes) -> None:
        self.wire, self.entry, self.rest = wire, entry, rest

    @classmethod
    async def begin(cls, instance: Instance, key: str, entry: Entry, book: AckBook) -> UnderWay:
        """The instance has said that it goes on reading."""
        event = {"eventId": entry.event_id, "sessionId": entry.session, "type": entry.type, "payload": entry.payload}
        body = json.dumps(event).encode()
        headers = {
            "authorization": f"Bearer {key}",
            "content-type": "application/json",
            "content-length": str(len(body)),
            "expect": "100-continue",
        }
        book.sent(entry)
        wire = await dial("127.0.0.1", instance.port)
        async with wire.exchanging(15):
            wire.writer.write(head_of("POST", "/v1/realtime/events", f"127.0.0.1:{instance.port}", headers, None))
            status, _ = await read_head(wire.reader)
            if status != 100:
                raise CouldNotRun(f"the instance does not ask for the body: {status}")
            wire.writer.write(body[: len(body) // 2])
            await wire.writer.drain()
        return cls(wire, entry, body[len(body) // 2 :])

    async def finish(self, book: AckBook) -> str:
        """Sends the rest; what is wrong with the answer, or nothing."""
        try:
            async with self.wire.exchanging(15):
                self.wire.writer.write(self.rest)
                await self.wire.writer.drain()
                status, headers = await read_head(self.wire.reader)
                reply = Reply(status, headers, await read_body(self.wire.reader, status, headers))
        except (Cut, NotSent) as why:
            book.unknown(self.entry.session, self.entry.event_id)
            return f"cut off: {why}"
        self.wire.close()
        if reply.status not in (200, 201):
            book.unknown(self.entry.session, self.entry.event_id)
            return f"{reply.status} {reply.body[:200]!r}"
        stored: dict[str, Any] = reply.json()
        book.acked(self.entry.session, self.entry.event_id, int(stored["event"]["sequence"]))
        return ""
