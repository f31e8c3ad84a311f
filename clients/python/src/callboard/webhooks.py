"""Checks that a webhook comes from Callboard, as Standard Webhooks say.

Give ``verify`` the body exactly as it arrived: a body that was parsed and written again has another signature.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict, cast

from .errors import WebhookVerificationError
from .models import Event

_PREFIX = "whsec_"


class WebhookMessage(TypedDict):
    """What Callboard posts. ``data`` is the event; a ``webhook.test`` has only what it says itself."""

    type: str
    timestamp: str
    data: Event


def verify(
    payload: bytes | str,
    headers: Mapping[str, str],
    secret: str | Sequence[str],
    *,
    tolerance: float = 300.0,
    now: float | None = None,
) -> WebhookMessage:
    """The message, once its signature and its age are known to be good.

    ``secret`` is the endpoint's ``whsec_...``, or several of them while one replaces another. ``tolerance`` is how
    far, in seconds, the sender's clock may be from ours; it bounds how long a stolen delivery can be replayed. The
    same delivery may arrive more than once: its header ``webhook-id`` is the key to know it by.

    Raises WebhookVerificationError.
    """
    body = payload.encode() if isinstance(payload, str) else bytes(payload)
    named = {name.lower(): value for name, value in headers.items()}
    message_id, sent_at, signatures = (
        _header(named, name) for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
    )
    _check_age(sent_at, tolerance, time.time() if now is None else now)
    secrets = [secret] if isinstance(secret, str) else list(secret)
    if not secrets:
        raise WebhookVerificationError("no secret was given")
    expected = [_signature(_key(each), message_id, sent_at, body) for each in secrets]
    good = False
    for part in signatures.split(" "):
        version, _, value = part.partition(",")
        for wanted in expected:
            # Every pair is compared to its end, so that time tells nothing.
            same = hmac.compare_digest(value.encode("utf-8", "replace"), wanted)
            good |= version == "v1" and same
    if not good:
        raise WebhookVerificationError("no signature of this webhook belongs to the secret")
    return _message(body)


def sign(payload: bytes | str, message_id: str, sent_at: int, secret: str) -> dict[str, str]:
    """The headers with which Callboard would post this body: for tests of your own receiver."""
    body = payload.encode() if isinstance(payload, str) else bytes(payload)
    value = _signature(_key(secret), message_id, str(sent_at), body).decode()
    return {"webhook-id": message_id, "webhook-timestamp": str(sent_at), "webhook-signature": f"v1,{value}"}


def _header(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name)
    if not value:
        raise WebhookVerificationError(f"the header {name} is missing")
    return value


def _check_age(sent_at: str, tolerance: float, now: float) -> None:
    if not (sent_at.isascii() and sent_at.isdigit()) or len(sent_at) > 12:
        raise WebhookVerificationError("webhook-timestamp is not a number of seconds")
    if abs(now - int(sent_at)) > tolerance:
        raise WebhookVerificationError("webhook-timestamp is too far from this clock")


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not key:
        raise WebhookVerificationError("the secret is not whsec_ and base64")
    return key


def _signature(key: bytes, message_id: str, sent_at: str, body: bytes) -> bytes:
    signed = message_id.encode() + b"." + sent_at.encode() + b"." + body
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())


def _message(body: bytes) -> WebhookMessage:
    try:
        message: Any = json.loads(body)
    except ValueError:
        message = None
    if not isinstance(message, dict) or "type" not in message or "data" not in message:
        raise WebhookVerificationError("the body is not a webhook of Callboard")
    return cast(WebhookMessage, message)
