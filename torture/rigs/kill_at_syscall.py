"""Kills the server at its Nth write, fsync, open or answer, and looks at what is left.

Points lie in ingest, in the first migration, in a checkpoint, and in `callboard backup`. strace sends the signal as the
call begins: what it was to do is not done, and everything before it is.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torture.kit import cleanup
from torture.kit.book import AckBook
from torture.kit.disk import sh
from torture.kit.read import Logs, by_http, by_sqlite
from torture.kit.report import Broken, CouldNotRun, Report, main
from torture.kit.server import NotServing, ServerProcess, binary
from torture.kit.verdict import judge, run_verify
from torture.kit.writers import Target, Writers, make_sessions

#: Of each phase: system calls, the kind of fault that it counts as, and the highest N that is worth trying.
PHASES: dict[str, list[tuple[str, str, int]]] = {
    "ingest": [
        ("pwrite64", "kill at write", 300),
        ("fsync,fdatasync", "kill at fsync", 50),
        ("writev,sendto", "kill at answer", 50),
        ("write", "kill at write", 30),
    ],
    "migration": [
        ("pwrite64", "kill at write", 220),
        ("fsync,fdatasync", "kill at fsync", 24),
        ("openat", "kill at open", 22),
        ("write", "kill at write", 3),
        ("unlink,ftruncate,rename", "kill at rename", 2),
    ],
    "checkpoint": [("pwrite64", "kill at write", 400), ("fsync,fdatasync", "kill at fsync", 4)],
    "backup": [
        ("pwrite64", "kill at write", 120),
        ("fsync,fdatasync", "kill at fsync", 6),
        ("openat", "kill at open", 24),
        ("rename,renameat,renameat2,unlink,link", "kill at rename", 2),
    ],
}
#: How often each phase comes.
SHARES = ["ingest"] * 4 + ["migration"] * 3 + ["checkpoint"] * 2 + ["backup"]
#: Without reaching its point by then, the server is killed where it is.
REACH = 4.0
SESSIONS = 3


@dataclass(frozen=True)
class Point:
    """One moment to die at."""

    number: int
    phase: str
    calls: str
    kind: str
    when: int

    def detail(self) -> dict[str, Any]:
        """For a report."""
        return {"point": self.number, "phase": self.phase, "calls": self.calls, "when": self.when}


def plan(dice: random.Random, count: int) -> list[Point]:
    """The same seed gives the same points."""
    points: list[Point] = []
    for number in range(count):
        phase = SHARES[number % len(SHARES)]
        calls, kind, most = dice.choice(PHASES[phase])
        points.append(Point(number, phase, calls, kind, dice.randint(1, most)))
    return points


class Rig:
    """A template of a data folder, and what happens at one point."""

    def __init__(self, report: Report) -> None:
        self.report, self.work, self.lock = report, cleanup.work_folder("kill"), threading.Lock()
        self.template = self.work / "template"
        server = ServerProcess(self.work, "template", data=self.template).start()
        self.api_key = server.api_key
        self.sessions = asyncio.run(make_sessions(Target(server.url, server.api_key), SESSIONS))
        asyncio.run(self._fill(server))
        server.stop()

    async def _fill(self, server: ServerProcess) -> None:
        # A copy must hold what the template holds; without a book, only its shape is looked at.
        self.before = AckBook()
        writers = Writers(Target(server.url, self.api_key), self.sessions, self.before, self.report.random("fill"))
        writers.start()
        await asyncio.sleep(0.5)
        await writers.stop()

    def wrap(self, point: Point, data: Path) -> list[str]:
        """strace, quiet, with the one injection. Its `--seccomp-bpf` is faster, and sends no signal (strace 6.1)."""
        inject = f"inject={point.calls}:signal=KILL:when={point.when}"
        command = [
            "strace",
            "-f",
            "-qq",
            "-o",
            "/dev/null",
            "-e",
            f"trace={point.calls}",
            "-e",
            inject,
        ]
        # Only a checkpoint writes to the database file itself.
        return [*command, "-P", str(data / "callboard.db")] if point.phase == "checkpoint" else command

    def run(self, point: Point) -> None:
        """One point, in a folder of its own."""
        if self.report.left() < 5:
            return
        folder = self.work / f"point-{point.number}"
        data = folder / "data"
        folder.mkdir()
        if point.phase != "migration":
            shutil.copytree(self.template, data)
        try:
            book, reached = self._backup(point, folder) if point.phase == "backup" else self._die(point, folder)
            self._look(point, folder, book)
        except Broken as error:
            self.violation("what was acknowledged cannot be read", point, str(error))
            reached = True
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        with self.lock:
            self.report.fault(point.kind if reached else "kill between calls")
            self.report.did("points")
            if not reached:
                self.report.figures.setdefault("not reached", []).append(f"{point.phase} {point.calls} {point.when}")
            if self.report.ran["points"] % 25 == 0:
                self.report.say(f"{self.report.ran['points']} points, {dict(self.report.faults)}")

    def violation(self, what: str, point: Point, why: str) -> None:
        """With the point."""
        with self.lock:
            self.report.violation(what, {**point.detail(), "why": why})

    def _die(self, point: Point, folder: Path) -> tuple[AckBook, bool]:
        server = ServerProcess(folder, "dying", data=folder / "data", wrap=self.wrap(point, folder / "data"))
        book = AckBook()
        if point.phase != "migration":
            book = self._copy_of_before()
        try:
            server.start()
        except NotServing:
            reached = not server.alive()
            server.reap()
            return book, reached
        key = server.api_key or self.api_key
        filler = (4000, 20000) if point.phase == "checkpoint" else (0, 3000)
        dice = self.report.random("point", point.number)
        reached = asyncio.run(self._write(server, Target(server.url, key), book, dice, filler))
        server.kill()
        return book, reached

    def _copy_of_before(self) -> AckBook:
        book = AckBook()
        for entry in self.before.snapshot():
            book.sent(entry)
        return book

    async def _write(
        self, server: ServerProcess, target: Target, book: AckBook, dice: random.Random, filler: tuple[int, int]
    ) -> bool:
        """Whether it died at its point."""
        sessions = self.sessions
        if not (server.data and (server.data / "callboard.db").exists()):
            raise CouldNotRun("a server serves without a database file")
        try:
            sessions = await make_sessions(target, SESSIONS)
        except RuntimeError:
            return not server.alive()
        writers = Writers(target, sessions, book, dice, filler=filler, retries=0, back_off=0.01)
        # A checkpoint comes every few hundred pages.
        writers.batches = 0.8 if filler[0] else 0.2
        writers.start()
        end = asyncio.get_running_loop().time() + REACH
        while server.alive() and asyncio.get_running_loop().time() < end:
            await asyncio.sleep(0.02)
        reached = not server.alive()
        # Under load, so that it dies in the middle of something all the same.
        server.kill()
        await writers.stop(cut=True)
        return reached

    def _look(self, point: Point, folder: Path, book: AckBook) -> None:
        """The file as it lies there, then a server on it, then verify."""
        data, entries = folder / "data", book.snapshot()
        readings: dict[str, Logs] = {}
        if point.phase != "migration":
            readings["file"] = by_sqlite(data)
        after = ServerProcess(folder, "after", data=data)
        after.api_key = self.api_key if point.phase != "migration" else ""
        try:
            after.start()
        except NotServing as error:
            self.violation("the server does not start on what was left", point, str(error))
            return
        if not after.api_key and (data / "api-key").exists():
            after.api_key = (data / "api-key").read_text().strip()
        readings["http"] = asyncio.run(self._read(after))
        after.stop()
        with self.lock:
            judge(self.report, entries, readings, point.detail())
        if point.number % 5 == 0 or point.phase == "migration":
            server = ServerProcess(folder, "verify", data=data)
            with self.lock:
                run_verify(self.report, server, point.detail())

    async def _read(self, server: ServerProcess) -> Logs:
        # Also proves that it takes writes: an empty folder whose migration was cut has no sessions yet.
        target = Target(server.url, server.api_key)
        await make_sessions(target, SESSIONS + 1)
        logs = await by_http(server.url, server.api_key, self.sessions)
        return logs

    def _backup(self, point: Point, folder: Path) -> tuple[AckBook, bool]:
        """A backup that died leaves nothing that passes for one, and the next one works."""
        data, out = folder / "data", folder / "copy"
        command = [*self.wrap(point, data), str(binary()), "backup", "--data", str(data), "--to", str(out)]
        died = self._command(command).returncode != 0
        if died and self._whole(folder, out):
            # Killed after the copy was complete: then it must be as good as any other.
            with self.lock:
                self.report.checked["backups that were complete when killed"] += 1
            out.unlink()
        elif not died and not self._whole(folder, out):
            self.violation("a backup that reported success cannot be restored", point, "")
        second = folder / "second"
        again = self._command([str(binary()), "backup", "--data", str(data), "--to", str(second)])
        if again.returncode != 0 or not self._whole(folder, second):
            self.violation("no backup after one that died", point, again.stderr[-600:])
        with self.lock:
            self.report.checked["backups"] += 1
        return self._copy_of_before(), died

    def _command(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    def _whole(self, folder: Path, copy: Path) -> bool:
        """Whether it restores; what is restored must hold everything, else that is a violation of its own."""
        if not copy.exists():
            return False
        restored = folder / f"restored-{copy.name}"
        done = self._command([str(binary()), "restore", str(copy), "--without-key", "--data", str(restored)])
        if done.returncode != 0:
            return False
        with self.lock:
            judge(self.report, self.before.snapshot(), {"restored file": by_sqlite(restored)}, {"copy": copy.name})
        return True


def run(report: Report) -> None:
    """Points side by side on both cores."""
    sh("strace", "--version")
    report.limits += [
        "A killed process loses nothing that it gave to the kernel: what a power cut loses is the rig power-cut's.",
        "N counts the calls of each thread; a point that a run does not reach kills between two calls instead.",
    ]
    count = 50 if report.quick else 2000
    report.want(points=count)
    rig = Rig(report)
    with ThreadPoolExecutor(2) as pool:
        for outcome in [pool.submit(rig.run, point) for point in plan(report.random("plan"), count)]:
            outcome.result()


if __name__ == "__main__":
    main("kill-at-syscall", run)
