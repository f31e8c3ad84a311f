"""Do the rigs bite? Every planted defect is run under its rigs in their short form, and one of them must find it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
import tomllib
from pathlib import Path

from torture import run as runner
from torture.kit import cleanup, processes
from torture.kit import report as reports
from torture.kit.report import CouldNotRun, Report

ROOT = Path(__file__).resolve().parents[2]
LIST = ROOT / "crates" / "kernel" / "src" / "teeth.rs"
#: How many must be planted, whatever the lists say.
LEAST = 20
#: Upper bound of one rig under one defect.
MINUTES = 3.0


def planted() -> list[str]:
    """The names in the product's own list."""
    body = LIST.read_text().split("\nteeth! {")[1].split("\n}\n")[0]
    return re.findall(r"^    ([A-Z]\w+),$", body, re.MULTILINE)


def listed() -> dict[str, list[str]]:
    """Which rigs must find what."""
    found: dict[str, list[str]] = tomllib.loads((ROOT / "torture" / "teeth.toml").read_text())["teeth"]
    return found


def bite(report: Report, tooth: str, rig: runner.Rig, seed: int) -> str | None:
    """The first violation that the rig sees under the defect, or None. CouldNotRun when it did not run."""
    work = cleanup.work_folder("teeth")
    # All that the rig leaves goes with it: also what a program in Rust had in a folder when it was ended.
    temporary = work / "tmp"
    temporary.mkdir()
    temporary.chmod(0o1777)
    told, file = work / "output.txt", work / "report.json"
    flags = ["--size", "quick", "--seed", str(seed), "--minutes", f"{MINUTES:g}", "--report", str(file)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "CALLBOARD_TOOTH": tooth, "TMPDIR": str(temporary)}
    environment["CALLBOARD_BIN"] = os.environ.get("CALLBOARD_TEETH_BIN", "")
    # Into a file: whatever a rig leaves running cannot keep us waiting for the end of a pipe.
    with told.open("w") as out:
        process = subprocess.Popen(
            rig.command + flags,
            cwd=ROOT,
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
    cleanup.later(lambda: processes.end(process, 40))
    until, found = time.monotonic() + MINUTES * 60 + 60, None
    while process.poll() is None and found is None and time.monotonic() < until:
        time.sleep(0.1)
        found = violation_in(told)
    processes.end(process, 90)
    found = found or violation_in(told)
    lines = told.read_text(errors="replace").splitlines()
    if found is None and process.returncode == 1 and file.exists():
        found = str(json.loads(file.read_text())["violations"][0]["what"])[:300]
    if found is None and process.returncode != 0:
        raise CouldNotRun(f"{rig.name} under {tooth}: exit {process.returncode}: {' / '.join(lines[-4:])[-600:]}")
    shutil.rmtree(work, ignore_errors=True)
    return found


def violation_in(told: Path) -> str | None:
    """The first one that a rig printed. One is enough."""
    for line in told.read_text(errors="replace").splitlines(keepends=True):
        if "VIOLATION" in line and line.endswith("\n"):
            return line.split("VIOLATION", 1)[1].strip(": \n")[:300]
    return None


def control(report: Report, rig: runner.Rig) -> None:
    """Without a defect the same binary must be clean: a rig that is red by itself proves nothing."""
    found = bite(report, "", rig, report.seed)
    if found is not None:
        raise CouldNotRun(f"{rig.name} sees a violation without any planted defect: {found}")
    report.checked["clean without a defect"] += 1


def hunt(report: Report, tooth: str, rigs: list[runner.Rig]) -> None:
    """One defect under its rigs until one finds it."""
    began = time.monotonic()
    for rig in rigs:
        lacks = runner.missing(rig)
        if lacks:
            raise CouldNotRun(f"{rig.name} for {tooth}: missing {', '.join(lacks)}")
        found = bite(report, tooth, rig, report.seed)
        report.did("rigs started")
        if found is not None:
            if not report.quick and rig.name not in report.figures["clean without a defect"]:
                control(report, rig)
                report.figures["clean without a defect"].append(rig.name)
            seconds = round(time.monotonic() - began, 1)
            report.checked["found"] += 1
            report.figures[tooth] = {"found by": rig.name, "seconds": seconds, "first violation": found}
            report.say(f"{tooth}: found by {rig.name} after {seconds} s: {found[:120]}")
            return
        report.say(f"{tooth}: {rig.name} saw nothing")
    report.violation("no rig found a planted defect", {"tooth": tooth, "rigs": [rig.name for rig in rigs]})


def run(report: Report) -> None:
    """All of them in both sizes; TEETH="a b" names some, for trying one out."""
    wanted = listed()
    names = planted()
    if sorted(names) != sorted(wanted) or len(names) < LEAST:
        raise CouldNotRun(f"crates/kernel/src/teeth.rs and torture/teeth.toml differ: {set(names) ^ set(wanted)}")
    only = os.environ.get("TEETH", "").split()
    every = {rig.name: rig for rig in runner.rigs()}
    report.want(**{"rigs started": len(only or names), "defects": len(only or names)})
    if report.quick:
        report.limits.append("The short form trusts the other rigs' own runs to be clean without a defect.")
    report.limits += ["Each defect is one of its kind: that it is found says little about subtler ones."]
    report.figures["clean without a defect"] = []
    for tooth in only or names:
        rigs = [every[name] for name in wanted[tooth] if name in every]
        if not rigs:
            raise CouldNotRun(f"none of the rigs for {tooth} exist: {wanted[tooth]}")
        if report.left() < 0:
            raise CouldNotRun(f"no time was left for {tooth} and what follows it")
        report.fault("planted defect")
        report.did("defects")
        hunt(report, tooth, rigs)
    print(json.dumps(report.figures, indent=1), flush=True)


if __name__ == "__main__":
    reports.main("teeth", run)
