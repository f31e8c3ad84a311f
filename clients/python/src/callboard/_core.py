"""What both clients share: how a request looks, and when it may be sent again. No I/O in here."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Generic, TypedDict, TypeVar
from urllib.parse import quote

import httpx

from ._ids import new_event_id, new_idempotency_key
from ._version import __version__
from .errors import ApiError, CallboardError, NetworkError, api_error

T = TypeVar("T")

#: Refusals before any effect, whatever the request was.
_REFUSED_FIRST = frozenset({"RATE_LIMITED", "OVERLOADED", "SHUTTING_DOWN", "IDEMPOTENCY_IN_PROGRESS"})
#: Retryable in time, but not within a request: somebody has to act first.
_NEEDS_SOMEBODY = frozenset({"CONCURRENCY_LIMIT", "LIVEKIT_UNAVAILABLE"})
#: Answers after which a stream does not come back.
STREAM_REFUSED = frozenset({400, 401, 403, 404, 410})
#: Nothing was sent: a repeat is safe for every request.
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class Page(TypedDict, Generic[T]):
    """One page of a list. ``nextCursor`` is None on the last one."""

    items: list[T]
    nextCursor: str | None


@dataclass(frozen=True, slots=True)
class Request:
    """A request before it is sent."""

    method: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    #: The same request twice has one effect, and both get the same answer.
    repeatable: bool = False
    timeout: float | None = None


def present(**members: Any) -> dict[str, Any]:
    """The members that were given, under their names on the wire."""
    return {camel(name): value for name, value in members.items() if value is not None}


def camel(name: str) -> str:
    """``owner_user_id`` becomes ``ownerUserId``."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def path(template: str, *parts: str) -> str:
    """A path whose parts cannot break out of their places."""
    return template.format(*(quote(part, safe="") for part in parts))


def read(route: str, **query: Any) -> Request:
    """A GET."""
    return Request("GET", route, query=present(**query), repeatable=True)


def create(route: str, body: Mapping[str, Any], key: str | None = None, **headers: str | None) -> Request:
    """A POST with an idempotency key, made here unless given."""
    return Request(
        "POST",
        route,
        body=dict(body),
        headers={"Idempotency-Key": key or new_idempotency_key(), **if_match(headers.get("if_match"))},
        repeatable=True,
    )


def if_match(etag: str | None) -> dict[str, str]:
    """The header that makes a change conditional."""
    return {} if etag is None else {"If-Match": etag}


def timestamp(value: datetime | str | None) -> str | None:
    """An instant as the wire has it."""
    if not isinstance(value, datetime):
        return value
    if value.tzinfo is None:
        raise ValueError("a datetime without a time zone does not name an instant")
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def stamped(event: Mapping[str, Any]) -> dict[str, Any]:
    """An event with an id, and with an instant that stays the same however often it is sent.

    An event that brings its own id keeps its ``ts`` as it is: the server compares both.
    """
    if "eventId" in event:
        return dict(event)
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"eventId": new_event_id(), "ts": now, **event}


def may_repeat(request: Request, error: CallboardError, cause: BaseException | None) -> bool:
    """Whether to send it again after this failure."""
    if isinstance(error, NetworkError):
        return request.repeatable or isinstance(cause, _NEVER_SENT)
    if error.code in _REFUSED_FIRST:
        return True
    return request.repeatable and error.retryable and error.code not in _NEEDS_SOMEBODY


def headers_of(credential: str | None, request: Request) -> dict[str, str]:
    """All headers of a request; secrets travel here and never in an address."""
    headers = {
        "Accept": "application/json",
        "User-Agent": f"callboard-python/{__version__}",
        **request.headers,
    }
    if credential:
        headers["Authorization"] = f"Bearer {credential}"
    return headers


def query_of(request: Request) -> list[tuple[str, str | int | float | bool | None]]:
    """The query as text."""
    text = {True: "true", False: "false"}
    return [(k, text[v] if isinstance(v, bool) else str(v)) for k, v in request.query.items() if v is not None]


def refusal(response: httpx.Response) -> ApiError:
    """The exception for an answer that has been read."""
    return api_error(response.status_code, response.headers, response.content)


def network_error(cause: Exception) -> NetworkError:
    """The exception for an answer that never came."""
    return NetworkError(f"Callboard could not be reached: {cause or type(cause).__name__}")


def settings(base_url: str | None, api_key: str | None) -> tuple[str, str | None]:
    """Address and credential, by default from CALLBOARD_URL and CALLBOARD_API_KEY."""
    address = base_url or os.environ.get("CALLBOARD_URL") or "http://127.0.0.1:8080"
    return address.rstrip("/"), api_key or os.environ.get("CALLBOARD_API_KEY")
