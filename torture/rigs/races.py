"""Races of calls between two processes on PostgreSQL: reconnects, ends, acks, late webhooks, polls; and kills."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

from torture.kit import cleanup
from torture.kit.aio import Client, Cut, NotSent, Reply
from torture.kit.fleet import Fleet
from torture.kit.livekit import LiveKit
from torture.kit.postgres_pair import one
from torture.kit.provider import Call, deliver
from torture.kit.report import Report, main

LIMITS = {"reconnectWindowMs": 30_000, "leaveGraceMs": 5_000}
#: Longer than two polls of the provider.
POLLED = 14.0
RECONNECTS = 100
#: Facts that one call has at most once.
AT_MOST_ONCE = ("call.started", "call.connected", "call.ended", "call.terminal_failure")


class Arena:
    """Two instances, and what is asked of both at the same time."""

    def __init__(self, fleet: Fleet, livekit: LiveKit, report: Report) -> None:
        self.fleet, self.livekit, self.report = fleet, livekit, report
        self.hooks = [Client(c.url) for c in fleet.clients]
        self.tokens: dict[str, str] = {}

    async def ask(self, at: int, path: str, body: dict[str, Any]) -> Reply:
        """Until there is an answer that says something: what was cut is asked again, as a client would."""
        for _ in range(300):
            try:
                reply = await self.fleet.clients[at % len(self.fleet.clients)].post(path, body, within=40)
                if reply.status != 503:
                    return reply
            except (Cut, NotSent):
                self.report.unknown += 1
            await asyncio.sleep(0.1)
        raise RuntimeError(f"{path} was never answered")

    async def call(self, name: str) -> Call:
        """A call with one caller, who is in the room."""
        call = Call(self.livekit, name)
        some = self.fleet.clients[0]
        await some.must("POST", "/v1/call/sessions", {"sessionId": name, "limits": LIMITS})
        link = await some.must("POST", f"/v1/call/sessions/{name}/join-links", {"maxUses": 9})
        seat = await some.must("POST", "/v1/join", {"token": link["joinUrl"].split("#")[1]})
        call.room, call.passes["ann"] = seat["transport"]["roomName"], seat["pass"]
        call.identities["ann"], self.tokens[name] = seat["transport"]["participantIdentity"], seat["resumeToken"]
        call.here("ann", f"PA_{name}_1")
        await deliver(self.hooks[0], call.webhook("room_started"))
        await deliver(self.hooks[1], call.joined("ann", f"PA_{name}_1"))
        return call

    async def lose(self, call: Call) -> None:
        """The network takes the caller away."""
        call.gone("ann")
        await deliver(self.hooks[0], call.left("ann", f"PA_{call.name}_1", "CONNECTION_TIMEOUT"))

    async def back(self, call: Call, at: int) -> None:
        """The caller is back, by a new connection."""
        call.here("ann", f"PA_{call.name}_2")
        await deliver(self.hooks[at], call.joined("ann", f"PA_{call.name}_2"))

    async def session(self, call: Call) -> dict[str, Any]:
        """How it stands."""
        found: dict[str, Any] = await self.fleet.clients[0].must("GET", f"/v1/call/sessions/{call.name}")
        return found

    async def log(self, call: Call) -> list[dict[str, Any]]:
        """Its events."""
        path = f"/v1/realtime/sessions/{call.name}/events?limit=1000"
        events: list[dict[str, Any]] = (await self.fleet.clients[1].must("GET", path))["events"]
        return events

    def reconnect(self, call: Call, at: int, **more: Any) -> Awaitable[Reply]:
        """With the first token that there was."""
        body = {"resumeToken": self.tokens[call.name], "consumerId": "page", **more}
        return self.ask(at, f"/v1/call/sessions/{call.name}/reconnect", body)

    def wrong(self, what: str, call: Call, detail: object) -> None:
        """A race that ended badly."""
        self.report.violation(what, f"{call.name}: {detail}")

    async def check(self, call: Call, status: str, connection: str, **counts: int) -> None:
        """State and log of a call after its race."""
        session, log = await self.session(call), await self.log(call)
        kinds = Counter(e["type"] for e in log)
        if (session["status"], session["connection"]) != (status, connection):
            self.wrong("a call does not stand where it must", call, (session["status"], session["connection"]))
        twice = [k for k in AT_MOST_ONCE if kinds[k] > 1]
        off = {k: n for k, n in counts.items() if kinds[k.replace("_", ".", 1)] != n}
        if twice or off or [e["sequence"] for e in log] != list(range(1, len(log) + 1)):
            self.wrong("a log tells of a fact too often or too rarely", call, dict(kinds))
        attempts = [e["payload"].get("attempt") for e in log if e["type"] == "call.reconnecting"]
        if attempts != sorted(set(attempts)):
            self.wrong("attempts of reconnecting do not rise", call, attempts)
        self.report.checked["events"] += len(log)

    async def one_token(self, call: Call, dice: Random) -> None:
        """A hundred reconnects with one token, then the caller's return, told to both."""
        await self.lose(call)
        replies = await asyncio.gather(*(self.reconnect(call, n) for n in range(RECONNECTS)))
        bad = [r.status for r in replies if r.status != 200]
        if bad:
            return self.wrong("a reconnect with a good token was refused", call, bad)
        answers = [r.json() for r in replies]
        if len({a["resumeToken"] for a in answers}) != 1:
            self.wrong("one token was answered with several", call, len({a["resumeToken"] for a in answers}))
        if len({a["replay"]["untilSequence"] for a in answers}) != 1:
            self.wrong("one token was answered with several bounds", call, "")
        await asyncio.gather(self.back(call, 0), self.back(call, 1))
        await self.check(call, "active", "connected", call_reconnecting=1, call_resumed=1)

    async def against_end(self, call: Call, dice: Random) -> None:
        """Reconnects, and the end of the call."""
        await self.lose(call)
        ends = [self.ask(n, f"/v1/call/sessions/{call.name}/state", {"status": "ended"}) for n in range(2)]
        tries = [self.reconnect(call, n) for n in range(30)]
        asked: list[Awaitable[Reply]] = [*tries, *ends]
        dice.shuffle(asked)
        replies = await asyncio.gather(*asked)
        odd = [(r.status, r.code) for r in replies if r.status != 200 and r.code != "SESSION_CLOSED"]
        if odd:
            self.wrong("reconnect against end was answered oddly", call, odd)
        late = await self.reconnect(call, 0)
        if late.code != "SESSION_CLOSED":
            self.wrong("a reconnect after the end was not refused", call, late.status)
        log = await self.log(call)
        if log[-1]["type"] != "call.ended":
            self.wrong("something was written after the end", call, log[-1]["type"])
        await self.check(call, "ended", "disconnected", call_ended=1, call_resumed=0)

    async def acks(self, call: Call, dice: Random) -> None:
        """Acks of one consumer, beside reconnects that ack as well."""
        owner = {"callId": call.name, "owner": "user"}
        events = [
            {
                "eventId": f"e{n}",
                "sessionId": call.name,
                "type": "call.turn.owner_changed",
                "payload": {**owner, "turnId": f"{n}"},
            }
            for n in range(40)
        ]
        await self.ask(0, "/v1/realtime/events", {"events": events})
        path = f"/v1/realtime/sessions/{call.name}/checkpoint"
        places = [dice.randint(1, 40) for _ in range(60)]
        acks = [self.ask(n, path, {"consumerId": "page", "sequence": p}) for n, p in enumerate(places)]
        also = [dice.randint(1, 40) for _ in range(10)]
        tries = [self.reconnect(call, n, lastAckSequence=p) for n, p in enumerate(also)]
        replies = await asyncio.gather(*acks, *tries)
        if any(r.status != 200 for r in replies):
            self.wrong("an ack was refused", call, [(r.status, r.code) for r in replies if r.status != 200])
        told = [r.json() for r in replies[: len(acks)] if r.status == 200]
        raised = Counter(t["sequence"] for t in told if t["outcome"] == "advanced_sequence")
        if any(n > 1 for n in raised.values()):
            self.wrong("two acks moved a place to the same sequence", call, dict(raised))
        last = (await self.ask(1, path, {"consumerId": "page", "sequence": 1})).json()["sequence"]
        if last < max(places) or last > max([*places, *also]):
            self.wrong("a place is not the furthest that was acknowledged", call, (last, max(places), max(also)))

    async def late_left(self, call: Call, dice: Random) -> None:
        """The old connection's end is told while and after the new one joins; the old one's word ends nothing."""
        call.here("ann", f"PA_{call.name}_2")
        joined = call.joined("ann", f"PA_{call.name}_2")
        reason = dice.choice(("CLIENT_INITIATED", "CONNECTION_TIMEOUT", "DUPLICATE_IDENTITY"))
        left = call.left("ann", f"PA_{call.name}_1", reason)
        bodies = [joined, left, joined, left]
        dice.shuffle(bodies)
        await asyncio.gather(*(deliver(self.hooks[n % 2], b) for n, b in enumerate(bodies)))
        await asyncio.sleep(LIMITS["leaveGraceMs"] / 1000 + 3)
        await deliver(self.hooks[0], left)
        await self.check(call, "active", "connected", call_ended=0)

    async def missed(self, call: Call, dice: Random) -> None:
        """A poll sees the room without the caller, and the webhook of the return comes at the same time."""
        call.gone("ann")
        await asyncio.sleep(dice.random() * POLLED)
        await self.back(call, dice.randrange(2))
        await asyncio.sleep(POLLED)
        await self.check(call, "active", "connected", call_ended=0, call_terminal_failure=0)

    async def storm(self, call: Call, dice: Random) -> None:
        """Cuts and returns, each told several times, in any order, some never; the truth is a caller who is there."""
        bodies: list[bytes] = []
        for n in range(2, 8):
            bodies.append(call.left("ann", f"PA_{call.name}_{n - 1}", "CONNECTION_TIMEOUT"))
            bodies.append(call.joined("ann", f"PA_{call.name}_{n}"))
        call.here("ann", f"PA_{call.name}_7")
        sent = [b for b in bodies for _ in range(dice.choice((0, 1, 1, 2, 3)))]
        dice.shuffle(sent)
        await asyncio.gather(*(deliver(dice.choice(self.hooks), b) for b in sent))
        await asyncio.sleep(2 * POLLED)
        await self.check(call, "active", "connected", call_ended=0, call_terminal_failure=0)


async def play(report: Report, wanted: int) -> None:
    """Rounds of all races side by side, while one instance or the other is killed."""
    livekit = LiveKit()
    await livekit.start()
    work = cleanup.work_folder("races")
    url = (await asyncio.to_thread(one, work)).url
    fleet = await Fleet.start(work, "r", 2, database_url=url, env=livekit.env())
    arena = Arena(fleet, livekit, report)
    races: list[Callable[[Call, Random], Awaitable[None]]] = [
        arena.one_token,
        arena.against_end,
        arena.acks,
        arena.late_left,
        arena.missed,
        arena.storm,
    ]
    number = 0
    while report.ran["races"] < wanted and report.left() > (60 if number else 0):
        dice = report.random("round", number)
        names = [(f"r{report.seed}-{number}-{n}", races[n % len(races)]) for n in range(min(18, wanted))]
        stop = asyncio.Event()
        killer = asyncio.create_task(fleet.kills(Random(dice.random()), stop, report))
        try:
            calls = [(await arena.call(name), race) for name, race in names]
            begun = time.monotonic()
            await asyncio.gather(*(race(call, Random(dice.random())) for call, race in calls))
        finally:
            stop.set()
            await killer
        number += 1
        report.did("races", len(names))
        for _, race in names:
            report.checked[race.__name__.replace("_", " ")] += 1
        report.say(f"{report.ran['races']} races; this round took {time.monotonic() - begun:.1f} s")
    await fleet.stop()
    wrong = await asyncio.to_thread(fleet.verify)
    if wrong:
        report.violation("callboard verify found something", wrong)
    livekit.stop()


def run(report: Report) -> None:
    """Two processes on one database."""
    wanted = 18 if report.quick else 360
    report.want(races=wanted)
    report.limits.append("Polls come every 10 s by the real clock, so few of them meet a webhook in the same moment.")
    asyncio.run(play(report, wanted))


if __name__ == "__main__":
    main("races", run)
