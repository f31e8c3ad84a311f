"""A well-behaved tenant that measures: a few requests a second, each timed, its events in the book."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field

from torture.kit.book import AckBook, Entry
from torture.kit.http import Client
from torture.kit.ids import uuid7
from torture.kit.writers import Target, says_nothing_stored


@dataclass
class Steady:
    """Four connections at a fixed pace; a late answer does not thin the load out."""

    target: Target
    session: str
    book: AckBook
    dice: random.Random
    source: str = "127.0.0.9"
    failures: list[str] = field(default_factory=list)
    turn: int = 0

    async def window(self, seconds: float, per_second: float = 60.0) -> list[float]:
        """The latencies of a window in milliseconds, sorted; a request without an answer counts as its whole wait."""
        times: list[float] = []
        clients = [Client(self.target.url, self.target.api_key, source=self.source, timeout=15) for _ in range(4)]
        await asyncio.gather(*(self._one(c, n, times, seconds, per_second / 4) for n, c in enumerate(clients)))
        for client in clients:
            client.close()
        return sorted(times)

    async def _one(self, client: Client, number: int, times: list[float], seconds: float, rate: float) -> None:
        begun = time.monotonic()
        due = begun + self.dice.random() / rate
        while due - begun < seconds:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            due += 1 / rate
            at = time.monotonic()
            await self._request(client, number)
            times.append((time.monotonic() - at) * 1000)

    async def _request(self, client: Client, number: int) -> None:
        if number % 2:
            answer = await client.get(f"/v1/realtime/sessions/{self.session}/events?limit=20")
            if answer.status != 200:
                self.failures.append(f"replay: {answer.kind} {answer.status} {answer.code} {answer.why}")
            return
        self.turn += 1
        payload = {"meterId": "steady", "billableSeconds": self.turn}
        entry = Entry(self.session, uuid7(self.dice), "usage.tick", payload, f"steady-{number}")
        self.book.sent(entry)
        event = {"eventId": entry.event_id, "sessionId": entry.session, "type": entry.type, "payload": payload}
        answer = await client.post("/v1/realtime/events", event)
        if answer.status in (200, 201):
            self.book.acked(entry.session, entry.event_id, int(answer.json()["event"]["sequence"]))
            return
        (self.book.refused if says_nothing_stored(answer) else self.book.unknown)(entry.session, entry.event_id)
        self.failures.append(f"append: {answer.kind} {answer.status} {answer.code} {answer.why}")


def percentile(times: list[float], share: float) -> float:
    """Of sorted times; 0 for none."""
    return round(times[min(len(times) - 1, int(len(times) * share))], 2) if times else 0.0
