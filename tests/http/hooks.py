"""What schemathesis cannot know from the document: which sessions exist, who may act, what a cursor looks like.

Only parts of a request that were generated to be valid are filled in here; what was made invalid stays as it is. The
facts come from `run.py`, in the file that CALLBOARD_FUZZ names.
"""

from __future__ import annotations

import json
import os
import random
import urllib.error
import urllib.parse
import urllib.request
from datetime import datetime, timedelta, timezone
from pathlib import Path

import requests
import schemathesis
from schemathesis.core.parameters import ParameterLocation

FACTS = json.loads(Path(os.environ["CALLBOARD_FUZZ"]).read_text())
ROLE = FACTS["role"]
TIMES = {"createdAfter", "createdBefore", "afterTs", "ts", "timestamp"}
LARGEST = 2**53 - 1
# Seats that one session gets, so that its answers stay short.
SEATS = 20


def ask(method: str, path: str, body: object = None, headers: dict[str, str] | None = None):
    """A request with the key that `run.py` uses; the answer's JSON and its headers."""
    data = None if body is None else json.dumps(body).encode()
    sent = {"authorization": f"Bearer {FACTS['key']}", "content-type": "application/json"} | (headers or {})
    request = urllib.request.Request(FACTS["url"] + path, data, sent, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer), answer.headers


class Stage:
    """Running sessions, and people with a pass of their own in them."""

    def __init__(self) -> None:
        self.session = ""
        self.left = 0
        self.seats: dict[str, dict[str, str]] = {}

    def running(self) -> str:
        """A session that is active."""
        if self.left == 0:
            made, _ = ask("POST", "/v1/call/sessions", {"metadata": {"title": "Stage"}})
            self.session, self.left = made["session"]["sessionId"], SEATS
            ask("POST", f"/v1/call/sessions/{self.session}/state", {"status": "active"})
        self.left -= 1
        return self.session

    def seat(self, kind: str) -> dict[str, str]:
        """Somebody new in a running session."""
        session = self.running()
        seat, _ = ask("POST", f"/v1/call/sessions/{session}/livekit/token", {"kind": kind})
        told = {name: seat[name] for name in ("pass", "participantId", "resumeToken")} | {"sessionId": session}
        self.seats[told["pass"]] = told
        return told


STAGE = Stage()
SEND = requests.adapters.HTTPAdapter.send


def send(self, request, **kwargs):
    """A connection that has become a socket carries no further requests."""
    response = SEND(self, request, **kwargs)
    connection = getattr(response.raw, "_connection", None)
    if response.status_code == 101 and connection is not None:
        connection.close()
    return response


requests.adapters.HTTPAdapter.send = send


def fresh(case) -> bool:
    """Whether the request uses its caller up, or needs a token that can be used once."""
    return case.operation.path.endswith(("/leave", "/reconnect", "/connection"))


if ROLE in ("participant", "agent"):

    @schemathesis.auth(refresh_interval=None)
    class Passes:
        """The pass of somebody in a running session; somebody new where the request changes who they are."""

        own: str | None = None

        def get(self, case, ctx):
            kind = "agent" if ROLE == "agent" else "caller"
            if fresh(case):
                return STAGE.seat(kind)["pass"]
            Passes.own = Passes.own or STAGE.seat(kind)["pass"]
            return Passes.own

        def set(self, case, data, ctx):
            case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}


if ROLE == "cookie":

    @schemathesis.auth(refresh_interval=None)
    class Cookies:
        """A login of its own for each request, since signing out ends it."""

        def get(self, case, ctx):
            body, headers = ask("POST", "/v1/login", {"apiKey": FACTS["key"]})
            name, value = headers["set-cookie"].split(";")[0].split("=", 1)
            return name, value, body["csrfToken"]

        def set(self, case, data, ctx):
            name, value, csrf = data
            case.cookies = {**(case.cookies or {}), name: value}
            case.headers = {**(case.headers or {}), "X-CSRF-Token": csrf}


def valid(case, location: ParameterLocation) -> bool:
    """Whether this part of the request was made to be valid."""
    return case.meta is not None and not case.meta.is_negative_at(location)


def future(chance: random.Random) -> str:
    return (datetime.now(timezone.utc) + timedelta(days=chance.randint(1, 300))).strftime("%Y-%m-%dT%H:%M:%SZ")


def cursor_of(case, sent) -> str | None:
    """A cursor that this very list gave, if it has a second page."""
    path = case.operation.path
    for name, value in (case.path_parameters or {}).items():
        path = path.replace(f"{{{name}}}", str(value))
    if path == "/v1/realtime/stream":
        return FACTS["streamCursor"]
    filters = urllib.parse.urlencode({k: v for k, v in sent.items() if k not in ("cursor", "limit")} | {"limit": 1})
    try:
        return ask("GET", f"{path}?{filters}")[0]["nextCursor"]
    except (urllib.error.HTTPError, KeyError):
        return None


@schemathesis.hook
def before_call(context, case, kwargs):
    chance = random.Random(case.id)
    headers = case.headers or {}
    seat = STAGE.seats.get(str(headers.get("Authorization", "")).removeprefix("Bearer "))
    if valid(case, ParameterLocation.PATH) and case.path_parameters:
        case.path_parameters = {**case.path_parameters, **ids(case, seat, chance)}
    if valid(case, ParameterLocation.QUERY) and case.query:
        case.query = query(case, dict(case.query), chance)
    if valid(case, ParameterLocation.HEADER) and "Last-Event-ID" in headers and case.operation.path == "/v1/realtime/stream":
        case.headers = {**headers, "Last-Event-ID": FACTS["streamCursor"]}
    if valid(case, ParameterLocation.HEADER) and str(headers.get("Last-Event-ID", "")).isdigit():
        case.headers = {**headers, "Last-Event-ID": chance.choice(["0", "1"])}
    if valid(case, ParameterLocation.HEADER) and "If-Match" in headers:
        case.headers = {**headers, "If-Match": chance.choice(["*", '"1"', 'W/"2", "3"'])}
    if valid(case, ParameterLocation.HEADER) and case.operation.path.endswith("/ws"):
        upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
        case.headers = {**headers, **upgrade, "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
    if valid(case, ParameterLocation.BODY):
        if isinstance(case.body, dict):
            case.body = body(case, whole(case.body), seat, chance)
    elif isinstance(case.body, dict) and case.body.get("atomic") is False:
        # Event by event a batch answers 200; all or none, a bad event refuses the request.
        case.body = {**case.body, "atomic": True}


def whole(value):
    """Integers as the API takes them, also where a schema leaves room for anything: no 1.0, nothing beyond 2^53-1."""
    if isinstance(value, dict):
        return {k: whole(v) for k, v in value.items()}
    if isinstance(value, list):
        return [whole(v) for v in value]
    if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) > LARGEST:
        return int(value) % LARGEST
    return int(value) if isinstance(value, float) and value.is_integer() else value


def ids(case, seat, chance) -> dict[str, str]:
    """Ids that exist, instead of those that nobody has."""
    known = {}
    names = case.path_parameters
    if "sessionId" in names and seat:
        known["sessionId"] = seat["sessionId"]
    elif "sessionId" in names and case.operation.path.endswith("/stream"):
        known["sessionId"] = FACTS["ended"]
    elif "sessionId" in names and ROLE == "key" and chance.random() < 0.7:
        known["sessionId"] = STAGE.running()
    if "participantId" in names and seat:
        known["participantId"] = seat["participantId"]
    elif "participantId" in names and ROLE == "key" and case.operation.method == "delete":
        new = STAGE.seat("caller")
        known |= {"sessionId": new["sessionId"], "participantId": new["participantId"]}
    if names.get("keyId") in FACTS["keep"]:
        made, _ = ask("POST", "/v1/api-keys", {"name": "Passing", "scopes": ["calls:read"]})
        known["keyId"] = made["key"]["keyId"]
    if "tenantId" in names:
        known["tenantId"] = FACTS["otherTenant"]
    if "type" in names and case.operation.path.startswith("/v1/schemas"):
        known["type"] = chance.choice(["call.started", "transcript.final"])
    return known


def query(case, sent, chance):
    """Members that need each other, or something that exists."""
    for name in TIMES & sent.keys():
        sent[name] = "2026-01-01T00:00:00Z"
    if "q" in sent:
        sent |= {"q": "said so"} | {name: "2026-01-01T00:00:00Z" for name in ("from", "until") if name in sent}
    if "sessionId" in sent:
        sent["sessionId"] = FACTS["ended"]
    if "metadataValue" in sent:
        sent.setdefault("metadataKey", "title")
    ways = [("afterSequence",), ("consumerId",), ("afterTs", "afterEventId")]
    used = [way for way in ways if any(name in sent for name in way)]
    for way in used[1:]:
        sent = {k: v for k, v in sent.items() if k not in way}
    if "afterTs" in sent or "afterEventId" in sent:
        sent.pop("afterTs", None)
        sent["afterEventId"] = "cb:started"
    if "types" in sent:
        sent["types"] = "transcript.final,call.ended"
    if case.operation.path.endswith("/stream") and "{sessionId}" in case.operation.path:
        sent["until"] = "end"
        if "afterSequence" in sent:
            # A place beyond the log is one of a log that was restored since: refused.
            sent["afterSequence"] = chance.choice([0, 1])
    if "cursor" in sent:
        # Last, since a cursor belongs to its list's filters.
        real = cursor_of(case, sent)
        sent = {k: v for k, v in sent.items() if k != "cursor"} | ({"cursor": real} if real else {})
    return sent


def body(case, sent, seat, chance):
    """Members that need each other, or something that exists."""
    fill = BODIES.get(f"{case.operation.method.upper()} {case.operation.path}")
    if isinstance(sent.get("metadata"), dict):
        kept = {k: v for k, v in sent["metadata"].items() if 0 < len(k.strip()) <= 64 and k.isprintable()}
        sent["metadata"] = {k: v for k, v in kept.items() if v is not None or case.operation.method == "patch"}
    return fill(sent, seat, chance) if fill else sent


def one_of(*names):
    def fill(sent, seat, chance):
        name = chance.choice([n for n in names if sent.get(n) is not None] or [names[0]])
        return {name: sent.get(name) or "x"}

    return fill


def state(sent, seat, chance):
    if sent.get("status") != "ended":
        sent.pop("endReason", None)
    elif sent.get("endReason"):
        sent["endReason"] = chance.choice(["completed", "user_hangup", "agent_handover"])
    if sent.get("status") != "failed":
        sent.pop("error", None)
    elif not sent.get("error"):
        sent["error"] = {"code": "X", "message": "why"}
    return sent


def token(sent, seat, chance):
    if sent.get("agentName") is not None:
        sent["kind"] = "agent"
    return sent


def key(sent, seat, chance):
    if sent.get("expiresAt") is not None:
        sent["expiresAt"] = future(chance)
    return sent


def issuer(sent, seat, chance):
    sent["iss"] = f"https://issuer.example/{chance.randint(0, 10**9)}"
    if sent.get("algorithm") == "HS256":
        sent.pop("jwksUrl", None)
        sent["secret"] = sent.get("secret") or "s" * 32
    else:
        sent.pop("secret", None)
        sent["jwksUrl"] = f"https://issuer.example/{chance.randint(0, 9999)}.json"
    return sent


def user(sent, seat, chance):
    if sent.get("issuer") is not None:
        sent["issuer"] = "local"
    return sent


def checkpoint(sent, seat, chance):
    sent["sequence"] = min(sent["sequence"], 1)
    return sent


def reconnect(sent, seat, chance):
    if seat:
        sent["resumeToken"] = seat["resumeToken"]
    if sent.get("lastAckSequence") is not None:
        sent["lastAckSequence"] = min(sent["lastAckSequence"], 1)
    return sent


def join(sent, seat, chance):
    return sent | {"token": FACTS["joinToken"]}


def event(sent, session, chance):
    """An event of this shape that its writer may write: the schema of a payload follows from the type."""
    times = {name: "2026-01-01T00:00:00Z" for name in ("ts", "timestamp") if sent.get(name) is not None}
    kept = {name: sent[name] for name in ("eventId", "schemaVersion", "version") if sent.get(name) is not None} | times
    for new, old in (("ts", "timestamp"), ("schemaVersion", "version")):
        if new in kept:
            kept.pop(old, None)
    if str(kept.get("eventId", "")).startswith("cb:"):
        kept["eventId"] = "own"
    utterance = f"u{chance.randint(0, 10**9)}"
    payload = {"utteranceId": utterance, "speaker": "user", "text": "x", "startMs": 0, "endMs": chance.randint(0, 999)}
    extra = {f"x-{name}": value for name, value in dict(sent.get("payload") or {}).items()}
    return kept | {"sessionId": session, "type": "transcript.final", "payload": extra | payload}


def events(sent, seat, chance):
    session = seat["sessionId"] if seat else STAGE.running()
    if "events" not in sent:
        return event(sent, session, chance)
    return sent | {"events": [event(one if isinstance(one, dict) else {}, session, chance) for one in sent["events"]]}


BODIES = {
    "POST /v1/login": one_of("loginToken", "apiKey", "jwt"),
    "POST /v1/call/sessions/{sessionId}/state": state,
    "POST /v1/call/sessions/{sessionId}/livekit/token": token,
    "POST /v1/call/sessions/{sessionId}/reconnect": reconnect,
    "POST /v1/api-keys": key,
    "POST /v1/issuers": issuer,
    "POST /v1/users": user,
    "POST /v1/realtime/sessions/{sessionId}/checkpoint": checkpoint,
    "POST /v1/realtime/events": events,
    "POST /v1/join": join,
}
