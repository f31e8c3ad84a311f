"""Following a call through every kind of cut: each event once, in order."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from callboard import (
    ApiError,
    AsyncCallboard,
    AuthenticationError,
    Callboard,
    CallboardError,
    NotFoundError,
    PermissionDeniedError,
)

from .conftest import QUICK
from .rig import CuttingProxy, Server, answering, said

COUNT = 1_000
BATCH = 50


def write_all(url: str, key: str, name: str) -> None:
    """Says a thousand things, then ends the call."""
    with Callboard(url, key, backoff=QUICK, max_retries=200) as writer:
        for first in range(1, COUNT + 1, BATCH):
            results = writer.events.ingest_batch([said(name, number) for number in range(first, first + BATCH)])
            assert not any("error" in each for each in results)
        writer.sessions.end(name)


def new_call(server: Server) -> str:
    with Callboard(server.url, server.api_key, backoff=QUICK) as client:
        return client.sessions.create()["sessionId"]


def check(got: list[tuple[int, str]]) -> None:
    # call.started, the thousand, call.ended.
    assert [sequence for sequence, _ in got] == list(range(1, COUNT + 3))
    assert [text for _, text in got[1:-1]] == [f"Grüße № {number}" for number in range(1, COUNT + 1)]


@pytest.mark.parametrize("seed", [1, 2])
def test_cuts_at_any_byte_lose_and_repeat_nothing(server: Server, seed: int) -> None:
    name = new_call(server)
    writer = threading.Thread(target=write_all, args=(server.url, server.api_key, name))
    got: list[tuple[int, str]] = []
    told: list[str] = []
    with CuttingProxy(server.port, seed) as proxy, Callboard(proxy.url, server.api_key, backoff=QUICK) as client:
        writer.start()
        with client.events.follow(name, on_retry=lambda error, _: told.append(error.code)) as stream:
            for event in stream:
                got.append((event["sequence"], str(dict(event["payload"]).get("text"))))
        assert stream.closed_reason == "session_over"
        writer.join(60)
    check(got)
    assert proxy.cuts >= 20, proxy.cuts
    assert set(told) == {"NETWORK"}


@pytest.mark.parametrize("seed", [3, 4])
def test_the_same_without_blocking(server: Server, seed: int) -> None:
    name = new_call(server)

    async def follow(url: str) -> list[tuple[int, str]]:
        client = AsyncCallboard(url, server.api_key, backoff=QUICK)
        async with client, client.events.follow(name) as stream:
            return [(event["sequence"], str(dict(event["payload"]).get("text"))) async for event in stream]

    async def story(url: str) -> list[tuple[int, str]]:
        writing = asyncio.to_thread(write_all, server.url, server.api_key, name)
        got, _ = await asyncio.gather(follow(url), writing)
        return got

    with CuttingProxy(server.port, seed) as proxy:
        check(asyncio.run(story(proxy.url)))
        assert proxy.cuts >= 20, proxy.cuts


def test_a_server_that_is_killed_and_comes_back_is_followed_on(tmp_path: Path) -> None:
    with Server(tmp_path) as server:
        name = new_call(server)
        writer = threading.Thread(target=write_all, args=(server.url, server.api_key, name))
        got: list[tuple[int, str]] = []
        kills = 0
        with Callboard(server.url, server.api_key, backoff=QUICK) as client, client.events.follow(name) as stream:
            writer.start()
            for event in stream:
                got.append((event["sequence"], str(dict(event["payload"]).get("text"))))
                if len(got) in (100, 400, 700):
                    server.kill()
                    server.start()
                    kills += 1
        writer.join(60)
        check(got)
        assert kills == 3


def test_everything_of_the_tenant_by_cursor_through_cuts(server: Server) -> None:
    name = new_call(server)
    got: list[int] = []
    with CuttingProxy(server.port, 5) as proxy, Callboard(proxy.url, server.api_key, backoff=QUICK) as client:
        with Callboard(server.url, server.api_key) as direct, direct.events.follow_all() as first:
            # What happens after the stream is open belongs to it; and it gives the place to begin from.
            direct.events.ingest(said(name, 0))
            assert next(event["sequence"] for event in first if event["sessionId"] == name) == 2
            cursor = first.last_event_id
        write_all(server.url, server.api_key, name)
        with client.events.follow_all(cursor=cursor) as stream:
            for event in stream:
                if event["sessionId"] == name:
                    got.append(event["sequence"])
                    if event["type"] == "call.ended":
                        break
        assert proxy.cuts >= 20
    assert got == list(range(3, COUNT + 4))


def test_only_new_events_are_not_lost_before_the_first_one(server: Server, client: Callboard) -> None:
    name = client.sessions.create()["sessionId"]
    # Cut right after the greeting, which alone tells where the stream begins.
    greeting = b"\nid: 1\n\n"
    with (
        CuttingProxy(server.port, 6, longest=1_000_000, first_after=greeting) as proxy,
        Callboard(proxy.url, server.api_key, backoff=QUICK) as cut,
        cut.events.follow(name, after_sequence=None) as stream,
    ):
        client.events.ingest(said(name, 1))
        client.sessions.end(name)
        assert [event["sequence"] for event in stream] == [2, 3]
        assert proxy.cuts == 1


def test_where_a_stream_stopped_another_goes_on(client: Callboard) -> None:
    name = client.sessions.create()["sessionId"]
    client.events.ingest_batch([said(name, number) for number in range(1, 10)])
    with client.events.follow(name) as stream:
        seen = [next(stream)["sequence"] for _ in range(4)]
    client.sessions.end(name)
    seen += [event["sequence"] for event in client.events.follow(name, after_sequence=int(stream.last_event_id or 0))]
    assert seen == list(range(1, 12))


def test_refusals_end_a_stream(server: Server) -> None:
    with Callboard(server.url, "cbk_wrong", backoff=QUICK) as stranger, pytest.raises(AuthenticationError):
        next(stranger.events.follow("any"))
    with Callboard(server.url, server.api_key, backoff=QUICK) as client:
        with pytest.raises(NotFoundError):
            next(client.events.follow("no-such-call"))
        made = client.api_keys.create(name="none", scopes=["transcripts:read"])
        with Callboard(server.url, made["secret"], backoff=QUICK) as blind, pytest.raises(PermissionDeniedError):
            next(blind.events.follow(client.sessions.create()["sessionId"]))


def event_frame(sequence: int) -> bytes:
    body = {"sequence": sequence, "type": "transcript.final", "sessionId": "s", "payload": {}}
    return f"id: {sequence}\nevent: transcript.final\ndata: {json.dumps(body)}\n\n".encode()


def stream_of(*pieces: bytes) -> httpx.Response:
    return httpx.Response(200, content=b"".join(pieces))


def client_of(transport: httpx.MockTransport) -> Callboard:
    return Callboard("http://there", "cbk_1", backoff=QUICK, http=httpx.Client(transport=transport))


def test_only_what_was_handed_over_counts_as_seen() -> None:
    transport, asked = answering(
        stream_of(event_frame(1), event_frame(2), b'id: 3\ndata: {"sequ'),
        stream_of(event_frame(3)),
        httpx.Response(204),
    )
    stream = client_of(transport).events.follow("s")
    assert stream.last_event_id == "0"
    assert next(stream)["sequence"] == 1
    assert stream.last_event_id == "1"
    assert [event["sequence"] for event in stream] == [2, 3]
    assert [request.headers["last-event-id"] for request in asked] == ["0", "2", "3"]
    assert asked[0].url.params["until"] == "end"
    assert "cbk_1" not in str(asked[0].url)


def test_reasons_that_concern_the_connection_alone_lead_to_another() -> None:
    def closed(reason: str) -> bytes:
        return f'event: closed\ndata: {{"reason":"{reason}"}}\n\n'.encode()

    transport, asked = answering(
        stream_of(event_frame(1), closed("lagging")),
        stream_of(event_frame(2), closed("shutting_down")),
        stream_of(event_frame(3), closed("session_over"), event_frame(4)),
    )
    stream = client_of(transport).events.follow("s")
    assert [event["sequence"] for event in stream] == [1, 2, 3]
    assert (len(asked), stream.closed_reason) == (3, "session_over")


def test_late_events_are_followed_when_asked_for() -> None:
    over = b'event: closed\ndata: {"reason":"session_over"}\n\n'
    transport, asked = answering(stream_of(event_frame(1), over, event_frame(2)), httpx.Response(500))
    stream = client_of(transport).events.follow("s", late=True)
    assert [event["sequence"] for event in stream] == [1, 2]
    assert len(asked) == 1
    assert "until" not in asked[0].url.params


def test_a_place_without_an_event_is_kept() -> None:
    transport, asked = answering(stream_of(b"retry: 1\nid: here\n\n"), stream_of(event_frame(9)), httpx.Response(204))
    stream = client_of(transport).events.follow_all()
    assert next(stream)["sequence"] == 9
    assert "last-event-id" not in asked[0].headers
    assert asked[1].headers["last-event-id"] == "here"


def test_a_failing_server_is_asked_again() -> None:
    transport, _ = answering(httpx.Response(502), httpx.Response(429), stream_of(event_frame(1)))
    errors: list[CallboardError] = []
    stream = client_of(transport).events.follow("s", on_retry=lambda error, _: errors.append(error))
    assert next(stream)["sequence"] == 1
    assert [error.status for error in errors] == [502, 429]
    assert all(isinstance(error, ApiError) for error in errors)


class Silent(httpx.SyncByteStream):
    def __iter__(self) -> Iterator[bytes]:
        yield b": beat\n\n"
        raise httpx.ReadTimeout("silence")


def test_silence_counts_as_a_cut() -> None:
    transport, asked = answering(httpx.Response(200, stream=Silent()), stream_of(event_frame(1)))
    stream = Callboard(
        "http://there", "k", backoff=QUICK, stream_silence=7, http=httpx.Client(transport=transport)
    ).events.follow("s")
    assert next(stream)["sequence"] == 1
    assert asked[0].extensions["timeout"]["read"] == 7
