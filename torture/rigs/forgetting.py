"""Strings planted through every door are in no file and no row after an erasure, although the server dies within it.

A token of each round comes in as title, metadata, names, speech, partials, corrections, errors, and by answers of a
webhook's receiver that quotes what it got. Then the call ends and is erased, and the server is killed while it is. When
the erasure says that it is done, nothing holds the token: on SQLite every file of the folder with the server running,
on PostgreSQL every row at once and every data file after vacuum; nor does a backup made after. Sequences and `verify`
stay whole. Before the erasure the same look must find it, or this rig would be blind.
"""

from __future__ import annotations

import http.server
import json
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from torture.kit import cleanup
from torture.kit.postgres import Cluster
from torture.kit.report import Broken, CouldNotRun, Report, main
from torture.kit.server import ServerProcess
from torture.kit.verdict import run_verify


class Echo(http.server.BaseHTTPRequestHandler):
    """A receiver of webhooks that quotes what it got, and refuses some of it."""

    def do_POST(self) -> None:
        """Answers with the body."""
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(500 if b'"transcript.final"' in body else 200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


class Caller:
    """Plain requests, one after the other."""

    def __init__(self, server: ServerProcess) -> None:
        self.server = server

    def ask(self, method: str, path: str, body: object = None, key: str | None = None) -> tuple[int, Any]:
        """Status and document; (0, None) when there was no answer."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"authorization": f"Bearer {self.server.api_key}", "content-type": "application/json"}
        if key is not None:
            headers["idempotency-key"] = key
        request = urllib.request.Request(self.server.url + path, data=data, headers=headers, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null")
        except (OSError, ValueError):
            return 0, None

    def need(self, method: str, path: str, body: object = None, key: str | None = None) -> Any:
        """The document of an answer that must be good."""
        status, document = self.ask(method, path, body, key)
        if not 200 <= status < 300:
            raise CouldNotRun(f"{method} {path}: {status} {document}")
        return document


class Round:
    """One call into which a token was planted."""

    def __init__(self, report: Report, number: int, server: ServerProcess, cluster: Cluster | None) -> None:
        self.report, self.number, self.server, self.cluster = report, number, server, cluster
        self.dice = report.random("round", number)
        self.token = f"qz{self.dice.getrandbits(80):020x}"
        self.call, self.session = Caller(server), f"forget-{number}"
        self.detail = {"round": number, "engine": "postgres" if cluster else "sqlite"}
        self.events = 700 if report.quick else self.dice.choice([700, 3000, 12000])

    def plant(self) -> None:
        """Through every door."""
        t, path = self.token, f"/v1/call/sessions/{self.session}"
        made = {"sessionId": self.session, "metadata": {"title": f"Title {t}", "note": {"deep": [t]}}}
        self.call.need("POST", "/v1/call/sessions", made, f"make-{t[:4]}-{self.number}")
        link = self.call.need("POST", f"{path}/join-links", {"kind": "caller", "displayName": f"Link {t}"})
        join = {"token": link["joinUrl"].split("#", 1)[1], "displayName": f"Ann {t}"}
        self.call.need("POST", "/v1/join", join, f"join-{self.number}")
        events = [self._event("call.error", "err", {"code": "AGENT_X", "message": f"said {t}", "retryable": False})]
        for n in range(self.events):
            speech = {"utteranceId": f"u{n % 400}", "speaker": "user", "text": f"{t} and {t}{n}"}
            kind = "transcript.partial" if n % 7 == 0 else "transcript.final"
            events.append(self._event(kind, f"e{n}", {**speech, "startMs": n, "endMs": n + 1}))
        for at in range(0, len(events), 400):
            self.call.need("POST", "/v1/realtime/events", {"events": events[at : at + 400]})
        over = {"status": "failed", "error": {"code": "BROKEN", "message": f"it broke: {t}"}}
        self.call.need("POST", f"{path}/state", over)
        time.sleep(0.5)  # the receiver's answers come in meanwhile
        if self.cluster is not None:
            # As autovacuum does now and then: samples of what the columns hold go into the server's statistics.
            self.cluster.sql("analyze", self.server.database_url)
        self.head = self.call.need("GET", path)["latestSequence"]
        found = self.call.need("GET", f"/v1/search/transcripts?q={t}")
        if not found["items"] or not self.holding():
            raise CouldNotRun("what was planted is not found before the erasure: this rig sees nothing")
        self.report.checked["planted calls"] += 1

    def _event(self, kind: str, name: str, payload: dict[str, Any]) -> dict[str, Any]:
        return {"sessionId": self.session, "eventId": name, "type": kind, "payload": payload}

    def erase(self) -> None:
        """Asks for it, kills the server within, starts it again, and waits until it says that it is done."""
        path = f"/v1/call/sessions/{self.session}/erase"
        asked = threading.Thread(target=self.call.ask, args=("POST", path, {}))
        asked.start()
        time.sleep(self.dice.uniform(0.005, 0.25))
        self.server.kill()
        self.report.fault("kill9")
        asked.join()
        self.server.start()
        speech = {"utteranceId": "z", "speaker": "user", "text": self.token, "startMs": 0, "endMs": 1}
        late = self._event("transcript.final", "late", speech)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            status, erasure = self.call.ask("POST", path, {})
            if status == 200 and erasure["status"] == "done":
                break
            time.sleep(0.2)
        else:
            raise Broken(f"an erasure is not done after a minute: {erasure}")
        status, problem = self.call.ask("POST", "/v1/realtime/events", late)
        if status != 410:
            detail = {**self.detail, "status": status, "said": problem}
            self.report.violation("text came in after the erasure", detail)
        repeated = {**speech, "utteranceId": "u0", "text": f"{self.token} and {self.token}0"}
        repeated = {name: repeated[name] for name in ("utteranceId", "speaker", "text", "startMs", "endMs")}
        status, answer = self.call.ask("POST", "/v1/realtime/events", self._event("transcript.partial", "e0", repeated))
        if status != 200 or not answer.get("deduped"):
            detail = {**self.detail, "status": status, "said": answer}
            self.report.violation("a repetition is not known any more", detail)

    def check(self, work: Path) -> None:
        """Nothing holds it, and the order is whole."""
        if left := self.holding():
            self.report.violation("the planted text is still there", {**self.detail, "where": left})
        self.report.checked["looks after an erasure"] += 1
        session = self.call.need("GET", f"/v1/call/sessions/{self.session}")
        if session["latestSequence"] != self.head + 1:
            detail = {**self.detail, "before": self.head, "after": session["latestSequence"]}
            self.report.violation("the log's head moved", detail)
        if self.call.need("GET", f"/v1/search/transcripts?q={self.token}")["items"]:
            self.report.violation("search still finds it", self.detail)
        run_verify(self.report, self.server, self.detail)
        backup = work / f"backup-{self.number}"
        done = self.server.run("backup", "--to", str(backup), seconds=120)
        if done.returncode != 0:
            raise CouldNotRun(f"no backup could be made: {done.stderr[-300:]}")
        if self.token.encode() in backup.read_bytes():
            self.report.violation("a backup made after the erasure holds it", self.detail)
        self.report.checked["backups made after"] += 1
        backup.unlink()

    def holding(self) -> list[str]:
        """Files (SQLite) or rows (PostgreSQL) with the token."""
        token = self.token.encode()
        if self.server.data is not None:
            files = [p for p in self.server.data.rglob("*") if p.is_file()]
            return [p.name for p in files if token in p.read_bytes()]
        if self.cluster is None or self.server.database_url is None:
            return []
        url, out = self.server.database_url, []
        named = "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
        tables = self.cluster.sql(named, url)
        for table in [*tables.split(), "pg_statistic"]:
            n = self.cluster.sql(f"select count(*) from {table} t where t::text like '%{self.token}%'", url)
            if n != "0":
                out.append(f"{table}: {n} rows")
        return out

    def on_disk(self) -> None:
        """PostgreSQL's own files, after what the guide says."""
        if self.cluster is None:
            return
        self.cluster.sql("vacuum full", self.server.database_url)
        self.cluster.sql("checkpoint", self.server.database_url)
        base = [p for p in self.cluster.folder.rglob("base/**/*") if p.is_file()]
        if not base:
            raise CouldNotRun("the data files of PostgreSQL were not found")
        left = [p.name for p in base if self.token.encode() in p.read_bytes()]
        if left:
            self.report.violation("data files hold it after vacuum", {**self.detail, "files": left})
        self.report.checked["data files looked at after vacuum"] += len(base)


def run(report: Report) -> None:
    """Rounds on both engines in turn, each engine with one server that dies and comes back."""
    report.limits += [
        "PostgreSQL's write-ahead log is not looked at: its segments go when the server recycles them.",
        "Blocks that the file system has freed are not looked at, nor what a receiver of webhooks keeps.",
        "Files are searched for the text as it stands in them. FTS5 keeps terms with their common beginnings cut off,"
        " and PostgreSQL compresses long values: what is left in one of these forms only can be missed.",
    ]
    count = 4 if report.quick else 40
    report.want(rounds=count)
    work = cleanup.work_folder("forgetting")
    echo = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=echo.serve_forever, daemon=True).start()
    cluster = Cluster(cleanup.work_folder("forgetting-pg") / "pg")
    servers = [
        (ServerProcess(work, "sqlite"), None),
        (ServerProcess(work, "postgres", database_url=cluster.database()), cluster),
    ]
    for server, _ in servers:
        server.start()
        url = f"http://127.0.0.1:{echo.server_port}/"
        Caller(server).need("POST", "/v1/webhook-endpoints", {"url": url, "eventTypes": ["call.*", "transcript.final"]})
    longest = 20.0
    try:
        for number in range(count):
            # A round of 12,000 events on a busy machine takes minutes.
            if report.left() < 1.5 * longest:
                break
            began = time.monotonic()
            one = Round(report, number, *servers[number % 2])
            one.plant()
            one.erase()
            one.check(work)
            one.on_disk()
            longest = max(longest, time.monotonic() - began)
            report.did("rounds")
            report.say(f"{number + 1} calls forgotten, faults {dict(report.faults)}")
    finally:
        for server, _ in servers:
            server.kill()
        echo.shutdown()


if __name__ == "__main__":
    main("forgetting", run)
