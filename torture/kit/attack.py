"""A client that misbehaves, as a process of its own: it must not slow down whoever measures.

Prints one line of JSON at the end: how many connections it opened, and how they ended.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import select
import socket
import time
from collections import Counter
from dataclasses import dataclass, field

from torture.kit.files import raise_limit
from torture.kit.http import encode, raw_socket


@dataclass
class Victim:
    """One open connection of ours."""

    made: socket.socket
    opened: float
    next_at: float
    answer: bytes = b""


@dataclass
class Attack:
    """Opens up to `count` connections, keeps so many open, and drips or does not read."""

    kind: str
    url: str
    key: str
    path: str
    count: int
    addresses: int
    open: dict[int, Victim] = field(default_factory=dict)
    seen: Counter[str] = field(default_factory=Counter)
    lived: list[float] = field(default_factory=list)
    poll: select.epoll = field(default_factory=select.epoll)

    def source(self) -> str:
        """The next of our addresses."""
        return f"127.0.1.{1 + self.seen['opened'] % self.addresses}"

    def opening(self) -> bytes:
        """What is sent at once."""
        host = self.url.split("//")[1]
        # Several keys: a limit of requests for each is not what this is about.
        keys = self.key.split(",")
        authorized = {"authorization": f"Bearer {keys[self.seen['opened'] % len(keys)]}"}
        if self.kind == "slow-headers":
            return f"GET /health HTTP/1.1\r\nhost: {host}\r\nx-slow: ".encode()
        if self.kind == "slow-bodies":
            head = encode("POST", self.path, authorized | {"content-type": "application/json"}, b"", host)
            return head.replace(b"content-length: 0", b"content-length: 100000") + b'{"events": ['
        if self.kind == "slow-readers":
            return encode("GET", self.path, authorized | {"accept": "application/x-ndjson"}, None, host)
        return b""

    def add(self) -> None:
        """One more."""
        try:
            made = raw_socket(
                self.url, source=self.source(), receive_buffer=4096 if self.kind == "slow-readers" else None
            )
            if opening := self.opening():
                made.send(opening)
        except OSError as error:
            self.seen[f"refused: {type(error).__name__}"] += 1
            return
        self.seen["opened"] += 1
        now = time.monotonic()
        self.open[made.fileno()] = Victim(made, now, now + 1.0)
        # Who does not read does not look either, except at the end.
        events = select.EPOLLHUP if self.kind == "slow-readers" else select.EPOLLIN | select.EPOLLRDHUP
        self.poll.register(made.fileno(), events)

    def drop(self, number: int, how: str) -> None:
        """It ended."""
        victim = self.open.pop(number)
        self.seen[how] += 1
        self.lived.append(time.monotonic() - victim.opened)
        with contextlib.suppress(OSError):
            self.poll.unregister(number)
        victim.made.close()

    def listen(self) -> None:
        """Answers and ends."""
        for number, _ in self.poll.poll(0.02):
            try:
                piece = self.open[number].made.recv(4096)
            except BlockingIOError:
                continue
            except OSError:
                piece = b""
            if piece:
                self.open[number].answer += piece
                continue
            status = self.open[number].answer[9:12].decode("latin-1")
            self.drop(number, f"answered {status}" if status else "cut")

    def drip(self) -> None:
        """One byte a second."""
        if self.kind not in ("slow-headers", "slow-bodies"):
            return
        now = time.monotonic()
        for number, victim in list(self.open.items()):
            if victim.next_at <= now:
                victim.next_at = now + 1.0
                try:
                    victim.made.send(b"x" if self.kind == "slow-headers" else b" ")
                except OSError:
                    self.drop(number, "cut")

    def run(self, seconds: float, again: bool) -> None:
        """For so long; `again` opens anew what was cut."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            room = self.count - (len(self.open) if again else self.seen["opened"])
            for _ in range(min(room, 100)):
                self.add()
            self.listen()
            self.drip()

    def report(self) -> dict[str, object]:
        """What happened."""
        lived = sorted(self.lived)
        longest = max((time.monotonic() - v.opened for v in self.open.values()), default=0.0)
        middle = lived[len(lived) // 2] if lived else 0.0
        return {
            "ends": dict(self.seen),
            "open": len(self.open),
            "longestOpen": round(longest, 1),
            "medianLife": round(middle, 1),
            "longestLife": round(lived[-1], 1) if lived else 0.0,
        }


def main() -> None:
    """One attack."""
    parser = argparse.ArgumentParser(description="a client that misbehaves")
    parser.add_argument("kind", choices=["slow-headers", "slow-bodies", "slow-readers", "idle"])
    parser.add_argument("--url", required=True)
    parser.add_argument("--key", default="")
    parser.add_argument("--path", default="/health")
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--addresses", type=int, default=20)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--again", action="store_true")
    flags = parser.parse_args()
    raise_limit(flags.count + 500)
    attack = Attack(flags.kind, flags.url, flags.key, flags.path, flags.count, flags.addresses)
    attack.run(flags.seconds, flags.again)
    print(json.dumps(attack.report()), flush=True)


if __name__ == "__main__":
    main()
