"""Resume: streams and sockets cut at random bytes, gone silent, slow, their server killed: each ends with the log."""

from __future__ import annotations

import asyncio
import time
from random import Random
from typing import Any

from torture.kit import cleanup
from torture.kit.aio import Client, Cut, NotSent
from torture.kit.cutter import Cutter, Fate
from torture.kit.fleet import Fleet
from torture.kit.follow import Follower, first_difference, log_of, tenant_orders
from torture.kit.postgres_pair import one
from torture.kit.report import Report, main

SESSIONS = 20
TENANTS = 3
KINDS = ("reset", "close", "silent", "slow")
WEIGHTS = (45, 45, 5, 5)
#: Types that a caller's pass may read begin so.
VISIBLE = ("call.", "transcript.")


class Ways:
    """Through a cutting proxy before each instance, with one credential."""

    def __init__(self, urls: list[str], key: str) -> None:
        self.clients = [Client(url, key) for url in urls]

    def client(self, dice: Random) -> Client:
        """One of them."""
        return dice.choice(self.clients)


class Round:
    """Some sessions, their writers and their followers."""

    def __init__(self, fleet: Fleet, number: int, report: Report) -> None:
        self.fleet, self.number, self.report = fleet, number, report
        self.dice = report.random("round", fleet.name, number)
        self.cutting, self.killed = True, False
        self.cutters = [Cutter((c.host, c.port), self.fate) for c in fleet.clients]
        self.names = [f"{fleet.name}-{report.seed}-{number}-{n}" for n in range(SESSIONS)]
        self.followers: list[tuple[Follower, str]] = []
        self.first: dict[str, int] = {}

    def fate(self) -> Fate:
        """What becomes of the next connection: mostly an end within the first blocks, in the headers too."""
        if not self.cutting:
            return Fate()
        kind = self.dice.choices(KINDS, WEIGHTS)[0]
        return Fate(kind, int(self.dice.expovariate(1 / 2500)), rate=3000, seconds=1 + 2 * self.dice.random())

    def cuts(self) -> int:
        """So far."""
        return sum(sum(c.done.values()) for c in self.cutters)

    async def run(self, wanted: int, until: float) -> int:
        """Cuts until enough were made, then lets everybody catch up, and compares."""
        urls = [await c.start() for c in self.cutters]
        tasks: list[asyncio.Task[None]] = []
        try:
            # They know nothing to resume from until they are open, so they come first.
            tenants = [Follower(Ways(urls, self.fleet.key), None, self.new_dice(), "sse", 4) for _ in range(TENANTS)]
            tasks += [asyncio.create_task(t.run()) for t in tenants]
            await asyncio.gather(*(t.opened(60) for t in tenants))
            await self.prepare(urls)
            tasks += [asyncio.create_task(f.run()) for f, _ in self.followers]
            everybody = [f for f, _ in self.followers] + tenants
            stop = asyncio.Event()
            writers = [asyncio.create_task(self.write(name, self.new_dice(), stop)) for name in self.names]
            killer = asyncio.create_task(self.kill(stop))
            try:
                while (self.cuts() < wanted or not self.killed) and time.monotonic() < until:
                    await asyncio.sleep(0.1)
            finally:
                stop.set()
                await asyncio.gather(*writers, killer)
            self.cutting = False
            await self.compare(tenants)
            self.report.checked["streams resumed"] += sum(f.resumed for f in everybody)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for cutter in self.cutters:
                await cutter.stop()
                for kind, times in cutter.done.items():
                    self.report.fault(kind, times)
        return self.cuts()

    def new_dice(self) -> Random:
        """A generator of its own."""
        return Random(self.dice.random())

    async def prepare(self, urls: list[str]) -> None:
        """Sessions, a caller's pass for each, and who follows what."""
        for name in self.names:
            client = self.fleet.client(self.dice)
            await client.must("POST", "/v1/call/sessions", {"sessionId": name})
            await client.must("POST", "/v1/realtime/events", {"events": [event(name, 0, n) for n in range(6)]})
            link = await client.must("POST", f"/v1/call/sessions/{name}/join-links", {"maxUses": 5})
            seat = await client.must("POST", "/v1/join", {"token": link["joinUrl"].split("#")[1]})
            self.first[name] = int(seat["firstSequence"])
            for kind in ("sse", "ws"):
                quiet = 3 + self.dice.random()
                whole = Follower(Ways(urls, self.fleet.key), name, self.new_dice(), kind, quiet)
                own = Follower(Ways(urls, seat["pass"]), name, self.new_dice(), kind, quiet)
                self.followers += [(whole, "key"), (own, "pass")]

    async def write(self, name: str, dice: Random, stop: asyncio.Event) -> None:
        """Writes past the cutters, with repetitions of what was not answered."""
        number = 0
        while not stop.is_set():
            number += 1
            events = [event(name, number, n) for n in range(dice.randint(1, 6))]
            for _ in range(400):
                try:
                    reply = await self.fleet.client(dice).post("/v1/realtime/events", {"events": events})
                except (Cut, NotSent):
                    await asyncio.sleep(0.1)
                    continue
                if reply.status == 200 and all("event" in r for r in reply.json()["results"]):
                    break
                if reply.status != 503:
                    self.report.violation("a valid append was refused", f"{reply.status} {reply.body[:300]!r}")
                    return
                await asyncio.sleep(0.1)
            await asyncio.sleep(0.1 + dice.random() * 0.2)

    async def kill(self, stop: asyncio.Event) -> None:
        """The server dies in the middle, and once more later."""
        for pause in (0.7, 6.0, 9.0):
            try:
                async with asyncio.timeout(pause):
                    await stop.wait()
                return
            except TimeoutError:
                await self.fleet.kill_one(self.dice)
                self.report.fault("kill9")
                self.killed = True

    async def compare(self, tenants: list[Follower]) -> None:
        """Every follower against the log as a plain read gives it."""
        logs = {name: await self.log(name) for name in self.names}
        for follower, who in self.followers:
            name = str(follower.session)
            wanted = logs[name]
            if who == "pass":
                first = self.first[name]
                wanted = [e for e in wanted if e["type"].startswith(VISIBLE) and e["sequence"] > first]
            await follower.reaches(len(wanted), 30)
            what = f"{follower.kind} by {who} of {name}"
            for text in follower.wrong[:1]:
                self.report.violation("a stream was refused", f"{what}: {text}")
            if [log_of(e) for e in follower.seen] != [log_of(e) for e in wanted]:
                detail = f"{what}: {first_difference(follower.seen, wanted)}"
                self.report.violation("a follower did not end with the log", detail)
            self.report.checked[f"events by {follower.kind}"] += len(follower.seen)
        ordered = self.fleet.servers[0].database_url is None
        for tenant in tenants:
            for what, detail in await tenant_orders(tenant, logs, 30, ordered=ordered):
                self.report.violation(what, detail)
            self.report.checked["events of tenants' streams"] += len(tenant.seen)

    async def log(self, name: str) -> list[dict[str, Any]]:
        """All pages."""
        events: list[dict[str, Any]] = []
        while True:
            path = f"/v1/realtime/sessions/{name}/events?afterSequence={len(events)}&limit=1000"
            page = await self.fleet.client(self.dice).must("GET", path)
            events += page["events"]
            if not page["hasMore"]:
                return events


def event(name: str, number: int, nth: int) -> dict[str, Any]:
    """Two kinds that a caller may read, and one that it may not."""
    made = f"{number}-{nth}"
    if nth % 3 == 2:
        asked = {"actionId": made, "actionType": "note", "summary": "x" * (nth * 40), "callId": name}
        return {"eventId": made, "sessionId": name, "type": "action.proposed", "payload": asked}
    text = f"{made} " + "word " * (nth * 9)
    payload = {"utteranceId": made, "speaker": "user", "text": text.strip(), "startMs": 1, "endMs": 2}
    return {"eventId": made, "sessionId": name, "type": "transcript.final", "payload": payload}


async def place(instances: int, wanted: int, report: Report, until: float) -> None:
    """Rounds on one engine until there were enough cuts."""
    work = cleanup.work_folder("resume")
    url = await asyncio.to_thread(lambda: one(work).url) if instances > 1 else None
    fleet = await Fleet.start(work, f"r{instances}", instances, database_url=url)
    done, number = 0, 0
    try:
        while done < wanted and time.monotonic() < until:
            cuts = await Round(fleet, number, report).run(min(wanted - done, 2500), min(until, time.monotonic() + 30))
            done, number = done + cuts, number + 1
            report.did("cuts", cuts)
            report.say(f"{instances} instances: {done} of {wanted} cuts")
    finally:
        await fleet.stop()


def run(report: Report) -> None:
    """One instance on SQLite, two on PostgreSQL."""
    total = 1000 if report.quick else 100_000
    report.want(cuts=total)
    report.limits.append("Cuts are made by a proxy on loopback: packets are not lost or reordered below TCP.")
    report.limits.append(
        "On PostgreSQL the tenant's stream is held to completeness, not to order within a session (0042)."
    )
    end = time.monotonic() + report.left() - 20
    half = time.monotonic() + (end - time.monotonic()) / 2
    asyncio.run(place(1, total // 2, report, half))
    asyncio.run(place(2, total - total // 2, report, end))


if __name__ == "__main__":
    main("resume", run)
