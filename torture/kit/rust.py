"""A rig that is a program in Rust: built, and then this process becomes it, so that a signal to the rig reaches it."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[2]


def build(*flags: str) -> None:
    """One run of cargo; ends with 2 when it cannot build."""
    if subprocess.run(["cargo", "build", "--quiet", "--locked", *flags], cwd=ROOT, check=False).returncode != 0:
        sys.exit(2)


@cache
def debug() -> Path:
    """Where the programs of the workspace are, built as `make test` builds them: one crate alone would build its
    dependencies anew."""
    build("--workspace", "--bins")
    return target() / "debug"


def target() -> Path:
    """Cargo's folder."""
    return Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target")


def special(package: str, program: str, *, teeth: bool, release: bool) -> Path:
    """Where one program is, built with planted defects or for speed."""
    # Defects have a folder of their own: the two builds would take each other's place.
    folder = target() / "teeth" if teeth else target()
    flags = ["--features", "teeth"] * teeth + ["--release"] * release
    build("-p", package, "--bin", program, "--target-dir", str(folder), *flags)
    return folder / ("release" if release else "debug")


def become(package: str, program: str, *, fast_when_long: bool = True) -> NoReturn:
    """Runs it with this command's flags; ends with 2 when it cannot be built. A long run is built for speed.

    CALLBOARD_TOOTH, also an empty one, asks for the build with planted defects. CALLBOARD_TEETH_RIGS is where
    scripts/torture-build.sh has made them: compiling takes no time from a rig that has minutes.
    """
    flags, teeth = sys.argv[1:], "CALLBOARD_TOOTH" in os.environ
    release = fast_when_long and "long" in flags
    ready = os.environ.get("CALLBOARD_TEETH_RIGS", "") if teeth and not release else ""
    if ready:
        folder = Path(ready)
    elif teeth or release:
        folder = special(package, program, teeth=teeth, release=release)
    else:
        folder = debug()
    sys.stdout.flush()
    try:
        os.execv(folder / program, [program, *flags])  # noqa: S606
    except OSError as error:
        print(f"could not run: {folder / program}: {error.strerror}", flush=True)
        sys.exit(2)
