"""Starts a server with the fake LiveKit, drives it with schemathesis as every kind of caller, and reads its log.

By a key, by a participant's and by an agent's pass of a running session, by the console's cookie (signing out), and by
nobody. Fails on a 5xx that is no documented refusal, on an answer that the OpenAPI document does not know, and on a panic or an
error line in the server's log.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
ARTIFACTS = ROOT / "artifacts" / "http"
# One address makes all requests here; the rates have tests of their own.
NO_RATES = {
    f"CALLBOARD_RATE_{name}": "1000000" for name in ("PASSES_PER_SECOND", "LOGINS_PER_MINUTE", "JOINS_PER_MINUTE")
}
# What a session pass may call, and signing out.
OF_PASSES = (
    r"^/v1/(me|realtime/(events|ws)|realtime/sessions/.*"
    r"|call/sessions/[^/]*(/livekit/token|/reconnect|/leave|/participants.*|/transcript.*)?)$"
)
SCOPES = (
    "calls:read calls:write events:read events:write transcripts:read provider:read keys:manage installation:*"
).split()
OF_COOKIES = r"^/v1/(logout|me)$"


def start(command: list[str], environment: dict[str, str], log: Path, lines: int) -> tuple[subprocess.Popen[str], list[str]]:
    """Starts a program that prints some lines when it serves, and gives them."""
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=log.open("w"), text=True)
    assert process.stdout is not None
    printed = [process.stdout.readline() for _ in range(lines)]
    if not printed[-1]:
        raise SystemExit(f"✗ {command[0]} ended at its start:\n{log.read_text()[-2000:]}")
    return process, [line.strip() for line in printed]


def stop(process: subprocess.Popen[str]) -> None:
    """Ends a program that we started."""
    process.terminate()
    try:
        process.wait(12)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def call(url: str, key: str, path: str, body: dict[str, object] | None) -> dict[str, Any]:
    """One request with the key: a POST, or a GET when there is no body."""
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    request = urllib.request.Request(url + path, None if body is None else json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def fuzz(role: str, facts: dict[str, str], seed: int, examples: int, extra: list[str]) -> int:
    """One run of schemathesis; its whole output is kept."""
    told = ARTIFACTS / f"{role}.json"
    told.write_text(json.dumps(facts | {"role": role}))
    command = [
        str(Path(sys.executable).parent / "st"),
        "--config-file", str(Path(__file__).parent / "schemathesis.toml"),
        "run",
        f"{facts['url']}/openapi.json",
        "--seed", str(seed),
        "--generation-database", "none",
        "--continue-on-failure",
        "--phases", "examples,coverage,fuzzing,stateful",
        "--max-examples", str(examples),
        "--request-timeout", "15",
        "--report", "junit",
        "--report-junit-path", str(ARTIFACTS / f"{role}.xml"),
        "--no-color",
        *extra,
    ]  # fmt: skip
    if role == "key":
        command += ["--header", f"Authorization: Bearer {facts['caller']}"]
    environment = os.environ | {"CALLBOARD_FUZZ": str(told), "SCHEMATHESIS_HOOKS": str(Path(__file__).parent / "hooks.py")}
    begun = time.monotonic()
    with (ARTIFACTS / f"{role}.txt").open("w") as out:
        done = subprocess.run(command, stdout=out, stderr=subprocess.STDOUT, cwd=ARTIFACTS, env=environment, check=False)
    text = (ARTIFACTS / f"{role}.txt").read_text()
    print(f"{role}: exit {done.returncode} after {time.monotonic() - begun:.0f} s")
    if done.returncode:
        print(text[-6000:])
    else:
        print("\n".join(text.strip().splitlines()[-12:]))
    return done.returncode


def bad_log_lines(log: str) -> list[str]:
    """Panics and internal errors, whatever the answers said."""
    return [line for line in log.splitlines() if re.search(r"panicked|\bERROR\b|\"level\":\"ERROR\"", line)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--fake", required=True)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--examples", type=int, default=15)
    parser.add_argument("--only", default="", help="a path pattern, to look at one route")
    parser.add_argument("--role", default="", help="one kind of caller: key, participant, agent, cookie, nobody")
    options = parser.parse_args()
    # What an earlier run remembered must not steer this one.
    shutil.rmtree(ARTIFACTS, ignore_errors=True)
    ARTIFACTS.mkdir(parents=True)
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("CALLBOARD_", "LIVEKIT_"))}
    with tempfile.TemporaryDirectory(prefix="callboard-http-") as folder:
        fake, printed = start([options.fake], environment, Path(folder) / "fake.log", 3)
        quiet = {"RUST_LOG": "info", "CALLBOARD_DEMO": "off"}
        environment |= dict(line.split("=", 1) for line in printed) | quiet | NO_RATES
        log = ARTIFACTS / "server.log"
        command = [options.binary, "serve", "--dev", "--data", folder, "--listen", "127.0.0.1:0", "--ready-json"]
        server, (ready,) = start(command, environment, log, 1)
        try:
            failures = run(json.loads(ready), options)
        finally:
            stop(server)
            stop(fake)
        bad = bad_log_lines(log.read_text())
        for line in bad[:20]:
            print(f"✗ the server's log says: {line[:400]}")
        return 1 if failures or bad else 0


def scene(url: str, key: str) -> dict[str, str]:
    """What the requests may speak of: a session that is over, a link that can be used often, a place in the stream."""
    session = call(url, key, "/v1/call/sessions", {"metadata": {"title": "Fuzzed"}})["session"]
    link = call(url, key, f"/v1/call/sessions/{session['sessionId']}/join-links", {"maxUses": 1000})
    over = call(url, key, "/v1/call/sessions", {"metadata": {"title": "Over"}})["session"]
    call(url, key, f"/v1/call/sessions/{over['sessionId']}/state", {"status": "ended"})
    stream = urllib.request.Request(f"{url}/v1/realtime/stream", headers={"authorization": f"Bearer {key}"})
    with urllib.request.urlopen(stream, timeout=10) as lines:
        call(url, key, "/v1/call/sessions", {})
        place = next(line for line in lines if line.startswith(b"id: "))
    kept = call(url, key, "/v1/api-keys", {"name": "Fuzz", "scopes": SCOPES})
    other = call(url, key, "/v1/operator/tenants", {"name": "Other"})
    return {
        "url": url,
        "key": key,
        "caller": kept["secret"],
        # Who revokes the keys in use learns nothing more.
        "keep": [item["keyId"] for item in call(url, key, "/v1/api-keys", None)["items"]],
        "otherTenant": other["tenantId"],
        "ended": over["sessionId"],
        "joinToken": link["joinUrl"].split("#")[1],
        "streamCursor": place.decode().removeprefix("id: ").strip(),
    }


def run(ready: dict[str, str], options: argparse.Namespace) -> int:
    """Every kind of caller in turn."""
    facts = scene(ready["url"], ready["apiKey"])
    print(f"server {ready['version']} at {facts['url']}")
    few = max(5, options.examples // 3)
    runs = [
        ("key", options.examples, []),
        ("participant", few, ["--include-path-regex", OF_PASSES]),
        ("agent", few, ["--include-path-regex", OF_PASSES]),
        ("cookie", few, ["--include-path-regex", OF_COOKIES]),
        ("nobody", few, []),
    ]
    failures = 0
    for role, examples, extra in runs:
        if options.role and role != options.role:
            continue
        only = ["--include-path-regex", options.only] if options.only else extra
        failures += fuzz(role, facts, options.seed, examples, only)
    with urllib.request.urlopen(f"{facts['url']}/health", timeout=10) as answer:
        print(f"health after all: {answer.status}")
    return failures


if __name__ == "__main__":
    sys.exit(main())
