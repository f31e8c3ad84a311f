"""Hostile input against every parser that strangers reach: the corpus, seeded mutations of it, and libFuzzer (long)."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

from torture.kit import report as reports
from torture.kit.report import CouldNotRun, Report

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "artifacts" / "torture" / "fuzz"
ROUNDS = 20_000
#: What libFuzzer needs of a build, without a nightly compiler: counters at every edge and comparison.
COVERAGE = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Ccodegen-units=1",
]


def cargo(*arguments: str, flags: str = "", target: Path | None = None) -> subprocess.CompletedProcess[str]:
    """One run of cargo; its output is the reason when it fails."""
    environment = dict(os.environ)
    if flags:
        environment["RUSTFLAGS"] = flags
    if target:
        environment["CARGO_TARGET_DIR"] = str(target)
    return subprocess.run(["cargo", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def replay(report: Report) -> list[str]:
    """The corpus and its mutations; gives the names of the targets."""
    report.want(targets=0)
    flags = ["--seed", str(report.seed), "--rounds", str(ROUNDS)]
    done = cargo("run", "--quiet", "--locked", "-p", "callboard-rig-fuzz", "--", *flags)
    broken = [line for line in done.stdout.splitlines() if line.startswith("BROKEN ")]
    if broken:
        report.violation("a property does not hold", {"input": broken[0], "why": done.stderr[-1500:]})
        return []
    if done.returncode != 0:
        raise CouldNotRun(f"cargo run -p callboard-rig-fuzz: {done.stderr[-1500:]}")
    counts: dict[str, dict[str, int]] = json.loads(done.stdout.splitlines()[-1])
    for name, count in counts.items():
        report.fault("inputs of the corpus", count["corpus"])
        report.fault("mutated inputs", count["mutated"])
        report.did("targets")
        report.say(f"{name}: {count['corpus']} inputs, {count['mutated']} mutations")
    report.wanted["targets"] = len(counts)
    return list(counts)


def build(report: Report) -> Path:
    """libFuzzer around the targets, in a target folder of its own."""
    report.say("building with coverage counters")
    target = WORK / "target"
    manifest = ["--manifest-path", "torture/fuzz/engine/Cargo.toml"]
    # A host triple keeps the counters out of build scripts and macros.
    triple = re.search(
        r"host: (\S+)", subprocess.run(["rustc", "-vV"], capture_output=True, text=True, check=True).stdout
    )
    if triple is None:
        raise CouldNotRun("rustc -vV does not name its host")
    done = cargo("build", "--release", *manifest, "--target", triple[1], flags=" ".join(COVERAGE), target=target)
    if done.returncode != 0:
        raise CouldNotRun(f"libFuzzer cannot be built: {done.stderr[-2000:]}")
    return target / triple[1] / "release" / "callboard-fuzz-engine"


def fuzz(report: Report, engine: Path, name: str, seconds: int) -> None:
    """One target under libFuzzer; what it finds lies in artifacts and is printed."""
    inputs, found = WORK / "corpus" / name, WORK / "found"
    found.mkdir(parents=True, exist_ok=True)
    flags = [f"-max_total_time={seconds}", f"-seed={report.seed % 2**31 or 1}", "-max_len=4096", "-timeout=10"]
    flags += ["-rss_limit_mb=2048", "-print_final_stats=1", f"-artifact_prefix={found}/{name}-"]
    environment = {**os.environ, "FUZZ_TARGET": name}
    command = [str(engine), *flags, str(inputs)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, errors="replace", check=False)
    ran = re.search(r"stat::number_of_executed_units:\s*(\d+)", done.stderr)
    coverage = re.findall(r"cov: (\d+)", done.stderr)
    if ran is None:
        raise CouldNotRun(f"libFuzzer did not run {name}: {done.stderr[-1500:]}")
    report.fault("inputs made by coverage", int(ran[1]))
    report.figures[name] = {"seconds": seconds, "inputs": int(ran[1]), "edges": int(coverage[-1]) if coverage else 0}
    report.say(f"{name}: {ran[1]} inputs in {seconds} s, {coverage[-1] if coverage else 0} edges")
    if done.returncode != 0:
        report.violation("libFuzzer broke a property", {"target": name, "end": done.stderr[-2500:]})


def run(report: Report) -> None:
    """Short: corpus and mutations. Long: libFuzzer for an equal share of what time is left."""
    names = replay(report)
    report.limits += [
        "Parsers are fed as functions of one process; sockets are for other rigs.",
        "libFuzzer runs without AddressSanitizer: the targets are safe Rust but for SQLite under search.",
    ]
    report.checked["targets"] = len(names)
    if report.quick or not names:
        return
    engine = build(report)
    done = cargo("run", "--quiet", "--locked", "-p", "callboard-rig-fuzz", "--", "--write", str(WORK / "corpus"))
    if done.returncode != 0:
        raise CouldNotRun(f"the corpus cannot be written: {done.stderr[-500:]}")
    share = max(10, int((report.left() - 10) / len(names)))
    for name in names:
        fuzz(report, engine, name, share)


if __name__ == "__main__":
    reports.main("fuzz", run)
