"""PostgreSQL servers of our own: one, or a primary with its standby; killed, stopped in their tracks, promoted."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from torture.kit import cleanup
from torture.kit.report import CouldNotRun
from torture.kit.server import ROOT

USER = "callboard"


def installed() -> Path:
    """The folder of PostgreSQL's programs, installed when they are missing."""
    done = subprocess.run([str(ROOT / "scripts/install-postgres.sh")], capture_output=True, text=True, check=False)
    lines = done.stdout.strip().splitlines()
    if done.returncode != 0 or not lines:
        raise CouldNotRun(f"PostgreSQL cannot be installed: {done.stderr[-500:]}")
    return Path(lines[-1])


def free_port() -> int:
    """A port that nobody has now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Node:
    """One server. `namespace` is a network namespace to run in, whose address is `host`."""

    def __init__(
        self, work: Path, name: str, *, host: str = "127.0.0.1", port: int = 0, namespace: str = "", password: str = ""
    ) -> None:
        self.bin, self.host, self.port, self.namespace = installed(), host, port or free_port(), namespace
        self.name, self.folder = name, work / name
        self.password = password or secrets.token_hex(12)
        cleanup.later(self.kill)

    @property
    def url(self) -> str:
        """Of its own database."""
        return f"postgres://{USER}:{self.password}@{self.host}:{self.port}/postgres"

    @property
    def data(self) -> Path:
        """The cluster."""
        return self.folder / "data"

    def _as_owner(self, *command: str, seconds: float = 60, inside: bool = True) -> subprocess.CompletedProcess[str]:
        """PostgreSQL refuses to run as root. Output goes to a file: a server that stays would hold a pipe open."""
        words = list(command)
        if os.getuid() == 0:
            words = ["runuser", "-u", "postgres", "--", *words]
        if self.namespace and inside:
            words = ["ip", "netns", "exec", self.namespace, *words]
        out = self.folder / "out"
        with out.open("w") as file:
            done = subprocess.run(
                words, stdout=file, stderr=subprocess.STDOUT, cwd="/", timeout=seconds, check=False, text=True
            )
        return subprocess.CompletedProcess(words, done.returncode, out.read_text(errors="replace"), "")

    def _must(self, *command: str, seconds: float = 60) -> str:
        done = self._as_owner(*command, seconds=seconds)
        if done.returncode != 0:
            raise CouldNotRun(f"{Path(command[0]).name} of {self.name}: {done.stdout[-800:]}")
        return str(done.stdout)

    def _fresh(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        secret = self.folder / "password"
        secret.write_text(self.password)
        if os.getuid() == 0:
            if subprocess.run(["id", "-u", "postgres"], capture_output=True, check=False).returncode != 0:
                raise CouldNotRun("the user postgres is missing")
            shutil.chown(self.folder, "postgres")
            shutil.chown(secret, "postgres")

    def make(self) -> Node:
        """A new cluster."""
        self._fresh()
        flags = [f"--pgdata={self.data}", f"--username={USER}", f"--pwfile={self.folder / 'password'}"]
        self._must(str(self.bin / "initdb"), *flags, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C")
        with (self.data / "pg_hba.conf").open("a") as rules:
            rules.write("host all all samenet scram-sha-256\nhost replication all samenet scram-sha-256\n")
        return self

    def copy_of(self, primary: Node) -> Node:
        """A new standby of a server that runs, with the same password."""
        self.password = primary.password
        self._fresh()
        source = (
            f"host={primary.host} port={primary.port} user={USER} password={primary.password} application_name=twin"
        )
        base = ["--checkpoint=fast", "--wal-method=stream", "--write-recovery-conf", "--no-sync"]
        self._must(str(self.bin / "pg_basebackup"), f"--pgdata={self.data}", f"--dbname={source}", *base)
        # What the primary was told at run time is not for its copy.
        (self.data / "postgresql.auto.conf").write_text(
            "\n".join(
                line
                for line in (self.data / "postgresql.auto.conf").read_text().splitlines()
                if "synchronous_standby_names" not in line
            )
            + "\n"
        )
        return self

    def start(self, **settings: str | int) -> Node:
        """Starts it and waits until it answers."""
        wanted: dict[str, str | int] = {
            "port": self.port,
            "listen_addresses": self.host,
            "unix_socket_directories": str(self.folder),
            "max_connections": 300,
            "shared_buffers": "128MB",
            "wal_keep_size": "256MB",
            "restart_after_crash": "on",
            **settings,
        }
        options = " ".join(f"-c {name}={value}" for name, value in wanted.items())
        flags = [f"--pgdata={self.data}", f"--log={self.folder / 'log'}", "--wait", "--timeout=60", "--silent"]
        self._must(str(self.bin / "pg_ctl"), *flags, f"--options={options}", "start", seconds=90)
        return self

    def pids(self) -> list[int]:
        """The postmaster, then its children."""
        try:
            head = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            if "postgres" not in Path(f"/proc/{head}/comm").read_text():
                return []
            children = Path(f"/proc/{head}/task/{head}/children").read_text().split()
        except (OSError, ValueError):
            return []
        return [head, *map(int, children)]

    def signal(self, number: signal.Signals) -> None:
        """To all of it, the postmaster first: it can then start nobody new."""
        for pid in self.pids():
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue

    def pause(self) -> None:
        """SIGSTOP, twice over the children: one may have come while the postmaster was being stopped."""
        self.signal(signal.SIGSTOP)
        self.signal(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT."""
        self.signal(signal.SIGCONT)

    def kill(self) -> None:
        """SIGKILL to all of it, as when the machine stops."""
        pids = self.pids()
        self.pause()
        for pid in self.pids():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        end = time.monotonic() + 10
        while time.monotonic() < end and any(Path(f"/proc/{pid}").exists() for pid in pids):
            time.sleep(0.01)

    def stop(self, mode: str = "fast") -> None:
        """An orderly stop (`smart`, `fast`), or at once (`immediate`)."""
        if self.pids():
            flags = [f"--pgdata={self.data}", f"--mode={mode}", "--wait", "--timeout=30", "--silent"]
            self._as_owner(str(self.bin / "pg_ctl"), *flags, "stop")

    def promote(self) -> None:
        """Makes a standby a primary."""
        flags = [f"--pgdata={self.data}", "--wait", "--timeout=30", "--silent"]
        self._must(str(self.bin / "pg_ctl"), *flags, "promote")

    def sql(self, text: str, seconds: float = 30) -> str:
        """What psql answers, values only."""
        done = subprocess.run(
            [str(self.bin / "psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", self.url],
            input=text,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
            env={**os.environ, "PGCONNECT_TIMEOUT": "5"},
        )
        if done.returncode != 0:
            raise CouldNotRun(f"psql on {self.name}: {done.stderr[-500:]}")
        return done.stdout.strip()

    def say_sync(self, names: str) -> None:
        """Which standbys a commit waits for; empty for none."""
        self.sql(f"alter system set synchronous_standby_names = '{names}';\nselect pg_reload_conf();")

    def await_sync(self, seconds: float = 30) -> None:
        """Until a standby streams and is waited for."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if (
                self.sql("select count(*) from pg_stat_replication where state = 'streaming' and sync_state = 'sync'")
                == "1"
            ):
                return
            time.sleep(0.05)
        raise CouldNotRun(f"no standby follows {self.name}")


def one(work: Path, name: str = "postgres") -> Node:
    """A single server that runs."""
    return Node(work, name).make().start()
