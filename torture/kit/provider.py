"""What LiveKit tells about a call: bodies of webhooks, and their way to Callboard."""

from __future__ import annotations

import asyncio
import json
import time
from random import Random
from typing import Any

from torture.kit.aio import Client, Cut, NotSent, Reply
from torture.kit.livekit import LiveKit, forged, signed

ROUTE = "/v1/call/livekit/events"


class Call:
    """A session with its room at the provider, and what the provider says about it."""

    def __init__(self, livekit: LiveKit, name: str) -> None:
        self.livekit, self.name = livekit, name
        self.room = ""
        self.identities: dict[str, str] = {}
        self.passes: dict[str, str] = {}
        self.told = 0

    async def open(self, client: Client, people: dict[str, str], **session: Any) -> None:
        """The session, and a seat for each of the people: who they are, and as what they come."""
        await client.must("POST", "/v1/call/sessions", {"sessionId": self.name, **session})
        for who, kind in people.items():
            path = f"/v1/call/sessions/{self.name}/livekit/token"
            seat = await client.must("POST", path, {"kind": kind, "participantName": who})
            self.room = seat["transport"]["roomName"]
            self.identities[who] = seat["transport"]["participantIdentity"]
            self.passes[who] = seat["pass"]

    def sid(self) -> str:
        """The room's id at the provider."""
        return str(self.livekit.room(self.room, f"RM_{self.room[-40:]}")["sid"])

    def person(self, who: str, connection: str, kind: str = "STANDARD", reason: str = "") -> dict[str, Any]:
        """Somebody's connection, as a list or a webhook shows it."""
        shown: dict[str, Any] = {"sid": connection, "identity": self.identities[who], "name": who, "kind": kind}
        shown |= {"state": "DISCONNECTED" if reason else "ACTIVE", "joinedAt": str(int(time.time()))}
        return shown | ({"disconnectReason": reason} if reason else {})

    def webhook(self, event: str, **more: Any) -> bytes:
        """A body with an id of its own."""
        self.told += 1
        body = {"event": event, "id": f"EV_{self.name}_{self.told}", "createdAt": str(int(time.time()))}
        return json.dumps({**body, "room": {"sid": self.sid(), "name": self.room}, **more}).encode()

    def joined(self, who: str, connection: str, kind: str = "STANDARD") -> bytes:
        """`participant_joined`."""
        return self.webhook("participant_joined", participant=self.person(who, connection, kind))

    def left(self, who: str, connection: str, reason: str, kind: str = "STANDARD") -> bytes:
        """`participant_left`."""
        return self.webhook("participant_left", participant=self.person(who, connection, kind, reason))

    def published(self, who: str, connection: str, track: str) -> bytes:
        """`track_published`."""
        about = {"sid": track, "type": "AUDIO", "source": "MICROPHONE"}
        return self.webhook("track_published", participant=self.person(who, connection), track=about)

    def here(self, who: str, connection: str, kind: str = "STANDARD") -> None:
        """They are in the room from now on, whoever is told of it."""
        self.sid()
        self.livekit.rooms[self.room]["people"][self.identities[who]] = self.person(who, connection, kind)

    def gone(self, who: str) -> None:
        """They are not in it any more."""
        self.sid()
        self.livekit.rooms[self.room]["people"].pop(self.identities[who], None)


async def deliver(client: Client, body: bytes, tries: int = 200) -> Reply:
    """As LiveKit does: until it is taken. The client has no credential."""
    for _ in range(tries):
        try:
            reply = await client.post(ROUTE, raw=body, headers={"authorization": signed(body)}, within=30)
            if reply.status < 500:
                return reply
        except (Cut, NotSent):
            pass
        await asyncio.sleep(0.1)
    raise RuntimeError("a webhook was never taken")


async def forge(client: Client, body: bytes, how: str, dice: Random) -> Reply | None:
    """A delivery that must be refused; nothing when it was cut off."""
    sent, authorization = forged(body.replace(b"EV_", b"EV_forged%d_" % dice.randrange(10**9)), how)
    headers = {"authorization": authorization} if authorization else {}
    try:
        return await client.post(ROUTE, raw=sent, headers=headers)
    except (Cut, NotSent):
        return None
