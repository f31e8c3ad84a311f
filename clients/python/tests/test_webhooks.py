from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest

from callboard import WebhookVerificationError
from callboard.webhooks import sign, verify

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
OTHER = "whsec_" + base64.b64encode(b"o" * 32).decode()
NOW = 1_800_000_000
BODY = json.dumps({"type": "call.ended", "timestamp": "2027-01-15T08:00:00Z", "data": {"sequence": 3}})


def headers(secret: str = SECRET, body: str = BODY, at: int = NOW) -> dict[str, str]:
    return sign(body, "dlv_1", at, secret)


def test_the_signature_is_the_one_that_standard_webhooks_describe() -> None:
    signed = f"dlv_1.{NOW}.{BODY}".encode()
    wanted = base64.b64encode(hmac.new(b"k" * 32, signed, hashlib.sha256).digest()).decode()
    assert headers()["webhook-signature"] == f"v1,{wanted}"


def test_the_published_example_verifies() -> None:
    # The example of the specification's own reference libraries.
    example = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    with pytest.raises(WebhookVerificationError, match="not a webhook of Callboard"):
        verify('{"test": 2432232314}', example, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", now=1614265330)


def test_a_genuine_one_is_read() -> None:
    message = verify(BODY.encode(), {k.title(): v for k, v in headers().items()}, SECRET, now=NOW)
    assert (message["type"], message["data"]["sequence"]) == ("call.ended", 3)


def test_one_good_signature_of_several_is_enough() -> None:
    several = headers()
    several["webhook-signature"] = f"v1,AAAA v2,x {headers(OTHER)['webhook-signature']} nonsense"
    assert verify(BODY, several, OTHER, now=NOW)["type"] == "call.ended"
    assert verify(BODY, several, [SECRET, OTHER], now=NOW)["type"] == "call.ended"
    with pytest.raises(WebhookVerificationError, match="no signature"):
        verify(BODY, several, SECRET, now=NOW)


@pytest.mark.parametrize("off", [-301, 301])
def test_an_old_or_early_one_is_refused(off: int) -> None:
    with pytest.raises(WebhookVerificationError, match="clock"):
        verify(BODY, headers(at=NOW + off), SECRET, now=NOW)
    assert verify(BODY, headers(at=NOW + off), SECRET, now=NOW, tolerance=302)


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": "dlv_2"},
        {"webhook-timestamp": str(NOW + 1)},
        {"webhook-timestamp": "-1"},
        {"webhook-timestamp": "٣"},
        {"webhook-timestamp": "9" * 400},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1a,é"},
        {"webhook-id": ""},
    ],
)
def test_a_changed_header_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(WebhookVerificationError):
        verify(BODY, headers() | change, SECRET, now=NOW)


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_is_named(name: str) -> None:
    left = {key: value for key, value in headers().items() if key != name}
    with pytest.raises(WebhookVerificationError, match=name):
        verify(BODY, left, SECRET, now=NOW)


def test_another_body_is_refused() -> None:
    with pytest.raises(WebhookVerificationError):
        verify(BODY + " ", headers(), SECRET, now=NOW)


def test_the_right_text_of_another_version_is_refused() -> None:
    signed = headers()
    signed["webhook-signature"] = signed["webhook-signature"].replace("v1,", "v1a,")
    with pytest.raises(WebhookVerificationError):
        verify(BODY, signed, SECRET, now=NOW)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_ü", "whsec_a"])
def test_a_secret_that_is_none_is_refused(secret: str) -> None:
    with pytest.raises(WebhookVerificationError, match="secret"):
        verify(BODY, headers(), secret, now=NOW)
    with pytest.raises(WebhookVerificationError, match="secret"):
        verify(BODY, headers(), [], now=NOW)
