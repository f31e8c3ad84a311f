"""Several instances on one database, with a client for each; any of them may be killed and started again."""

from __future__ import annotations

import asyncio
from pathlib import Path
from random import Random
from typing import Self

from torture.kit.aio import Client
from torture.kit.report import Report
from torture.kit.server import ServerProcess, verify


class Fleet:
    """One instance on SQLite, or some on PostgreSQL."""

    def __init__(self, name: str, servers: list[ServerProcess]) -> None:
        self.name, self.servers = name, servers
        self.clients: list[Client] = []
        self.key = ""

    @classmethod
    async def start(
        cls, work: Path, name: str, instances: int, *, database_url: str | None, env: dict[str, str] | None = None
    ) -> Self:
        """Starts all of them, the first one alone: it makes the tenant and its key."""
        rates = {"CALLBOARD_RATE_PASSES_PER_SECOND": "100000", "CALLBOARD_RATE_JOINS_PER_MINUTE": "1000000"}
        more = {**rates, "CALLBOARD_LOG": "warn", **(env or {})}
        fleet = cls(
            name, [ServerProcess(work, f"{name}-{n}", database_url=database_url, env=more) for n in range(instances)]
        )
        for server in fleet.servers:
            await asyncio.to_thread(server.start)
            server.listen = f"127.0.0.1:{server.port}"
            fleet.key = fleet.key or server.api_key
            fleet.clients.append(Client(server.url, fleet.key))
        return fleet

    def client(self, dice: Random) -> Client:
        """Somebody's way in."""
        return dice.choice(self.clients)

    async def kill_one(self, dice: Random) -> None:
        """SIGKILL, and a new start at the same address."""
        server = dice.choice(self.servers)
        await asyncio.to_thread(server.kill)
        await asyncio.sleep(dice.random() * 0.1)
        await asyncio.to_thread(server.start)

    async def kills(self, dice: Random, stop: asyncio.Event, report: Report) -> None:
        """One kill soon, and more until told to stop. Every instance serves again when this returns."""
        pause = 0.1 + dice.random() * 0.5
        while not stop.is_set():
            try:
                await asyncio.wait_for(stop.wait(), pause)
            except TimeoutError:
                await self.kill_one(dice)
                report.fault("kill9")
            pause = 0.5 + dice.random() * 2

    async def stop(self) -> None:
        """Ends all of them in order."""
        for client in self.clients:
            client.close()
        for server in self.servers:
            await asyncio.to_thread(server.stop)

    def verify(self) -> str | None:
        """What `callboard verify` finds on their database."""
        return verify(self.servers[0])
