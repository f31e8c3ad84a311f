"""A real server, and a wire between it and the client that breaks."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import socket
import struct
import subprocess
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

ROOT = Path(__file__).resolve().parents[3]
BINARY = Path(os.environ.get("CALLBOARD_BIN") or ROOT / "target" / "debug" / "callboard")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """The binary on a folder and a port of its own; it can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.api_key = ""
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> Self:
        assert BINARY.is_file(), f"{BINARY} is missing; build it: cargo build -p callboard"
        command = [str(BINARY), "serve", "--dev", "--data", str(self.folder / "data")]
        command += ["--listen", f"127.0.0.1:{self.port}", "--ready-json"]
        # The calls that the local mode plays by itself are not this test's; its receivers of webhooks are on loopback.
        environment = {**os.environ, "CALLBOARD_DEMO": "off", "CALLBOARD_EGRESS_ALLOW": "127.0.0.1"}
        with (self.folder / "log").open("a") as log:
            self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment)
        line = self._process.stdout.readline() if self._process.stdout else ""
        assert line, f"the server did not start:\n{(self.folder / 'log').read_text()[-2000:]}"
        ready: dict[str, Any] = json.loads(line)
        self.api_key = ready.get("apiKey") or self.api_key
        return self

    def kill(self) -> None:
        """No farewell, as when the power fails."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(20)
        finally:
            process.kill()
            if process.stdout:
                process.stdout.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class CuttingProxy:
    """Passes bytes on and ends each connection after a random number of them, half by reset and half politely."""

    def __init__(self, port: int, seed: int, longest: int = 16_000, first_after: bytes = b"") -> None:
        self.cuts = 0
        self.connections = 0
        self._to = port
        self._random = random.Random(seed)
        self._longest = longest
        # The first connection ends as soon as these bytes have passed.
        self._first_after = first_after
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._accept)
        self._workers: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)
        for worker in self._workers:
            worker.join(10)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            budget, rude = self._random.randint(1, self._longest), self._random.random() < 0.5
            worker = threading.Thread(target=self._serve, args=(client, budget, rude))
            self._workers.append(worker)
            worker.start()

    def _serve(self, client: socket.socket, budget: int, rude: bool) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self._to))
        except OSError:
            client.close()
            return
        up = threading.Thread(target=self._pass_on, args=(client, server))
        up.start()
        try:
            passed = b""
            while budget > 0 and (piece := server.recv(min(budget, 4096))):
                client.sendall(piece)
                budget -= len(piece)
                passed += piece
                if self._first_after and self._first_after in passed:
                    self._first_after, budget = b"", 0
        except OSError:
            pass
        self.cuts += budget <= 0
        if rude:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        for end in (server, client):
            try:
                # Wakes the other direction; a reset is sent by the close below.
                end.shutdown(socket.SHUT_RD if rude and end is client else socket.SHUT_RDWR)
            except OSError:
                continue
        up.join(10)
        client.close()
        server.close()

    @staticmethod
    def _pass_on(source: socket.socket, target: socket.socket) -> None:
        try:
            while piece := source.recv(4096):
                target.sendall(piece)
        except OSError:
            pass
        # Whoever asked is gone, so nobody waits for the answer.
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)


def said(session_id: str, number: int) -> dict[str, Any]:
    """One thing that was said."""
    payload = {
        "utteranceId": f"u{number}",
        "speaker": "user",
        "text": f"Grüße № {number}",
        "startMs": number,
        "endMs": number + 1,
    }
    return {"sessionId": session_id, "type": "transcript.final", "payload": payload}


def answering(*answers: httpx.Response) -> tuple[httpx.MockTransport, list[httpx.Request]]:
    """A transport that gives these answers in turn, the last one for ever, and what it was asked."""
    asked: list[httpx.Request] = []
    left = list(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return left.pop(0) if len(left) > 1 else left[0]

    return httpx.MockTransport(answer), asked
