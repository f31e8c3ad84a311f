"""Requests made from the OpenAPI document, right and wrong, by every kind of caller: no 5xx, no undocumented answer."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from torture.kit import cleanup
from torture.kit import report as reports
from torture.kit.report import CouldNotRun, Report

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "artifacts" / "http"
ROLES = ("key", "participant", "agent", "cookie", "nobody")
#: Cases of the fuzzing phase for each operation: what `make test` uses, and what takes about four minutes.
EXAMPLES = {True: 15, False: 40}
WANTED = {True: 2_000, False: 50_000}


def count(report: Report) -> None:
    """The figures of schemathesis itself, from what it printed for each caller."""
    for role in ROLES:
        text = (KEPT / f"{role}.txt").read_text() if (KEPT / f"{role}.txt").is_file() else ""
        told = re.search(r"Test cases:\n\s+(\d+) generated(.*)", text)
        if told is None:
            raise CouldNotRun(f"schemathesis as {role} told nothing: {text[-600:]}")
        report.did("cases", int(told[1]))
        report.checked["answers"] += int(told[1])
        report.fault(f"cases by {role}", int(told[1]))


def one(report: Report, seed: int) -> None:
    """All callers once, against a server of their own."""
    environment = {**os.environ, "SEED": str(seed), "EXAMPLES": str(EXAMPLES[report.quick])}
    process = subprocess.Popen(
        ["scripts/http-fuzz.sh"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    cleanup.later(process.terminate)
    output = process.communicate()[0]
    if process.returncode not in (0, 1):
        raise CouldNotRun(f"scripts/http-fuzz.sh ended with {process.returncode}: {output[-1500:]}")
    count(report)
    if process.returncode == 1:
        report.violation("an answer that the document does not know", {"seed": seed, "end": output[-3000:]})
    report.say(f"seed {seed}: exit {process.returncode}, {report.ran['cases']} cases so far")


def run(report: Report) -> None:
    """Seed after seed, until the cases are enough or no further run fits."""
    report.want(cases=WANTED[report.quick])
    report.limits += [
        "An answer is judged by the document: a wrong document and a wrong server can agree.",
        "The rates of callers are off; they have tests of their own.",
    ]
    longest, seed = 0.0, report.seed
    while report.ran["cases"] < report.wanted["cases"] and report.left() > longest * 1.1 and not report.violations:
        before = report.left()
        one(report, seed)
        longest, seed = max(longest, before - report.left()), seed + 1
        if report.violations:
            shutil.copytree(KEPT, ROOT / "artifacts" / "torture" / "document", dirs_exist_ok=True)


if __name__ == "__main__":
    reports.main("document", run)
