"""Stops one of two instances on one PostgreSQL in the middle of delivering webhooks, and wakes it after its leases.

While it stands still, its clients go to the other one and repeat under the same ids, and the other one takes over its
effects. What it says after it woke is stale: it may change nothing, and nothing may be lost.
"""

from __future__ import annotations

import asyncio
import random
import time
from typing import Any

from torture.kit import cleanup
from torture.kit.book import AckBook
from torture.kit.http import Client
from torture.kit.postgres import Cluster
from torture.kit.read import by_http, by_postgres
from torture.kit.receiver import Held, Receiver, judge_deliveries, ports_of
from torture.kit.report import CouldNotRun, Report, main
from torture.kit.server import ServerProcess
from torture.kit.verdict import judge, run_verify
from torture.kit.writers import Target, Writers, make_sessions

SESSIONS = 6
#: A lease lasts 30 s; a wake that waits for it takes so long, seconds.
REAL_PAUSE = 33.0
#: The other instance looks at what is due every second; but when the paused one stands in the middle of a transaction,
#: the database ends that after 20 s, and an effect that waited for its locks is tried again after 30 s.
TAKE_OVER = 75.0
DRAIN = 120.0


class Rig:
    """Two instances, one receiver, one book."""

    def __init__(self, report: Report) -> None:
        self.report, self.work, self.dice = report, cleanup.work_folder("paused"), report.random("plan")
        self.cluster = Cluster(self.work / "pg")
        self.url = self.cluster.database()
        self.servers = [ServerProcess(self.work, name, database_url=self.url) for name in ("one", "two")]
        for server in self.servers:
            server.start()
        self.servers[1].api_key = self.servers[0].api_key
        self.book, self.receiver = AckBook(), Receiver()
        self.targets = [Target(s.url, self.servers[0].api_key) for s in self.servers]
        self.writers: list[Writers] = []
        self.sessions: list[str] = []

    async def begin(self) -> None:
        """An endpoint for everything, sessions, and writers at both instances."""
        await self.receiver.start()
        client = Client(self.servers[0].url, self.servers[0].api_key)
        made = await client.post("/v1/webhook-endpoints", {"url": self.receiver.url, "eventTypes": ["usage.*"]})
        client.close()
        if made.status != 201:
            raise CouldNotRun(f"no endpoint: {made.status} {made.body!r}")
        self.receiver.secret = made.json()["secret"]
        self.sessions = await make_sessions(self.targets[0], SESSIONS)
        for number, target in enumerate(self.targets):
            writers = Writers(target, self.sessions, self.book, self.report.random("w", number), count=2)
            writers.pace, writers.batches, writers.timeout = 0.08, 0.03, 3.0
            writers.start()
            self.writers.append(writers)

    def sql(self, query: str) -> list[str]:
        """Rows, from beside the product."""
        out = self.cluster.sql(query, self.url)
        return out.split("\n") if out else []

    async def wake(self, number: int, dice: random.Random, *, real: bool, amid: bool) -> None:
        """One pause and one wake: when the other one has done its effects, or amid its attempts of them."""
        victim = dice.randrange(2)
        server, other = self.servers[victim], self.servers[1 - victim]
        mine = await self._caught(server, dice)
        self.targets[victim].url = other.url
        self.report.fault("sigstop")
        begun, acked = time.monotonic(), self.book.counts()["acknowledged"]
        deliveries = [held.post.delivery for held in mine]
        detail = {"wake": number, "instance": server.name, "real": real, "deliveries": len(deliveries)}
        second: list[Held] = []
        if real:
            await asyncio.sleep(REAL_PAUSE)
        else:
            self.receiver.hold_only = set(deliveries) if amid else set()
            self._age(deliveries)
        if amid:
            second = await self._under_way(mine, begun)
        if not second:
            self.receiver.hold_only = set()
            await self._taken_over(deliveries, begun, detail)
            await self._goes_on(acked, detail)
        watched = [held.post.delivery for held in second] or deliveries
        look = self._leases if second else self._effects
        before = look(watched)
        # The stale answers: what the paused one hears when it wakes is not what became of the effect.
        self.receiver.release(mine, dice.choice([500, 500, 200]))
        server.resume()
        self.targets[victim].url = server.url
        await asyncio.sleep(1.0)
        after = look(watched)
        for delivery in watched:
            self.report.checked["stale results"] += 1
            if before.get(delivery) != after.get(delivery):
                change = {"before": before.get(delivery), "after": after.get(delivery), "delivery": delivery}
                self.report.violation("a stale result counted", {**detail, **change})
        if second:
            self.report.checked["stale results amid the attempts of another"] += len(second)
            self.receiver.hold_only = set()
            self.receiver.release(list(self.receiver.held), 200)
            await self._taken_over(deliveries, begun, detail)
        if not server.alive():
            self.report.violation("the paused instance ended", {**detail, "log": server.tail()})
        self.report.did("wakes")
        self.report.say(f"wake {number} of {server.name}: {len(deliveries)} effects, {self.book.counts()}")

    async def _caught(self, server: ServerProcess, dice: random.Random) -> list[Held]:
        """Stops it while it has attempts under way; those of the other are answered."""
        for _ in range(20):
            self.receiver.holding = True
            await asyncio.sleep(dice.uniform(0.2, 0.6))
            await asyncio.to_thread(server.pause)
            self.receiver.holding = False
            ports = ports_of(server.pid)
            mine = [h for h in self.receiver.held if h.post.peer in ports]
            self.receiver.release([h for h in self.receiver.held if h not in mine], 200)
            if mine:
                return mine
            server.resume()
            await asyncio.sleep(0.2)
        raise CouldNotRun("the instance delivers nothing that could be interrupted")

    def _age(self, deliveries: list[str]) -> None:
        """As if the leases of these effects had run out; the clock itself cannot be moved."""
        patterns = ",".join(f"'%{d}%'" for d in deliveries)
        self.sql(
            f"update outbox set lease_until = created_at where done_at is null and payload like any (array[{patterns}])"
        )

    async def _under_way(self, mine: list[Held], begun: float) -> list[Held]:
        """The attempts of the other instance that wait for their answers, once there are some."""
        while time.monotonic() < begun + TAKE_OVER:
            await asyncio.sleep(0.3)
            if second := [h for h in self.receiver.held if h not in mine]:
                return second
        return []

    async def _taken_over(self, deliveries: list[str], begun: float, detail: dict[str, Any]) -> None:
        """Waits until each reached the receiver a second time, from the other instance."""
        end = max(begun + REAL_PAUSE if detail["real"] else begun, time.monotonic()) + TAKE_OVER
        while time.monotonic() < end:
            done = {p.delivery for p in self.receiver.posts if p.status == 200}
            if set(deliveries) <= done and len(self._settled(deliveries)) == len(deliveries):
                return
            await asyncio.sleep(0.1)
        missing = sorted(set(deliveries) - {p.delivery for p in self.receiver.posts if p.status == 200})
        self.report.violation("nobody took over the effects of a paused instance", {**detail, "missing": missing[:5]})

    async def _goes_on(self, acked: int, detail: dict[str, Any]) -> None:
        """Waits until the other one acknowledged something, which takes a while where the paused one holds a lock."""
        end = time.monotonic() + TAKE_OVER
        while self.book.counts()["acknowledged"] == acked:
            if time.monotonic() > end:
                self.report.violation("the other instance acknowledges nothing meanwhile", detail)
                return
            await asyncio.sleep(0.05)
        self.report.checked["acknowledgements of the other instance"] += 1

    def _settled(self, deliveries: list[str]) -> list[str]:
        names = ",".join(f"'{d}'" for d in deliveries)
        return self.sql(
            f"select delivery_id from webhook_delivery where status = 'delivered' and delivery_id in ({names})"
        )

    def _effects(self, deliveries: list[str]) -> dict[str, str]:
        """Of each delivery: its status, and of its effect the fence and when it was done."""
        names = ",".join(f"'{d}'" for d in deliveries)
        rows = self.sql(
            "select d.delivery_id || '|' || d.status || ',' || d.round || ',' || coalesce(d.settled_at, 0) || ',' || "
            "coalesce((select string_agg(o.fence || ':' || coalesce(o.done_at, 0) || ':' || coalesce(o.dead_at, 0), "
            "' ' order by o.outbox_id) from outbox o where o.payload like '%' || d.delivery_id || '%'), 'none') "
            f"from webhook_delivery d where d.delivery_id in ({names})"
        )
        return dict(row.split("|", 1) for row in rows)

    def _leases(self, deliveries: list[str]) -> dict[str, str]:
        """Of each delivery: whose turn its effect is, until when, and what became of it."""
        names = ",".join(f"('{d}')" for d in deliveries)
        rows = self.sql(
            "select d.id || '|' || string_agg(o.fence || ':' || coalesce(o.lease_until, 0) || ':' || o.next_at || ':' "
            "|| coalesce(o.done_at, 0) || ':' || coalesce(o.dead_at, 0), ' ' order by o.outbox_id) "
            f"from (values {names}) d(id) join outbox o on o.payload like '%' || d.id || '%' group by d.id"
        )
        return dict(row.split("|", 1) for row in rows)

    async def finish(self) -> None:
        """Everything is delivered, and both instances and the database tell the same."""
        for writers in self.writers:
            await writers.stop()
            self.report.checked["requests"] += sum(writers.answers.values())
            if writers.odd:
                self.report.violation("an unexpected answer", {"answers": writers.odd[:3]})
        entries = self.book.snapshot()
        end = time.monotonic() + DRAIN
        while time.monotonic() < end:
            left = int(self.sql("select count(*) from outbox where done_at is null")[0])
            if left == 0:
                break
            await asyncio.sleep(0.5)
        if left:
            rows = self.sql("select kind, attempts, fence, last_error from outbox where done_at is null limit 5")
            self.report.violation("effects were left over", {"count": left, "first": rows})
        readings = {"psql": by_postgres(self.url, self.cluster.psql)}
        for server in self.servers:
            readings[server.name] = await by_http(server.url, self.servers[0].api_key, self.sessions)
        judge(self.report, entries, readings, {})
        judge_deliveries(self.report, self.receiver.posts, readings["psql"])
        self.report.figures["attempts that arrived"] = len(self.receiver.posts)
        await asyncio.to_thread(run_verify, self.report, self.servers[0], {})
        await self.receiver.stop()


async def play(report: Report) -> None:
    """All wakes, then the reckoning."""
    count, reals = (5, 1) if report.quick else (200, 4)
    report.want(wakes=count)
    rig = Rig(report)
    await rig.begin()
    await asyncio.sleep(1)
    dice = rig.dice
    # Not the first: a short wake is the quicker one to show a defect.
    slow = set(dice.sample(range(1, min(count, 20)), reals))
    for number in range(count):
        real = number in slow
        if report.left() < (REAL_PAUSE if real else 0) + 45:
            break
        await rig.wake(number, dice, real=real, amid=not real and number % 2 == 0)
        if report.violations:
            break
    await rig.finish()


def run(report: Report) -> None:
    """One world."""
    report.limits += [
        "Most pauses are short, and the leases of what was under way are moved into the past in the database instead: "
        "a lease lasts 30 s. Some pauses last longer than a lease in truth; `real` in the progress says which.",
        "Two instances, one PostgreSQL; a clock that jumps is the simulated service's.",
    ]
    asyncio.run(play(report))


if __name__ == "__main__":
    main("paused-instance", run)
