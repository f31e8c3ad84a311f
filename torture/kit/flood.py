"""More appends at once than a server can take on: thousands of connections, each with a request under way.

A process of its own. What became of each event goes to a file as JSON lines, for the book: `[id, "acked", sequence]`,
`[id, "refused"]` or `[id, "unknown"]`. The last line of its output is JSON with counts.
"""

from __future__ import annotations

import argparse
import json
import random
import select
import socket
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from torture.kit.files import raise_limit
from torture.kit.http import encode, raw_socket
from torture.kit.ids import uuid7

#: Answers that say that nothing was stored, by their code.
NOTHING_STORED = ("OVERLOADED", "RATE_LIMITED", "STORE_UNAVAILABLE", "SHUTTING_DOWN")


@dataclass
class Line:
    """One connection, and the events that it sent last."""

    made: socket.socket
    events: list[str] = field(default_factory=list)
    answer: bytes = b""
    asked: float = 0.0


class Flood:
    """Keeps a request under way on each connection until its time is over."""

    def __init__(self, flags: argparse.Namespace, out: TextIO) -> None:
        self.flags, self.out, self.dice = flags, out, random.Random(flags.seed)
        self.seen: Counter[str] = Counter()
        self.lines: dict[int, Line] = {}
        self.poll = select.epoll()
        self.waits: list[float] = []
        self.later: deque[tuple[float, Line]] = deque()
        self.headers = {"authorization": f"Bearer {flags.key}", "content-type": "application/json"}
        self.host = flags.url.split("//")[1]

    def open(self, number: int) -> None:
        """One more connection; its first request comes with all the others, so that they arrive as one burst."""
        try:
            made = raw_socket(self.flags.url, source=f"127.0.{3 + self.flags.seed % 2}.{1 + number % 200}")
        except OSError:
            self.seen["no connection"] += 1
            return
        line = Line(made)
        self.lines[made.fileno()] = line
        self.poll.register(made.fileno(), select.EPOLLIN)

    def ask(self, line: Line) -> None:
        """The next batch."""
        line.events, line.answer, line.asked = (
            [uuid7(self.dice) for _ in range(self.flags.batch)],
            b"",
            time.monotonic(),
        )
        session = self.dice.choice(self.flags.sessions.split(","))
        payload = {"meterId": "flood", "billableSeconds": 1}
        events = [{"eventId": e, "sessionId": session, "type": "usage.tick", "payload": payload} for e in line.events]
        body = json.dumps({"events": events}).encode()
        for event in line.events:
            self.out.write(json.dumps([event, "sent", session]) + "\n")
        try:
            line.made.send(encode("POST", "/v1/realtime/events", self.headers, body, self.host))
        except OSError:
            self.end(line, "cut")

    def end(self, line: Line, how: str) -> None:
        """The connection is gone; what was under way is unknown."""
        self.seen[how] += 1
        self.note(line, "unknown")
        self.lines.pop(line.made.fileno(), None)
        line.made.close()

    def note(self, line: Line, how: str) -> None:
        """The same of all that were under way."""
        for event in line.events:
            self.out.write(json.dumps([event, how]) + "\n")

    def told(self, line: Line) -> bool:
        """Notes a whole answer; whether there was one."""
        head, found, body = line.answer.partition(b"\r\n\r\n")
        if not found:
            return False
        fields = {n.lower(): v.strip() for n, _, v in (r.partition(b":") for r in head.split(b"\r\n")[1:])}
        if len(body) < int(fields.get(b"content-length", b"0")):
            return False
        status, document = int(head[9:12]), json.loads(body or b"{}")
        code = str(document.get("code", ""))
        self.waits.append(time.monotonic() - line.asked)
        self.seen[f"{status} {code}".strip()] += 1
        if status in (429, 503) and b"retry-after" not in fields:
            self.seen["without Retry-After"] += 1
        if status == 200:
            for event, result in zip(line.events, document["results"], strict=True):
                how = ["acked", result["event"]["sequence"]] if "event" in result else ["refused"]
                self.out.write(json.dumps([event, *how]) + "\n")
        else:
            self.note(line, "refused" if code in NOTHING_STORED or 400 <= status < 500 else "unknown")
        return True

    def listen(self, asking: bool) -> None:
        """Answers, and the next questions."""
        for number, _ in self.poll.poll(0.05):
            line = self.lines.get(number)
            if line is None:
                continue
            try:
                piece = line.made.recv(65_536)
            except BlockingIOError:
                continue
            except OSError:
                piece = b""
            line.answer += piece
            if not piece and not line.events:
                # Cut while it had nothing to say.
                self.lines.pop(number)
                line.made.close()
                continue
            if not piece:
                self.end(line, "cut")
            elif self.told(line):
                line.events = []
                if asking:
                    # Less patient than Retry-After asks for; at once would measure this process.
                    self.later.append((time.monotonic() + 0.25, line))
                else:
                    self.lines.pop(number)
                    line.made.close()

    def run(self) -> None:
        """Opens all, asks for a time, then waits for what is under way."""
        for number in range(self.flags.count):
            self.open(number)
        for line in list(self.lines.values()):
            self.ask(line)
        begun = time.monotonic()
        while time.monotonic() - begun < self.flags.seconds:
            self.listen(asking=True)
            while self.later and self.later[0][0] <= time.monotonic():
                line = self.later.popleft()[1]
                if self.lines.get(line.made.fileno()) is line:
                    self.ask(line)
        for _, line in self.later:
            # It has its answer, and asks no more.
            self.lines.pop(line.made.fileno(), None)
            line.made.close()
        end = time.monotonic() + 30
        while self.lines and time.monotonic() < end:
            self.listen(asking=False)
        for line in list(self.lines.values()):
            self.end(line, "never answered")


def main() -> None:
    """One flood."""
    parser = argparse.ArgumentParser(description="more appends than fit")
    parser.add_argument("--url", required=True)
    parser.add_argument("--key", required=True)
    parser.add_argument("--sessions", required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    flags = parser.parse_args()
    raise_limit(flags.count + 500)
    with flags.out.open("w") as out:
        flood = Flood(flags, out)
        flood.run()
    waits = sorted(flood.waits)
    worst = round(waits[-1], 1) if waits else 0.0
    median = round(waits[len(waits) // 2], 2) if waits else 0.0
    print(json.dumps({"answers": dict(flood.seen), "median s": median, "longest s": worst}), flush=True)


if __name__ == "__main__":
    main()
