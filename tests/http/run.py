"""Starts a server with the fake LiveKit, drives it with schemathesis signed in and anonymous, and reads its log.

Fails on a 5xx that is no documented refusal, on an answer that the OpenAPI document does not know, and on a panic or an
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

ROOT = Path(__file__).resolve().parents[2]
ARTIFACTS = ROOT / "artifacts" / "http"



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


def call(url: str, key: str, path: str, body: dict[str, object]) -> dict[str, object]:
    """One POST with the key."""
    request = urllib.request.Request(
        url + path,
        json.dumps(body).encode(),
        {"authorization": f"Bearer {key}", "content-type": "application/json"},
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def fuzz(name: str, url: str, seed: int, examples: int, headers: list[str], extra: list[str]) -> int:
    """One run of schemathesis; its whole output is kept."""
    command = [
        str(Path(sys.executable).parent / "st"),
        "--config-file", str(Path(__file__).parent / "schemathesis.toml"),
        "run",
        f"{url}/openapi.json",
        "--seed", str(seed),
        "--generation-database", "none",
        "--continue-on-failure",
        "--phases", "examples,coverage,fuzzing,stateful",
        "--max-examples", str(examples),
        "--request-timeout", "15",
        "--report", "junit",
        "--report-junit-path", str(ARTIFACTS / f"{name}.xml"),
        "--no-color",
        *extra,
    ]  # fmt: skip
    for header in headers:
        command += ["--header", header]
    begun = time.monotonic()
    with (ARTIFACTS / f"{name}.txt").open("w") as out:
        done = subprocess.run(command, stdout=out, stderr=subprocess.STDOUT, cwd=ARTIFACTS, check=False)
    text = (ARTIFACTS / f"{name}.txt").read_text()
    print(f"{name}: exit {done.returncode} after {time.monotonic() - begun:.0f} s")
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
    parser.add_argument("--examples", type=int, default=25)
    parser.add_argument("--only", default="", help="a path pattern, to look at one route")
    options = parser.parse_args()
    # What an earlier run remembered must not steer this one.
    shutil.rmtree(ARTIFACTS, ignore_errors=True)
    ARTIFACTS.mkdir(parents=True)
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("CALLBOARD_", "LIVEKIT_"))}
    with tempfile.TemporaryDirectory(prefix="callboard-http-") as folder:
        fake, printed = start([options.fake], environment, Path(folder) / "fake.log", 3)
        environment |= dict(line.split("=", 1) for line in printed) | {"RUST_LOG": "info"}
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


def run(ready: dict[str, str], options: argparse.Namespace) -> int:
    """Signed in with all phases, then without a credential."""
    url, key = ready["url"], ready["apiKey"]
    session = call(url, key, "/v1/call/sessions", {"metadata": {"title": "Fuzzed"}})["session"]
    assert isinstance(session, dict)
    print(f"server {ready['version']} at {url}, session {session['sessionId']}")
    only = ["--include-path-regex", options.only] if options.only else []
    # Following a stream never ends by itself; tests of its own cover it.
    skip = ["--exclude-path-regex", r"/stream$|/ws$"]
    failures = fuzz("signed-in", url, options.seed, options.examples, [f"Authorization: Bearer {key}"], only + skip)
    failures += fuzz("anonymous", url, options.seed, max(5, options.examples // 5), [], only + skip)
    with urllib.request.urlopen(f"{url}/health", timeout=10) as answer:
        print(f"health after all: {answer.status}")
    return failures


if __name__ == "__main__":
    sys.exit(main())
