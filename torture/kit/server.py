"""The binary as a process: started on a folder or a PostgreSQL database, killed, stopped in its tracks, awaited."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from torture.kit import cleanup
from torture.kit.report import CouldNotRun

ROOT = Path(__file__).resolve().parents[2]
#: Of rigs only: the key that servers on PostgreSQL share.
SECRET_KEY = "k1:OwCL7jkbT56Ra2Sez92ovi3xEzW6M7UDUsvkj3LriI0"  # noqa: S105


def binary() -> Path:
    """The server under test: CALLBOARD_BIN, else the debug build."""
    path = Path(os.environ.get("CALLBOARD_BIN") or ROOT / "target" / "debug" / "callboard")
    if not path.is_file():
        raise CouldNotRun("the binary is missing; build it with  cargo build -p callboard")
    return path


class NotServing(Exception):
    """The server ended, or said nothing in time, before it served."""


class ServerProcess:
    """One server. `data` is an SQLite folder; `database_url` is PostgreSQL instead.

    `wrap` goes before the command, such as strace with its flags. The process leads a group of its own, so that a kill
    reaches the server and not only its wrapper.
    """

    def __init__(
        self,
        work: Path,
        name: str = "server",
        *,
        data: Path | None = None,
        database_url: str | None = None,
        env: dict[str, str] | None = None,
        wrap: Sequence[str] = (),
        listen: str = "127.0.0.1:0",
        program: Path | None = None,
    ) -> None:
        self.work, self.name, self.listen, self.wrap = work, name, listen, list(wrap)
        self.data = data if data is not None or database_url else work / f"{name}-data"
        self.database_url, self.env = database_url, dict(env or {})
        self.program = program
        self.log = work / f"{name}.log"
        self.url, self.port, self.api_key = "", 0, ""
        self._process: subprocess.Popen[bytes] | None = None
        cleanup.later(self.kill)

    def command(self) -> list[str]:
        """How it is started."""
        program = str(self.program or binary())
        command = [*self.wrap, program, "serve", "--dev", "--no-demo", "--listen", self.listen, "--ready-json"]
        return [*command, "--data", str(self.data)] if self.data is not None else command

    def environment(self) -> dict[str, str]:
        """Loopback receivers of webhooks are allowed; the console's events are no concern of a rig."""
        ours = ("CALLBOARD_", "LIVEKIT_")
        env = {k: v for k, v in os.environ.items() if k == "CALLBOARD_TOOTH" or not k.startswith(ours)}
        env |= {"CALLBOARD_EGRESS_ALLOW": "127.0.0.1", "NO_COLOR": "1"}
        if self.database_url:
            env |= {"CALLBOARD_DATABASE_URL": self.database_url, "CALLBOARD_SECRET_KEY": SECRET_KEY}
        return env | self.env

    def launch(self) -> None:
        """Starts it without waiting until it serves."""
        if self._process is not None:
            raise CouldNotRun(f"{self.name} runs already")
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command(), stdout=subprocess.PIPE, stderr=log, env=self.environment(), start_new_session=True
            )

    def await_ready(self, seconds: float = 30.0) -> Self:
        """Waits for the line that says where it serves. NotServing when it ends or stays silent."""
        process = self._process
        if process is None or process.stdout is None:
            raise NotServing(f"{self.name} was not started")
        end, line = time.monotonic() + seconds, b""
        while not line.endswith(b"\n"):
            left = end - time.monotonic()
            if left <= 0 or not select.select([process.stdout], [], [], left)[0]:
                raise NotServing(f"{self.name} did not serve within {seconds} s: {self.tail()}")
            piece = os.read(process.stdout.fileno(), 65536)
            if not piece:
                raise NotServing(f"{self.name} ended with {process.wait(10)} before it served: {self.tail()}")
            line += piece
        ready: dict[str, Any] = json.loads(line)
        self.url = f"http://{ready['url'].split('//')[1]}"
        self.port = int(self.url.rsplit(":", 1)[1])
        self.api_key = ready.get("apiKey") or self.api_key
        return self

    def start(self, seconds: float = 30.0) -> Self:
        """Starts it and waits until it serves."""
        self.launch()
        return self.await_ready(seconds)

    @property
    def pid(self) -> int:
        """Of the process that was started (of the wrapper, when there is one)."""
        return self._process.pid if self._process else 0

    def server_pid(self) -> int:
        """Of the server itself, also below a wrapper."""
        if not self.wrap:
            return self.pid
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return int(children[0]) if children else 0

    def alive(self) -> bool:
        """Whether it has not ended."""
        return self._process is not None and self._process.poll() is None

    def send(self, number: signal.Signals) -> None:
        """To the whole group; nothing when it ended."""
        if self.alive():
            try:
                os.killpg(self.pid, number)
            except ProcessLookupError:
                return

    def pause(self) -> None:
        """SIGSTOP, and waits until every thread stands."""
        self.send(signal.SIGSTOP)
        end = time.monotonic() + 5
        while time.monotonic() < end and self._state() not in ("T", "t", "Z", ""):
            time.sleep(0.002)

    def _state(self) -> str:
        try:
            return Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            return ""

    def resume(self) -> None:
        """SIGCONT."""
        self.send(signal.SIGCONT)

    def wait(self, seconds: float) -> int | None:
        """The exit code (negative: the signal), or None when it still runs."""
        if self._process is None:
            return None
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def kill(self) -> None:
        """SIGKILL, as when the power fails."""
        self._end(signal.SIGKILL, 20)

    def stop(self, seconds: float = 20) -> int | None:
        """SIGTERM, then SIGKILL when it does not end; its exit code."""
        return self._end(signal.SIGTERM, seconds)

    def _end(self, how: signal.Signals, seconds: float) -> int | None:
        process = self._process
        if process is None:
            return None
        self.send(how)
        code = self.wait(seconds)
        if code is None:
            self.send(signal.SIGKILL)
            code = self.wait(20)
        self._process = None
        if process.stdout:
            process.stdout.close()
        return code

    def reap(self) -> None:
        """Forgets a process that ended by itself, so that it can be started again."""
        self.kill()

    def rss_mib(self) -> float:
        """Resident memory now."""
        try:
            for line in Path(f"/proc/{self.server_pid()}/status").read_text().splitlines():
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) / 1024
        except OSError:
            pass
        return 0.0

    def tail(self, size: int = 1500) -> str:
        """The end of its log."""
        try:
            return self.log.read_text(errors="replace")[-size:]
        except OSError:
            return ""

    def run(self, *arguments: str, seconds: float = 60) -> subprocess.CompletedProcess[str]:
        """Another command of the binary on the same data, such as `verify`."""
        command = [str(self.program or binary()), *arguments]
        if self.data is not None:
            command += ["--data", str(self.data)]
        return subprocess.run(
            command, env=self.environment(), capture_output=True, text=True, timeout=seconds, check=False
        )


def verify(server: ServerProcess) -> str | None:
    """What `callboard verify` finds; None when it finds nothing."""
    done = server.run("verify", seconds=120)
    return None if done.returncode == 0 else f"exit {done.returncode}: {(done.stdout + done.stderr)[-1500:]}"
