"""Rolling upgrade: two instances under load become the next version one after the other; nothing is lost or dropped.

The next version has a migration more, so that an old instance works for a while beside a schema that it does not know.
In the long form also without one, there and back, and with a kill in place of the stop.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from random import Random
from typing import Any

from torture.kit import cleanup
from torture.kit.aio import Client
from torture.kit.book import AckBook, Entry
from torture.kit.crowd import Crowd, read_log
from torture.kit.follow import first_difference, log_of, tenant_orders
from torture.kit.instance import Instance, UnderWay, Version, versions
from torture.kit.livekit import LiveKit
from torture.kit.postgres import Cluster, free_port
from torture.kit.read import by_http, by_postgres
from torture.kit.receiver import judge_deliveries
from torture.kit.report import Broken, Report, main
from torture.kit.roundrobin import RoundRobin, Way
from torture.kit.verdict import judge, run_verify

#: What the runbook says of a binary that is older than the data.
OLDER = "This binary is older than the data: it does not know the migration 0"
#: A lease of an effect, seconds: nothing waits longer for an instance that is gone.
LEASE = 30.0
#: A stop leaves nothing to a lease, seconds. What is measured is mostly the backlog of a call at an endpoint that takes
#: its time and gets one after the other; after a kill it begins when the lease of the first one has run out.
IN_ORDER = 20.0
#: The longest time without an acknowledgement or without a word to a follower, seconds; far above what is usual.
SILENCE = 10.0
#: A stop drains for at most 10 s.
STOPS_WITHIN = 12.0
UNDER_WAY = 4
#: How much later the last of them is finished at the first stop of a round, seconds. Effects that are under way keep a
#: process for up to 5 s, whatever becomes of requests; after that the request alone does. Within the 10 s of the drain.
OUTLASTS = 6.5
#: What becomes of both instances, and how they are ended: `stop`, or `kill`.
PLANS = {
    "migration": (["migration"], "stop"),
    "there and back": (["plain", "old"], "stop"),
    "killed": (["migration"], "kill"),
}
ORDER = ["migration", "there and back", "killed", "migration"]


class Stage:
    """Two instances on a database of their own, the proxy, and everybody who uses them."""

    def __init__(self, work: Path, cluster: Cluster, livekit: LiveKit, number: int, report: Report) -> None:
        self.report, self.dice = report, report.random("round", number)
        self.versions, self.url, self.cluster = versions(), cluster.database(), cluster
        ports = [free_port() for _ in range(3)]
        rates = {"CALLBOARD_RATE_PASSES_PER_SECOND": "100000", "CALLBOARD_RATE_KEYS_PER_SECOND": "100000"}
        public = {"CALLBOARD_PUBLIC_URL": f"http://127.0.0.1:{ports[2]}", "CALLBOARD_LOG": "info"}
        self.common = {**rates, **public, "CALLBOARD_RATE_JOINS_PER_MINUTE": "1000000", **livekit.env()}
        self.instances = [
            Instance(work, f"u{number}-{name}", database_url=self.url, listen=f"127.0.0.1:{port}")
            for name, port in zip(("one", "two"), ports, strict=False)
        ]
        self.proxy_port, self.livekit, self.number = ports[2], livekit, number
        self.proxy = RoundRobin([Way(i.name, f"http://{i.listen}") for i in self.instances])
        self.key, self.book = "", AckBook()
        self.crowd: Crowd
        #: When which instance was being replaced, and whether it had been taken out of the proxy before.
        self.changes: list[tuple[str, float, float, bool]] = []

    async def begin(self) -> None:
        """Both instances of the old version, and the load."""
        for instance in self.instances:
            instance.become(self.versions["old"], self.common)
            await asyncio.to_thread(instance.start, 60)
            self.key = self.key or instance.api_key
        for instance in self.instances:
            instance.api_key = self.key
        await self.proxy.start(self.proxy_port)
        self.crowd = Crowd(self.proxy.url, self.key, self.livekit, self.report, self.dice, self.number)
        self.book = self.crowd.book
        await self.crowd.begin()

    async def health(self, instance: Instance) -> dict[str, Any]:
        """What it says of itself; Broken when nothing."""
        client = Client(instance.url)
        try:
            found: dict[str, Any] = await client.must("GET", "/health", within=10)
        finally:
            client.close()
        return found

    async def replace(self, at: int, version: Version, how: str) -> None:
        """The runbook's steps for one instance. `kill`: it dies in place of being stopped."""
        instance, way = self.instances[at], self.proxy.ways[at]
        before = (await self.health(instance))["version"]
        taken_out = how == "stop" and self.dice.random() < 0.5
        begun = time.monotonic()
        if taken_out:
            way.out = True
            # What was sent before is answered; streams stay until they are told.
            await asyncio.sleep(1.0)
        if how == "kill":
            await asyncio.to_thread(instance.kill)
            self.report.fault("kill9")
        else:
            await self.stop(instance)
        instance.become(version, self.common)
        await asyncio.to_thread(instance.start, 60)
        await self.serves(instance, way)
        after = (await self.health(instance))["version"]
        if (after == before) == (version.name != "old" or before.endswith("+next")):
            self.report.violation("an instance does not say its version", (version.name, before, after))
        self.changes.append((instance.name, begun, time.monotonic(), taken_out))
        self.report.fault("instance replaced")
        self.report.did("instances replaced")
        took = time.monotonic() - begun
        self.report.say(f"{instance.name}: {before} became {after} in {took:.1f} s ({how}, out first: {taken_out})")

    async def stop(self, instance: Instance) -> None:
        """SIGTERM in the middle of requests: they are answered, and it ends in time and in order."""
        dice = Random(self.dice.random())
        halves = []
        for n in range(UNDER_WAY):
            name = f"{instance.name}-{time.monotonic_ns()}-{n}"
            payload = {"meterId": "under way", "billableSeconds": n, "filler": "x" * 2000}
            entry = Entry(dice.choice(self.crowd.sessions), name, "usage.tick", payload)
            halves.append(await UnderWay.begin(instance, self.key, entry, self.book))
        ending = asyncio.create_task(asyncio.to_thread(instance.stop, STOPS_WITHIN))
        later = 0.0 if self.changes else OUTLASTS
        for pause, some in ((0.1 + dice.random() * 0.4, halves[:-1]), (later, halves[-1:])):
            await asyncio.sleep(pause)
            for half in some:
                wrong = await half.finish(self.book)
                self.report.checked["requests under way at a stop"] += 1
                if wrong:
                    self.report.violation("a stop cut a request that was under way", (instance.name, wrong))
        code = await ending
        self.report.fault("sigterm")
        if code != 0:
            self.report.violation("a stop did not end in order", (instance.name, code, instance.tail(400)))

    async def serves(self, instance: Instance, way: Way) -> None:
        """Until the proxy's health check finds it ready; then it is back in."""
        end = time.monotonic() + 30
        while not way.ready:
            if time.monotonic() > end:
                raise Broken(f"{instance.name} does not get ready: {instance.tail(600)}")
            await asyncio.sleep(0.05)
        way.out = False

    async def between(self) -> None:
        """The first one has migrated: the old one beside it works on, and could not start again."""
        old = self.instances[1]
        client = Client(old.url, self.key)
        try:
            for n in range(5):
                event = {"meterId": "beside", "billableSeconds": n}
                entry = Entry(self.crowd.sessions[0], f"beside-{self.number}-{n}", "usage.tick", event)
                self.book.sent(entry)
                body = {"eventId": entry.event_id, "sessionId": entry.session, "type": entry.type, "payload": event}
                stored = await client.must("POST", "/v1/realtime/events", body, within=15)
                self.book.acked(entry.session, entry.event_id, int(stored["event"]["sequence"]))
                self.report.checked["appends by an old instance after the migration"] += 1
        finally:
            client.close()
        port = free_port()
        third = Instance(old.work, f"{old.name}-again", database_url=self.url, listen=f"127.0.0.1:{port}")
        third.become(self.versions["old"], self.common)
        code, said = await asyncio.to_thread(third.refused)
        self.report.checked["starts of an old binary refused"] += 1
        if code != 1 or OLDER not in said:
            self.report.violation("an old binary is not refused in the documented words", (code, said))
        if not old.alive():
            self.report.violation("an old instance ended beside a new one", old.tail(600))

    async def status(self, version: Version, word: str) -> None:
        """`callboard migrate --status`, beside the running servers, knows the next migration as the runbook says."""
        asker = Instance(self.instances[0].work, "asker", database_url=self.url)
        asker.become(version, self.common)
        told = await asyncio.to_thread(asker.run, "migrate", "--status")
        self.report.checked["looks at the migrations"] += 1
        found = [line for line in told.stdout.splitlines() if "next_version" in line]
        if told.returncode != 0 or (word not in found[0] if found else bool(word)):
            self.report.violation("the status of the migrations is wrong", (version.name, word, told.stdout[-300:]))

    async def roll(self, plan: str) -> None:
        """Everything that the runbook says, under load."""
        steps, how = PLANS[plan]
        await asyncio.sleep(2)
        for name in steps:
            version = self.versions[name]
            await self.status(version, "pending" if name == "migration" else "")
            await self.replace(0, version, how)
            await asyncio.sleep(1)
            if name == "migration":
                self.report.fault("migration under load")
                await self.between()
            await self.replace(1, version, how)
            await asyncio.sleep(1)
            if name == "migration":
                await self.status(self.versions["old"], "unknown")
        await asyncio.sleep(1)

    async def judge(self, how: str) -> None:
        """The reckoning, with both instances and the database."""
        await self.crowd.settle(LEASE + 30)
        self.refusals()
        names = [*self.crowd.sessions, *(p.name for p in self.crowd.everybody())]
        readings = {"psql": await asyncio.to_thread(by_postgres, self.url, self.cluster.psql)}
        for instance in self.instances:
            readings[instance.name] = await by_http(instance.url, self.key, names)
        judge(self.report, self.book.snapshot(), readings, {})
        judge_deliveries(self.report, self.crowd.receiver.posts, readings["psql"])
        await self.people()
        await self.followers(names)
        self.figures(how)
        await self.crowd.end()
        await self.proxy.stop()
        for instance in self.instances:
            await asyncio.to_thread(instance.stop, STOPS_WITHIN)
        await asyncio.to_thread(run_verify, self.report, self.instances[0], {})

    def refusals(self) -> None:
        """Success, or what may be repeated; and nothing is cut off at an instance that is not being replaced."""
        for wrong in self.proxy.wrong:
            self.report.violation("a request was refused for good", wrong)
        for name, at, what in self.proxy.cuts:
            mine = [c for c in self.changes if c[0] == name and c[1] <= at <= c[2]]
            if not mine:
                self.report.violation("a request was cut off at an instance that was not being replaced", (name, what))
            elif mine[0][3]:
                self.report.violation("a request was cut off although its instance had been taken out", (name, what))
        for writers in self.crowd.writers:
            self.report.checked["requests of producers"] += sum(writers.answers.values())
            if writers.odd:
                self.report.violation("an unexpected answer", {"answers": writers.odd[:3]})

    async def people(self) -> None:
        """Nobody who was there, or came back, was dropped; who did not come back was given up in time."""
        client = Client(self.instances[0].url, self.key)
        for page in self.crowd.everybody():
            log = await read_log(client, page.name)
            session = await client.must("GET", f"/v1/call/sessions/{page.name}")
            self.report.checked["calls"] += 1
            if page is not self.crowd.gone:
                self.report.checked["reconnects"] += page.lost
                for what, detail in page.judge(log, session):
                    self.report.violation(what, detail)
                continue
            if session["status"] != "failed":
                self.report.violation("a call that was lost for good goes on", (page.name, session["status"]))
        client.close()

    async def followers(self, names: list[str]) -> None:
        """Each saw each event of its log once and in order."""
        client = Client(self.instances[1].url, self.key)
        logs = {name: await read_log(client, name) for name in names}
        client.close()
        for follower in self.crowd.followers:
            log = logs[str(follower.session)]
            await follower.reaches(len(log), 20)
            if [log_of(e) for e in follower.seen] != [log_of(e) for e in log]:
                detail = f"{follower.kind} {follower.session}: {first_difference(follower.seen, log)}"
                self.report.violation("a follower did not see the log", detail)
            for wrong in follower.wrong:
                self.report.violation("a follower was refused for good", (follower.session, wrong))
            self.report.checked["events followed"] += len(follower.seen)
            self.report.checked["resumptions"] += follower.resumed
        for tenant in self.crowd.tenants:
            for what, detail in await tenant_orders(tenant, logs, 20, ordered=False):
                self.report.violation(what, detail)

    def figures(self, how: str) -> None:
        """Printed, and a violation only far beyond what is usual."""
        found = {**self.crowd.figures(), **dict(self.proxy.counts)}
        self.report.figures[f"round {self.number}"] = found
        self.report.say(f"figures: {found}")
        for name in ("longest silence of acknowledgements, s", "longest silence of a follower, s"):
            if found[name] > SILENCE:
                self.report.violation("the service was away", (name, found[name]))
        for name in ("longest way of a webhook, s", "longest delay of a deadline, s"):
            if found[name] > (LEASE + IN_ORDER if how == "kill" else IN_ORDER):
                self.report.violation("nobody took over in time", (name, found[name]))


async def play(report: Report, wanted: list[str]) -> None:
    """One round after the other, each on a database of its own."""
    work = cleanup.work_folder("upgrade")
    cluster = await asyncio.to_thread(Cluster, work / "pg")
    longest = 0.0
    for number, plan in enumerate(wanted):
        if number and report.left() < longest + 15:
            break
        begun = time.monotonic()
        livekit = LiveKit()
        await livekit.start()
        stage = Stage(work, cluster, livekit, number, report)
        await stage.begin()
        report.say(f"round {number}: {plan}")
        await stage.roll(plan)
        await stage.judge(PLANS[plan][1])
        livekit.stop()
        report.did("rounds")
        longest = max(longest, time.monotonic() - begun)
        if report.violations:
            break


def run(report: Report) -> None:
    """A round is a database of its own on which both instances are replaced."""
    wanted = ["migration"] if report.quick else [ORDER[n % len(ORDER)] for n in range(12)]
    report.want(rounds=len(wanted), **{"instances replaced": 2 * sum(len(PLANS[p][0]) for p in wanted)})
    report.limits += [
        "There is one version of this code alone: the next one is the same service with one migration more (a table, "
        "two columns, an index), in the build with planted defects.",
        "The log is short: how long an index takes on a long one, and who waits for it, is not measured.",
        "The proxy, the LiveKit and the endpoint are ours, on the same machine.",
    ]
    asyncio.run(play(report, wanted))


if __name__ == "__main__":
    main("rolling-upgrade", run)
