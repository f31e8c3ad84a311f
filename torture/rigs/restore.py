"""Backups under load, killed at random moments; each that is whole restores with everything acknowledged before it.

While writers write, `callboard backup` runs again and again, and is often killed. Whatever has the name of a backup
must restore, on either engine; whatever is left of a killed one must be refused, as must a file that was cut off or has
one bit flipped. Restores are killed, too: no server may start on what they leave, and the next one must work.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

from torture.kit import cleanup
from torture.kit.book import AckBook, Entry
from torture.kit.postgres import Cluster
from torture.kit.read import Logs, by_http, by_postgres, by_sqlite
from torture.kit.report import Broken, CouldNotRun, Report, main
from torture.kit.server import SECRET_KEY, NotServing, ServerProcess, binary
from torture.kit.verdict import judge, run_verify
from torture.kit.writers import Target, Writers, make_sessions
from torture.rigs.power_cut import known_before

SESSIONS = 4
#: Backups of one life; then a new store, so that logs stay short.
PER_LIFE = 12
NOT_WHOLE = 3


class Place:
    """Where a backup is restored to: a new folder, or a new database."""

    def __init__(self, life: Life, engine: str, name: str) -> None:
        self.engine, self.life = engine, life
        self.data = life.work / name
        self.url = life.cluster.database() if engine == "postgres" else ""

    def flags(self) -> list[str]:
        """As the binary takes them."""
        return ["--database-url", self.url] if self.url else ["--data", str(self.data)]

    def reading(self) -> Logs:
        """Without Callboard."""
        return by_postgres(self.url, self.life.cluster.psql) if self.url else by_sqlite(self.data)

    def server(self) -> ServerProcess:
        """On what was restored, with the key of the source."""
        env = {"CALLBOARD_SECRET_KEY": self.life.key}
        if self.url:
            return ServerProcess(self.life.work, "after", database_url=self.url, env=env)
        return ServerProcess(self.life.work, "after", data=self.data, env=env)

    def discard(self) -> None:
        """Makes room."""
        shutil.rmtree(self.data, ignore_errors=True)
        if self.url:
            self.life.cluster.sql(f"drop database if exists {self.url.rsplit('/', 1)[1]} with (force)")


class Life:
    """One store that is written to and backed up."""

    def __init__(self, report: Report, cluster: Cluster, engine: str, number: int) -> None:
        self.report, self.cluster, self.engine = report, cluster, engine
        self.work = cleanup.work_folder(f"restore-{number}")
        self.dice = report.random("life", number)
        if engine == "postgres":
            self.server = ServerProcess(self.work, database_url=cluster.database())
            self.flags = ["--database-url", self.server.database_url or ""]
            self.key = SECRET_KEY
        else:
            self.server = ServerProcess(self.work)
            self.flags = ["--data", str(self.server.data)]
            self.key = ""
        self.server.start()
        if engine == "sqlite" and number % 4 == 0:
            # A store that was closed once: its file alone opens, and lacks what came since. A fresh one is all WAL.
            self.server.stop()
            self.server.start()
        if self.server.data is not None:
            self.key = (self.server.data / "secret.key").read_text().strip()
        #: How long a backup and a restore take, to kill within; learnt from those that were not killed.
        self.takes = {"backup": 0.3, "restore": 0.3}

    async def run(self, rounds: int) -> None:
        """The load goes on throughout."""
        target, book = Target(self.server.url, self.server.api_key), AckBook()
        sessions = await make_sessions(target, SESSIONS)
        writers = Writers(target, sessions, book, self.report.random("writers", self.dice.random()), count=4, pace=0.01)
        writers.start()
        try:
            for _ in range(rounds):
                if self.report.left() < 15:
                    break
                await asyncio.sleep(self.dice.uniform(0.05, 0.4))
                await self._round(book, sessions)
                self.report.did("backups")
                if self.report.ran["backups"] % 10 == 0:
                    self.report.say(f"{self.report.ran['backups']} backups, faults {dict(self.report.faults)}")
        finally:
            await writers.stop(cut=True)
            self.server.kill()
        if writers.odd:
            raise CouldNotRun(f"the load itself failed: {writers.odd[0]}")

    async def _round(self, book: AckBook, sessions: list[str]) -> None:
        number = self.report.ran["backups"]
        file, detail = self.work / f"b{number}", {"from": self.engine, "backup": number}
        early = book.snapshot()
        ended = await asyncio.to_thread(self._command, "backup", ["--to", str(file), *self.flags], number > 0)
        entries = known_before(early, book.snapshot())
        if ended == 0 and not file.exists():
            self.report.violation("a backup that said it was kept is not there", detail)
        elif ended not in (0, None):
            self.report.violation("a backup failed", {**detail, "exit": ended, "said": self.said})
        if file.exists():
            await asyncio.to_thread(self._restore, file, entries, sessions, detail)
            file.unlink()
        else:
            await asyncio.to_thread(self._leftovers, file, detail)
        shutil.rmtree(f"{file}.part", ignore_errors=True)

    def _command(self, what: str, arguments: list[str], may_die: bool = True) -> int | None:
        """Runs the binary, and half of the time kills it on its way; its exit code, or None when it was killed."""
        env = self.server.environment() | {"CALLBOARD_SECRET_KEY": self.key, "TMPDIR": str(self.work)}
        env.pop("CALLBOARD_DATABASE_URL", None)
        log = self.work / f"{what}.log"
        began = time.monotonic()
        with log.open("wb") as out:
            process = subprocess.Popen([str(binary()), what, *arguments], stdout=out, stderr=out, env=env)
        cleanup.later(process.kill)
        moment = self.dice.uniform(0, 1.1 * self.takes[what]) if may_die and self.dice.random() < 0.55 else 120.0
        try:
            code: int | None = process.wait(moment)
            self.takes[what] = 0.5 * self.takes[what] + 0.5 * (time.monotonic() - began)
        except subprocess.TimeoutExpired:
            if moment >= 120:
                self.report.violation(f"a {what} did not end within two minutes", None)
            process.kill()
            process.wait()
            self.report.fault(f"kill during {what}")
            code = None
        self.said = log.read_text(errors="replace")[-600:]
        return code

    def _leftovers(self, file: Path, detail: dict[str, Any]) -> None:
        """What a killed backup leaves does not pass for one."""
        for left in Path(f"{file}.part").rglob("callboard.db"):
            place = Place(self, "sqlite", "left")
            code = self._command("restore", [str(left), *place.flags()], may_die=False)
            if code != NOT_WHOLE or (place.data / "callboard.db").exists():
                self.report.violation("what a killed backup left is taken for a backup", {**detail, "exit": code})
            self.report.checked["remains refused"] += 1
            place.discard()

    def _restore(self, file: Path, entries: list[Entry], sessions: list[str], detail: dict[str, Any]) -> None:
        self._damage(file, detail)
        place = Place(self, self.dice.choice(["sqlite", "sqlite", "postgres"]), f"r{self.report.ran['backups']}")
        detail = {**detail, "into": place.engine}
        try:
            code = self._command("restore", [str(file), *place.flags()])
            if code is None:
                code = self._after_kill(file, place, detail)
            if code != 0:
                self.report.violation("a backup does not restore", {**detail, "exit": code, "said": self.said})
                return
            self._compare(place, entries, sessions, detail)
        except Broken as error:
            self.report.violation("what was restored cannot be read", {**detail, "why": str(error)})
        finally:
            place.discard()

    def _after_kill(self, file: Path, place: Place, detail: dict[str, Any]) -> int | None:
        """No server starts on half a restore; and it can be done again, unless it was complete."""
        if (place.data / "restoring").exists():
            server = place.server()
            try:
                server.start(10)
                self.report.violation("a server starts on half a restore", detail)
            except NotServing:
                self.report.checked["starts refused"] += 1
            finally:
                server.kill()
            whole = (place.data / "callboard.db").exists()
            if whole:
                # Complete but for the folder: what the refusal tells a person to do.
                shutil.rmtree(place.data / "restoring")
                return 0
        code = self._command("restore", [str(file), *place.flags()], may_die=False)
        refused = "holds a database already" in self.said or "is not empty" in self.said
        # Killed after its last step: then everything is there, which is compared next.
        return 0 if code == 1 and refused else code

    def _damage(self, file: Path, detail: dict[str, Any]) -> None:
        """A copy that is cut off or has one bit flipped is refused, and nothing is made of it."""
        bad = self.work / "bad"
        shutil.copyfile(file, bad)
        size = bad.stat().st_size
        if self.dice.random() < 0.5:
            kind, at = "file cut off", self.dice.choice([self.dice.randrange(size), size - self.dice.randint(1, 800)])
            with bad.open("r+b") as out:
                out.truncate(at)
        else:
            kind, at = "bit flipped", self.dice.choice([self.dice.randrange(size), size - self.dice.randint(1, 1500)])
            with bad.open("r+b") as out:
                out.seek(at)
                byte = out.read(1)[0] ^ (1 << self.dice.randrange(8))
                out.seek(at)
                out.write(bytes([byte]))
        self.report.fault(kind)
        place = Place(self, "sqlite", "bad-target")
        code = self._command("restore", [str(bad), *place.flags()], may_die=False)
        if code != NOT_WHOLE or (place.data / "callboard.db").exists():
            self.report.violation("a damaged backup is restored", {**detail, "kind": kind, "at": at, "exit": code})
        place.discard()
        bad.unlink()

    def _compare(self, place: Place, entries: list[Entry], sessions: list[str], detail: dict[str, Any]) -> None:
        readings = {"psql" if place.url else "file": place.reading()}
        server = place.server()
        server.api_key = self.server.api_key
        if self.report.ran["backups"] % 3 == 0:
            try:
                server.start()
                readings["http"] = asyncio.run(by_http(server.url, server.api_key, sessions))
            except NotServing as error:
                self.report.violation("the server does not start on what was restored", {**detail, "why": str(error)})
            finally:
                server.kill()
        judge(self.report, entries, readings, detail)
        run_verify(self.report, server, detail)
        self.report.checked[f"restored from {detail['from']} to {detail['into']}"] += 1


def run(report: Report) -> None:
    """Lives one after the other, both engines."""
    report.limits += [
        "The stores are small (some thousand events): what takes hours on a large one is killed within a second here.",
        "A kill is SIGKILL: what the disk loses at a power cut is the rig power-cut's.",
    ]
    count = 14 if report.quick else 300
    report.want(backups=count)
    postgres = Cluster(cleanup.work_folder("restore-pg") / "pg")
    number = 0
    while report.ran["backups"] < count and report.left() > 20:
        engine = "postgres" if number % 2 == 1 else "sqlite"
        per = 7 if report.quick else PER_LIFE
        life = Life(report, postgres, engine, number)
        asyncio.run(life.run(min(per, count - report.ran["backups"])))
        shutil.rmtree(life.work, ignore_errors=True)
        number += 1


if __name__ == "__main__":
    main("restore", run)
