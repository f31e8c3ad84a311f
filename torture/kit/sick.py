"""A disk that can be made ill while it is mounted: nbdkit under nbdfuse under a loop device under xfs."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import time
from pathlib import Path

from torture.kit import cleanup
from torture.kit.disk import attach, detach, make_xfs, mount, sh, unmount
from torture.kit.report import CouldNotRun


class SickDisk:
    """Healthy at first. `fail` and `heal` switch input/output errors; `slow` makes it crawl for a time."""

    def __init__(self, work: Path, mib: int = 320) -> None:
        image, self._switch, self._fuse = work / "sick.img", work / "sick.switch", work / "fuse"
        make_xfs(image, mib)
        self._fuse.mkdir()
        errors = ["error=EIO", "error-pwrite-rate=100%", "error-zero-rate=100%", f"error-file={self._switch}"]
        command = ["nbdfuse", f"{self._fuse}/", "--command", "nbdkit", "-s", "--exit-with-parent", "--filter=error"]
        self._process = subprocess.Popen(
            [*command, "file", str(image), *errors], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        cleanup.later(self._end)
        node, end = self._fuse / "nbd", time.monotonic() + 10
        while not node.exists():
            if time.monotonic() > end or self._process.poll() is not None:
                raise CouldNotRun("nbdfuse does not serve the image")
            time.sleep(0.02)
        self._device = attach(node)
        self.folder = mount(self._device, work / "sick")

    def _end(self) -> None:
        subprocess.run(["fusermount3", "-u", "-z", str(self._fuse)], capture_output=True, check=False)
        if self._process.poll() is None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(5)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait(5)

    def fail(self) -> None:
        """Every write fails from now on."""
        self._switch.touch()

    def heal(self) -> None:
        """And no more. The file system may have shut itself down: mount it again."""
        self._switch.unlink(missing_ok=True)

    def remount(self) -> None:
        """As after a repair: the file system recovers its log."""
        unmount(self.folder)
        mount(self._device, self.folder)

    def close(self) -> None:
        """Everything of it."""
        self.heal()
        unmount(self.folder)
        detach(self._device)
        self._end()

    def _nbdkit(self) -> int:
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        if not children:
            raise CouldNotRun("nbdkit is not running")
        return int(children[0])

    def slow(self, seconds: float, dice: random.Random, least: float = 0.001, most: float = 0.5) -> int:
        """Stops the device for 1-500 ms again and again, or as long as is said; how often."""
        pid, end, times = self._nbdkit(), time.monotonic() + seconds, 0
        try:
            while time.monotonic() < end:
                os.kill(pid, signal.SIGSTOP)
                time.sleep(dice.uniform(least, most))
                os.kill(pid, signal.SIGCONT)
                time.sleep(dice.uniform(0.001, 0.05))
                times += 1
        finally:
            os.kill(pid, signal.SIGCONT)
        return times


class SmallDisk:
    """A tmpfs of a few megabytes, and a file that takes what is left of it."""

    def __init__(self, work: Path, mib: int = 24) -> None:
        self.folder = work / "small"
        self.folder.mkdir()
        sh("mount", "-t", "tmpfs", "-o", f"size={mib}m", "tmpfs", self.folder)
        cleanup.later(self.close)

    def remount(self) -> None:
        """Nothing to recover: memory does not forget while it is mounted."""

    def close(self) -> None:
        """Unmounts it."""
        unmount(self.folder)


def fill(folder: Path) -> Path:
    """Takes all space of a file system; delete the file to free it."""
    path = folder / "taken"
    with path.open("wb", buffering=0) as file:
        piece = bytes(2**20)
        for size in (2**20, 4096):
            with contextlib.suppress(OSError):
                while True:
                    file.write(piece[:size])
    return path


class Tracer:
    """strace attached to a running process: its next calls fail (`error=EIO`) or take long (`delay_enter=300000`)."""

    def __init__(self, pid: int, calls: str, how: str, path: Path | None = None) -> None:
        flags = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={calls}", "-e", f"inject={calls}:{how}"]
        # With a path, only calls on that file.
        flags += ["-P", str(path)] if path is not None else []
        self._process = subprocess.Popen([*flags, "-p", str(pid)], stderr=subprocess.DEVNULL)
        cleanup.later(self.end)

    def end(self) -> None:
        """Detaches; safe to repeat."""
        if self._process.poll() is None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(5)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait(5)
