"""Hostile input against every parser that strangers reach: the corpus, seeded mutations of it, and libFuzzer (long)."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

from torture.kit import cleanup, rust
from torture.kit import report as reports
from torture.kit.report import CouldNotRun, Report

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "artifacts" / "torture" / "fuzz"
ROUNDS = 20_000
#: Least time for one target, seconds.
LEAST = 3
#: What libFuzzer prints: at the end, with every new edge, and when a property broke.
INPUTS = re.compile(r"stat::number_of_executed_units:\s*(\d+)")
EDGES = re.compile(r"\bcov: (\d+)")
BASE64 = re.compile(r"Base64: (\S+)")


def execute(command: list[str], **settings: str) -> subprocess.CompletedProcess[str]:
    """Runs a command to its end, with the processes that it starts in a group that ends with the rig."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    )

    def end() -> None:
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    cleanup.later(end)
    out, err = process.communicate()
    return subprocess.CompletedProcess(command, process.returncode, out, err)


def replayer() -> str:
    """The program that knows the targets."""
    return str(rust.debug() / "callboard-rig-fuzz")


def replay(report: Report) -> list[str]:
    """The corpus and its mutations; gives the names of the targets."""
    report.want(targets=0)
    done = execute([replayer(), "--seed", str(report.seed), "--rounds", str(ROUNDS)])
    broken = [line for line in done.stdout.splitlines() if line.startswith("BROKEN ")]
    if broken:
        report.violation("a property does not hold", {"input": broken[0], "why": done.stderr[-1500:]})
        return []
    if done.returncode != 0:
        raise CouldNotRun(f"callboard-rig-fuzz: {done.stderr[-1500:]}")
    counts: dict[str, dict[str, int]] = json.loads(done.stdout.splitlines()[-1])
    for name, count in counts.items():
        report.fault("inputs of the corpus", count["corpus"])
        report.fault("mutated inputs", count["mutated"])
        report.did("targets")
        report.say(f"{name}: {count['corpus']} inputs, {count['mutated']} mutations")
    report.wanted["targets"] = len(counts)
    return list(counts)


def build(report: Report) -> Path:
    """libFuzzer around the targets, and the program that replays; the clock of the rig begins when they are there."""
    report.say("building libFuzzer (minutes the first time, and not of the rig's)")
    made = execute(["scripts/fuzz-engine.sh"])
    if made.returncode != 0:
        raise CouldNotRun(f"libFuzzer cannot be built: {made.stderr[-2000:]}")
    # A run of the same seed starts from the same inputs, not from what an earlier one learned.
    corpus = WORK / "corpus"
    shutil.rmtree(corpus, ignore_errors=True)
    written = execute([replayer(), "--write", str(corpus)])
    if written.returncode != 0:
        raise CouldNotRun(f"the corpus cannot be written: {written.stderr[-500:]}")
    report.began = time.monotonic()
    return Path(made.stdout.strip())


def libfuzzer(
    report: Report, engine: Path, name: str, *flags: str
) -> tuple[int, int, subprocess.CompletedProcess[str]]:
    """One run of the engine: how many inputs it tried, and how many edges of the program these reached."""
    command = [str(engine), *flags, "-print_final_stats=1", str(WORK / "corpus" / name)]
    done = execute(command, FUZZ_TARGET=name)
    inputs, edges = INPUTS.search(done.stderr), EDGES.findall(done.stderr)
    if inputs is None or not edges:
        raise CouldNotRun(f"libFuzzer did not run {name}: {done.stderr[-1500:]}")
    return int(inputs[1]), int(edges[-1]), done


def fuzz(report: Report, engine: Path, name: str, seconds: int) -> int:
    """One target; gives how many edges were found that the corpus does not reach. What broke a property is printed."""
    found = WORK / "found"
    found.mkdir(parents=True, exist_ok=True)
    _, known, _ = libfuzzer(report, engine, name, "-runs=0")
    flags = [f"-max_total_time={seconds}", f"-seed={report.seed % 2**31 or 1}", "-max_len=4096", "-timeout=10"]
    flags += ["-rss_limit_mb=2048", f"-artifact_prefix={found}/{name}-"]
    inputs, edges, done = libfuzzer(report, engine, name, *flags)
    report.fault("inputs made by coverage", inputs)
    report.did("targets under libFuzzer")
    report.figures[name] = {"seconds": seconds, "inputs": inputs, "edges of the corpus": known, "edges": edges}
    report.say(f"{name}: {inputs} inputs in {seconds} s, {known} edges of the corpus, {edges} in the end")
    if done.returncode != 0:
        culprit = BASE64.search(done.stderr)
        detail = {"target": name, "base64": culprit[1] if culprit else None, "end": done.stderr[-2500:]}
        report.violation("libFuzzer broke a property", detail)
    return max(0, edges - known)


def run(report: Report) -> None:
    """Short: corpus and mutations. Long: libFuzzer for an equal share of what time is left."""
    report.limits += [
        "Parsers are fed as functions of one process; sockets are for other rigs.",
        "libFuzzer runs without AddressSanitizer: the targets are safe Rust but for SQLite under search.",
    ]
    engine = None if report.quick else build(report)
    names = replay(report)
    report.checked["targets"] = len(names)
    if engine is None or not names:
        return
    report.want(**{"targets under libFuzzer": len(names)})
    new = 0
    for at, name in enumerate(names):
        share = int((report.left() - 5) / (len(names) - at))
        if share < LEAST:
            report.say(f"no time is left for {name}")
            continue
        new += fuzz(report, engine, name, share)
    report.checked["edges beyond the corpus"] = new
    if new == 0 and not report.violations:
        raise CouldNotRun("libFuzzer reached no edge beyond the corpus: its counters tell it nothing")


if __name__ == "__main__":
    reports.main("fuzz", run)
