"""Thousands of server-sent event streams that come back at once when their server does.

A process of its own. It prints `open` when all streams stand, then follows them: a stream that ends is opened again
with its Last-Event-ID, at once and every 20 ms while nobody listens. `--until N` is the sequence that ends it. The last
line of its output is JSON: when each stream stood again, and whether a sequence was missed or repeated.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import json
import select
import socket
import time
from dataclasses import dataclass

from torture.kit.files import raise_limit
from torture.kit.http import encode


@dataclass
class Follower:
    """One stream, over all its connections."""

    session: str
    source: str
    made: socket.socket | None = None
    last: int = 0
    buffer: bytes = b""
    sent: bool = False
    stood: float = 0.0
    ended: float = 0.0
    again_at: float = 0.0
    connections: int = 0
    #: Set by a resume: when the head came, and the first event.
    resumed: float = 0.0
    served: float = 0.0


class Storm:
    """All of them."""

    def __init__(self, flags: argparse.Namespace) -> None:
        self.flags = flags
        host, port = flags.url.split("//")[1].rsplit(":", 1)
        self.at = (host, int(port))
        sessions = flags.sessions.split(",")
        self.all = [Follower(sessions[n % len(sessions)], f"127.0.4.{1 + n % 200}") for n in range(flags.count)]
        self.by_number: dict[int, Follower] = {}
        self.poll = select.epoll()
        self.faults: list[str] = []
        self.statuses: dict[str, int] = {}

    def connect(self, one: Follower) -> None:
        """Begins a connection; the request follows when it stands."""
        made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        made.setblocking(False)
        made.bind((one.source, 0))
        result = made.connect_ex(self.at)
        if result not in (0, errno.EINPROGRESS):
            made.close()
            one.again_at = time.monotonic() + 0.02
            return
        one.made, one.buffer, one.sent, one.stood = made, b"", False, 0.0
        self.by_number[made.fileno()] = one
        self.poll.register(made.fileno(), select.EPOLLOUT)

    def lost(self, one: Follower) -> None:
        """The connection ended; the next one comes at once."""
        if one.made is not None:
            self.by_number.pop(one.made.fileno(), None)
            one.made.close()
            one.made = None
        if one.stood and not one.ended:
            one.ended = time.monotonic()
        one.stood = 0.0
        one.again_at = time.monotonic() + 0.02

    def ask(self, one: Follower) -> None:
        """The request, with where to go on."""
        if one.made is None:
            return
        path = f"/v1/realtime/sessions/{one.session}/stream"
        headers = {"authorization": f"Bearer {self.flags.key}", "last-event-id": str(one.last)}
        message = encode("GET", path, headers, None, f"{self.at[0]}:{self.at[1]}")
        try:
            one.made.send(message)
        except OSError:
            self.lost(one)
            return
        one.sent = True
        self.poll.modify(one.made.fileno(), select.EPOLLIN | select.EPOLLRDHUP)

    def read(self, one: Follower) -> None:
        """What came."""
        if one.made is None:
            return
        try:
            piece = one.made.recv(65_536)
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        if not piece:
            self.lost(one)
            return
        one.buffer += piece
        if not one.stood:
            self.head(one)
        if one.stood:
            self.events(one)

    def head(self, one: Follower) -> None:
        """The stream stands, or was refused."""
        head, found, rest = one.buffer.partition(b"\r\n\r\n")
        if not found:
            return
        status = head[9:12].decode()
        if status != "200":
            self.statuses[status] = self.statuses.get(status, 0) + 1
            self.lost(one)
            return
        one.stood, one.buffer = time.monotonic(), rest
        one.connections += 1
        if one.ended and not one.resumed:
            one.resumed = one.stood

    def events(self, one: Follower) -> None:
        """Ids of whole blocks; chunk sizes between them are not looked at. Each must follow the one before."""
        *lines, one.buffer = one.buffer.split(b"\n")
        pending = ""
        for line in lines:
            if line.startswith(b"id: "):
                pending = line[4:].strip().decode()
            elif line.startswith(b"data:") and pending.isdigit():
                sequence = int(pending)
                if one.last and sequence != one.last + 1:
                    self.faults.append(f"{one.session}: {sequence} after {one.last}")
                one.last = sequence
                if one.ended and not one.served:
                    one.served = time.monotonic()
        if pending:
            # Its data may be in the next piece.
            one.buffer = f"id: {pending}\n".encode() + one.buffer if not lines[-1].startswith(b"data:") else one.buffer

    def turn(self) -> None:
        """One look at everything."""
        for number, events in self.poll.poll(0.01):
            one = self.by_number.get(number)
            if one is None:
                continue
            if not one.sent:
                if events & (select.EPOLLERR | select.EPOLLHUP):
                    self.lost(one)
                else:
                    self.ask(one)
            else:
                self.read(one)
        now = time.monotonic()
        begun = 0
        for one in self.all:
            if one.made is None and one.again_at <= now:
                self.connect(one)
                begun += 1
                if begun >= 500:
                    break

    def run(self) -> None:
        """Opens, says so, and follows until the last sequence."""
        end = time.monotonic() + self.flags.seconds
        while time.monotonic() < end and not all(one.stood for one in self.all):
            self.turn()
        print("open" if all(one.stood for one in self.all) else "not open", flush=True)
        while time.monotonic() < end and any(one.last < self.flags.until for one in self.all):
            self.turn()

    def report(self) -> dict[str, object]:
        """Instants are of the monotonic clock, which all processes of a machine share."""
        return {
            "streams": len(self.all),
            "resumed": sum(one.resumed > 0 for one in self.all),
            "complete": sum(one.last >= self.flags.until for one in self.all),
            "lastResumed": max((one.resumed for one in self.all), default=0.0),
            "lastServed": max((one.served for one in self.all), default=0.0),
            "cpu s": round(time.process_time(), 1),
            "faults": self.faults[:10],
            "refused": self.statuses,
        }


def main() -> None:
    """One storm."""
    parser = argparse.ArgumentParser(description="streams that come back at once")
    parser.add_argument("--url", required=True)
    parser.add_argument("--key", required=True)
    parser.add_argument("--sessions", required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--until", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    flags = parser.parse_args()
    raise_limit(flags.count + 500)
    storm = Storm(flags)
    with contextlib.suppress(KeyboardInterrupt):
        storm.run()
    print(json.dumps(storm.report()), flush=True)


if __name__ == "__main__":
    main()
