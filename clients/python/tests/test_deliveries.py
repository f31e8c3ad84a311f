"""Webhooks as they really arrive, checked by this package."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from callboard import Callboard, NotFoundError, WebhookVerificationError, webhooks

from .rig import said


@dataclass
class Delivered:
    """A delivery before anybody has checked it."""

    body: bytes
    headers: dict[str, str]

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


@dataclass
class Inbox:
    """Takes deliveries, and refuses as many as it is told to."""

    url: str = ""
    refuse: int = 0
    arrived: queue.Queue[Delivered] = field(default_factory=queue.Queue)

    def next(self, secret: str | list[str], call: str | None = None) -> tuple[Delivered, webhooks.WebhookMessage]:
        """The next genuine one, of one call if named: the tenant's other calls are told of too."""
        while True:
            delivered = self.arrived.get(timeout=30)
            message = webhooks.verify(delivered.body, delivered.headers, secret)
            if call is None or dict(message["data"]).get("sessionId") == call:
                return delivered, message


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    inbox = Inbox()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            inbox.arrived.put(Delivered(body, {k.lower(): v for k, v in self.headers.items()}))
            refused, inbox.refuse = inbox.refuse > 0, max(0, inbox.refuse - 1)
            self.send_response(503 if refused else 204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        inbox.url = f"http://127.0.0.1:{server.server_port}/hook"
        yield inbox
        server.shutdown()
        thread.join(10)


def test_a_call_is_told_in_order_and_under_good_signatures(client: Callboard, inbox: Inbox) -> None:
    made = client.webhook_endpoints.create(url=inbox.url, event_types=["call.*", "transcript.final"], description="d")
    endpoint, secret = made["endpoint"]["endpointId"], made["secret"]
    assert made["secretShown"]
    call = client.sessions.create()["sessionId"]
    client.events.ingest_batch([said(call, number) for number in range(1, 21)])
    client.sessions.end(call)
    got = [inbox.next(secret, call) for _ in range(22)]
    assert [message["data"]["sequence"] for _, message in got] == list(range(1, 23))
    assert [message["data"] for _, message in got] == list(client.events.replay(call))
    assert len({delivered.id for delivered, _ in got}) == 22

    delivered, _ = got[0]
    with pytest.raises(WebhookVerificationError):
        webhooks.verify(delivered.body.replace(b"call", b"Call"), delivered.headers, secret)
    with pytest.raises(WebhookVerificationError):
        webhooks.verify(delivered.body, delivered.headers, "whsec_" + "A" * 32)

    listed = list(client.webhook_endpoints.deliveries(endpoint, session_id=call, limit=10))
    assert sorted(each["sequence"] for each in listed) == list(range(1, 23))
    detail = client.webhook_endpoints.delivery(delivered.id)
    assert (detail["eventType"], detail["history"][0]["status"]) == ("call.started", 204)

    assert client.webhook_endpoints.resend(delivered.id)["deliveryId"] == delivered.id
    again, _ = inbox.next(secret, call)
    assert (again.id, again.body) == (delivered.id, delivered.body)
    client.webhook_endpoints.delete(endpoint)
    with pytest.raises(NotFoundError):
        client.webhook_endpoints.get(endpoint)


def test_a_test_a_rotation_and_a_change(client: Callboard, inbox: Inbox) -> None:
    made = client.webhook_endpoints.create(url=inbox.url, event_types=["call.ended"])
    endpoint, old = made["endpoint"]["endpointId"], made["secret"]
    assert client.webhook_endpoints.test(endpoint)["eventType"] == "webhook.test"
    assert inbox.next(old)[1]["type"] == "webhook.test"

    new = client.webhook_endpoints.rotate(endpoint, overlap_seconds=600)["secret"]
    assert new != old
    client.webhook_endpoints.test(endpoint)
    delivered, _ = inbox.next(old)
    # Both secrets sign while the old one is still known.
    assert webhooks.verify(delivered.body, delivered.headers, new)["type"] == "webhook.test"
    assert len(delivered.headers["webhook-signature"].split(" ")) == 2

    changed = client.webhook_endpoints.update(endpoint, event_types=["transcript.final"], description="x")
    assert (changed["eventTypes"], changed["description"]) == (["transcript.final"], "x")
    assert endpoint in [each["endpointId"] for each in client.webhook_endpoints.list(limit=1)]
    disabled = client.webhook_endpoints.update(endpoint, status="disabled")
    assert (disabled["status"], disabled["disabledReason"]) == ("disabled", "by_hand")
    client.webhook_endpoints.delete(endpoint)


def test_what_was_refused_comes_again_under_its_id(client: Callboard, inbox: Inbox) -> None:
    made = client.webhook_endpoints.create(url=inbox.url, event_types=["call.ended"])
    inbox.refuse = 1
    call = client.sessions.create()["sessionId"]
    client.sessions.end(call)
    secret = made["secret"]
    first, _ = inbox.next(secret, call)
    second, _ = inbox.next(secret, call)
    assert (first.id, first.body) == (second.id, second.body)
    assert client.webhook_endpoints.delivery(first.id)["attempts"] >= 1
    client.webhook_endpoints.delete(made["endpoint"]["endpointId"])
