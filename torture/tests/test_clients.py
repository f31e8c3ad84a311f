"""The clients must tell answered, refused and unknown apart."""

from __future__ import annotations

import asyncio
import contextlib
import random
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from torture.kit.book import AckBook
from torture.kit.http import Answer, Client
from torture.kit.ids import uuid7
from torture.kit.read import Damaged, by_sqlite
from torture.kit.sse import parse
from torture.kit.writers import Target, Writers, says_nothing_stored

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def with_server(handler: Handler, use: Callable[[str], Awaitable[None]]) -> None:
    serving: list[asyncio.Task[None]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            await handler(reader, writer)
        writer.transport.abort()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.append(asyncio.create_task(serve(reader, writer)))

    async with await asyncio.start_server(begin, "127.0.0.1", 0) as server:
        await use(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    await asyncio.gather(*serving)
    # Transports close in the turn after.
    await asyncio.sleep(0)


def asked(reply: bytes, expected: str) -> Answer:
    answers: list[Answer] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(reply)
        await writer.drain()
        writer.close()

    async def use(url: str) -> None:
        client = Client(url, timeout=2)
        answers.append(await client.get("/"))
        client.close()

    asyncio.run(with_server(handle, use))
    assert answers[0].kind == expected
    return answers[0]


def test_a_whole_answer() -> None:
    assert asked(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "answered").body == b"hi"
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n3\r\nyou\r\n0\r\n\r\n"
    assert asked(chunked, "answered").body == b"hiyou"


@pytest.mark.parametrize(
    "reply",
    [b"", b"HTTP/1.1 200", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi", b"nonsense\r\n\r\n"],
)
def test_a_cut_answer_is_unknown(reply: bytes) -> None:
    asked(reply, "unknown")


def test_nobody_there_is_refused() -> None:
    async def use() -> Answer:
        return await Client("http://127.0.0.1:1").get("/")

    assert asyncio.run(use()).kind == "refused"


def test_silence_is_unknown() -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async def use(url: str) -> None:
        assert (await Client(url, timeout=0.1).get("/")).kind == "unknown"

    asyncio.run(with_server(handle, use))


def test_what_promises_that_nothing_was_stored() -> None:
    def problem(status: int, code: str) -> Answer:
        return Answer("answered", status, {}, b'{"code": "%s"}' % code.encode())

    assert says_nothing_stored(problem(503, "OVERLOADED"))
    assert says_nothing_stored(problem(429, "RATE_LIMITED"))
    assert says_nothing_stored(Answer("refused"))
    assert not says_nothing_stored(problem(503, "OUTCOME_UNKNOWN"))
    assert not says_nothing_stored(problem(500, "INTERNAL"))
    assert not says_nothing_stored(Answer("unknown"))


def test_writers_cut_off_leave_unknowns() -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async def use(url: str) -> None:
        book = AckBook()
        writers = Writers(Target(url, "key"), ["s"], book, random.Random(1), count=3)
        writers.start()
        while len(book.snapshot()) < 3:
            await asyncio.sleep(0.01)
        await writers.stop(cut=True)
        assert book.counts()["unknown"] >= 1
        assert book.counts()["acknowledged"] == 0

    asyncio.run(with_server(handle, use))


def test_blocks_of_a_stream() -> None:
    block = parse("id: 7\nevent: usage.tick\ndata: a\ndata: b")
    assert (block.id, block.event, block.data) == ("7", "usage.tick", "a\nb")
    assert parse(": alive").id is None


def test_ids() -> None:
    made = uuid7(random.Random(1))
    assert made[14] == "7"
    assert made[19] in "89ab"


def test_a_damaged_file_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "callboard.db"
    with sqlite3.connect(file) as db:
        db.execute("create table event_stream (session_key integer primary key, session_id text)")
        db.execute("create table event (session_key, sequence, event_id, type, payload, filler)")
        db.execute("create index event_id on event (event_id)")
        db.execute("insert into event_stream values (1, 's')")
        db.executemany(
            "insert into event values (1, ?, ?, 't', '{}', ?)", [(n, f"e{n}", "x" * 900) for n in range(1, 99)]
        )
    db.close()
    assert len(by_sqlite(tmp_path)["s"]) == 98
    content = bytearray(file.read_bytes())
    # A page of the index, which only the integrity check reads.
    at = content.rindex(b"e50")
    content[at : at + 3] = b"e99"
    file.write_bytes(content)
    with pytest.raises(Damaged):
        by_sqlite(tmp_path)
