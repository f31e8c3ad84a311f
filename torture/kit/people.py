"""People in calls while something happens to the service: some stay, one loses the connection for good, others come
back again and again by their pages' tokens."""

from __future__ import annotations

import asyncio
from collections import Counter
from random import Random
from typing import Any

from torture.kit.aio import Client, Cut, NotSent, Reply
from torture.kit.follow import Follower
from torture.kit.livekit import LiveKit
from torture.kit.provider import Call, deliver
from torture.kit.report import Broken

LIMITS = {"reconnectWindowMs": 30_000, "leaveGraceMs": 5_000}
#: Of who does not come back.
SHORT = {"reconnectWindowMs": 10_000, "leaveGraceMs": 1_000}


class Page:
    """One call with one person and the page that they have open. Everything goes through one address."""

    def __init__(self, livekit: LiveKit, name: str, client: Client, hook: Client) -> None:
        self.call, self.client, self.hook = Call(livekit, name), client, hook
        self.follower: Follower | None = None
        self.token = ""
        self.connection = 0
        self.tracks = 0
        #: How often the connection was lost, and was there again.
        self.lost = 0

    @property
    def name(self) -> str:
        """Of the call."""
        return self.call.name

    async def join(self, limits: dict[str, int]) -> None:
        """The call, a link, the person by the link, and their connection to the provider."""
        name = self.name
        await self.client.must("POST", "/v1/call/sessions", {"sessionId": name, "limits": limits})
        link = await self.client.must("POST", f"/v1/call/sessions/{name}/join-links", {"maxUses": 99})
        seat = await self.client.must("POST", "/v1/join", {"token": link["joinUrl"].split("#")[1]})
        self.call.room, self.call.passes["ann"] = seat["transport"]["roomName"], seat["pass"]
        self.call.identities["ann"], self.token = seat["transport"]["participantIdentity"], seat["resumeToken"]
        await deliver(self.hook, self.call.webhook("room_started"))
        await self.here()

    async def here(self) -> None:
        """A new connection to the provider."""
        self.connection += 1
        sid = f"PA_{self.name}_{self.connection}"
        self.call.here("ann", sid)
        await deliver(self.hook, self.call.joined("ann", sid))

    async def lose(self) -> None:
        """The network takes the person away."""
        self.call.gone("ann")
        sid = f"PA_{self.name}_{self.connection}"
        await deliver(self.hook, self.call.left("ann", sid, "CONNECTION_TIMEOUT"))

    async def publish(self, dice: Random) -> None:
        """The provider tells of one more track, sometimes twice."""
        self.tracks += 1
        body = self.call.published("ann", f"PA_{self.name}_{self.connection}", f"TR_{self.name}_{self.tracks}")
        for _ in range(dice.choice((1, 1, 2))):
            await deliver(self.hook, body)

    async def come_back(self) -> None:
        """What the page does: with its newest token, from the last event that it saw, until it is answered."""
        seen = int((self.follower.last if self.follower else None) or 0)
        body = {"resumeToken": self.token, "consumerId": "page", "lastAckSequence": seen}
        reply = await asked(self.client, f"/v1/call/sessions/{self.name}/reconnect", body)
        if reply.status != 200:
            raise Broken(f"a reconnect was refused: {self.name}: {reply.status} {reply.body[:300]!r}")
        self.token = reply.json()["resumeToken"] or self.token
        await self.here()

    async def stay(self, stop: asyncio.Event, dice: Random) -> None:
        """They talk: now and then the provider tells of something."""
        while not stop.is_set():
            await asyncio.sleep(0.3 + dice.random())
            await self.publish(dice)

    async def wander(self, stop: asyncio.Event, dice: Random) -> None:
        """They go through tunnels, and come back each time. It ends with them being there."""
        while not stop.is_set():
            await asyncio.sleep(0.3 + dice.random())
            await self.lose()
            self.lost += 1
            await asyncio.sleep(dice.random() * 0.4)
            await self.come_back()

    def judge(self, log: list[dict[str, Any]], session: dict[str, Any]) -> list[tuple[str, object]]:
        """What is wrong with a call in which everybody who is there was there, or came back."""
        kinds = Counter(str(e["type"]) for e in log)
        found: list[tuple[str, object]] = []
        if (session["status"], session["connection"]) != ("active", "connected"):
            found.append(("a call was dropped", (self.name, session["status"], session["connection"])))
        over = [k for k in ("call.ended", "call.terminal_failure", "call.participant.left") if kinds[k]]
        if over or kinds["call.reconnecting"] != self.lost or kinds["call.resumed"] != self.lost:
            detail = {"call": self.name, "lost": self.lost, "told": dict(kinds)}
            found.append(("a call tells of a loss that never was, or not of one that was", detail))
        if kinds["call.track.published"] != self.tracks:
            detail = {"call": self.name, "tracks": self.tracks, "told": kinds["call.track.published"]}
            found.append(("a fact of the provider is missing or is there twice", detail))
        return found


async def asked(client: Client, path: str, body: dict[str, Any], within: float = 60.0) -> Reply:
    """The answer of a request that may be sent again: what was cut off or put off is."""
    end = asyncio.get_running_loop().time() + within
    while asyncio.get_running_loop().time() < end:
        try:
            reply = await client.post(path, body, within=40)
            if reply.status not in (429, 503):
                return reply
        except (Cut, NotSent):
            pass
        await asyncio.sleep(0.1)
    raise Broken(f"{path} was never answered")
