"""What goes out, held against the API's own document; and what is sent twice."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from callboard import (
    ApiError,
    AuthenticationError,
    Callboard,
    ConflictError,
    NetworkError,
    RateLimitError,
    ServerError,
)

from .conftest import QUICK
from .rig import ROOT, answering, said

DOCUMENT: dict[str, Any] = json.loads((ROOT / "openapi" / "callboard.json").read_text())
Call = Callable[[Callboard], object]


def client_of(transport: httpx.MockTransport, **options: Any) -> Callboard:
    return Callboard("http://there", "cbk_secret", backoff=QUICK, http=httpx.Client(transport=transport), **options)


def schema_of(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return schema_of(DOCUMENT["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]])
    for many in ("oneOf", "anyOf"):
        if many in schema and "properties" not in schema:
            merged: dict[str, Any] = {}
            for part in schema[many]:
                merged |= schema_of(part).get("properties", {})
            return {"properties": merged}
    return schema


def operation(request: httpx.Request) -> dict[str, Any]:
    # A place is worth less than a word, so that /v1/x/test is not taken for /v1/x/{id}.
    for template in sorted(DOCUMENT["paths"], key=lambda each: each.count("{")):
        pattern = re.sub(r"\\\{[^/]*\\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, request.url.path) and request.method.lower() in DOCUMENT["paths"][template]:
            found: dict[str, Any] = DOCUMENT["paths"][template][request.method.lower()]
            return found
    raise AssertionError(f"the document has no {request.method} {request.url.path}")


CALLS: list[Call] = [
    lambda c: c.me(),
    lambda c: c.sessions.create(
        session_id="s",
        channel="voice",
        direction="inbound",
        owner_user_id="u",
        correlation_id="c",
        metadata={"title": "t"},
        limits={"maxDurationMs": 1},
        simulated=True,
    ),
    lambda c: c.sessions.get("s"),
    lambda c: list(
        c.sessions.list(
            status="ended",
            connection="idle",
            owner_user_id="u",
            correlation_id="c",
            provider_room_id="r",
            created_after="2026-01-01T00:00:00Z",
            created_before="2026-01-01T00:00:00Z",
            metadata_key="k",
            metadata_value="v",
            limit=5,
        )
    ),
    lambda c: c.sessions.update("s", metadata={"a": None}, version=3),
    lambda c: c.sessions.activate(
        "s", provider="p", provider_room_id="r", provider_participant_id="p", provider_call_id="c"
    ),
    lambda c: c.sessions.end("s", reason="completed"),
    lambda c: c.sessions.fail("s", code="X", message="m"),
    lambda c: c.sessions.token(
        "s", participant_name="n", ttl_seconds=60, kind="caller", can_publish=True, agent_name="a"
    ),
    lambda c: c.sessions.reconnect("s", resume_token="r", consumer_id="c", last_ack_sequence=0, limit=10),
    lambda c: c.sessions.leave("s"),
    lambda c: c.sessions.participants.list("s"),
    lambda c: c.sessions.participants.remove("s", "p"),
    lambda c: c.sessions.participants.report_connection(
        "s", "p", report_id="r", state="connected", kind="media", lost_for_ms=5
    ),
    lambda c: c.sessions.join_links.create("s", kind="caller", display_name="n", ttl_seconds=60, max_uses=2),
    lambda c: list(c.sessions.join_links.list("s", limit=3)),
    lambda c: c.sessions.join_links.revoke("s", "l"),
    lambda c: c.events.ingest(said("s", 1)),
    lambda c: c.events.ingest_batch([said("s", 1)], atomic=True),
    lambda c: c.events.page(
        "s", after_sequence=0, until_sequence=9, limit=5, consumer_id="c", types=["call.ended"], after_ts="t"
    ),
    lambda c: c.events.page("s", after_ts="t", after_event_id="e"),
    lambda c: list(c.events.export("s", after_sequence=3)),
    lambda c: c.events.checkpoint("s", consumer_id="c", sequence=1),
    lambda c: list(c.events.checkpoints("s", limit=2)),
    lambda c: c.transcripts.get("s"),
    lambda c: c.transcripts.text("s", format="vtt"),
    lambda c: list(c.transcripts.versions("s", limit=2)),
    lambda c: c.transcripts.compact("s", keep=4),
    lambda c: list(c.transcripts.search("a b", since="x", until="y", session_id="s", limit=3)),
    lambda c: c.webhook_endpoints.create(url="https://x", event_types=["*"], description="d"),
    lambda c: c.webhook_endpoints.get("e"),
    lambda c: list(c.webhook_endpoints.list(limit=2)),
    lambda c: c.webhook_endpoints.update("e", url="u", event_types=["*"], description="d", status="enabled"),
    lambda c: c.webhook_endpoints.delete("e"),
    lambda c: c.webhook_endpoints.rotate("e", overlap_seconds=5),
    lambda c: c.webhook_endpoints.test("e"),
    lambda c: c.webhook_endpoints.resend_since("e", since="x", until="y"),
    lambda c: list(c.webhook_endpoints.deliveries("e", status="dead", session_id="s", limit=2)),
    lambda c: c.webhook_endpoints.delivery("d"),
    lambda c: c.webhook_endpoints.resend("d"),
    lambda c: c.api_keys.create(name="n", scopes=["calls:read"], expires_at="2027-01-01T00:00:00Z"),
    lambda c: c.api_keys.get("k"),
    lambda c: list(c.api_keys.list(limit=1)),
    lambda c: c.api_keys.rotate("k", overlap_seconds=1),
    lambda c: c.api_keys.revoke("k"),
]


@pytest.mark.parametrize("call", CALLS)
def test_every_request_is_one_that_the_document_knows(call: Call) -> None:
    full: dict[str, object] = {
        "items": [],
        "nextCursor": None,
        "session": {},
        "recorded": True,
        "results": [],
        "delivery": {},
        "queued": 1,
        "events": [],
    }
    line = {"sequence": 1, **full}
    transport, asked = answering(httpx.Response(200, json=line))
    call(client_of(transport))
    request = asked[0]
    route = operation(request)
    known = {each["name"]: each for each in route.get("parameters", [])}
    for name in request.url.params:
        assert known[name]["in"] == "query", name
    if request.content:
        members = schema_of(route["requestBody"]["content"]["application/json"]["schema"]).get("properties", {})
        assert set(json.loads(request.content)) <= set(members)
    # What can be made once only is sent with its key, wherever the route honours one.
    assert ("Idempotency-Key" in request.headers) == ("Idempotency-Key" in known)
    assert request.headers["authorization"] == "Bearer cbk_secret"
    assert "cbk_secret" not in str(request.url)


def test_parts_of_a_path_stay_in_their_place() -> None:
    transport, asked = answering(httpx.Response(200, json={}))
    client_of(transport).sessions.get("../api-keys?x")
    assert asked[0].url.raw_path == b"/v1/call/sessions/..%2Fapi-keys%3Fx"


def failing(times: int, error: type[httpx.TransportError]) -> tuple[httpx.MockTransport, list[httpx.Request]]:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if len(asked) <= times:
            raise error("cut", request=request)
        return httpx.Response(200, json={"session": {}, "event": {}, "deduped": True})

    return httpx.MockTransport(answer), asked


def test_a_lost_answer_to_a_create_is_asked_for_again_under_the_same_key() -> None:
    transport, asked = failing(2, httpx.ReadError)
    client_of(transport).sessions.create()
    assert len(asked) == 3
    assert len({request.headers["idempotency-key"] for request in asked}) == 1


def test_an_event_keeps_its_id_and_its_instant_over_repeats() -> None:
    transport, asked = failing(2, httpx.ReadTimeout)
    client_of(transport).events.ingest(said("s", 1))
    bodies = [json.loads(request.content) for request in asked]
    assert bodies[0] == bodies[1] == bodies[2]
    assert bodies[0]["eventId"].startswith("evt_")
    assert bodies[0]["ts"].endswith("Z")


def test_an_event_with_an_id_of_its_own_is_sent_as_it_is() -> None:
    transport, asked = failing(0, httpx.ReadError)
    event = {**said("s", 1), "eventId": "mine"}
    client_of(transport).events.ingest(event)
    assert json.loads(asked[0].content) == event


def test_what_may_have_happened_is_not_sent_again() -> None:
    transport, asked = failing(1, httpx.ReadError)
    with pytest.raises(NetworkError) as caught:
        client_of(transport).sessions.participants.remove("s", "p")
    assert (len(asked), caught.value.code, caught.value.retryable) == (1, "NETWORK", True)


def test_what_was_never_sent_is_sent_again() -> None:
    transport, asked = failing(2, httpx.ConnectError)
    client_of(transport).sessions.participants.remove("s", "p")
    assert len(asked) == 3


def problem(status: int, code: str, retryable: bool, **headers: str) -> httpx.Response:
    body = {
        "type": "t",
        "title": "T",
        "status": status,
        "detail": "D",
        "code": code,
        "retryable": retryable,
        "traceId": "trace1",
        "errors": [{"pointer": "/a", "reason": "r"}],
    }
    return httpx.Response(status, json=body, headers=headers)


def test_a_conditional_change_is_not_sent_again() -> None:
    transport, asked = answering(problem(500, "INTERNAL", True))
    with pytest.raises(ServerError):
        client_of(transport).sessions.update("s", metadata={}, version=1)
    assert len(asked) == 1


def test_tries_come_to_an_end() -> None:
    transport, asked = answering(problem(503, "STORE_UNAVAILABLE", True))
    with pytest.raises(ServerError):
        client_of(transport, max_retries=2).sessions.get("s")
    assert len(asked) == 3


@pytest.mark.parametrize("code", ["CONCURRENCY_LIMIT", "LIVEKIT_UNAVAILABLE"])
def test_what_needs_somebody_to_act_is_said_at_once(code: str) -> None:
    transport, asked = answering(problem(429, code, True))
    with pytest.raises(ApiError):
        client_of(transport).sessions.token("s")
    assert len(asked) == 1


def test_a_rate_limit_is_waited_for() -> None:
    transport, asked = answering(problem(429, "RATE_LIMITED", True, **{"retry-after": "0"}), httpx.Response(204))
    client_of(transport).sessions.participants.remove("s", "p")
    assert len(asked) == 2


def test_a_refusal_says_everything() -> None:
    transport, _ = answering(problem(409, "INVALID_TRANSITION", False))
    with pytest.raises(ConflictError) as caught:
        client_of(transport).sessions.end("s")
    error = caught.value
    assert (error.status, error.code, error.retryable, error.trace_id) == (409, "INVALID_TRANSITION", False, "trace1")
    assert error.errors == [{"pointer": "/a", "reason": "r"}]
    assert error.problem["detail"] == "D"
    assert str(error) == "INVALID_TRANSITION (409): D [/a: r]"


@pytest.mark.parametrize(
    ("status", "kind", "retryable"),
    [(401, AuthenticationError, False), (429, RateLimitError, True), (502, ServerError, True)],
)
def test_an_answer_of_another_kind_becomes_a_refusal(status: int, kind: type[ApiError], retryable: bool) -> None:
    transport, _ = answering(httpx.Response(status, text="<html>", headers={"x-trace-id": "t"}))
    with pytest.raises(kind) as caught:
        client_of(transport, max_retries=0).me()
    assert (caught.value.code, caught.value.retryable, caught.value.trace_id) == (f"HTTP_{status}", retryable, "t")


def test_address_and_key_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLBOARD_URL", "http://elsewhere/")
    monkeypatch.setenv("CALLBOARD_API_KEY", "cbk_env")
    transport, asked = answering(httpx.Response(200, json={}))
    with Callboard(http=httpx.Client(transport=transport)) as client:
        client.me()
    assert str(asked[0].url) == "http://elsewhere/v1/me"
    assert asked[0].headers["authorization"] == "Bearer cbk_env"


def pages() -> Iterator[httpx.Response]:
    yield httpx.Response(200, json={"items": [1, 2], "nextCursor": "c 1"})
    yield httpx.Response(200, json={"items": [], "nextCursor": "c2"})
    yield httpx.Response(200, json={"items": [3], "nextCursor": None})


def test_a_list_goes_through_its_pages_and_keeps_its_filters() -> None:
    transport, asked = answering(*pages())
    found: list[object] = list(client_of(transport).sessions.list(status="ended", limit=2))
    assert found == [1, 2, 3]
    assert [dict(request.url.params) for request in asked] == [
        {"status": "ended", "limit": "2"},
        {"status": "ended", "limit": "2", "cursor": "c 1"},
        {"status": "ended", "limit": "2", "cursor": "c2"},
    ]
