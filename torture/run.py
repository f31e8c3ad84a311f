"""Runs the rigs of rigs.toml one after the other, judges their reports, and keeps them when asked.

A rig fails when it found a violation, could not run, injected no fault of a kind that it claims, did nothing, or did
not end in time. A thing that is missing on this machine is a failure that names it, never a skip.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import shlex
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torture.kit import cleanup, processes

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "artifacts" / "torture"
EVIDENCE = ROOT / "docs" / "evidence"
#: Keys that a report must have.
KEYS = ("rig", "seed", "size", "ran", "wanted", "faults", "checked", "violations", "unknown", "limits", "seconds")
#: How long a rig may take to clean up after its minutes.
GRACE = 90
#: Each need, and the commands that show it is there. The others are looked at by hand below.
TOOLS = {
    "strace": ["strace"],
    "xfs": ["mkfs.xfs", "losetup"],
    "fuse": ["nbdkit", "nbdfuse", "fusermount3"],
    "go": ["go"],
    "netns": ["ip"],
    "slowhttptest": ["slowhttptest"],
    "fuzz-engine": ["cargo", "c++"],
    "postgres": ["psql"],
}


@dataclass
class Rig:
    """One entry of rigs.toml."""

    name: str
    command: list[str]
    what: str
    claims: list[str] = field(default_factory=list)
    needs: list[str] = field(default_factory=list)
    sizes: dict[str, str] = field(default_factory=dict)
    #: Upper bound of a size, for a rig that needs more than the usual one.
    minutes: dict[str, float] = field(default_factory=dict)


def rigs() -> list[Rig]:
    """All, in the order of the file."""
    listed = tomllib.loads((ROOT / "torture" / "rigs.toml").read_text())["rig"]
    return [Rig(**entry) for entry in listed]


def chosen(names: str) -> list[Rig]:
    """Those that were named, in the order of the file; all when none was."""
    every, wanted = rigs(), names.split()
    unknown = sorted(set(wanted) - {rig.name for rig in every})
    if unknown:
        sys.exit(f"no such rig: {', '.join(unknown)}; there are: {', '.join(rig.name for rig in every)}")
    return [rig for rig in every if not wanted or rig.name in wanted]


def binary() -> Path:
    """The server under test."""
    return Path(os.environ.get("CALLBOARD_BIN") or ROOT / "target" / "debug" / "callboard")


def tested_build() -> tuple[str, str]:
    """Of which kind the binary is, and the setting that chooses it again."""
    path, usual = binary().resolve(), ROOT / "target" / "debug" / "callboard"
    kind = path.parent.name if path.parent.name in ("debug", "release") else "unknown"
    if path == usual.resolve() or not path.is_relative_to(ROOT):
        return kind, ""
    return kind, f"CALLBOARD_BIN={path.relative_to(ROOT)} "


def missing(rig: Rig) -> list[str]:
    """What this machine lacks for a rig, each named."""
    lacks: list[str] = []
    path = os.environ["PATH"] + ":/usr/sbin:/sbin"
    for need in rig.needs:
        lacks += [f"the command {tool}" for tool in TOOLS.get(need, []) if shutil.which(tool, path=path) is None]
        if need == "binary" and not binary().is_file():
            lacks.append("the binary (cargo build -p callboard)")
        if need == "teeth-binary" and not Path(os.environ.get("CALLBOARD_TEETH_BIN", "/nowhere")).is_file():
            lacks.append("the binary with planted defects (CALLBOARD_TEETH_BIN)")
        if need == "root" and os.geteuid() != 0:
            lacks.append("root")
        if need == "fuse" and not Path("/dev/fuse").exists():
            lacks.append("/dev/fuse")
        if need == "xfs" and not Path("/dev/loop-control").exists():
            lacks.append("loop devices")
        if need == "livekit" and not (ROOT / ".tools" / "go" / "bin" / "livekit-server").is_file():
            lacks.append("livekit-server (scripts/install-livekit.sh)")
    return lacks


def git(*arguments: str) -> str:
    """What git says; nothing outside a checkout."""
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def commit() -> dict[str, Any]:
    """What was tested: documents are not, so that keeping one report does not change what the next one names."""
    code = ["--", ".", ":!docs"]
    tested = git("log", "-1", "--format=%H", *code)
    return {"commit": tested or "unknown", "dirty": bool(git("status", "--porcelain", *code))}


def seed_of_commit() -> int:
    """Without a SEED: the same commit gives the same plan, the next one another."""
    return int(git("log", "-1", "--format=%H")[:7] or "1", 16)


def machine() -> dict[str, Any]:
    """Kernel, cores and file system; no names."""
    fs = subprocess.run(["stat", "-f", "-c", "%T", str(OUT)], capture_output=True, text=True, check=False).stdout
    with contextlib.suppress(OSError):
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemTotal:"):
                memory = round(int(line.split()[1]) / 2**20)
    return {"kernel": platform.release(), "cores": os.cpu_count(), "memoryGiB": memory, "fileSystem": fs.strip()}


def versions() -> dict[str, str]:
    """Of what takes part."""
    found = {"python": platform.python_version()}
    for name, command in {"callboard": [str(binary()), "--version"], "postgres": ["psql", "--version"]}.items():
        with contextlib.suppress(OSError):
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
            found[name] = done.stdout.strip().split("\n")[0].removeprefix(name).strip()
    return found


def execute(command: list[str], seconds: float) -> int | None:
    """The exit code; None when it had to be ended. The rig gets an interrupt, so that it cleans up."""
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "CALLBOARD_BIN": str(binary())}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        processes.end(process, 60)


def judge(rig: Rig, code: int | None, report: dict[str, Any] | None) -> list[str]:
    """Why a run is not a pass; nothing when it is one."""
    if code is None:
        return ["did not end in time"]
    if code == 2 or code not in (0, 1):
        return [f"could not run (exit {code})"]
    if report is None:
        return ["left no report"]
    faults: list[str] = [f"its report lacks {key}" for key in KEYS if key not in report]
    if faults:
        return faults
    if report["violations"]:
        whats = sorted({str(v["what"]) for v in report["violations"]})
        faults.append(f"{len(report['violations'])} violations: {'; '.join(whats)}")
    if (code == 1) != bool(report["violations"]):
        faults.append(f"exit {code} with {len(report['violations'])} violations in its report")
    faults += [f"claims {kind} and injected none" for kind in rig.claims if not report["faults"].get(kind)]
    faults += [f"ran no {what} of {wanted}" for what, wanted in report["wanted"].items() if not report["ran"].get(what)]
    if not any(report["checked"].values()):
        faults.append("checked nothing")
    return faults


def run(rig: Rig, size: str, seed: int, minutes: float, keep: bool) -> list[str]:
    """One rig, and its report in artifacts/torture/."""
    lacks = missing(rig)
    if lacks:
        return [f"missing: {', '.join(lacks)}"]
    path = OUT / f"{rig.name}.json"
    path.unlink(missing_ok=True)
    # Relative, so that the command in the evidence works elsewhere.
    flags = ["--size", size, "--seed", str(seed), "--minutes", f"{minutes:g}", "--report", str(path.relative_to(ROOT))]
    code = execute([*rig.command, *flags], minutes * 60 + GRACE)
    report: dict[str, Any] | None = None
    with contextlib.suppress(OSError, ValueError):
        report = json.loads(path.read_text())
    faults = judge(rig, code, report)
    if report is not None:
        quick = " QUICK=1" if size == "quick" else ""
        build, setting = tested_build()
        report |= commit() | {
            "build": build,
            "command": f"{setting}make torture RIG={rig.name} SEED={seed} MINUTES={minutes:g}{quick}",
        }
        report |= {"run": shlex.join([*rig.command, *flags[:6]]), "machine": machine(), "versions": versions()}
        report |= {"verdict": "passed" if not faults else "failed", "reasons": faults}
        path.write_text(json.dumps(report, indent=2) + "\n")
        if keep:
            EVIDENCE.mkdir(parents=True, exist_ok=True)
            (EVIDENCE / f"{rig.name}.json").write_text(json.dumps(report, indent=2) + "\n")
    return faults


def pairs(numbers: dict[str, Any]) -> str:
    """`12 kills, 3 cuts`."""
    return ", ".join(f"{count} {kind}" for kind, count in numbers.items()) or "none"


def table() -> None:
    """docs/evidence/README.md, from the JSON files beside it."""
    rows: list[str] = []
    for rig in rigs():
        path = EVIDENCE / f"{rig.name}.json"
        if not path.is_file():
            continue
        kept = json.loads(path.read_text())
        size = ", ".join(f"{kept['ran'].get(name, 0)} of {wanted} {name}" for name, wanted in kept["wanted"].items())
        tree = kept["commit"][:12] + (" and changes" if kept["dirty"] else "")
        cells = [f"[{rig.name}]({rig.name}.json)", rig.what, size, pairs(kept["faults"]), str(len(kept["violations"]))]
        rows.append("| " + " | ".join([*cells, tree, f"`{kept['command']}`"]) + " |")
    head = (
        "# Evidence\n\nMade by `make torture KEEP=1` from the reports beside this page; do not edit. Each report says"
    )
    head += " what ran, which faults\nwere injected, what was checked, and what the rig cannot show (`limits`).\n"
    columns = "| rig | what | ran | faults | violations | commit | command |\n|---|---|---|---|---|---|---|\n"
    (EVIDENCE / "README.md").write_text(f"{head}\n{columns}" + "\n".join(rows) + "\n")


def main() -> int:
    """All chosen rigs; the exit code says whether every one passed."""
    # The rig that runs is ended, and cleans up.
    signal.signal(signal.SIGTERM, cleanup.interrupted)
    parser = argparse.ArgumentParser(description="Runs the rigs of torture/rigs.toml.")
    parser.add_argument("--quick", action="store_true", help="the short form")
    parser.add_argument("--rig", default="", help="names, separated by spaces; all when empty")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--minutes", type=float, default=None, help="upper bound of each rig")
    parser.add_argument("--keep", action="store_true", help="write docs/evidence/")
    parser.add_argument("--needs", action="store_true", help="print what the chosen rigs need, and end")
    parser.add_argument("--list", action="store_true", help="print the rigs, and end")
    flags = parser.parse_args()
    selected = chosen(flags.rig)
    if flags.needs:
        print("\n".join(sorted({need for rig in selected for need in rig.needs})))
        return 0
    if flags.list:
        for rig in selected:
            print(f"{rig.name:20} {rig.what} (quick: {rig.sizes.get('quick')}; long: {rig.sizes.get('long')})")
        return 0
    seed = seed_of_commit() if flags.seed is None else flags.seed
    size, usual = ("quick", 3.0) if flags.quick else ("long", 10.0)
    print(f"seed {seed}, {size}", flush=True)
    OUT.mkdir(parents=True, exist_ok=True)
    failures: dict[str, list[str]] = {}
    for rig in selected:
        began = time.monotonic()
        print(f"▸ {rig.name}: {rig.what}", flush=True)
        faults = run(rig, size, seed, flags.minutes or rig.minutes.get(size, usual), flags.keep)
        print(f"  {'FAILED' if faults else 'ok'}  {time.monotonic() - began:.0f} s", flush=True)
        if faults:
            failures[rig.name] = faults
    if flags.keep:
        table()
    print()
    for name, faults in failures.items():
        print(f"! {name}: {'; '.join(faults)}; again: make torture RIG={name} SEED={seed}{' QUICK=1' * flags.quick}")
    print(f"{len(selected) - len(failures)} passed, {len(failures)} failed; seed {seed}; reports in artifacts/torture/")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
