"""Instances: two, then three on one database, with webhooks and clients spread over them: one order, one effect."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from random import Random
from typing import Any

from torture.kit import cleanup
from torture.kit.aio import Client, Cut, NotSent
from torture.kit.fleet import Fleet
from torture.kit.follow import Follower, first_difference, log_of, tenant_orders
from torture.kit.livekit import LiveKit
from torture.kit.postgres_pair import one
from torture.kit.provider import Call, deliver
from torture.kit.report import Report, main

CALLS = 8
#: Facts that happen once in each of these calls, whoever was told of them and how often.
ONCE = {"call.started": 1, "call.connected": 1, "call.participant.joined": 2, "call.track.published": 1}


class One:
    """One instance, as a follower's way in."""

    def __init__(self, client: Client) -> None:
        self.only = client

    def client(self, dice: Random) -> Client:
        """Always the same."""
        return self.only


class Round:
    """Some calls under everything at once."""

    def __init__(self, fleet: Fleet, livekit: LiveKit, number: int, report: Report) -> None:
        self.fleet, self.livekit, self.report = fleet, livekit, report
        self.dice = report.random("round", fleet.name, number)
        self.names = [f"{fleet.name}-{report.seed}-{number}-{n}" for n in range(CALLS)]
        self.hooks = [Client(c.url) for c in fleet.clients]
        #: By event: when its writer had the answer, and through which instance.
        self.answered: dict[tuple[str, str], tuple[int, int]] = {}
        self.own: list[float] = []
        self.others: list[float] = []

    async def run(self) -> None:
        """Calls, writers, webhooks and a follower of each call at each instance; then the comparison."""
        dices = Random(self.dice.random())
        follows = [
            (at, Follower(One(c), n, dices, "sse")) for at, c in enumerate(self.fleet.clients) for n in self.names
        ]
        tenants = [Follower(One(c), None, dices, "sse") for c in self.fleet.clients]
        tasks = [asyncio.create_task(t.run()) for t in tenants]
        try:
            await asyncio.gather(*(t.opened(30) for t in tenants))
            await asyncio.gather(*(self.call(n, Random(self.dice.random()), follows, tasks) for n in self.names))
            await self.compare(follows, tenants)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for hook in self.hooks:
                hook.close()

    async def call(
        self, name: str, dice: Random, follows: list[tuple[int, Follower]], tasks: list[asyncio.Task[None]]
    ) -> None:
        """One call: people, what the provider tells of them, and what is written meanwhile."""
        call = Call(self.livekit, name)
        await call.open(dice.choice(self.fleet.clients), {"ann": "caller", "bot": "agent"})
        tasks += [asyncio.create_task(f.run()) for _, f in follows if f.session == name]
        call.here("ann", f"PA_{name}_1")
        call.here("bot", f"PA_{name}_2", "AGENT")
        told = [
            call.webhook("room_started"),
            call.joined("ann", f"PA_{name}_1"),
            call.joined("bot", f"PA_{name}_2", "AGENT"),
            call.published("ann", f"PA_{name}_1", f"TR_{name}"),
        ]
        storm = [self.tell(body, Random(dice.random())) for body in told]
        await asyncio.gather(*storm, *(self.write(name, n, Random(dice.random())) for n in range(3)))

    async def tell(self, body: bytes, dice: Random) -> None:
        """One webhook, to several instances at the same time, and later once more."""
        await asyncio.sleep(dice.random() * 0.5)
        await asyncio.gather(*(deliver(hook, body) for hook in self.hooks))
        self.report.fault("repeated webhook", len(self.hooks))
        await asyncio.sleep(dice.random())
        await deliver(dice.choice(self.hooks), body)

    async def write(self, name: str, number: int, dice: Random) -> None:
        """Events through any instance; some are sent twice at the same time, to two."""
        for nth in range(12):
            at = dice.randrange(len(self.fleet.clients))
            event_id = f"{number}-{nth}"
            payload = {"callId": name, "turnId": event_id, "owner": "user"}
            event = {"eventId": event_id, "sessionId": name, "type": "call.turn.owner_changed", "payload": payload}
            ways = [at, (at + 1) % len(self.fleet.clients)] if dice.random() < 0.3 else [at]
            replies = await asyncio.gather(*(self.send(w, event) for w in ways))
            if len({r["event"]["sequence"] for r in replies}) != 1 or sum(not r["deduped"] for r in replies) > 1:
                self.report.violation("an event that was sent twice was stored twice", f"{name} {event_id}: {replies}")
            if len(ways) == 1:
                self.answered[name, event_id] = (time.monotonic_ns(), at)
            else:
                self.report.fault("simultaneous duplicate")
            await asyncio.sleep(dice.random() * 0.2)

    async def send(self, at: int, event: dict[str, Any]) -> dict[str, Any]:
        """Until it is answered."""
        while True:
            try:
                reply = await self.fleet.clients[at].post("/v1/realtime/events", event)
                if reply.status in (200, 201):
                    found: dict[str, Any] = reply.json()
                    return found
                if reply.status != 503:
                    raise RuntimeError(f"a valid append was refused: {reply.status} {reply.body[:300]!r}")
            except (Cut, NotSent):
                pass
            await asyncio.sleep(0.1)

    async def compare(self, follows: list[tuple[int, Follower]], tenants: list[Follower]) -> None:
        """Every instance gives the same log, every follower saw it, and each fact is in it once."""
        logs: dict[str, list[dict[str, Any]]] = {}
        for name in self.names:
            path = f"/v1/realtime/sessions/{name}/events?limit=1000"
            pages = [(await c.must("GET", path))["events"] for c in self.fleet.clients]
            logs[name] = pages[0]
            if any([log_of(e) for e in p] != [log_of(e) for e in pages[0]] for p in pages[1:]):
                self.report.violation("instances give different logs", name)
            kinds = Counter(e["type"] for e in pages[0])
            if {k: kinds[k] for k in ONCE} != ONCE:
                self.report.violation("a fact is missing or is there twice", f"{name}: {dict(kinds)}")
            if [e["sequence"] for e in pages[0]] != list(range(1, len(pages[0]) + 1)):
                self.report.violation("a log has a gap", name)
            self.report.checked["facts of webhooks"] += sum(kinds[k] for k in ONCE)
        for at, follower in follows:
            await follower.reaches(len(logs[str(follower.session)]), 20)
            if [log_of(e) for e in follower.seen] != [log_of(e) for e in logs[str(follower.session)]]:
                detail = f"{follower.session}: {first_difference(follower.seen, logs[str(follower.session)])}"
                self.report.violation("a follower did not see the log", detail)
            self.measure(at, follower)
            self.report.checked["events followed"] += len(follower.seen)
        for tenant in tenants:
            for what, detail in await tenant_orders(tenant, logs, 20, ordered=False):
                self.report.violation(what, detail)

    def measure(self, at: int, follower: Follower) -> None:
        """From the writer's answer to the follower's sight; what was seen before the answer took no time."""
        for moment, event in follower.arrivals:
            found = self.answered.get((event["sessionId"], event["eventId"]))
            if found is not None:
                (self.own if found[1] == at else self.others).append(max(0, moment - found[0]) / 1e6)


def figures(values: list[float]) -> dict[str, float]:
    """Middle, 99th and worst, in milliseconds."""
    ordered = sorted(values) or [0.0]
    return {
        "p50": round(ordered[len(ordered) // 2], 1),
        "p99": round(ordered[int(len(ordered) * 0.99)], 1),
        "max": round(ordered[-1], 1),
    }


async def play(report: Report) -> None:
    """Two instances, then three, each with a database of their own."""
    livekit = LiveKit()
    await livekit.start()
    rounds = 1 if report.quick else 30
    for instances in (2, 3):
        work = cleanup.work_folder("instances")
        url = (await asyncio.to_thread(one, work)).url
        fleet = await Fleet.start(work, f"i{instances}", instances, database_url=url, env=livekit.env())
        own: list[float] = []
        others: list[float] = []
        for number in range(rounds):
            if report.left() < 40 * (3 - instances) + 15:
                break
            played = Round(fleet, livekit, number, report)
            await played.run()
            own, others = own + played.own, others + played.others
            report.did("calls", CALLS)
        report.figures[f"{instances} instances, seen on the same one, ms"] = figures(own)
        report.figures[f"{instances} instances, seen on another, ms"] = figures(others)
        report.say(f"{instances} instances: same {figures(own)}, another {figures(others)}")
        await fleet.stop()
        wrong = await asyncio.to_thread(fleet.verify)
        report.checked["verify"] += 1
        if wrong:
            report.violation("callboard verify found something", wrong)
    livekit.stop()


def run(report: Report) -> None:
    """Two sizes of a fleet."""
    report.want(calls=2 * CALLS * (1 if report.quick else 30))
    report.limits.append(
        "All instances share one machine: the extra hop is without a network, and with two cores for all."
    )
    asyncio.run(play(report))


if __name__ == "__main__":
    main("instances", run)
