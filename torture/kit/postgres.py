"""A PostgreSQL cluster of a rig: made by scripts/postgres.sh, durable as in production."""

from __future__ import annotations

import shutil
import socket
import subprocess
from pathlib import Path

from torture.kit import cleanup
from torture.kit.disk import sh
from torture.kit.server import ROOT


def free_port() -> int:
    """One that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Cluster:
    """`folder` must not exist, and must be reachable by the user `postgres`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        script = ROOT / "scripts" / "postgres.sh"
        cleanup.later(lambda: subprocess.run([script, "stop", folder], capture_output=True, check=False))
        sh(script, "start", folder, seconds=600)
        self.url = (folder / "url").read_text()
        self.bin = Path((folder / "bin").read_text())
        self._databases = 0

    def database(self) -> str:
        """The address of a new, empty database."""
        self._databases += 1
        name = f"rig{self._databases}"
        self.sql(f"create database {name}")
        return self.url.removesuffix("/postgres") + f"/{name}"

    @property
    def psql(self) -> str:
        """The client of the same version."""
        own = self.bin / "psql"
        return str(own) if own.exists() else shutil.which("psql") or "psql"

    def sql(self, query: str, url: str | None = None) -> str:
        """Rows as psql prints them, unaligned."""
        flags = ("--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--command", query)
        return sh(self.psql, url or self.url, *flags).strip()


class CopiedCluster:
    """A data folder that a cut left behind, started on a port of its own; PostgreSQL recovers it by itself."""

    def __init__(self, folder: Path, like: Cluster) -> None:
        self.folder, self._like, self.port = folder, like, free_port()
        self.url = like.url.rsplit(":", 1)[0] + f":{self.port}/postgres"

    def start(self) -> None:
        """CouldNotRun when it does not come up."""
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)
        cleanup.later(self.stop)
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
        # Recovery makes every file durable first; one by one that takes seconds on an image in an image.
        options += " -c recovery_init_sync_method=syncfs"
        self._control("start", f"--log={self.folder}/log", "--timeout=60", f"--options={options}")

    def stop(self) -> None:
        """At once; safe to repeat."""
        if (self.folder / "data" / "postmaster.pid").exists():
            self._control("stop", "--mode=immediate")

    def _control(self, action: str, *flags: str) -> None:
        control = f"{self._like.bin}/pg_ctl"
        command = [control, f"--pgdata={self.folder}/data", "--wait", "--silent", *flags, action]
        sh("runuser", "-u", "postgres", "--", *command, seconds=90)
