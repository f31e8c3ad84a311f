"""Makes the disk ill under a running server: errors, delays, no space.

With errors or without space the server must stop taking writes, say why in its readiness, and end with an error within
five seconds; nothing acknowledged may be lost, and it must recover when it is started on the healed disk. On a slow
disk it must go on, slowly.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from torture.kit import cleanup
from torture.kit.book import AckBook
from torture.kit.http import Client
from torture.kit.read import by_http, by_sqlite
from torture.kit.report import Broken, Report, main
from torture.kit.server import NotServing, ServerProcess
from torture.kit.sick import SickDisk, SmallDisk, Tracer, fill
from torture.kit.verdict import judge, run_verify
from torture.kit.writers import Target, Writers, make_sessions

#: Name, and the kind of fault that it counts as.
ILLNESSES = {
    "device errors": "i/o error",
    "fsync fails": "i/o error",
    "write fails": "i/o error",
    "checkpoint fails": "i/o error",
    "full tmpfs": "disk full",
    "full xfs": "disk full",
    "slow device": "slow disk",
}
#: From the first sign to the end of the process, seconds.
END_WITHIN = 5.0
#: Longest wait for the first sign: the kernel writes dirty pages back when an fsync asks for it.
SIGN_WITHIN = 20.0


@dataclass
class Signs:
    """What a server showed while its disk was ill."""

    first: float = 0.0
    reasons: list[str] = field(default_factory=list)
    exit_code: int | None = None
    ended: float = 0.0
    health_failed: int = 0


class Case:
    """One illness, from healthy to recovered."""

    def __init__(self, report: Report, number: int, illness: str, dice: random.Random) -> None:
        self.report, self.illness, self.dice = report, illness, dice
        self.work = cleanup.work_folder(f"sick-{number}")
        self.disk: SickDisk | SmallDisk
        self.disk = SmallDisk(self.work) if illness == "full tmpfs" else SickDisk(self.work)
        self.detail: dict[str, Any] = {"illness": illness, "number": number}
        self.server = ServerProcess(self.work, data=self.disk.folder / "data").start()
        self.book = AckBook()

    async def run(self) -> None:
        """Load, illness, signs, cure, recovery."""
        target = Target(self.server.url, self.server.api_key)
        sessions = await make_sessions(target, 3)
        writers = Writers(target, sessions, self.book, self.report.random("w", self.detail), count=4, retries=0)
        # Large enough for a checkpoint every second or so.
        writers.filler = (0, 20_000) if self.illness == "checkpoint fails" else (0, 3000)
        writers.start()
        await asyncio.sleep(self.dice.uniform(0.3, 1.0))
        if self.illness == "slow device":
            await self._crawl()
            await writers.stop()
            self.server.kill()
        else:
            cure = await asyncio.to_thread(self._fall_ill)
            signs = await self._watch()
            await writers.stop(cut=True)
            self._judge_signs(signs)
            self.server.kill()
            await asyncio.to_thread(cure)
        self.report.checked["answers under load"] += sum(writers.answers.values())
        await asyncio.to_thread(self._recover, sessions)

    def _fall_ill(self) -> Callable[[], None]:
        """Begins it; what cures it."""
        self.report.fault(ILLNESSES[self.illness])
        disk = self.disk
        if self.illness == "device errors" and isinstance(disk, SickDisk):
            disk.fail()
            return disk.heal
        if self.illness.startswith("full"):
            taken = fill(disk.folder)
            return taken.unlink
        if self.illness == "checkpoint fails":
            # Only a checkpoint writes to the database file itself: no commit shows this error.
            database = disk.folder / "data" / "callboard.db"
            return Tracer(self.server.pid, "pwrite64,fsync,fdatasync", "error=EIO", database).end
        calls = "fsync,fdatasync" if self.illness == "fsync fails" else "pwrite64"
        error = "EIO" if self.illness == "fsync fails" else self.dice.choice(["EIO", "ENOSPC"])
        return Tracer(self.server.pid, calls, f"error={error}").end

    async def _crawl(self) -> None:
        """A slow disk is no reason to stop."""
        client, disk = Client(self.server.url), self.disk
        before = self.book.counts()["acknowledged"]
        if not isinstance(disk, SickDisk):
            raise Broken("only a device can be slow")
        slowly = asyncio.create_task(asyncio.to_thread(disk.slow, self.dice.uniform(2, 4), self.dice))
        while not slowly.done():
            answer = await client.get("/health", timeout=2)
            if answer.status != 200:
                self.report.violation("health did not answer on a slow disk", {**self.detail, "why": answer.why})
            await asyncio.sleep(0.1)
        client.close()
        self.report.fault("slow disk", slowly.result())
        gained = self.book.counts()["acknowledged"] - before
        if not self.server.alive():
            self.report.violation("the server ended on a slow disk", {**self.detail, "log": self.server.tail()})
        elif not gained:
            self.report.violation("nothing was acknowledged on a slow disk", self.detail)

    async def _watch(self) -> Signs:
        """Readiness and the process, until it ends."""
        signs, client, begun = Signs(), Client(self.server.url, timeout=1), time.monotonic()
        while time.monotonic() - begun < SIGN_WITHIN + END_WITHIN:
            answer = await client.get("/health/ready")
            if answer.kind == "answered" and answer.status == 503:
                signs.first = signs.first or time.monotonic()
                checks = (answer.json() or {}).get("checks", [])
                signs.reasons += [
                    str(c.get("reason") or c.get("detail") or c) for c in checks if not c.get("ok", False)
                ]
            if not self.server.alive():
                break
            if signs.first and time.monotonic() - signs.first > END_WITHIN + 1:
                break
            await asyncio.sleep(0.02)
        client.close()
        signs.exit_code, signs.ended = self.server.wait(0.01), time.monotonic()
        return signs

    def _judge_signs(self, signs: Signs) -> None:
        detail = {**self.detail, "reasons": sorted(set(signs.reasons))[:5], "exit": signs.exit_code}
        self.report.checked["ends of the server"] += 1
        if signs.exit_code is None:
            what = "the server goes on after its disk failed" if not signs.first else "the server ends too late"
            self.report.violation(what, {**detail, "log": self.server.tail()})
        elif signs.exit_code == 0:
            self.report.violation("the server ended without an error", detail)
        if signs.exit_code is not None and not signs.reasons:
            self.report.violation("readiness did not say why", {**detail, "log": self.server.tail()})

    def _recover(self, sessions: list[str]) -> None:
        """On the healed disk, all of it is there, and writes work."""
        try:
            self.disk.remount()
            reading = by_sqlite(self.disk.folder / "data")
            server = ServerProcess(self.work, "after", data=self.disk.folder / "data")
            server.api_key = self.server.api_key
            server.start()
            logs = asyncio.run(by_http(server.url, server.api_key, sessions))
            judge(self.report, self.book.snapshot(), {"file": reading, "http": logs}, self.detail)
            asyncio.run(make_sessions(Target(server.url, server.api_key), 5, prefix="after"))
            run_verify(self.report, server, self.detail)
            server.kill()
        except (Broken, NotServing, RuntimeError) as error:
            self.report.violation("no recovery on the healed disk", {**self.detail, "why": str(error)})


def run(report: Report) -> None:
    """Each illness in turn, in an order of the seed."""
    report.limits += [
        "The device fails all writes at once; a disk that fails one sector is the simulated disk's.",
        "Slow means that the device stands still for 1-500 ms at a time.",
        "SQLite only: PostgreSQL has a process of its own to end, and its own proof.",
    ]
    count = len(ILLNESSES) if report.quick else 100
    report.want(illnesses=count)
    dice, number = report.random("plan"), 0
    while number < count and report.left() > 25:
        order = list(ILLNESSES)
        dice.shuffle(order)
        for illness in order[: count - number]:
            if report.left() < 25:
                break
            case = Case(report, number, illness, dice)
            with contextlib.closing(case.disk):
                asyncio.run(case.run())
            case.server.kill()
            report.say(f"{illness}: {case.book.counts()}")
            cleanup.undo_all()
            shutil.rmtree(case.work, ignore_errors=True)
            report.did("illnesses")
            number += 1


if __name__ == "__main__":
    main("sick-disk", run)
