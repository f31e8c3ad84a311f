"""Writers: clients that append to sessions, repeat themselves, and retry what is unknown under the same id."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from torture.kit.book import AckBook, Entry
from torture.kit.http import Answer, Client
from torture.kit.ids import uuid7
from torture.kit.report import Broken

#: Writers of one process have names of their own, so that several groups can share a book.
_GROUPS = itertools.count(1)

#: What fillers are cut from.
_TEXT = "".join(random.Random(7).choices("abcdefghijklmnopqrstuvwxyz äöü€", k=4096))

#: Answers that say that nothing was stored. Any other error of the server's is an outcome that nobody knows.
NOTHING_STORED = {"OVERLOADED", "STORE_UNAVAILABLE", "SHUTTING_DOWN"}


def says_nothing_stored(answer: Answer) -> bool:
    """Whether this answer is a promise that the request had no effect."""
    if answer.kind == "refused":
        return True
    return answer.kind == "answered" and (400 <= answer.status < 500 or answer.code in NOTHING_STORED)


@dataclass
class Target:
    """Where writers write; a rig that restarts its server changes it in place."""

    url: str
    api_key: str


class _Place:
    """A client of where the target is now."""

    def __init__(self, source: str | None) -> None:
        self._source = source
        self.client = Client("http://127.0.0.1:1")

    def at(self, target: Target) -> Client:
        """The same client as long as the target stays."""
        if self.client.port != int(target.url.rsplit(":", 1)[1]) or self.client.api_key != target.api_key:
            self.client.close()
            self.client = Client(target.url, target.api_key, source=self._source)
        return self.client


@dataclass
class Writers:
    """`count` tasks over `sessions`. Stop them with `stop`; each then finishes the request under way."""

    target: Target
    sessions: Sequence[str]
    book: AckBook
    dice: random.Random
    count: int = 4
    #: Bytes of filler, drawn from this range.
    filler: tuple[int, int] = (0, 400)
    #: Share of sends that repeat an acknowledged event, and of those that are batches.
    repeats: float = 0.1
    batches: float = 0.2
    timeout: float = 10.0
    #: Pause between requests and after a refusal, seconds.
    pace: float = 0.0
    back_off: float = 0.05
    #: A retry of what is unknown goes on at most this often; then it stays unknown.
    retries: int = 1_000_000
    source: str | None = None
    answers: Counter[str] = field(default_factory=Counter)
    odd: list[str] = field(default_factory=list)
    _stopping: bool = False
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def start(self) -> None:
        """Begins; needs a running loop."""
        self._stopping = False
        group = next(_GROUPS)
        self._tasks = [
            asyncio.create_task(self._write(f"w{group}-{n}", random.Random(self.dice.getrandbits(64))))
            for n in range(self.count)
        ]

    async def stop(self, *, cut: bool = False) -> None:
        """Ends all. With `cut`, requests under way are cut off and stay unknown."""
        self._stopping = True
        if cut:
            for task in self._tasks:
                task.cancel()
        for outcome in await asyncio.gather(*self._tasks, return_exceptions=True):
            if isinstance(outcome, Exception):
                raise outcome
        self._tasks = []

    async def _write(self, name: str, dice: random.Random) -> None:
        at, turn = _Place(self.source), 0
        done: list[Entry] = []
        try:
            while not self._stopping:
                if done and dice.random() < self.repeats:
                    entries = [dice.choice(done[-200:])]
                else:
                    size = dice.randint(2, 20) if dice.random() < self.batches else 1
                    turn += 1
                    entries = [self._new(name, dice, turn if size == 1 else 0) for _ in range(size)]
                if not await self._deliver(at, entries):
                    continue
                done += [e for e in entries if e.sequence is not None]
                if self.pace:
                    await asyncio.sleep(self.pace)
        finally:
            at.client.close()

    def _new(self, writer: str, dice: random.Random, turn: int) -> Entry:
        payload: dict[str, Any] = {"meterId": f"{writer}-{dice.randrange(10)}", "billableSeconds": dice.randrange(3600)}
        size, at = dice.randint(*self.filler), dice.randrange(len(_TEXT))
        payload["filler"] = (_TEXT[at:] + _TEXT * (size // len(_TEXT) + 1))[:size]
        return Entry(dice.choice(self.sessions), uuid7(dice), "usage.tick", payload, writer, turn)

    async def _deliver(self, at: _Place, entries: list[Entry]) -> bool:
        """Sends until there is an answer that settles it, or the writers stop; also to a server started anew."""
        for entry in entries:
            self.book.sent(entry)
        for _ in range(self.retries + 1):
            if await self._once(at.at(self.target), entries):
                return True
            if self._stopping:
                return False
            await asyncio.sleep(self.back_off)
        return False

    async def _once(self, client: Client, entries: list[Entry]) -> bool:
        documents = [
            {"eventId": e.event_id, "sessionId": e.session, "type": e.type, "payload": e.payload} for e in entries
        ]
        try:
            body: Any = documents[0] if len(documents) == 1 else {"events": documents}
            answer = await client.post("/v1/realtime/events", body, timeout=self.timeout)
        except asyncio.CancelledError:
            for entry in entries:
                self.book.unknown(entry.session, entry.event_id)
            raise
        self.answers[f"{answer.status} {answer.code}".strip() if answer.kind == "answered" else answer.kind] += 1
        if answer.kind == "answered" and answer.status in (200, 201):
            return self._noted(entries, answer)
        for entry in entries:
            note = self.book.refused if says_nothing_stored(answer) else self.book.unknown
            note(entry.session, entry.event_id)
        if answer.kind == "answered" and answer.code not in (*NOTHING_STORED, "OUTCOME_UNKNOWN", "RATE_LIMITED"):
            self.odd.append(f"{answer.status} {answer.code}: {answer.body[:200].decode(errors='replace')}")
            return answer.status < 500
        return False

    def _noted(self, entries: list[Entry], answer: Answer) -> bool:
        document = answer.json()
        results = [document] if len(entries) == 1 else document["results"]
        settled = True
        for entry, result in zip(entries, results, strict=True):
            if "event" in result:
                self.book.acked(entry.session, entry.event_id, int(result["event"]["sequence"]))
                entry.sequence = entry.sequence or int(result["event"]["sequence"])
            else:
                code = str((result.get("error") or {}).get("code"))
                note = self.book.unknown if code in ("OUTCOME_UNKNOWN", "INTERNAL") else self.book.refused
                note(entry.session, entry.event_id)
                settled = settled and code not in (*NOTHING_STORED, "OUTCOME_UNKNOWN", "RATE_LIMITED")
        return settled


async def make_sessions(target: Target, count: int, prefix: str = "torture") -> list[str]:
    """New sessions of the tenant; a session that is there already is taken."""
    client, names = Client(target.url, target.api_key, timeout=30), [f"{prefix}-{n}" for n in range(count)]
    try:
        for name in names:
            answer = await client.post("/v1/call/sessions", {"sessionId": name})
            if answer.status not in (200, 201):
                raise Broken(f"no session: {answer.kind} {answer.status} {answer.body[:300]!r} {answer.why}")
    finally:
        client.close()
    return names
