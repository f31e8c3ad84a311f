"""Provider: genuine webhooks repeated, reordered and lost, forged ones between them: each call ends as it truly did."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

from torture.kit import cleanup
from torture.kit.aio import Client
from torture.kit.fleet import Fleet
from torture.kit.livekit import FORGERIES, LiveKit
from torture.kit.provider import Call, deliver, forge
from torture.kit.report import Report, main

AT_ONCE = 48
REPEATED, LOST, FORGED = 0.30, 0.10, 0.05
#: A poll that misses somebody, the window that it opens, and a slow machine.
SETTLES_WITHIN = 75.0
#: A window that opens after a call stood right would be over by then.
STAYS_FOR = 14.0
#: Shorter than the time between two polls: who is back without a webhook is found by the last look before the end.
LIMITS = {"reconnectWindowMs": 10_000, "leaveGraceMs": 1000}
STAYS = {("active", "connected", "")}
HUNG_UP = {("ended", "disconnected", "user_hangup")}
#: Nobody told that it was wanted: a window was opened and ran out.
RAN_OUT = {("failed", "disconnected", "")}
UNBEGUN = {("created", "idle", ""), ("created", "connecting", "")}


@dataclass
class Plan:
    """A call's true story, which of its webhooks are delivered, and how it must end."""

    call: Call
    story: str
    people: dict[str, str]
    told: list[tuple[str, bytes]] = field(default_factory=list)
    delivered: set[str] = field(default_factory=set)
    state: dict[str, Any] = field(default_factory=dict)

    def say(self, name: str, body: bytes) -> None:
        """One more webhook of the true story."""
        self.told.append((name, body))

    def allowed(self) -> set[tuple[str, str, str]]:
        """How it may end: by what is true at the provider, and by what only a webhook can say."""
        if self.story in ("stays", "reload", "duplicate", "lost and back", "agent leaves"):
            return STAYS
        if "left" in self.delivered:
            # Who is only heard to leave never came, or is told of in one breath.
            return HUNG_UP if "joined" in self.delivered else HUNG_UP | UNBEGUN
        return RAN_OUT if "joined" in self.delivered or "published" in self.delivered else RAN_OUT | UNBEGUN

    def ended(self) -> tuple[str, str, str]:
        """How it ended."""
        return (str(self.state["status"]), str(self.state["connection"]), str(self.state.get("endReason", "")))


def tell(plan: Plan) -> None:
    """The true story as webhooks, and what is true at the end of it."""
    call, first, second = plan.call, f"PA_{plan.call.name}_1", f"PA_{plan.call.name}_2"
    plan.say("room", call.webhook("room_started"))
    plan.say("joined", call.joined("ann", first))
    plan.say("published", call.published("ann", first, f"TR_{call.name}"))
    if plan.story in ("reload", "duplicate", "lost and back"):
        why = {"reload": "CLIENT_INITIATED", "duplicate": "DUPLICATE_IDENTITY"}.get(plan.story, "CONNECTION_TIMEOUT")
        plan.say("left first", call.left("ann", first, why))
        plan.say("joined second", call.joined("ann", second))
        call.here("ann", second)
    elif plan.story in ("hangs up", "removed"):
        why = "CLIENT_INITIATED" if plan.story == "hangs up" else "PARTICIPANT_REMOVED"
        plan.say("left", call.left("ann", first, why))
        call.sid()
    else:
        call.here("ann", first)
    if plan.story == "agent leaves":
        plan.say("agent joined", call.joined("bot", second, "AGENT"))
        plan.say("agent left", call.left("bot", second, "CLIENT_INITIATED", "AGENT"))


STORIES = ("stays", "reload", "duplicate", "lost and back", "hangs up", "removed", "agent leaves")


class Stage:
    """The server and everything that is told to it."""

    def __init__(self, fleet: Fleet, livekit: LiveKit, report: Report) -> None:
        self.fleet, self.livekit, self.report = fleet, livekit, report
        self.hook = Client(fleet.clients[0].url)
        self.forged: set[str] = set()

    async def play(self, number: int, slots: asyncio.Semaphore) -> Plan:
        """One plan: the seats, then its webhooks as a bad network brings them."""
        dice = self.report.random("plan", number)
        story = STORIES[number % len(STORIES)]
        people = {"ann": "caller", "bot": "agent"} if story == "agent leaves" else {"ann": "caller"}
        plan = Plan(Call(self.livekit, f"p{self.report.seed}-{number}"), story, people)
        async with slots:
            await plan.call.open(self.fleet.clients[0], people, limits=LIMITS)
            tell(plan)
            await self.deliver(plan, dice)
        return plan

    async def batch(self, first: int, size: int, until: float) -> list[Plan]:
        """Plans side by side, as many as can be told until then."""
        slots = asyncio.Semaphore(AT_ONCE)
        plans: list[Plan] = []
        for begin in range(first, first + size, 100):
            numbers = range(begin, min(begin + 100, first + size))
            plans += await asyncio.gather(*(self.play(n, slots) for n in numbers))
            if time.monotonic() > until:
                break
        return plans

    async def deliver(self, plan: Plan, dice: Random) -> None:
        """Out of order, some twice, some never, and strangers' between them."""
        sent: list[tuple[str, bytes]] = []
        for name, body in plan.told:
            if dice.random() < LOST:
                self.report.fault("lost")
                continue
            plan.delivered.add(name)
            again = 1 + (dice.random() < REPEATED)
            self.report.fault("repeated", again - 1)
            sent += [(name, body)] * again
        in_order = list(sent)
        dice.shuffle(sent)
        self.report.fault("reordered", int(sent != in_order))
        for _, body in sent:
            if dice.random() < FORGED:
                await self.forge(plan, dice)
            reply = await deliver(self.hook, body)
            if reply.status != 200:
                self.report.violation("a genuine webhook was refused", f"{reply.status} {reply.body[:300]!r}")

    async def forge(self, plan: Plan, dice: Random) -> None:
        """A removal that the provider never said."""
        how = dice.choice(FORGERIES)
        body = plan.call.left("ann", f"PA_{plan.call.name}_{dice.choice((1, 2))}", "PARTICIPANT_REMOVED")
        reply = await forge(self.hook, body, how, dice)
        self.report.fault("forged")
        if reply is None or reply.status != 401:
            self.report.violation("a forged webhook was not refused", f"{how}: {reply and reply.status}")

    async def settle(self, plans: list[Plan]) -> None:
        """Until every call stands where it must, or as long as windows and polls may take; and it must stay there."""
        begun = time.monotonic()
        end = begun + min(SETTLES_WITHIN, self.report.left() - 5)
        waiting = plans
        while waiting and time.monotonic() < end:
            await asyncio.sleep(1)
            waiting = await self.astray(waiting)
        await asyncio.sleep(max(0.0, begun + STAYS_FOR - time.monotonic()))
        waiting = await self.astray(plans)
        for plan in waiting:
            detail = {"call": plan.call.name, "story": plan.story, "delivered": sorted(plan.delivered)}
            told = {**detail, "ended": plan.ended(), "allowed": sorted(plan.allowed())}
            self.report.violation("a call did not end as it truly did", told)

    async def astray(self, plans: list[Plan]) -> list[Plan]:
        """Those that do not stand where they must."""
        for plan in plans:
            plan.state = await self.fleet.clients[0].must("GET", f"/v1/call/sessions/{plan.call.name}")
        return [p for p in plans if p.ended() not in p.allowed()]

    async def conclude(self, plans: list[Plan]) -> None:
        """Judges a batch that was told, and ends what is still going on."""
        await self.settle(plans)
        for plan in plans:
            await self.judge(plan)
            if plan.state["status"] in ("created", "active"):
                path = f"/v1/call/sessions/{plan.call.name}/state"
                await self.fleet.clients[0].must("POST", path, {"status": "ended"})
            self.livekit.rooms.pop(plan.call.room, None)
        self.report.did("plans", len(plans))

    async def judge(self, plan: Plan) -> None:
        """Its log: each fact once, nobody of a forged webhook in it."""
        page = await self.fleet.clients[0].must("GET", f"/v1/realtime/sessions/{plan.call.name}/events?limit=1000")
        kinds = Counter(e["type"] for e in page["events"])
        for once in ("call.started", "call.connected", "call.ended", "call.terminal_failure", "call.track.published"):
            if kinds[once] > 1:
                self.report.violation("a fact is there twice", f"{plan.call.name} {plan.story}: {dict(kinds)}")
        if [e["sequence"] for e in page["events"]] != list(range(1, len(page["events"]) + 1)):
            self.report.violation("a log has a gap", plan.call.name)
        self.report.checked["calls"] += 1
        self.report.checked["events"] += len(page["events"])
        self.report.checked["inferred events"] += sum(bool(e["payload"].get("inferred")) for e in page["events"])


async def play(report: Report, wanted: int) -> None:
    """All plans at once, as far as the time carries."""
    livekit = LiveKit()
    await livekit.start()
    work = cleanup.work_folder("provider")
    fleet = await Fleet.start(work, "p", 1, database_url=None, env=livekit.env())
    stage = Stage(fleet, livekit, report)
    until = time.monotonic() + report.left() - 45
    if report.quick:
        until = min(until, time.monotonic() + 14)
    number, before = 0, asyncio.create_task(asyncio.sleep(0))
    while number < wanted and time.monotonic() < until:
        # The next batch is told while the one before settles.
        plans = await stage.batch(number, min(1000, wanted - number), until)
        await before
        number += len(plans)
        report.say(f"{number} plans told, {report.ran['plans']} judged")
        before = asyncio.create_task(stage.conclude(plans))
    await before
    await fleet.stop()
    wrong = await asyncio.to_thread(fleet.verify)
    report.checked["verify"] += 1
    if wrong:
        report.violation("callboard verify found something", wrong)
    livekit.stop()


def run(report: Report) -> None:
    """One instance on SQLite, and a LiveKit that shows the truth to whoever asks."""
    wanted = 2000 if report.quick else 100_000
    report.want(plans=wanted)
    report.limits.append(
        "A hang-up whose webhook is lost for good ends as a lost call: the provider's list does not say why."
    )
    report.limits.append(
        "The fake LiveKit is ours; what a real one sends was recorded once and is in the adapter's tests."
    )
    asyncio.run(play(report, wanted))


if __name__ == "__main__":
    main("provider", run)
