"""What a rig does with a log that it read: the checker, both readings, and `callboard verify`, noted in the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torture.kit.book import Entry
from torture.kit.check import Log, check_log, compare
from torture.kit.report import Report
from torture.kit.server import ServerProcess, verify


def judge(
    report: Report,
    entries: Sequence[Entry],
    readings: Mapping[str, Log],
    detail: dict[str, Any],
    *,
    strangers: bool = True,
) -> None:
    """Every reading against the book, and the readings against each other."""
    names = list(readings)
    for name in names:
        for violation in check_log(entries, readings[name], strangers=strangers):
            report.violation(violation.what, {**detail, "reading": name, "event": violation.detail})
        report.checked[f"events read by {name}"] += sum(map(len, readings[name].values()))
    for other in names[1:]:
        for violation in compare(readings[names[0]], readings[other], (names[0], other)):
            report.violation(violation.what, {**detail, "event": violation.detail})
    report.checked["acknowledged events"] += sum(e.sequence is not None for e in entries)
    report.unknown += sum(e.sequence is None and e.unknown > 0 for e in entries)


def run_verify(report: Report, server: ServerProcess, detail: dict[str, Any]) -> None:
    """`callboard verify` must find nothing."""
    found = verify(server)
    report.checked["runs of verify"] += 1
    if found is not None:
        report.violation("verify found something", {**detail, "verify": found})
