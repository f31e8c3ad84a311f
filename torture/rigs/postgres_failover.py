"""PostgreSQL failover: the primary dies, hangs or is cut off; its standby takes over, and what is old stays out."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from torture.kit import cleanup, netns
from torture.kit.aio import Client, Cut, NotSent
from torture.kit.check import Stored
from torture.kit.postgres_pair import Node
from torture.kit.read import by_postgres
from torture.kit.report import CouldNotRun, Report, main
from torture.kit.server import NotServing, ServerProcess

MODULE = "torture.rigs.postgres_failover"
#: The last one takes half a minute, TCP's patience; the short form leaves it out.
KINDS = ("kill9", "sigstop", "cancelled wait", "partition")
PASSWORD = "of-rigs-only"  # noqa: S105
WRITERS = 6
#: Of a process that may not go on.
FENCED = 74


@dataclass
class Sent:
    """One event, and what its writer was told."""

    session: str
    event_id: str
    sequence: int | None = None
    acked_at: float = 0.0
    unknown: int = 0


@dataclass
class Guarded:
    """An instance with its supervisor: it is started again whenever it ends."""

    server: ServerProcess
    #: When each process was started, and with what it ended.
    lives: list[tuple[float, int | None]] = field(default_factory=list)
    down: bool = False

    async def watch(self) -> None:
        """Until it is cancelled."""
        while True:
            if not self.server.alive():
                code = self.server.wait(0)
                if self.lives:
                    self.lives[-1] = (self.lives[-1][0], code)
                self.server.reap()
                try:
                    begun = time.monotonic()
                    await asyncio.to_thread(self.server.start, 20)
                    self.lives.append((begun, None))
                except NotServing:
                    await asyncio.to_thread(self.server.reap)
            await asyncio.sleep(0.05)


class Pair:
    """Two PostgreSQL servers, each on a machine of its own; one of them is the primary."""

    def __init__(self, work: Path) -> None:
        netns.bridge()
        self.machines = [netns.Machine("a", 2), netns.Machine("b", 3)]
        self.nodes = [
            Node(work, f"pg-{m.name[-1]}", host=m.host, port=5432, namespace=m.name, password=PASSWORD)
            for m in self.machines
        ]
        self.at = 0
        self.primary.make().start()
        self.follow()

    @property
    def primary(self) -> Node:
        """Whoever takes writes."""
        return self.nodes[self.at]

    @property
    def standby(self) -> Node:
        """The other one."""
        return self.nodes[1 - self.at]

    def follow(self) -> None:
        """A new standby, which every commit waits for from now on."""
        self.standby.copy_of(self.primary).start()
        self.primary.say_sync("*")
        self.primary.await_sync()

    @property
    def url(self) -> str:
        """Both, as Callboard is told: it takes the one that takes writes."""
        hosts = ",".join(f"{n.host}:{n.port}" for n in self.nodes)
        return f"postgres://callboard:{PASSWORD}@{hosts}/postgres"


class Run:
    """The whole run: instances and writers go on through all failovers."""

    def __init__(self, report: Report, pair: Pair, work: Path) -> None:
        self.report, self.pair, self.work = report, pair, work
        self.book: list[Sent] = []
        self.sessions: list[str] = []
        self.guarded: list[Guarded] = []
        self.clients: list[Client] = []
        self.key = ""

    async def start(self) -> None:
        """Two instances, and the writers' sessions."""
        env = {"CALLBOARD_LOG": "warn"}
        for n in range(2):
            server = ServerProcess(self.work, f"f{n}", database_url=self.pair.url, env=env)
            begun = time.monotonic()
            await asyncio.to_thread(server.start)
            server.listen = f"127.0.0.1:{server.port}"
            self.key = self.key or server.api_key
            self.guarded.append(Guarded(server, [(begun, None)]))
            self.clients.append(Client(server.url, self.key))
        for n in range(WRITERS):
            self.sessions.append(f"s-{n}")
            await self.clients[0].must("POST", "/v1/call/sessions", {"sessionId": f"s-{n}"})

    async def write(self, number: int, dice: Random) -> None:
        """Writes one event after the other until it is cancelled; each until it is acknowledged."""
        nth = 0
        while True:
            nth += 1
            session = self.sessions[(number + nth) % WRITERS]
            sent = Sent(session, f"w{number}-{nth}")
            self.book.append(sent)
            await self.deliver(sent, dice)
            await asyncio.sleep(dice.random() * 0.02)

    async def deliver(self, sent: Sent, dice: Random) -> None:
        """Sends until it is acknowledged."""
        payload = {"callId": sent.session, "turnId": sent.event_id, "owner": "user"}
        body = {
            "eventId": sent.event_id,
            "sessionId": sent.session,
            "type": "call.turn.owner_changed",
            "payload": payload,
        }
        while sent.sequence is None:
            try:
                reply = await dice.choice(self.clients).post("/v1/realtime/events", body, within=6)
            except NotSent:
                await asyncio.sleep(0.1)
                continue
            except Cut:
                sent.unknown += 1
                continue
            if reply.status in (200, 201):
                sent.sequence, sent.acked_at = int(reply.json()["event"]["sequence"]), time.monotonic()
            elif reply.status == 503:
                sent.unknown += reply.code == "OUTCOME_UNKNOWN"
                await asyncio.sleep(0.1)
            else:
                return self.report.violation("a valid append was refused", f"{reply.status} {reply.body[:400]!r}")

    def acked_since(self, moment: float) -> int:
        """How many events were acknowledged after a moment."""
        return sum(1 for s in self.book if s.acked_at > moment)

    async def failover(self, kind: str, dice: Random) -> None:
        """The primary is hurt, the standby promoted, old processes are fenced out, the old primary comes back."""
        old, new, machine = self.pair.primary, self.pair.standby, self.pair.machines[self.pair.at]
        await asyncio.sleep(0.5 + dice.random())
        before = [(g, g.lives[-1][0]) for g in self.guarded]
        if kind == "cancelled wait":
            await self.cancelled(old)
        hurt = {"sigstop": old.pause, "partition": machine.cut}.get(kind, old.kill)
        await asyncio.to_thread(hurt)
        self.pair.machines[1 - self.pair.at].mend()
        self.report.fault(kind)
        await asyncio.sleep(0.2 + dice.random() * 0.5)
        await asyncio.to_thread(new.promote)
        self.pair.at = 1 - self.pair.at
        await self.fence(new)
        fenced = time.monotonic()
        if kind == "sigstop":
            await self.wakes(old, dice)
        await self.goes_on(fenced, kind)
        await self.successors(before)
        await self.returns(old, machine, kind)
        await asyncio.to_thread(old.kill)
        machine.mend()
        await asyncio.to_thread(self.pair.follow)

    async def cancelled(self, old: Node) -> None:
        """The standby is cut off, commits wait for it, and somebody cancels their waiting.

        The server then says that the commit is done, with a warning that the standby may not have it.
        """
        self.pair.machines[1 - self.pair.at].cut()
        await asyncio.sleep(0.5)
        waiting = "from pg_stat_activity where wait_event = 'SyncRep'"
        for _ in range(3):
            told = await asyncio.to_thread(old.sql, f"select count(pg_cancel_backend(pid)) {waiting}")
            self.report.checked["waits for the standby that were cancelled"] += int(told)
            await asyncio.sleep(0.2)

    async def fence(self, new: Node) -> None:
        """`callboard fence` on the new primary; it gives up when a write holds it too long, so it is asked again."""
        helper = ServerProcess(self.work, "fence", database_url=new.url)
        for _ in range(5):
            done = await asyncio.to_thread(helper.run, "fence")
            if done.returncode == 0:
                return
        raise CouldNotRun(f"fence: {done.stderr[-500:]}")

    async def wakes(self, old: Node, dice: Random) -> None:
        """A primary that hung wakes up after it was replaced, with our connections still open; then it is stopped."""
        old.resume()
        woken = time.monotonic()
        await asyncio.sleep(1 + dice.random())
        self.report.checked["acknowledged while the old primary was awake"] += self.acked_since(woken)
        await asyncio.to_thread(old.kill)

    async def goes_on(self, since: float, kind: str) -> None:
        """Writes are acknowledged again, without anybody's help."""
        end = time.monotonic() + 60
        while self.acked_since(since) < WRITERS:
            if time.monotonic() > end:
                self.report.violation("no write was acknowledged within 60 s of a failover", kind)
                return
            await asyncio.sleep(0.05)
        first = min(s.acked_at for s in self.book if s.acked_at > since) - since
        longest = self.report.figures.setdefault("longest seconds from fence to the first write", {})
        longest[kind] = max(longest.get(kind, 0.0), round(first, 2))

    async def fence_alone(self) -> None:
        """A fence while all is well: no lost connection and no other timeline tells the processes of the past."""
        await asyncio.sleep(0.5)
        before = [(g, g.lives[-1][0]) for g in self.guarded]
        await self.fence(self.pair.primary)
        fenced = time.monotonic()
        await self.successors(before, within=30)
        await self.goes_on(fenced, "fence alone")
        self.report.checked["fences without a failover"] += 1

    async def successors(self, before: list[tuple[Guarded, float]], within: float = 60) -> None:
        """Every process of the past has ended with 74, and its successor serves."""
        end = time.monotonic() + within
        for guarded, begun in before:
            while guarded.lives[-1][0] == begun and time.monotonic() < end:
                await asyncio.sleep(0.05)
            codes = [code for start, code in guarded.lives if start == begun]
            self.report.checked["processes of the past"] += 1
            if codes != [FENCED]:
                self.report.violation("a process of the past did not exit with 74", codes)

    async def returns(self, old: Node, machine: netns.Machine, kind: str) -> None:
        """The old primary is back, takes connections, and none of our writes; the instances do not mind."""
        if kind == "partition":
            machine.mend()
        else:
            await asyncio.to_thread(old.start)
        held = await asyncio.to_thread(old.sql, "select count(*) from event")
        since = time.monotonic()
        await asyncio.sleep(1.0)
        now = await asyncio.to_thread(old.sql, "select count(*) from event")
        self.report.checked["old primaries that came back"] += 1
        if held != now:
            self.report.violation("the old primary took writes when it came back", f"{held} events became {now}")
        if not self.acked_since(since):
            self.report.violation("writes stood still when the old primary came back", kind)

    async def compare(self) -> None:
        """What was acknowledged against the database itself."""
        acknowledged = [s for s in self.book if s.sequence is not None]
        logs = await asyncio.to_thread(by_postgres, self.pair.primary.url, str(self.pair.primary.bin / "psql"))
        for session in self.sessions:
            log = logs.get(session, [])
            if [e.sequence for e in log] != list(range(1, len(log) + 1)):
                self.report.violation("a log has a gap or a repeated place", session)
            if len({e.event_id for e in log}) != len(log):
                self.report.violation("a log holds an event twice", session)
        places: dict[tuple[str, str], Stored] = {(s, e.event_id): e for s, log in logs.items() for e in log}
        for sent in acknowledged:
            found = places.get((sent.session, sent.event_id))
            if found is None:
                self.report.violation("an acknowledged event is lost", f"{sent.session} {sent.event_id}")
            elif found.sequence != sent.sequence:
                self.report.violation("an acknowledged event moved", f"{sent.event_id}: {sent.sequence}")
        known = {(s.session, s.event_id) for s in self.book}
        for key in places:
            if key not in known and not key[1].startswith("cb:"):
                self.report.violation("the log holds an event that nobody sent", key)
        self.report.checked["acknowledged events"] = len(acknowledged)
        self.report.unknown = sum(s.unknown for s in self.book)


async def play(report: Report, run: Run, wanted: int) -> None:
    """All failovers, one after the other, under the same writers."""
    await run.start()
    dice = report.random("plan")
    kinds: list[str] = []
    tasks: list[asyncio.Task[Any]] = [asyncio.create_task(g.watch()) for g in run.guarded]
    tasks += [asyncio.create_task(run.write(n, report.random("writer", n))) for n in range(WRITERS)]
    try:
        await run.fence_alone()
        while report.ran["failovers"] < wanted and report.left() > 25:
            if not kinds:
                kinds = dice.sample(KINDS[:3] if report.quick else KINDS, 3 if report.quick else 4)
            await run.failover(kind := kinds.pop(), dice)
            report.did("failovers")
            await run.compare()
            report.say(f"{kind}: {report.ran['failovers']} of {wanted}, {len(run.book)} events")
        for task in tasks:
            if task.done() and not task.cancelled() and task.exception():
                raise CouldNotRun(f"a writer or a supervisor ended: {task.exception()!r}")
    finally:
        for task in tasks:
            task.cancel()
        with suppress(Exception):
            await asyncio.gather(*tasks, return_exceptions=True)
    for guarded in run.guarded:
        await asyncio.to_thread(guarded.server.stop)
    await run.compare()


def run(report: Report) -> None:
    """Two PostgreSQL servers on machines of their own, two instances of Callboard, and writers that never stop."""
    work = cleanup.work_folder("failover")
    wanted = 3 if report.quick else 50
    report.want(failovers=wanted)
    report.limits.append("Who decides to promote is the rig: no cluster manager is tested. One standby, synchronous.")
    report.limits.append(
        "A primary that hangs is stopped for good after it woke up; an awake stale primary is a limit of 0044."
    )
    asyncio.run(play(report, Run(report, Pair(work), work), wanted))


if __name__ == "__main__":
    netns.enter(MODULE)
    main("postgres-failover", run)
