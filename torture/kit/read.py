"""Three independent readings of the log: over HTTP, from a copy of the SQLite file, from PostgreSQL by psql."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from torture.kit.check import Stored
from torture.kit.http import Client
from torture.kit.report import Broken, CouldNotRun

Logs = dict[str, list[Stored]]

_SQL = """select s.session_id, e.sequence, e.event_id, e.type, e.payload
  from event e join event_stream s on s.session_key = e.session_key order by s.session_id, e.sequence"""


def stored(event: dict[str, Any]) -> Stored:
    """From the wire."""
    return Stored(int(event["sequence"]), str(event["eventId"]), str(event["type"]), event["payload"])


async def session_by_http(client: Client, session: str, *, patience: float = 20.0) -> list[Stored]:
    """All pages of one session; a busy server is asked again."""
    events: list[Stored] = []
    after, end = 0, asyncio.get_running_loop().time() + patience
    while True:
        path = f"/v1/realtime/sessions/{session}/events?afterSequence={after}&limit=1000"
        answer = await client.get(path)
        if answer.kind != "answered" or answer.status in (429, 503):
            if asyncio.get_running_loop().time() > end:
                raise Broken(f"the log cannot be read: {answer.kind} {answer.status} {answer.code} {answer.why}")
            await asyncio.sleep(0.1)
            continue
        if answer.status == 404:
            return events
        if answer.status != 200:
            raise Broken(f"the log cannot be read: {answer.status} {answer.code}")
        page = answer.json()
        events += [stored(e) for e in page["events"]]
        if not page["hasMore"]:
            return events
        after = int(page["nextAfterSequence"])


async def by_http(url: str, api_key: str, sessions: Iterable[str]) -> Logs:
    """The sessions that exist."""
    client = Client(url, api_key)
    try:
        logs = {session: await session_by_http(client, session) for session in sessions}
    finally:
        client.close()
    return {session: events for session, events in logs.items() if events}


def by_sqlite(data: Path) -> Logs:
    """From a copy of the file and its WAL. The server must not run, or must stand still (SIGSTOP)."""
    with tempfile.TemporaryDirectory(prefix="torture-copy-") as folder:
        for name in ("callboard.db", "callboard.db-wal"):
            if (data / name).exists():
                shutil.copyfile(data / name, Path(folder) / name)
        try:
            rows = _rows(Path(folder) / "callboard.db")
        except sqlite3.Error as error:
            raise Damaged(f"the database cannot be read: {error}") from error
    return _logs(rows)


def _rows(file: Path) -> list[Any]:
    with contextlib.closing(sqlite3.connect(file)) as db:
        verdict = [row[0] for row in db.execute("pragma integrity_check")]
        if verdict != ["ok"]:
            raise Damaged(f"integrity_check: {verdict[:5]}")
        return db.execute(_SQL).fetchall()


class Damaged(Broken):
    """The database file itself is not whole."""


def by_postgres(url: str, psql: str = "psql") -> Logs:
    """Through psql, as JSON."""
    query = f"select coalesce(json_agg(r), '[]') from (select * from ({_SQL}) x) r"
    done = subprocess.run(
        [psql, url, "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--command", query],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode != 0:
        raise CouldNotRun(f"psql: {done.stderr[-500:]}")
    rows = json.loads(done.stdout)
    ordered = [(r["session_id"], r["sequence"], r["event_id"], r["type"], r["payload"]) for r in rows]
    return _logs(sorted(ordered, key=lambda r: (r[0], r[1])))


def _logs(rows: list[Any]) -> Logs:
    logs: Logs = {}
    for session, sequence, event_id, kind, payload in rows:
        logs.setdefault(str(session), []).append(Stored(int(sequence), str(event_id), str(kind), json.loads(payload)))
    return logs
