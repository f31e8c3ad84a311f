"""PostgreSQL in trouble: cut, restarted, hung, locked, cancelled. Waits are bounded, and nothing is lost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from torture.kit import cleanup
from torture.kit.aio import Client, Cut, NotSent, Reply
from torture.kit.check import Stored
from torture.kit.cutter import Cutter, Fate
from torture.kit.fleet import Fleet
from torture.kit.follow import Follower, first_difference, log_of, tenant_orders
from torture.kit.postgres_pair import Node
from torture.kit.read import by_postgres
from torture.kit.report import CouldNotRun, Report, main

SESSIONS = 10
WRITERS = 24
#: What the documentation promises: 5 s for a connection, 25 s for its answer; and a bit for a busy machine.
BOUND = 30.0
SLACK = 3.0
#: After the trouble is over.
RECOVERS_WITHIN = 10.0
NOT_STORED = {"STORE_UNAVAILABLE", "OVERLOADED"}
OURS = "from pg_stat_activity where application_name = 'callboard'"
LOCKER = "begin; select count(*) from (select 1 from event_stream for update) x; select pg_sleep({seconds}); rollback;"
#: A transaction with a number and a snapshot, that does nothing.
IDLER = "begin isolation level repeatable read; select pg_current_xact_id(); select pg_sleep({seconds}); rollback;"


@dataclass
class Sent:
    """One event, and what its writer was told."""

    session: str
    event_id: str
    sequence: int | None = None
    unknown: int = 0


class Trouble:
    """A server of PostgreSQL, a proxy before it, two instances, and clients that never stop."""

    def __init__(self, report: Report, node: Node, fleet: Fleet, cutter: Cutter) -> None:
        self.report, self.node, self.fleet, self.cutter = report, node, fleet, cutter
        self.book: list[Sent] = []
        self.names = [f"t-{n}" for n in range(SESSIONS)]
        self.acked = [0.0 for _ in fleet.clients]
        self.kind, self.over = "none", False
        self.longest: dict[str, float] = {}
        self.said: dict[str, int] = {}

    def waited(self, what: str, begun: float, reply: Reply | None) -> None:
        """How long a client waited, and whether a refusal was clear."""
        seconds = time.monotonic() - begun
        name = f"{what} during {self.kind}"
        self.longest[name] = max(self.longest.get(name, 0.0), round(seconds, 2))
        if seconds > BOUND + SLACK:
            self.report.violation("a client waited beyond the bound", f"{name}: {seconds:.1f} s")
        if reply is None or reply.status < 300:
            return
        self.said[reply.code or str(reply.status)] = self.said.get(reply.code or str(reply.status), 0) + 1
        if reply.status != 503 or reply.code not in {*NOT_STORED, "OUTCOME_UNKNOWN"}:
            self.report.violation("a refusal is not a clear 503", f"{name}: {reply.status} {reply.body[:300]!r}")
        elif "retry-after" not in reply.headers:
            self.report.violation("a 503 without Retry-After", f"{name}: {reply.code}")

    async def write(self, number: int, dice: Random) -> None:
        """One event after the other, each until it is acknowledged."""
        nth = 0
        while not self.over:
            nth += 1
            sent = Sent(dice.choice(self.names), f"w{number}-{nth}")
            self.book.append(sent)
            while sent.sequence is None:
                await self.send(sent, dice.randrange(len(self.fleet.clients)))
            await asyncio.sleep(0.05 + dice.random() * 0.1)

    async def send(self, sent: Sent, at: int) -> None:
        """One try."""
        payload = {"callId": sent.session, "turnId": sent.event_id, "owner": "user"}
        event = {"eventId": sent.event_id, "sessionId": sent.session, "payload": payload}
        begun = time.monotonic()
        reply: Reply | None = None
        try:
            body = {**event, "type": "call.turn.owner_changed"}
            reply = await self.fleet.clients[at].post("/v1/realtime/events", body, within=90)
        except (Cut, NotSent) as why:
            sent.unknown += 1
            self.report.violation("Callboard itself cut a request", str(why))
        self.waited("write", begun, reply)
        if reply is not None and reply.status in (200, 201):
            sent.sequence = int(reply.json()["event"]["sequence"])
            self.acked[at] = time.monotonic()
        else:
            sent.unknown += reply is not None and reply.code == "OUTCOME_UNKNOWN"
            await asyncio.sleep(0.2)

    async def read(self, client: Client, path: str, what: str) -> None:
        """Reads again and again."""
        while not self.over:
            begun = time.monotonic()
            reply: Reply | None = None
            try:
                reply = await client.get(path, within=90)
            except (Cut, NotSent) as why:
                self.report.violation("Callboard itself cut a request", str(why))
            if what == "read":
                self.waited(what, begun, reply)
            else:
                self.waited(what, begun, None)
                if what == "health" and (reply is None or reply.status != 200):
                    self.report.violation("/health did not answer 200", reply and reply.status)
            await asyncio.sleep(0.2)

    async def sql(self, text: str, seconds: float = 30) -> str:
        """Directly, past the proxy."""
        return await asyncio.to_thread(self.node.sql, text, seconds)

    async def terminated(self, dice: Random) -> None:
        """Its connections are ended by an administrator, some times."""
        for _ in range(3):
            await self.sql(f"select count(pg_terminate_backend(pid)) {OURS}")
            await asyncio.sleep(0.3 + dice.random() * 0.5)

    async def cancelled(self, dice: Random) -> None:
        """Its statements are cancelled, as a statement time-out does."""
        for _ in range(40):
            await self.sql(f"select count(pg_cancel_backend(pid)) {OURS} and state = 'active'")
            await asyncio.sleep(dice.random() * 0.05)

    async def cut(self, dice: Random) -> None:
        """The network between the two is gone for a while."""
        self.cutter.passing = False
        self.cutter.cut_all()
        await asyncio.sleep(1 + dice.random() * 2)
        self.cutter.passing = True

    async def restarted(self, dice: Random) -> None:
        """The server is restarted, in order or in a hurry."""
        await asyncio.to_thread(self.node.stop, dice.choice(("fast", "immediate")))
        await asyncio.sleep(dice.random() * 2)
        await asyncio.to_thread(self.node.start)

    async def killed(self, dice: Random) -> None:
        """The server dies, and is started again."""
        await asyncio.to_thread(self.node.kill)
        await asyncio.sleep(dice.random())
        await asyncio.to_thread(self.node.start)

    async def hung(self, dice: Random) -> None:
        """The server stands still, its connections open; in the long form for longer than anybody is kept waiting."""
        await asyncio.to_thread(self.node.pause)
        await asyncio.sleep(7 if self.report.quick or dice.random() < 0.7 else 45)
        await asyncio.to_thread(self.node.resume)

    async def locked(self, dice: Random) -> None:
        """Somebody holds the rows that every write needs: writes time out, and hold all connections meanwhile."""
        await self.sql(LOCKER.format(seconds=12 + dice.random()), 60)

    async def held(self, dice: Random) -> None:
        """A long transaction holds the horizon: sessions' streams go on, the tenant's waits for it, by design."""
        before = [f for f in self.live if f.session is not None]
        counts = [len(f.seen) for f in before]
        await self.sql(IDLER.format(seconds=4 + dice.random()), 60)
        still = [f"{f.session}" for f, n in zip(before, counts, strict=True) if len(f.seen) == n]
        if len(still) > len(before) // 2:
            self.report.violation("sessions' streams stood still during a long transaction", still)

    async def recovered(self) -> None:
        """Writes are acknowledged through every instance, which are the same processes as before."""
        over = time.monotonic()
        while min(self.acked) < over:
            if time.monotonic() - over > RECOVERS_WITHIN + SLACK:
                self.report.violation("an instance did not recover", f"{self.kind}: {[a - over for a in self.acked]}")
                break
            await asyncio.sleep(0.02)
        name = f"recovery after {self.kind}"
        self.longest[name] = max(self.longest.get(name, 0.0), round(time.monotonic() - over, 2))
        for server, pid in zip(self.fleet.servers, self.pids, strict=True):
            if not server.alive() or server.pid != pid:
                self.report.violation("an instance ended", self.kind)
                raise CouldNotRun("an instance ended; nothing further can be said")

    async def run(self, wanted: int) -> None:
        """Troubles, one after the other, and what remains of it all."""
        dice = self.report.random("plan")
        self.pids = [s.pid for s in self.fleet.servers]
        tenant = Follower(self.fleet, None, dice, "sse")
        self.live = [tenant, *(Follower(self.fleet, n, dice, k) for n in self.names for k in ("sse", "ws"))]
        tasks: list[asyncio.Task[None]] = [asyncio.create_task(tenant.run())]
        await tenant.opened(30)
        for name in self.names:
            await self.fleet.clients[0].must("POST", "/v1/call/sessions", {"sessionId": name})
        tasks += [asyncio.create_task(f.run()) for f in self.live[1:]]
        try:
            await self.troubles(wanted, dice, tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def troubles(self, wanted: int, dice: Random, followers: list[asyncio.Task[None]]) -> None:
        """The writers and the plan."""
        writers = [asyncio.create_task(self.write(n, self.report.random("w", n))) for n in range(WRITERS)]
        for client in self.fleet.clients:
            paths = (("read", f"/v1/realtime/sessions/{self.names[0]}/events"), ("ready", "/health/ready"))
            for what, path in (*paths, ("health", "/health")):
                writers.append(asyncio.create_task(self.read(client, path, what)))
        plan: list[tuple[str, Callable[[Random], Awaitable[None]]]] = []
        try:
            while self.report.ran["troubles"] < wanted and self.report.left() > 60 * (not self.report.quick):
                plan = plan or dice.sample(self.kinds(), len(self.kinds()))
                self.kind, trouble = plan.pop()
                await trouble(dice)
                self.report.fault(self.kind)
                await self.recovered()
                self.report.did("troubles")
                self.report.say(f"{self.kind}: {len(self.book)} events, {self.said}")
                self.kind = "none"
            gone = [t for t in (*writers, *followers) if t.done()]
            if gone:
                raise CouldNotRun(f"a client of the rig ended: {gone[0].exception()!r}")
            # Everybody hears the end of what they asked: nothing is under way when the logs are compared.
            self.over = True
            await asyncio.gather(*writers)
        finally:
            for task in writers:
                task.cancel()
            await asyncio.gather(*writers, return_exceptions=True)
        await self.compare()

    def kinds(self) -> list[tuple[str, Callable[[Random], Awaitable[None]]]]:
        """All troubles."""
        return [
            ("terminated", self.terminated),
            ("cancelled", self.cancelled),
            ("cut", self.cut),
            ("restart", self.restarted),
            ("kill9", self.killed),
            ("sigstop", self.hung),
            ("locks", self.locked),
            ("long transaction", self.held),
        ]

    async def compare(self) -> None:
        """The database against what was acknowledged, and every follower against the log."""
        logs: dict[str, list[dict[str, Any]]] = {}
        for name in self.names:
            logs[name] = await whole_log(self.fleet.clients[0], name)
        for follower in self.live[1:]:
            log = logs[str(follower.session)]
            await follower.reaches(len(log), 20)
            if [log_of(e) for e in follower.seen] != [log_of(e) for e in log]:
                detail = f"{follower.kind} {first_difference(follower.seen, log)}"
                self.report.violation("a follower did not end with the log", detail)
        for what, detail in await tenant_orders(self.live[0], logs, 20, ordered=False):
            self.report.violation(what, detail)
        stored = await asyncio.to_thread(by_postgres, self.node.url, str(self.node.bin / "psql"))
        judge(self.report, self.book, stored)


async def whole_log(client: Client, name: str) -> list[dict[str, Any]]:
    """All pages."""
    events: list[dict[str, Any]] = []
    while True:
        page = await client.must("GET", f"/v1/realtime/sessions/{name}/events?afterSequence={len(events)}&limit=1000")
        events += page["events"]
        if not page["hasMore"]:
            return events


def judge(report: Report, book: list[Sent], logs: dict[str, list[Stored]]) -> None:
    """What was acknowledged is where it was said to be, once; what was refused each time is not there."""
    for session, log in logs.items():
        if [e.sequence for e in log] != list(range(1, len(log) + 1)):
            report.violation("a log has a gap or a repeated place", session)
        if len({e.event_id for e in log}) != len(log):
            report.violation("a log holds an event twice", session)
    places = {(session, e.event_id): e.sequence for session, log in logs.items() for e in log}
    for sent in book:
        found = places.get((sent.session, sent.event_id))
        if sent.sequence is not None and found != sent.sequence:
            report.violation("an acknowledged event is lost or moved", f"{sent.event_id}: {sent.sequence}, {found}")
        report.checked["acknowledged events"] += sent.sequence is not None
    report.unknown = sum(s.unknown for s in book)


async def play(report: Report, node: Node, work: Path, wanted: int) -> None:
    """Two instances, who see the server through the proxy alone."""
    cutter = Cutter((node.host, node.port), Fate)
    port = (await cutter.start()).rsplit(":", 1)[1]
    url = node.url.replace(f":{node.port}/", f":{port}/")
    fleet = await Fleet.start(work, "t", 2, database_url=url)
    trouble = Trouble(report, node, fleet, cutter)
    try:
        await trouble.run(wanted)
    finally:
        report.figures["longest seconds"] = dict(sorted(trouble.longest.items()))
        report.figures["refusals"] = trouble.said
        report.figures["bound in seconds"] = BOUND
        await fleet.stop()
        await cutter.stop()


def run(report: Report) -> None:
    """One server of PostgreSQL."""
    work = cleanup.work_folder("trouble")
    wanted = 8 if report.quick else 60
    report.want(troubles=wanted)
    report.limits.append("The server hangs by SIGSTOP and is cut off by a proxy: its disk and its memory are sound.")
    report.limits.append(
        "During a long transaction the tenant's stream waits for it, by design; sessions' streams do not."
    )
    asyncio.run(play(report, Node(work, "postgres").make().start(), work, wanted))


if __name__ == "__main__":
    main("postgres-trouble", run)
