"""Everybody who uses the service while it changes: producers, followers, people in calls, an endpoint for webhooks."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Coroutine
from datetime import datetime
from random import Random
from typing import Any

from torture.kit.aio import Client
from torture.kit.book import AckBook
from torture.kit.follow import Follower
from torture.kit.livekit import LiveKit
from torture.kit.people import LIMITS, SHORT, Page
from torture.kit.receiver import Receiver
from torture.kit.report import Broken, Report
from torture.kit.writers import Target, Writers, make_sessions

SESSIONS, STEADY, RESTLESS = 6, 4, 3
#: Pause of a producer between two requests, and of new calls, seconds.
PACE, CALLS_PACE = 0.08, 1.5


class TimedBook(AckBook):
    """Knows when each first acknowledgement came."""

    def __init__(self) -> None:
        super().__init__()
        self.times: dict[tuple[str, str], float] = {}

    def acked(self, session: str, event_id: str, sequence: int) -> None:
        """As ever, with the time."""
        super().acked(session, event_id, sequence)
        self.times.setdefault((session, event_id), time.monotonic())


class Through:
    """Followers' way in: a client for all."""

    def __init__(self, client: Client) -> None:
        self.only = client

    def client(self, dice: Random) -> Client:
        """Always the same."""
        return self.only


class Crowd:
    """All of it through one address, the proxy's."""

    def __init__(self, url: str, key: str, livekit: LiveKit, report: Report, dice: Random, number: int) -> None:
        self.url, self.key, self.livekit, self.report, self.dice, self.number = url, key, livekit, report, dice, number
        self.client, self.hook, self.book, self.receiver = (
            Client(url, key),
            Client(url),
            TimedBook(),
            Receiver(latency=(0.05, 0.5)),
        )
        self.sessions: list[str] = []
        self.writers: list[Writers] = []
        self.followers: list[Follower] = []
        self.tenants: list[Follower] = []
        self.steady: list[Page] = []
        self.restless: list[Page] = []
        self.gone = self.page("gone")
        self._stop = asyncio.Event()
        self._background: list[asyncio.Task[None]] = []
        self._told: list[asyncio.Task[None]] = []

    def page(self, name: str) -> Page:
        """Somebody in a call of their own."""
        return Page(self.livekit, f"{name}-{self.report.seed}-{self.number}", self.client, self.hook)

    def everybody(self) -> list[Page]:
        """All calls."""
        return [*self.steady, *self.restless, self.gone]

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        self._background.append(asyncio.create_task(work))

    def follow(self, session: str | None, kind: str) -> Follower:
        """One more follower that goes on until the end."""
        follower = Follower(Through(self.client), session, Random(self.dice.random()), kind)
        (self.followers if session else self.tenants).append(follower)
        self._later(follower.run())
        return follower

    async def begin(self) -> None:
        """Everybody is there when this returns."""
        await self.receiver.start()
        asked = {"url": self.receiver.url, "eventTypes": ["usage.*"]}
        self.receiver.secret = (await self.client.must("POST", "/v1/webhook-endpoints", asked))["secret"]
        await self.follow(None, "sse").opened(30)
        target = Target(self.url, self.key)
        self.sessions = await make_sessions(target, SESSIONS, f"writers-{self.number}")
        for session in self.sessions:
            self.follow(session, "sse")
            self.follow(session, "ws")
        self.steady = [self.page(f"steady{n}") for n in range(STEADY)]
        self.restless = [self.page(f"restless{n}") for n in range(RESTLESS)]
        await asyncio.gather(*(self._enter(p, LIMITS) for p in (*self.steady, *self.restless)))
        await self._enter(self.gone, SHORT)
        writers = Writers(target, self.sessions, self.book, Random(self.dice.random()), count=6)
        writers.pace, writers.batches = PACE, 0.02
        writers.start()
        self.writers.append(writers)
        told = [p.stay(self._stop, Random(self.dice.random())) for p in self.steady]
        told += [p.wander(self._stop, Random(self.dice.random())) for p in self.restless]
        self._told = [asyncio.create_task(t) for t in (*told, self._newcomers())]
        await self.gone.lose()

    async def _enter(self, page: Page, limits: dict[str, int]) -> None:
        await page.join(limits)
        page.follower = self.follow(page.name, self.dice.choice(("sse", "ws")))

    async def _newcomers(self) -> None:
        """A call begins every now and then, and stays."""
        number = 0
        while not self._stop.is_set():
            await asyncio.sleep(CALLS_PACE)
            page, number = self.page(f"new{number}"), number + 1
            await self._enter(page, LIMITS)
            self.steady.append(page)

    async def settle(self, within: float) -> None:
        """Nothing new any more; what is on its way arrives, and who was given up is given up."""
        for writers in self.writers:
            await writers.stop()
        self._stop.set()
        await asyncio.wait(self._told)
        for task in (*self._told, *self._background):
            # A follower goes on for ever, and everybody else is asked to stop: an error is a request that was refused.
            if task.done() and not task.cancelled() and (error := task.exception()) is not None:
                raise Broken(str(error)) if isinstance(error, RuntimeError) else error
        end = time.monotonic() + within
        while time.monotonic() < end:
            arrived = {(p.session, str(p.event["eventId"])) for p in self.receiver.posts if p.status == 200}
            session = await self.client.must("GET", f"/v1/call/sessions/{self.gone.name}")
            if set(self.book.times) <= arrived and session["status"] == "failed":
                return
            await asyncio.sleep(0.2)

    async def end(self) -> None:
        """Ends every task and connection."""
        for task in (*self._background, *self._told):
            task.cancel()
        await asyncio.gather(*self._background, *self._told, return_exceptions=True)
        await self.receiver.stop()
        self.client.close()
        self.hook.close()

    def figures(self) -> dict[str, float]:
        """The longest of everything."""
        acks = sorted(self.book.times.values())
        first: dict[tuple[str, str], float] = {}
        for post in self.receiver.posts:
            first.setdefault((post.session, str(post.event["eventId"])), post.at)
        ways = [first[k] - at for k, at in self.book.times.items() if k in first]
        seen = [n / 1e9 for n, _ in self.tenants[0].arrivals if n / 1e9 <= acks[-1]]
        return {
            "longest silence of acknowledgements, s": longest(acks),
            "longest silence of a follower, s": longest(seen),
            "longest from acknowledgement to sight, s": self._to_sight(),
            "longest way of a webhook, s": round(max(ways, default=0.0), 2),
            "longest delay of a deadline, s": self._deadline(),
            "most connections of a follower": max(f.resumed for f in (*self.followers, *self.tenants)) + 1,
        }

    def _to_sight(self) -> float:
        """Of events that producers were told of, at the followers of their session."""
        late = 0.0
        for follower in self.followers:
            for at, event in follower.arrivals:
                told = self.book.times.get((event["sessionId"], event["eventId"]))
                late = max(late, at / 1e9 - told) if told is not None else late
        return round(late, 2)

    def _deadline(self) -> float:
        """Between the end of a window and its being noticed, by what the log says."""
        follower = self.gone.follower
        at = {e["type"]: parsed(e["ts"]) for e in (follower.seen if follower else [])}
        if "call.reconnecting" not in at or "call.terminal_failure" not in at:
            raise Broken(f"the log of {self.gone.name} does not tell of its end: {list(at)}")
        return round(at["call.terminal_failure"] - at["call.reconnecting"] - SHORT["reconnectWindowMs"] / 1000, 2)


def parsed(ts: str) -> float:
    """Seconds of an instant."""
    return datetime.fromisoformat(ts).timestamp()


def longest(moments: list[float]) -> float:
    """The longest time between two neighbours."""
    return round(max((b - a for a, b in itertools.pairwise(moments)), default=0.0), 2)


async def read_log(client: Client, session: str) -> list[dict[str, Any]]:
    """All events of a session, as a reader gets them."""
    events: list[dict[str, Any]] = []
    while True:
        after = events[-1]["sequence"] if events else 0
        page = await client.must("GET", f"/v1/realtime/sessions/{session}/events?afterSequence={after}&limit=1000")
        events += page["events"]
        if not page["hasMore"]:
            return events
