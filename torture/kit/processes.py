"""Ends a rig that another program runs, with all that it started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from pathlib import Path
from typing import Any


def below(pid: int) -> list[int]:
    """All processes that descend from one. The servers that a rig starts lead groups of their own."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parent = int(stat.read_text().rsplit(")", 1)[1].split()[1])
            parents.setdefault(parent, []).append(int(stat.parent.name))
    found, look = [], [pid]
    while look:
        look = [child for one in look for child in parents.get(one, [])]
        found += look
    return found


def end(process: subprocess.Popen[Any], seconds: float) -> None:
    """Asks a rig to end, which cleans up; one that does not is killed with all that it started."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        for pid in [*below(process.pid), process.pid]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()
    # A program in Rust has no clean-up: its workers go with it.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
