"""A follower that resumes from the last id that it saw, through whatever happens to its connection."""

from __future__ import annotations

import asyncio
import contextlib
import time
from random import Random
from typing import Any, Protocol

from torture.kit.aio import Client, Cut, NotSent
from torture.kit.streams import Refused, Sse, Ws

#: Answers after which a follower tries again.
PASSING = {429, 503}


class Ways(Protocol):
    """Where a follower gets a connection."""

    def client(self, dice: Random) -> Client:
        """One way in."""


def log_of(event: dict[str, Any]) -> tuple[Any, ...]:
    """What must be the same wherever an event is read."""
    return (event["sessionId"], event["sequence"], event["eventId"], event["type"], str(event["payload"]), event["ts"])


class Follower:
    """Follows one session (`sse` or `ws`), or with no session the tenant (`sse`)."""

    def __init__(self, ways: Ways, session: str | None, dice: Random, kind: str = "sse", quiet: float = 40.0) -> None:
        self.ways, self.session, self.dice, self.kind, self.quiet = ways, session, dice, kind, quiet
        self.pace = 0.0
        self.seen: list[dict[str, Any]] = []
        self.arrivals: list[tuple[int, dict[str, Any]]] = []
        self.resumed = 0
        self.wrong: list[str] = []
        self.closed: list[str] = []
        self.last: str | None = None if session is None else "0"
        self._moved = asyncio.Event()

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            try:
                await (self._by_ws() if self.kind == "ws" else self._by_sse())
            except (Cut, NotSent, Refused) as why:
                if isinstance(why, Refused) and why.reply.status not in PASSING:
                    self.wrong.append(str(why))
            self.resumed += 1
            await asyncio.sleep(0.02 + self.dice.random() * 0.05)

    async def _by_sse(self) -> None:
        path = f"/v1/realtime/sessions/{self.session}/stream" if self.session else "/v1/realtime/stream"
        stream = await Sse.open(self.ways.client(self.dice), path, self.last)
        blocks = stream.blocks(self.quiet, self.pace)
        try:
            async for block in blocks:
                if block.data is not None and block.event == "closed":
                    self.closed.append(str(block.json().get("reason")))
                elif block.data is not None:
                    self._take(block.json())
                if block.id is not None:
                    self.last = block.id
                    self._moved.set()
        finally:
            with contextlib.suppress(Exception):
                await blocks.aclose()  # type: ignore[attr-defined]
            stream.close()

    async def _by_ws(self) -> None:
        client = self.ways.client(self.dice)
        socket = await Ws.open(client)
        try:
            where = {"sessionId": self.session, "afterSequence": int(self.last or 0)}
            await socket.say({"op": "subscribe", "id": "s", **where})
            while (message := await socket.hear(self.quiet)) is not None:
                if message["op"] == "events":
                    for event in message["events"]:
                        self._take(event)
                        self.last = str(event["sequence"])
                elif message["op"] == "closed":
                    self.closed.append(str(message["reason"]))
                    if message["reason"] != "session_over":
                        return
                elif message["op"] == "error":
                    # The subscription did not come about, or is over.
                    if message["problem"].get("status") not in PASSING:
                        self.wrong.append(str(message["problem"]))
                    return
        finally:
            socket.close()

    def _take(self, event: dict[str, Any]) -> None:
        self.seen.append(event)
        self.arrivals.append((time.monotonic_ns(), event))
        self._moved.set()

    async def opened(self, within: float) -> None:
        """Until it has a place to resume from; nothing after that can pass it by."""
        await self._wait(lambda: self.last is not None, within)

    async def reaches(self, count: int, within: float) -> bool:
        """Whether it gets to see so many events."""
        return await self._wait(lambda: len(self.seen) >= count, within)

    async def _wait(self, done: Any, within: float) -> bool:
        try:
            async with asyncio.timeout(within):
                while not done():
                    self._moved.clear()
                    await self._moved.wait()
        except TimeoutError:
            return False
        return True


def first_difference(seen: list[dict[str, Any]], log: list[dict[str, Any]]) -> str:
    """Where two readings of a log part, in a few words."""
    left, right = [log_of(e) for e in seen], [log_of(e) for e in log]
    at = next((n for n, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))
    there = left[at][1:4] if at < len(left) else "nothing"
    wanted = right[at][1:4] if at < len(right) else "nothing"
    return f"{len(left)} seen, {len(right)} in the log; at {at + 1}: {there} instead of {wanted}"


async def tenant_orders(
    tenant: Follower, logs: dict[str, list[dict[str, Any]]], within: float, *, ordered: bool = True
) -> list[tuple[str, str]]:
    """What is wrong with a tenant's stream that was followed from before these sessions: each is in it, in order.

    On PostgreSQL two writers of one session may come in the other order (decision 0042): not `ordered`, but each event
    comes once, and none is missing.
    """
    total = sum(len(log) for log in logs.values())
    found: list[tuple[str, str]] = [("the tenant's stream was refused", text) for text in tenant.wrong]

    def mine() -> int:
        return sum(1 for e in tenant.seen if e["sessionId"] in logs)

    end = time.monotonic() + within
    while mine() < total and time.monotonic() < end:
        await asyncio.sleep(0.05)
    by_session: dict[str, list[dict[str, Any]]] = {name: [] for name in logs}
    for event in tenant.seen:
        if event["sessionId"] in by_session:
            by_session[event["sessionId"]].append(event)
    for name, log in logs.items():
        if not ordered:
            by_session[name].sort(key=lambda e: int(e["sequence"]))
        if [log_of(e) for e in by_session[name]] != [log_of(e) for e in log]:
            detail = f"{name}: {first_difference(by_session[name], log)}"
            found.append(("the tenant's stream is not the log of a session", detail))
    return found
