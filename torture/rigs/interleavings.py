"""The product's shared memory under a scheduler that tries its interleavings: `torture/interleavings`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Builds and runs it; a planted defect (CALLBOARD_TOOTH) needs the build that has them."""
    build = ["cargo", "run", "--quiet", "--locked", "-p", "callboard-rig-interleavings"]
    if os.environ.get("CALLBOARD_TOOTH"):
        # A folder of its own: the other build of these crates would be made anew after each change between them.
        build += ["--features", "teeth", "--target-dir", str(ROOT / "target" / "teeth")]
    done = subprocess.run([*build, "--", *sys.argv[1:]], cwd=ROOT, check=False)
    return done.returncode if done.returncode in (0, 1) else 2


if __name__ == "__main__":
    sys.exit(main())
