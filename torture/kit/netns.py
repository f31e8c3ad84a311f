"""Network namespaces: the rig's own, and one for each machine that can be cut off from the others."""

from __future__ import annotations

import os
import subprocess
import sys

from torture.kit import cleanup
from torture.kit.report import CouldNotRun

_INSIDE = "TORTURE_NETNS"


def _must(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise CouldNotRun(f"{' '.join(command)}: {done.stderr[-300:]}")


def enter(module: str) -> None:
    """Runs this program again in a network namespace of its own, which goes with the process. Needs root."""
    if os.environ.get(_INSIDE) == "1":
        _must("ip", "link", "set", "lo", "up")
        return
    os.environ[_INSIDE] = "1"
    os.execvp("unshare", ["unshare", "--net", sys.executable, "-m", module, *sys.argv[1:]])  # noqa: S606


class Machine:
    """A namespace with one cable into ours. `cut` pulls the cable: packets vanish, nobody is told."""

    def __init__(self, name: str, number: int) -> None:
        self.name, self.host = f"tort{os.getpid()}{name}", f"10.213.7.{number}"
        self._cable = f"v{name}{os.getpid() % 10000}"
        _must("ip", "netns", "add", self.name)
        cleanup.later(lambda: subprocess.run(["ip", "netns", "del", self.name], capture_output=True, check=False))
        _must("ip", "link", "add", self._cable, "type", "veth", "peer", "name", "eth0", "netns", self.name)
        _must("ip", "link", "set", self._cable, "master", BRIDGE, "up")
        for words in (["addr", "add", f"{self.host}/24", "dev", "eth0"], ["link", "set", "eth0", "up"]):
            _must("ip", "-n", self.name, *words)
        _must("ip", "-n", self.name, "link", "set", "lo", "up")

    def cut(self) -> None:
        """Off the network."""
        _must("ip", "link", "set", self._cable, "nomaster")

    def mend(self) -> None:
        """On it again."""
        _must("ip", "link", "set", self._cable, "master", BRIDGE)


BRIDGE = "tortbr"


def bridge() -> None:
    """The network that machines and the rig share, inside the rig's own namespace."""
    _must("ip", "link", "add", BRIDGE, "type", "bridge")
    _must("ip", "addr", "add", "10.213.7.1/24", "dev", BRIDGE)
    _must("ip", "link", "set", BRIDGE, "up")
