"""Histories: many clients append, repeat, read, resume, follow while servers are killed: is there one order of it?"""

from __future__ import annotations

import asyncio
import json
import subprocess
import time
from pathlib import Path
from random import Random
from typing import Any

from torture.kit import cleanup
from torture.kit.aio import Cut, NotSent
from torture.kit.fleet import Fleet
from torture.kit.follow import Follower, log_of, tenant_orders
from torture.kit.postgres_pair import one
from torture.kit.report import CouldNotRun, Report, main
from torture.kit.server import ROOT

#: Engine, instances, and the share of all histories.
PLACES = [("sqlite", 1, 8), ("postgres", 2, 6), ("postgres", 3, 6)]
CLIENTS = 4
AT_ONCE = 16
STEPS = 12
CONSUMERS = ("shared", "own")
#: Answers that promise that nothing was stored.
NOTHING_DONE = {"STORE_UNAVAILABLE", "OVERLOADED", "SHUTTING_DOWN", "RATE_LIMITED"}


def says(event: dict[str, Any]) -> str:
    """What an event says, as the checker knows it."""
    return str(event["payload"].get("text", event["type"]))


def placed(event: dict[str, Any]) -> dict[str, Any]:
    """An event as a reader saw it."""
    return {"seq": event["sequence"], "id": event["eventId"], "says": says(event)}


class History:
    """One session and everything that anybody did to it."""

    def __init__(self, fleet: Fleet, name: str, dice: Random, report: Report) -> None:
        self.fleet, self.name, self.dice, self.report = fleet, name, dice, report
        self.operations: list[dict[str, Any]] = []
        self.made: list[dict[str, str]] = []
        self.length = 1
        self.final: list[dict[str, Any]] = []

    def note(self, client: int, kind: str, begun: int, out: dict[str, Any] | None, **more: Any) -> None:
        """One operation; without `out` nobody knows what became of it."""
        line = {"h": self.name, "c": client, "op": kind, "call": begun, "ret": time.monotonic_ns(), "out": out, **more}
        self.operations.append(line)
        if out is None:
            self.report.unknown += 1

    async def run(self) -> None:
        """The session, its clients, its followers, and what it came to in the end."""
        begun = time.monotonic_ns()
        some = self.fleet.client(self.dice)
        await some.must("POST", "/v1/call/sessions", {"sessionId": self.name})
        first = (await some.must("GET", f"/v1/realtime/sessions/{self.name}/events?limit=1"))["events"][0]
        origin = {"stored": [{"seq": 1}]}
        self.note(0, "append", begun, origin, events=[{"id": first["eventId"], "says": says(first)}])
        followers = [Follower(self.fleet, self.name, Random(self.dice.random()), kind) for kind in ("sse", "ws")]
        tasks = [asyncio.create_task(f.run()) for f in followers]
        try:
            await asyncio.gather(*(self.client(n, Random(self.dice.random())) for n in range(1, CLIENTS + 1)))
            await self.conclude(followers)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def client(self, number: int, dice: Random) -> None:
        """One client's operations, one after the other. What it was not told, it asks again."""
        for step in range(STEPS):
            await asyncio.sleep(dice.random() * 0.03)
            roll = dice.random()
            if roll < 0.45:
                await self.append(number, dice, self.fresh(number, step, 3 if roll < 0.08 else 1))
            elif roll < 0.58 and self.made:
                again = dice.choice(self.made)
                clash = {"id": again["id"], "says": again["says"] + "!"} if roll < 0.48 else again
                await self.append(number, dice, [clash])
            elif roll < 0.72:
                await self.read(number, dice, None)
            elif roll < 0.85:
                await self.read(number, dice, f"{dice.choice(CONSUMERS)}-{number % 2}")
            else:
                await self.checkpoint(number, dice)

    def fresh(self, number: int, step: int, count: int) -> list[dict[str, str]]:
        """Events that nobody sent before; others may repeat them from now on."""
        names = [f"{self.name}-{number}-{step}-{n}" for n in range(count)]
        events = [{"id": name, "says": f"said {name}"} for name in names]
        self.made += events
        return events

    async def append(self, number: int, dice: Random, events: list[dict[str, str]]) -> None:
        """Sends until there is an answer; each try is an operation of its own."""
        wire = [
            {
                "eventId": e["id"],
                "sessionId": self.name,
                "type": "transcript.final",
                "payload": {"utteranceId": e["id"], "speaker": "user", "text": e["says"], "startMs": 1, "endMs": 2},
            }
            for e in events
        ]
        for _ in range(200):
            begun = time.monotonic_ns()
            try:
                reply = await self.fleet.client(dice).post("/v1/realtime/events", {"events": wire})
            except NotSent:
                await asyncio.sleep(0.05)
                continue
            except Cut:
                self.note(number, "append", begun, None, events=events)
                continue
            if reply.status == 200:
                stored = [self.outcome(r) for r in reply.json()["results"]]
                self.length = max([self.length, *(s["seq"] for s in stored)])
                return self.note(number, "append", begun, {"stored": stored}, events=events)
            if reply.code == "OUTCOME_UNKNOWN":
                self.note(number, "append", begun, None, events=events)
            elif reply.code not in NOTHING_DONE:
                return self.report.violation("a valid append was refused", f"{reply.status} {reply.body[:500]!r}")
            await asyncio.sleep(0.05)
        raise CouldNotRun("an append was never answered")

    def outcome(self, result: dict[str, Any]) -> dict[str, Any]:
        """What one event was told."""
        if "event" in result:
            return {"seq": result["event"]["sequence"], "deduped": result["deduped"]}
        code = result["error"]["code"]
        if code not in ("EVENT_ID_CONFLICT", "UTTERANCE_CONFLICT"):
            self.report.violation("a valid event was refused", result)
        return {"seq": 0, "conflict": True}

    async def read(self, number: int, dice: Random, consumer: str | None) -> None:
        """A page, from a sequence or from a consumer's place; the second page is bound to the first one's end."""
        after, limit, until = dice.randint(0, self.length), dice.choice((1, 5, 1000)), 0
        start = f"consumerId={consumer}" if consumer else f"afterSequence={after}"
        for _ in range(2):
            bound = f"&untilSequence={until}" if until else ""
            page, begun = await self.get(dice, f"events?{start}&limit={limit}{bound}")
            if page is None:
                return
            out = {
                "events": [placed(e) for e in page["events"]],
                "watermark": page["watermark"]["sequence"],
                "hasMore": page["hasMore"],
            }
            kind = "resume" if consumer else "read"
            self.note(number, kind, begun, out, after=after, limit=limit, until=until, consumer=self.owned(consumer))
            if not page["hasMore"]:
                return
            until, after, consumer = page["watermark"]["sequence"], page["nextAfterSequence"], None
            start = f"afterSequence={after}"

    def owned(self, consumer: str | None) -> str:
        """The name of a consumer in the history; reads by sequence have none."""
        return consumer or ""

    async def get(self, dice: Random, path: str) -> tuple[Any, int]:
        """A read that was answered, or nothing: a read that was cut says nothing about anything."""
        begun = time.monotonic_ns()
        try:
            reply = await self.fleet.client(dice).get(f"/v1/realtime/sessions/{self.name}/{path}")
        except (Cut, NotSent):
            await asyncio.sleep(0.05)
            return None, begun
        if reply.status == 200:
            return reply.json(), begun
        if reply.status != 503:
            self.report.violation("a valid read was refused", f"{path}: {reply.status} {reply.body[:300]!r}")
        return None, begun

    async def checkpoint(self, number: int, dice: Random) -> None:
        """Moves a place that another client moves as well."""
        consumer = f"{dice.choice(CONSUMERS)}-{number % 2}"
        sequence = max(0, self.length + dice.choice((-6, -3, -1, 0, 0, 1, 40)))
        body = {"consumerId": consumer, "sequence": sequence}
        begun = time.monotonic_ns()
        try:
            path = f"/v1/realtime/sessions/{self.name}/checkpoint"
            reply = await self.fleet.client(dice).post(path, body)
        except NotSent:
            return
        except Cut:
            return self.note(number, "checkpoint", begun, None, consumer=consumer, seq=sequence)
        if reply.status == 200:
            told = reply.json()
            out = {"outcome": told["outcome"], "place": told["sequence"]}
            self.note(number, "checkpoint", begun, out, consumer=consumer, seq=sequence)
        elif reply.code == "ACK_AHEAD_OF_LOG":
            self.note(number, "checkpoint", begun, {"outcome": "ahead"}, consumer=consumer, seq=sequence)
        elif reply.code == "OUTCOME_UNKNOWN":
            self.note(number, "checkpoint", begun, None, consumer=consumer, seq=sequence)
        elif reply.code not in NOTHING_DONE:
            self.report.violation("a valid checkpoint was refused", f"{reply.status} {reply.body[:300]!r}")

    async def conclude(self, followers: list[Follower]) -> None:
        """The whole log through every instance, and the followers caught up with it."""
        for client in self.fleet.clients:
            begun = time.monotonic_ns()
            try:
                page = await client.must("GET", f"/v1/realtime/sessions/{self.name}/events?afterSequence=0&limit=1000")
            except RuntimeError as refused:
                return self.report.violation("the whole log could not be read at the end", str(refused))
            self.final = page["events"]
            out = {"events": [placed(e) for e in self.final], "watermark": page["watermark"]["sequence"]}
            self.note(0, "read", begun, {**out, "hasMore": page["hasMore"]}, after=0, limit=1000)
        for follower in followers:
            if not await follower.reaches(len(self.final), 30):
                found = f"{follower.kind} {self.name}: at {len(follower.seen)} of {len(self.final)}"
                self.report.violation("a follower never caught up", found)
            elif [log_of(e) for e in follower.seen] != [log_of(e) for e in self.final]:
                self.report.violation("a follower saw another log", f"{follower.kind} {self.name}")
            for at, event in follower.arrivals:
                self.operations.append(
                    {"h": self.name, "c": 9, "op": "saw", "call": at, "ret": at, "out": {"events": [placed(event)]}}
                )
            self.report.checked["events followed"] += len(follower.seen)
            self.report.checked["streams resumed"] += follower.resumed


def checker(work: Path) -> Path:
    """The porcupine program, built."""
    target = work / "histories"
    done = subprocess.run(
        ["go", "build", "-o", str(target), "."],
        cwd=ROOT / "torture/histories",
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if done.returncode != 0:
        raise CouldNotRun(f"go build: {done.stderr[-800:]}")
    return target


def bound(operations: list[dict[str, Any]]) -> None:
    """Ends an operation without an answer where it could have no effect any more.

    A repetition of stored events changes nothing, nor does a place below one that was reached. So wherever such an
    operation came after the answered one, it may as well have come right after it. Without this the search is endless.
    """
    stored: dict[str, int] = {}
    reached: dict[str, list[tuple[int, int]]] = {}
    for done in sorted((o for o in operations if o["out"] is not None), key=lambda o: int(o["ret"])):
        if done["op"] == "append":
            for event in done["events"]:
                stored.setdefault(event["id"], int(done["ret"]))
        elif done["op"] == "checkpoint" and "place" in done["out"]:
            reached.setdefault(done["consumer"], []).append((int(done["ret"]), int(done["out"]["place"])))
    for lost in (o for o in operations if o["out"] is None):
        ends: list[int] = []
        if lost["op"] == "append" and all(e["id"] in stored for e in lost["events"]):
            ends = [max(stored[e["id"]] for e in lost["events"])]
        elif lost["op"] == "checkpoint":
            ends = [at for at, place in reached.get(lost["consumer"], []) if place >= lost["seq"]]
        if ends:
            lost["bounded"], lost["ret"] = True, max(int(lost["call"]), min(ends))


def judge(program: Path, histories: list[History], work: Path, report: Report) -> None:
    """Porcupine's word on each history."""
    lines = work / "operations.jsonl"
    with lines.open("w") as file:
        for history in histories:
            bound(history.operations)
            for operation in sorted(history.operations, key=lambda o: int(o["call"])):
                file.write(json.dumps(operation) + "\n")
    done = subprocess.run([str(program), str(lines)], capture_output=True, text=True, timeout=1200, check=False)
    if done.returncode not in (0, 1):
        raise CouldNotRun(f"the checker: {done.stderr[-800:]}")
    found = json.loads(done.stdout)
    report.checked["histories in one order"] += found["histories"] - len(found["illegal"]) - len(found["undecided"])
    report.checked["operations"] += found["operations"]
    by_name = {h.name: h for h in histories}
    for name in found["illegal"]:
        report.violation("no order explains a history", {"session": name, "operations": by_name[name].operations})
    for name in found["undecided"]:
        report.violation("a history was not decided in time", name)


async def batch(fleet: Fleet, number: int, size: int, report: Report) -> list[History]:
    """Some histories side by side, with the tenant's stream followed over all of them."""
    dice = report.random("batch", fleet.name, number)
    names = [f"{fleet.name}-{report.seed}-{number}-{n}" for n in range(size)]
    histories = [History(fleet, name, Random(dice.random()), report) for name in names]
    tenant = Follower(fleet, None, Random(dice.random()), "sse")
    task = asyncio.create_task(tenant.run())
    try:
        await tenant.opened(30)
        stop = asyncio.Event()
        killer = asyncio.create_task(fleet.kills(Random(dice.random()), stop, report))
        try:
            await asyncio.gather(*(h.run() for h in histories))
        finally:
            stop.set()
            await killer
        logs = {h.name: h.final for h in histories}
        for what, detail in await tenant_orders(tenant, logs, 30, ordered=fleet.servers[0].database_url is None):
            report.violation(what, detail)
        report.checked["events of the tenant's stream"] += len(tenant.seen)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    return histories


async def place(
    engine: str, instances: int, wanted: int, program: Path, work: Path, report: Report, until: float
) -> None:
    """All histories of one engine and number of instances."""
    name = f"{engine}{instances}"
    folder = work / name
    folder.mkdir()
    url = await asyncio.to_thread(lambda: one(work, f"pg-{name}").url) if engine == "postgres" else None
    fleet = await Fleet.start(folder, name, instances, database_url=url)
    done, number = 0, 0
    try:
        while done < wanted and time.monotonic() < until:
            size = min(AT_ONCE, wanted - done)
            histories = await batch(fleet, number, size, report)
            await asyncio.to_thread(judge, program, histories, folder, report)
            done, number = done + size, number + 1
            report.did("histories", size)
            if number % 10 == 1:
                report.say(f"{name}: {done} of {wanted}")
    finally:
        await fleet.stop()
    wrong = await asyncio.to_thread(fleet.verify)
    report.checked["verify"] += 1
    if wrong:
        report.violation("callboard verify found something", wrong)


def run(report: Report) -> None:
    """Both engines, one, two and three instances."""
    work = cleanup.work_folder("histories")
    program = checker(work)
    total = 20 if report.quick else 5000
    report.want(histories=total)
    report.limits.append("All clients share one clock and one machine; porcupine sees one session at a time.")
    report.limits.append(
        "On PostgreSQL the tenant's stream is held to completeness, not to order within a session (0042)."
    )
    for at, (engine, instances, share) in enumerate(PLACES):
        wanted = total * share // sum(s for _, _, s in PLACES)
        rest = sum(s for _, _, s in PLACES[at:])
        until = time.monotonic() + max(5.0, (report.left() - 15) * share / rest)
        asyncio.run(place(engine, instances, wanted, program, work, report, until))


if __name__ == "__main__":
    main("histories", run)
