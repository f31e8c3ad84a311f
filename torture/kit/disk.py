"""Loop devices and file systems: the disk that a power cut leaves behind is a reflink snapshot of a live image."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from torture.kit import cleanup
from torture.kit.report import CouldNotRun


def sh(*command: str | Path, seconds: float = 60) -> str:
    """Runs a tool of the system; CouldNotRun names it when it fails."""
    try:
        done = subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=seconds, check=False)
    except FileNotFoundError as error:
        raise CouldNotRun(f"'{command[0]}' is missing; scripts/torture.sh installs it") from error
    if done.returncode != 0:
        raise CouldNotRun(f"{' '.join(map(str, command))}: exit {done.returncode}: {done.stderr.strip()[-400:]}")
    return done.stdout


def attach(image: Path) -> str:
    """A loop device on a file (512-byte sectors, as disks have them)."""
    device = sh("losetup", "--find", "--show", image).strip()
    cleanup.later(lambda: detach(device))
    return device


def detach(device: str) -> None:
    """Ends it; safe to repeat."""
    subprocess.run(["losetup", "--detach", device], capture_output=True, check=False)


def mount(what: str | Path, where: Path, *options: str) -> Path:
    """Mounts and registers the unmount."""
    if not mounted(where):
        where.mkdir(parents=True, exist_ok=True)
    flags = ["-o", ",".join(options)] if options else []
    sh("mount", *flags, what, where)
    cleanup.later(lambda: unmount(where))
    return where


def mounted(where: Path) -> bool:
    """By the kernel's list: a file system that failed cannot be asked."""
    return any(line.split()[1] == str(where) for line in Path("/proc/self/mounts").read_text().splitlines())


def unmount(where: Path) -> None:
    """Also when somebody is still inside; safe to repeat."""
    for _ in range(20):
        if not mounted(where):
            return
        if subprocess.run(["umount", str(where)], capture_output=True, check=False).returncode != 0:
            time.sleep(0.05)
    subprocess.run(["umount", "--lazy", str(where)], capture_output=True, check=False)


def make_xfs(image: Path, mib: int) -> None:
    """A sparse image with xfs on it, reflinks on."""
    with image.open("wb") as file:
        file.truncate(mib * 2**20)
    sh("mkfs.xfs", "-q", "-f", "-m", "reflink=1", image)


class PowerCutDisk:
    """A mounted xfs on an image, on an xfs that can clone that image while it is written.

    `cut` is the moment without power: what the inner file system had handed to the image by then, nothing later. What
    the inner one still held in memory is gone, as on a machine whose power failed.
    """

    def __init__(self, work: Path, mib: int = 320) -> None:
        self._work, self._cuts = work, 0
        outer = work / "outer.img"
        make_xfs(outer, mib * 6)
        self._store = mount(attach(outer), work / "outer")
        self._image = self._store / "live.img"
        make_xfs(self._image, mib)
        # A loop device without direct I/O caches in the outer page cache, which a clone includes: as a disk whose
        # write cache the kernel does flush. The outer file system is never cut.
        self.folder = mount(attach(self._image), work / "live")

    def cut(self) -> CutDisk:
        """A clone of the image as it is at this moment."""
        self._cuts += 1
        clone = self._store / f"cut-{self._cuts}.img"
        sh("cp", "--reflink=always", self._image, clone)
        return CutDisk(clone, self._work / f"cut-{self._cuts}")


class CutDisk:
    """What one cut left."""

    def __init__(self, image: Path, where: Path) -> None:
        self._image, self.folder = image, where
        self._device = ""

    def mount(self) -> Path:
        """Recovers the file system's own log and mounts it beside the live one."""
        self._device = attach(self._image)
        return mount(self._device, self.folder, "nouuid")

    def discard(self) -> None:
        """Unmounts and removes it."""
        unmount(self.folder)
        if self._device:
            detach(self._device)
        self._image.unlink(missing_ok=True)
