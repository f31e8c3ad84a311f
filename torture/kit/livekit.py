"""A LiveKit of our own: the part of its API that Callboard asks, and webhooks signed as LiveKit signs them."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections import Counter
from contextlib import suppress
from typing import Any

KEY = "APItorture"
SECRET = "torture-livekit-secret-0123456789abcdef0123456789"  # noqa: S105


def b64(data: bytes) -> str:
    """URL-safe, without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def jwt(claims: dict[str, Any], secret: str = SECRET, alg: str = "HS256") -> str:
    """A token whose signature is HMAC-SHA-256, whatever its header says."""
    head = b64(json.dumps({"alg": alg, "typ": "JWT"}).encode())
    text = f"{head}.{b64(json.dumps(claims).encode())}"
    return f"{text}.{b64(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest())}"


def claims_of(body: bytes) -> dict[str, Any]:
    """What LiveKit claims about a webhook's body."""
    now = int(time.time())
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    return {"iss": KEY, "exp": now + 300, "nbf": now, "iat": now, "sha256": digest}


def signed(body: bytes) -> str:
    """The `Authorization` of a genuine delivery."""
    return jwt(claims_of(body))


#: Ways to get a signature wrong.
FORGERIES = ("secret", "key", "digest", "body", "expired", "alg none", "no header", "cut")


def forged(body: bytes, how: str) -> tuple[bytes, str | None]:
    """Body and `Authorization` of a delivery that must be refused."""
    claims = claims_of(body)
    if how == "secret":
        return body, jwt(claims, "another-secret-0123456789abcdef0123456789")
    if how == "key":
        return body, jwt({**claims, "iss": "APIstranger"})
    if how == "digest":
        return body, jwt({**claims, "sha256": claims_of(b"another")["sha256"]})
    if how == "body":
        return body + b" ", jwt(claims)
    if how == "expired":
        return body, jwt({**claims, "nbf": claims["nbf"] - 900, "exp": claims["exp"] - 900})
    if how == "alg none":
        return body, jwt(claims, alg="none").rsplit(".", 1)[0] + "."
    if how == "cut":
        return body, jwt(claims)[:-2]
    return body, None


class LiveKit:
    """Rooms with people, as the API shows them. Who changes `rooms` decides whether a webhook tells of it."""

    def __init__(self) -> None:
        self.rooms: dict[str, dict[str, Any]] = {}
        self.asked: Counter[str] = Counter()
        self.url = ""
        self._server: asyncio.Server | None = None

    async def start(self) -> str:
        """Listens on loopback."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=1024)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self.url

    def env(self) -> dict[str, str]:
        """How Callboard is told of it."""
        return {
            "CALLBOARD_LIVEKIT_URL": self.url.replace("http", "ws"),
            "CALLBOARD_LIVEKIT_API_KEY": KEY,
            "CALLBOARD_LIVEKIT_API_SECRET": SECRET,
        }

    def stop(self) -> None:
        """Closes the port."""
        if self._server is not None:
            self._server.close()

    def room(self, name: str, sid: str) -> dict[str, Any]:
        """Opens a room."""
        return self.rooms.setdefault(name, {"sid": sid, "name": name, "created": int(time.time()), "people": {}})

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, OSError, asyncio.IncompleteReadError, asyncio.CancelledError, ValueError):
            while True:
                path, headers = await self._head(reader)
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                answer = json.dumps(self.answer(path.rsplit("/", 1)[1], json.loads(body or b"{}"))).encode()
                head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(answer)}\r\n\r\n"
                writer.write(head.encode() + answer)
                await writer.drain()
        with suppress(Exception):
            writer.close()

    async def _head(self, reader: asyncio.StreamReader) -> tuple[str, dict[str, str]]:
        raw = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in raw[1:] if line)
        return raw[0].split(" ")[1], {name.strip().lower(): value.strip() for name, _, value in pairs}

    def answer(self, method: str, asked: dict[str, Any]) -> dict[str, Any]:
        """One method of RoomService or AgentDispatchService."""
        self.asked[method] += 1
        if method == "CreateRoom":
            return self._shown(self.room(asked["name"], f"RM_{asked['name'][-40:]}"))
        if method == "ListRooms":
            names = asked.get("names") or list(self.rooms)
            return {"rooms": [self._shown(self.rooms[n]) for n in names if n in self.rooms]}
        if method == "ListParticipants":
            room = self.rooms.get(asked["room"])
            return {"participants": list(room["people"].values()) if room else []}
        if method == "DeleteRoom":
            self.rooms.pop(asked["room"], None)
        if method == "RemoveParticipant" and asked["room"] in self.rooms:
            self.rooms[asked["room"]]["people"].pop(asked["identity"], None)
        return {}

    def _shown(self, room: dict[str, Any]) -> dict[str, Any]:
        return {"sid": room["sid"], "name": room["name"], "creation_time": str(room["created"])}
