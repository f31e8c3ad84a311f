"""The proxy of the rig for upgrades tries another instance, and its people notice what must not be."""

from __future__ import annotations

import asyncio
from typing import Any

from torture.kit.aio import Client, Cut
from torture.kit.livekit import LiveKit
from torture.kit.people import Page
from torture.kit.postgres import free_port
from torture.kit.roundrobin import RoundRobin, Way


def page() -> Page:
    client = Client("http://127.0.0.1:1")
    made = Page(LiveKit(), "call", client, client)
    made.tracks, made.lost = 1, 1
    return made


GOOD = ["call.started", "call.track.published", "call.reconnecting", "call.resumed"]
THERE = {"status": "active", "connection": "connected"}


def wrong(kinds: list[str], session: dict[str, Any]) -> list[str]:
    return [what for what, _ in page().judge([{"type": k} for k in kinds], session)]


def test_a_call_that_went_on_is_right() -> None:
    assert wrong(GOOD, THERE) == []


def test_a_dropped_call_is_found() -> None:
    assert wrong(GOOD, {**THERE, "connection": "reconnecting"}) == ["a call was dropped"]
    lost = "a call tells of a loss that never was, or not of one that was"
    for more in ("call.ended", "call.terminal_failure", "call.reconnecting", "call.participant.left"):
        assert wrong([*GOOD, more], THERE) == [lost]
    assert wrong(GOOD[:-1], THERE) == [lost]
    fact = "a fact of the provider is missing or is there twice"
    assert wrong([*GOOD, "call.track.published"], THERE) == [fact]
    assert wrong([k for k in GOOD if k != "call.track.published"], THERE) == [fact]


class Served:
    """Somebody who answers everything but the health check in one way, or ends the connection."""

    def __init__(self, server: asyncio.Server, tasks: list[asyncio.Task[None]]) -> None:
        self.server, self.tasks = server, tasks
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        self.server.close()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        # Transports end in the loop's next turn.
        await asyncio.sleep(0)


async def serve(answer: bytes | None) -> Served:
    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            if answer is not None or b"/health/ready" in head:
                ready = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"
                writer.write(ready if b"/health/ready" in head else answer or b"")
                continue
            break

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def quietly() -> None:
            try:
                await one(reader, writer)
            except (OSError, asyncio.IncompleteReadError):
                pass
            finally:
                writer.transport.abort()

        tasks.append(asyncio.create_task(quietly()))

    tasks: list[asyncio.Task[None]] = []
    return Served(await asyncio.start_server(begin, "127.0.0.1", 0), tasks)


async def through(*urls: str, requests: int = 4) -> tuple[RoundRobin, list[int | None]]:
    proxy = RoundRobin([Way(str(n), url) for n, url in enumerate(urls)])
    await proxy.start()
    # The health check has not looked yet, or has: what cannot be sent is tried at another in any case.
    client, found = Client(proxy.url), list[int | None]()
    for _ in range(requests):
        try:
            found.append((await client.get("/v1")).status)
        except Cut:
            found.append(None)
    client.close()
    await proxy.stop()
    return proxy, found


def test_what_could_not_be_sent_is_sent_to_another() -> None:
    async def play() -> None:
        server = await serve(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
        proxy, found = await through(f"http://127.0.0.1:{free_port()}", server.url)
        await server.stop()
        assert found == [200] * 4
        assert (proxy.cuts, proxy.wrong) == ([], [])

    asyncio.run(play())


def test_a_cut_and_a_refusal_without_an_hour_are_noted() -> None:
    async def play() -> None:
        server = await serve(None)
        proxy, found = await through(server.url, requests=1)
        await server.stop()
        assert (found, len(proxy.cuts)) == ([None], 1)
        server = await serve(b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n")
        proxy, found = await through(server.url, requests=1)
        await server.stop()
        assert (found, len(proxy.wrong)) == ([503], 1)
        server = await serve(b"HTTP/1.1 503 Busy\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n")
        proxy, found = await through(server.url, requests=1)
        await server.stop()
        assert (found, proxy.wrong) == ([503], [])

    asyncio.run(play())
