"""Two instances of the real service, their clients, a media server and time on one thread: `torture/service`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Builds and runs it; a planted defect (CALLBOARD_TOOTH) needs the build that has them."""
    flags = sys.argv[1:]
    build = ["cargo", "run", "--quiet", "--locked", "-p", "callboard-rig-service"]
    if os.environ.get("CALLBOARD_TOOTH"):
        # A folder of its own: the other build of these crates would be made anew after each change between them.
        build += ["--features", "teeth", "--target-dir", str(ROOT / "target" / "teeth")]
    if "long" in flags:
        build.append("--release")
    done = subprocess.run([*build, "--", *flags], cwd=ROOT, check=False)
    return done.returncode if done.returncode in (0, 1) else 2


if __name__ == "__main__":
    sys.exit(main())
