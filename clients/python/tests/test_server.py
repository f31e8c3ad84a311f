"""The client against the running server."""

from __future__ import annotations

import asyncio
import uuid

import httpx
import pytest

from callboard import (
    ApiError,
    AsyncCallboard,
    AuthenticationError,
    BadRequestError,
    Callboard,
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    PreconditionFailedError,
)

from .conftest import QUICK
from .rig import Server, said


def fresh(prefix: str) -> str:
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


def test_a_call_from_creation_to_outcome(client: Callboard) -> None:
    session = client.sessions.create(
        channel="video", direction="outbound", correlation_id="order-7", metadata={"title": "First", "drop": 1}
    )
    name = session["sessionId"]
    assert (session["status"], session["metadata"]["title"]) == ("created", "First")

    changed = client.sessions.update(name, metadata={"drop": None, "n": 2}, version=session["version"])
    assert changed["metadata"] == {"title": "First", "n": 2}
    with pytest.raises(PreconditionFailedError):
        client.sessions.update(name, metadata={"late": 1}, version=session["version"])

    assert client.sessions.activate(name, provider="pstn", provider_call_id="c1")["status"] == "active"
    link = client.sessions.join_links.create(name, display_name="Ann", max_uses=2)
    assert "/join#" in link["joinUrl"]
    assert [each["linkId"] for each in client.sessions.join_links.list(name)] == [link["linkId"]]
    client.sessions.join_links.revoke(name, link["linkId"])
    assert client.sessions.participants.list(name) == []

    stored = client.events.ingest(said(name, 1))
    assert not stored["deduped"]
    again = client.events.ingest({"eventId": stored["event"]["eventId"], **said(name, 1)})
    assert (again["deduped"], again["event"]["sequence"]) == (True, stored["event"]["sequence"])

    assert client.sessions.end(name, reason="completed")["endReason"] == "completed"
    assert client.sessions.end(name)["status"] == "ended"
    log = list(client.events.replay(name))
    assert [event["type"] for event in log] == ["call.started", "call.connected", "transcript.final", "call.ended"]
    # The type of an event tells the shape of its payload.
    for event in log:
        if event["type"] == "transcript.final":
            assert event["payload"]["text"] == "Grüße № 1"
    assert list(client.events.export(name)) == log
    assert client.transcripts.get(name)["segments"][0]["text"] == "Grüße № 1"
    assert "Grüße № 1" in client.transcripts.text(name, format="vtt")
    assert [each["utteranceId"] for each in client.transcripts.versions(name)] == ["u1"]
    assert client.transcripts.compact(name, keep=1)["kept"] == 1
    hits = list(client.transcripts.search("grusse", session_id=name, since=session["createdAt"]))
    assert [(hit["utteranceId"], hit["sequence"]) for hit in hits] == [("u1", 3)]


def test_a_call_can_fail(client: Callboard) -> None:
    name = client.sessions.create()["sessionId"]
    failed = client.sessions.fail(name, code="CARRIER", message="no route")
    assert failed["status"] == "failed"
    assert failed["lastError"]["code"] == "CARRIER"


def test_the_same_key_makes_one_call(client: Callboard) -> None:
    key = fresh("key")
    first = client.sessions.create(idempotency_key=key, metadata={"a": 1})
    assert client.sessions.create(idempotency_key=key, metadata={"a": 1}) == first
    with pytest.raises(ConflictError) as caught:
        client.sessions.create(idempotency_key=key, metadata={"a": 2})
    assert caught.value.code == "IDEMPOTENCY_CONFLICT"


def test_lists_page(client: Callboard) -> None:
    mark = fresh("corr")
    names = [client.sessions.create(correlation_id=mark)["sessionId"] for _ in range(7)]
    listed = client.sessions.list(correlation_id=mark, limit=3)
    assert [each["sessionId"] for each in listed] == names[::-1]
    assert [len(page["items"]) for page in listed.pages()] == [3, 3, 1]
    assert [each["sessionId"] for each in client.sessions.list(correlation_id=mark, status="ended")] == []


def test_a_replay_stops_where_the_log_ended_when_it_began(client: Callboard) -> None:
    name = client.sessions.create()["sessionId"]
    client.events.ingest_batch([said(name, number) for number in range(1, 26)])
    seen: list[int] = []
    for event in client.events.replay(name, page_size=10):
        seen.append(event["sequence"])
        if event["sequence"] == 5:
            client.events.ingest_batch([said(name, number) for number in range(100, 110)])
    assert seen == list(range(1, 27))
    only = client.events.replay(name, types=["call.started"], page_size=4)
    assert [event["sequence"] for event in only] == [1]


def test_a_batch_tells_of_each(client: Callboard) -> None:
    name = client.sessions.create()["sessionId"]
    bad = {"sessionId": name, "type": "transcript.final", "payload": {}}
    results = client.events.ingest_batch([said(name, 1), bad, said(name, 2)])
    assert ["error" in each for each in results] == [False, True, False]
    with pytest.raises(BadRequestError):
        client.events.ingest_batch([said(name, 3), bad], atomic=True)
    assert [event["sequence"] for event in client.events.replay(name)] == [1, 2, 3]


def test_checkpoints_move_forward_only(client: Callboard) -> None:
    name = client.sessions.create()["sessionId"]
    client.events.ingest_batch([said(name, number) for number in range(1, 5)])
    assert client.events.checkpoint(name, consumer_id="c", sequence=3)["outcome"] == "advanced_sequence"
    assert client.events.checkpoint(name, consumer_id="c", sequence=2)["outcome"] == "stale_sequence_ignored"
    assert [(each["consumerId"], each["sequence"]) for each in client.events.checkpoints(name)] == [("c", 3)]
    assert [event["sequence"] for event in client.events.page(name, consumer_id="c")["events"]] == [4, 5]


def test_refusals_have_their_kinds(client: Callboard, server: Server) -> None:
    with pytest.raises(NotFoundError) as missing:
        client.sessions.get("no-such-call")
    assert missing.value.code == "NOT_FOUND"
    assert missing.value.trace_id
    with pytest.raises(BadRequestError) as bad:
        client.sessions.create(session_id="not a name")
    assert bad.value.errors[0]["pointer"] == "/sessionId"
    name = client.sessions.create()["sessionId"]
    client.sessions.end(name)
    with pytest.raises(ConflictError) as over:
        client.sessions.activate(name)
    assert over.value.code == "INVALID_TRANSITION"
    with Callboard(server.url, "cbk_wrong", backoff=QUICK) as stranger, pytest.raises(AuthenticationError):
        stranger.me()
    with pytest.raises(ApiError) as unavailable:
        client.sessions.token(client.sessions.create()["sessionId"])
    assert (unavailable.value.status, unavailable.value.code) == (503, "LIVEKIT_UNAVAILABLE")


def test_keys_are_made_rotated_and_revoked(client: Callboard, server: Server) -> None:
    made = client.api_keys.create(name="reader", scopes=["calls:read"])
    key_id = made["key"]["keyId"]
    with Callboard(server.url, made["secret"], backoff=QUICK) as reader:
        assert reader.me()["principal"]["scopes"] == ["calls:read"]
        with pytest.raises(PermissionDeniedError):
            reader.sessions.create()
        rotated = client.api_keys.rotate(key_id, overlap_seconds=600)
        assert rotated["secret"] != made["secret"]
        assert reader.me()["principal"]["keyId"] == key_id
        client.api_keys.revoke(key_id)
        with pytest.raises(AuthenticationError):
            reader.me()
    assert key_id in [each["keyId"] for each in client.api_keys.list()]
    assert "revokedAt" in client.api_keys.get(key_id)


def test_a_participant_comes_back_reports_and_leaves(client: Callboard, server: Server) -> None:
    name = client.sessions.create()["sessionId"]
    link = client.sessions.join_links.create(name)
    token = link["joinUrl"].split("#", 1)[1]
    joined = httpx.post(f"{server.url}/v1/join", json={"token": token}).raise_for_status().json()
    with Callboard(server.url, joined["pass"], backoff=QUICK) as caller:
        assert caller.sessions.participants.report_connection(
            name, joined["participantId"], report_id="r1", state="reconnecting", kind="signal"
        ) in (True, False)
        back = caller.sessions.reconnect(name, resume_token=joined["resumeToken"], consumer_id="page")
        assert back["participantId"] == joined["participantId"]
        assert caller.sessions.leave(name)["sessionId"] == name
    assert client.sessions.participants.list(name)[0]["state"] == "left"


def test_the_asynchronous_client_does_the_same(server: Server) -> None:
    async def story() -> list[str]:
        async with AsyncCallboard(server.url, server.api_key, backoff=QUICK) as client:
            mark = fresh("async")
            session = await client.sessions.create(correlation_id=mark)
            name = session["sessionId"]
            await asyncio.gather(*(client.sessions.create(correlation_id=mark) for _ in range(4)))
            assert len([each async for each in client.sessions.list(correlation_id=mark, limit=2)]) == 5
            await client.sessions.activate(name)
            await client.events.ingest(said(name, 1))
            await client.sessions.end(name)
            exported = [event async for event in client.events.export(name)]
            assert exported == [event async for event in client.events.replay(name, page_size=2)]
            assert (await client.transcripts.get(name))["segments"][0]["utteranceId"] == "u1"
            with pytest.raises(NotFoundError):
                await client.sessions.get("no-such-call")
            return [event["type"] for event in exported]

    assert asyncio.run(story()) == ["call.started", "call.connected", "transcript.final", "call.ended"]
