"""The report of one run of a rig, and the flags that every rig takes."""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torture.kit import cleanup


class CouldNotRun(Exception):
    """The machine lacks something, or the rig itself failed: exit 2, never a pass."""


class Broken(RuntimeError):
    """The product is in a state in which the rig cannot go on: exit 1, a violation."""


@dataclass
class Report:
    """What a rig found. `violation` is the only way to fail; `unknown` counts outcomes that nobody was told."""

    rig: str
    seed: int
    size: str
    minutes: float
    ran: dict[str, int] = field(default_factory=dict)
    wanted: dict[str, int] = field(default_factory=dict)
    faults: Counter[str] = field(default_factory=Counter)
    checked: Counter[str] = field(default_factory=Counter)
    violations: list[dict[str, Any]] = field(default_factory=list)
    unknown: int = 0
    limits: list[str] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)

    @property
    def quick(self) -> bool:
        """Whether this is the short form."""
        return self.size == "quick"

    def random(self, *names: object) -> random.Random:
        """A generator of its own for each use: one use more does not shift the others."""
        return random.Random("/".join(map(str, (self.seed, self.rig, *names))))

    def say(self, line: str) -> None:
        """One line of progress."""
        print(f"[{self.rig} {time.monotonic() - self.began:6.1f} s] {line}", flush=True)

    def left(self) -> float:
        """Seconds until the run must end."""
        return self.minutes * 60 - (time.monotonic() - self.began)

    def want(self, **sizes: int) -> None:
        """How much of what this run should do; `did` counts what it did."""
        self.wanted.update(sizes)
        for name in sizes:
            self.ran.setdefault(name, 0)

    def did(self, name: str, times: int = 1) -> None:
        """Counts what of the wanted size was done."""
        self.ran[name] = self.ran.get(name, 0) + times

    def fault(self, kind: str, times: int = 1) -> None:
        """Counts a fault that was injected, not one that was planned."""
        self.faults[kind] += times

    def violation(self, what: str, detail: object = None) -> None:
        """A promise that did not hold."""
        self.violations.append({"what": what, "seed": self.seed, "detail": detail})
        if len(self.violations) <= 20:
            self.say(f"VIOLATION: {what}: {json.dumps(detail, default=str)[:600]}")

    def text(self) -> dict[str, Any]:
        """The report as RIGS lays it down."""
        return {
            "rig": self.rig,
            "seed": self.seed,
            "size": self.size,
            "ran": self.ran,
            "wanted": self.wanted,
            "faults": dict(sorted(self.faults.items())),
            "checked": dict(sorted(self.checked.items())),
            "violations": self.violations,
            "unknown": self.unknown,
            "limits": self.limits,
            "figures": self.figures,
            "seconds": round(time.monotonic() - self.began, 1),
        }


def main(rig: str, run: Callable[[Report], None]) -> None:
    """Parses the flags, runs, writes the report, and exits 0, 1 (violation) or 2 (could not run)."""
    parser = argparse.ArgumentParser(description=(sys.modules["__main__"].__doc__ or rig).strip().splitlines()[0])
    parser.add_argument("--size", choices=["quick", "long"], default="quick")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--report", type=Path, default=None)
    flags = parser.parse_args()
    report = Report(rig, flags.seed, flags.size, flags.minutes)
    print(f"seed {flags.seed}", flush=True)
    code = 2
    with cleanup.everything():
        try:
            run(report)
            code = 1 if report.violations else 0
        except Broken as error:
            report.violation(str(error))
            code = 1
        except CouldNotRun as error:
            report.say(f"could not run: {error}")
        except Exception:  # a defect of the rig must not look like a defect of the product, nor like a pass
            traceback.print_exc()
            report.say("could not run: the rig itself failed")
    if flags.report is not None and code != 2:
        flags.report.parent.mkdir(parents=True, exist_ok=True)
        flags.report.write_text(json.dumps(report.text(), indent=2, default=str) + "\n")
    report.say(f"{len(report.violations)} violations, {report.unknown} unknown outcomes, faults {dict(report.faults)}")
    sys.exit(code)
