"""Clients that send or read too slowly, sit idle in thousands, or ask for all they can get; others must not notice.

A well-behaved tenant measures the same requests before, during and after each attack. Its p99 may double; the run fails
beyond that and a margin for a busy machine, judged by the median of three windows against its own
baseline, twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from torture.kit import cleanup
from torture.kit.book import AckBook
from torture.kit.files import raise_limit
from torture.kit.http import Client
from torture.kit.ids import uuid7
from torture.kit.read import by_http, by_sqlite
from torture.kit.report import CouldNotRun, Report, main
from torture.kit.server import ServerProcess
from torture.kit.steady import Steady, percentile
from torture.kit.tenants import other_tenant
from torture.kit.verdict import judge
from torture.kit.writers import Target, make_sessions

#: The product's promise, and what a machine that does other things may add, milliseconds.
FACTOR, MARGIN_MS = 2.0, 300.0
#: Memory that an attack may take on top of the quiet server, MiB.
MEMORY_MIB = 500.0
#: A head that is not complete by then is cut (5 s), with a margin for the sweep of 5,000 of them.
HEADER_LIFE = 9.0
#: Requests a second of one key: what an operator sets against greed.
RATE = "100"

ATTACKS: dict[str, list[str]] = {
    "slow headers": ["torture.kit.attack", "slow-headers", "--count", "5000", "--again"],
    "slow bodies": ["torture.kit.attack", "slow-bodies", "--count", "1000", "--path", "/v1/realtime/events"],
    "slow readers": ["torture.kit.attack", "slow-readers", "--count", "1000"],
    "idle sockets": ["torture.kit.attack", "idle", "--count", "10000", "--again"],
    "greedy tenant": ["torture.kit.greedy", "--clients", "24", "--batch", "20"],
}


class Attacker:
    """A process of ours that attacks for a time."""

    def __init__(self, command: list[str]) -> None:
        self._process = subprocess.Popen([sys.executable, "-m", *command], stdout=subprocess.PIPE, text=True)
        cleanup.later(self._process.kill)

    def result(self) -> dict[str, Any]:
        """What it says at its end."""
        out, _ = self._process.communicate(timeout=90)
        if self._process.returncode != 0:
            raise CouldNotRun(f"an attacker failed with {self._process.returncode}")
        return dict(json.loads(out))


class Round:
    """One server, every attack."""

    def __init__(self, report: Report, number: int) -> None:
        self.report, self.number = report, number
        work = cleanup.work_folder("slow")
        self.server = ServerProcess(work, env={"CALLBOARD_RATE_KEYS_PER_SECOND": RATE})
        self.server.start()
        self.server.stop()
        self.greedy_keys = other_tenant(self.server, "greedy", 12)
        self.server.start()
        self.target, self.book = Target(self.server.url, self.server.api_key), AckBook()
        self.dice = report.random("round", number)
        self.window = 1.6 if report.quick else 4.0
        self.worst = 0.0

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        """Samples the memory meanwhile."""

        async def sample() -> None:
            while True:
                self.worst = max(self.worst, self.server.rss_mib())
                await asyncio.sleep(0.2)

        task = asyncio.create_task(sample())
        try:
            yield
        finally:
            task.cancel()

    async def run(self) -> None:
        """Baseline, attacks in an order of the seed, and the reckoning."""
        (session,) = await make_sessions(self.target, 1, "steady")
        path = await self._long_session()
        steady = Steady(self.target, session, self.book, self.dice)
        await steady.window(1.0)
        quiet_mib = self.server.rss_mib()
        baseline = await self._p99(steady)
        kinds = list(ATTACKS)
        self.dice.shuffle(kinds)
        figures: dict[str, Any] = {"quiet": {"p99 ms": baseline, "MiB": round(quiet_mib)}}
        with self.watched():
            for kind in kinds:
                figures[kind] = await self._judged(kind, steady, baseline, path)
        figures["most MiB"] = round(self.worst)
        if self.worst > quiet_mib + MEMORY_MIB:
            self.report.violation("memory is not bounded", {"quiet MiB": quiet_mib, "most MiB": self.worst})
        if steady.failures:
            failed = {"count": len(steady.failures), "first": steady.failures[:5]}
            self.report.violation("a well-behaved tenant was refused", failed)
        self.report.figures[f"round {self.number}"] = figures
        self.report.checked["timed requests"] += steady.turn * 2
        await self._reckon([session])

    async def _long_session(self) -> str:
        """A log of some 300 KB of the other tenant, for those who do not read."""
        target = Target(self.server.url, self.greedy_keys[0])
        (session,) = await make_sessions(target, 1, "long")
        client = Client(target.url, target.api_key)
        payload = {"meterId": "m", "billableSeconds": 1, "filler": "y" * 700}
        events = [
            {"eventId": uuid7(self.dice), "sessionId": session, "type": "usage.tick", "payload": payload}
            for _ in range(300)
        ]
        answer = await client.post("/v1/realtime/events", {"events": events}, timeout=30)
        client.close()
        if answer.status != 200:
            raise CouldNotRun(f"no long session: {answer.status} {answer.code}")
        return f"/v1/realtime/sessions/{session}/events"

    async def _p99(self, steady: Steady) -> float:
        """The median of three windows."""
        return statistics.median([percentile(await steady.window(self.window), 0.99) for _ in range(3)])

    async def _judged(self, kind: str, steady: Steady, baseline: float, path: str) -> dict[str, Any]:
        """A bad figure counts when it comes twice, the second time against a fresh baseline: machines have moods."""
        found = await self._attack(kind, steady, baseline, path)
        if self._too_slow(found, baseline):
            self.report.say(f"{kind}: once more, against a fresh baseline")
            baseline = await self._p99(steady)
            found = await self._attack(kind, steady, baseline, path)
            if what := self._too_slow(found, baseline):
                self.report.violation(what, {"attack": kind, "baseline": baseline, **found})
        return found

    @staticmethod
    def _too_slow(found: dict[str, Any], baseline: float) -> str:
        most = FACTOR * baseline + MARGIN_MS
        if found["p99 ms"] > most:
            return "others wait more than twice as long"
        return "no recovery after an attack" if found["after"] > most else ""

    async def _attack(self, kind: str, steady: Steady, baseline: float, path: str) -> dict[str, Any]:
        seconds = self.window * 3 + 3
        if kind in ("slow headers", "idle sockets"):
            # Longer than such a connection may live.
            seconds = max(seconds, HEADER_LIFE + 2)
        command = [*ATTACKS[kind], "--url", self.server.url, "--seconds", str(seconds)]
        if kind == "greedy tenant":
            command += ["--key", self.greedy_keys[0]]
        elif kind in ("slow bodies", "slow readers"):
            command += ["--key", ",".join(self.greedy_keys)]
        if kind == "slow readers":
            command += ["--path", path]
        attacker = Attacker(command)
        # Until it has opened what it opens.
        await asyncio.sleep(2)
        during = await self._p99(steady)
        told = await asyncio.to_thread(attacker.result)
        ends = told.get("ends", told)
        met = int(ends.get("opened", sum(ends.values()))) - int(ends.get("answered 429", 0))
        self.report.fault(kind, met)
        await asyncio.sleep(1)
        after = percentile(await steady.window(self.window), 0.99)
        found = {"p99 ms": during, "after": after, "attacker": told}
        self.report.say(f"{kind}: p99 {baseline} -> {during} -> {after} ms, {self.server.rss_mib():.0f} MiB, {ends}")
        if kind in ("slow headers", "idle sockets") and told["longestOpen"] > HEADER_LIFE:
            self.report.violation("a connection without a request stays open", {"attack": kind, **told})
        if not self.server.alive():
            self.report.violation("the server ended", {"attack": kind, "log": self.server.tail()})
        return found

    async def _reckon(self, sessions: list[str]) -> None:
        logs = await by_http(self.server.url, self.server.api_key, sessions)
        data = self.server.data
        self.server.kill()
        file = {name: log for name, log in by_sqlite(data).items() if name in sessions} if data else {}
        judge(self.report, self.book.snapshot(), {"http": logs, "file": file}, {"round": self.number})


def run(report: Report) -> None:
    """Rounds, each on a fresh server."""
    raise_limit(12_000)
    report.limits += [
        f"Greed is held by the operator's limit of {RATE} requests a second for each key; without one, tenants share "
        "what the machine has.",
        f"A p99 fails the run beyond {FACTOR:g} times this run's own baseline plus {MARGIN_MS:g} ms.",
        "Loopback: no bandwidth is used up, and all clients share the server's two cores.",
    ]
    count = 1 if report.quick else 20
    report.want(rounds=count)
    for number in range(count):
        if report.left() < 75:
            break
        asyncio.run(Round(report, number).run())
        cleanup.undo_all()
        report.did("rounds")


if __name__ == "__main__":
    main("slow-and-greedy", run)
