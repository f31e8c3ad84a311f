"""Cuts the power under load: a clone of the disk's image at one moment is all that is left.

The data folder, or PostgreSQL's, lies on an xfs on an image. While writers write, the image is cloned; the clone is
mounted, which recovers xfs, and a server starts on it, which recovers the database. Everything that was acknowledged
before the clone began must be there.
"""

from __future__ import annotations

import asyncio
import random
import shutil
from pathlib import Path
from typing import Any

from torture.kit import cleanup
from torture.kit.book import AckBook, Entry
from torture.kit.disk import CutDisk, PowerCutDisk
from torture.kit.postgres import Cluster, CopiedCluster
from torture.kit.read import Logs, by_http, by_postgres, by_sqlite
from torture.kit.report import Broken, CouldNotRun, Report, main
from torture.kit.server import NotServing, ServerProcess
from torture.kit.verdict import judge, run_verify
from torture.kit.writers import Target, Writers, make_sessions

#: Cuts of one disk; then a new one, so that logs stay short.
PER_DISK = 12
SESSIONS = 4


def known_before(early: list[Entry], late: list[Entry]) -> list[Entry]:
    """The acknowledgements of `early`; whatever was sent or told later has an unknown outcome."""
    acked = {(e.session, e.event_id): e.sequence for e in early}
    for entry in late:
        entry.sequence = acked.get((entry.session, entry.event_id))
        entry.unknown += entry.sequence is None
    return late


class Life:
    """One disk with a server on it, written to until its last cut."""

    def __init__(self, report: Report, engine: str, number: int) -> None:
        self.report, self.engine = report, engine
        self.work = cleanup.work_folder(f"power-{number}")
        self.disk = PowerCutDisk(self.work, 1536 if engine == "postgres" else 320)
        self.cluster: Cluster | None = None
        if engine == "postgres":
            self.cluster = Cluster(self.disk.folder / "pg")
            self.server = ServerProcess(self.work, database_url=self.cluster.url)
        else:
            self.server = ServerProcess(self.work, data=self.disk.folder / "data")
        self.server.start()

    async def run(self, cuts: int, dice: random.Random) -> None:
        """Each cut comes while writers write; they rest while it is looked at."""
        target, book = Target(self.server.url, self.server.api_key), AckBook()
        sessions = await make_sessions(target, SESSIONS)
        writers = Writers(target, sessions, book, self.report.random("writers", dice.random()), count=4, pace=0.004)
        for _ in range(cuts):
            if self.report.left() < 10:
                break
            writers.start()
            await asyncio.sleep(dice.uniform(0.05, 0.6))
            early = book.snapshot()
            cut = await asyncio.to_thread(self.disk.cut)
            entries = known_before(early, book.snapshot())
            # Logs stay short enough to be read whole after each cut.
            await writers.stop()
            self.report.fault("power cut")
            detail = {"engine": self.engine, "cut": self.report.ran["cuts"]}
            await asyncio.to_thread(self._look, cut, entries, sessions, detail)
            self.report.did("cuts")
            if self.report.ran["cuts"] % 10 == 0:
                self.report.say(
                    f"{self.report.ran['cuts']} cuts, {self.report.checked['acknowledged events']} acks held"
                )
        self.server.kill()
        if writers.odd:
            raise CouldNotRun(f"the load itself failed: {writers.odd[0]}")

    def _look(self, cut: CutDisk, entries: list[Entry], sessions: list[str], detail: dict[str, Any]) -> None:
        try:
            folder = cut.mount()
            if self.cluster is not None:
                self._look_postgres(self.cluster, folder / "pg", entries, sessions, detail)
            else:
                server = ServerProcess(self.work, "after", data=folder / "data")
                self._compare(server, {"file": by_sqlite(folder / "data")}, entries, sessions, detail)
        except Broken as error:
            self.report.violation("what was acknowledged cannot be read", {**detail, "why": str(error)})
        finally:
            cut.discard()

    def _look_postgres(
        self, like: Cluster, folder: Path, entries: list[Entry], sessions: list[str], detail: dict[str, Any]
    ) -> None:
        copy = CopiedCluster(folder, like)
        copy.start()
        try:
            server = ServerProcess(self.work, "after", database_url=copy.url)
            self._compare(server, {"psql": by_postgres(copy.url, like.psql)}, entries, sessions, detail)
        finally:
            copy.stop()

    def _compare(
        self, server: ServerProcess, readings: dict[str, Logs], entries: list[Entry], sessions: list[str], detail: Any
    ) -> None:
        server.api_key = self.server.api_key
        try:
            server.start()
            readings["http"] = asyncio.run(by_http(server.url, server.api_key, sessions))
            judge(self.report, entries, readings, detail)
            run_verify(self.report, server, detail)
        except NotServing as error:
            self.report.violation("the server does not start on what was left", {**detail, "why": str(error)})
        finally:
            server.kill()


def run(report: Report) -> None:
    """Disks one after the other, both engines."""
    report.limits += [
        "The clone holds all that the file system gave to the device, flushed or not: a device that loses or reorders "
        "unflushed writes is the simulated disk's.",
        "The file system is xfs; ext4 and btrfs may lose other things.",
    ]
    count = 10 if report.quick else 500
    report.want(cuts=count)
    dice, number = report.random("plan"), 0
    while report.ran["cuts"] < count and report.left() > 30:
        # Two disks of SQLite to one of PostgreSQL; the short form has both.
        engine = "postgres" if number % 3 == 1 else "sqlite"
        per = (3 if engine == "postgres" else 7) if report.quick else PER_DISK
        life = Life(report, engine, number)
        asyncio.run(life.run(min(per, count - report.ran["cuts"]), dice))
        report.checked[f"disks with {engine}"] += 1
        cleanup.undo_all()
        shutil.rmtree(life.work, ignore_errors=True)
        number += 1


if __name__ == "__main__":
    main("power-cut", run)
