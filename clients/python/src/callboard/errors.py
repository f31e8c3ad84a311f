"""What can go wrong, as exceptions.

Every exception has ``code`` (stable, made for programs), ``status`` (0 when no answer came), ``retryable``
(the same request may well succeed a little later) and ``trace_id`` (what to quote to whoever runs the server).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


class CallboardError(Exception):
    """The root of everything that this package raises."""

    code: str = "ERROR"
    status: int = 0
    retryable: bool = False
    trace_id: str = ""


class NetworkError(CallboardError):
    """The server could not be reached, or the connection broke before the answer was complete."""

    code = "NETWORK"
    retryable = True


class WebhookVerificationError(CallboardError):
    """A webhook is not genuine, too old, or not what a webhook looks like."""

    code = "WEBHOOK_INVALID"


class ApiError(CallboardError):
    """A refusal by the server. ``problem`` is the whole problem document."""

    def __init__(self, problem: Mapping[str, Any], *, retry_after: float | None = None) -> None:
        self.problem: dict[str, Any] = dict(problem)
        self.status = int(problem.get("status", 0))
        self.code = str(problem.get("code", f"HTTP_{self.status}"))
        self.title = str(problem.get("title", ""))
        self.detail = str(problem.get("detail", ""))
        self.retryable = bool(problem.get("retryable", False))
        self.trace_id = str(problem.get("traceId", ""))
        #: Faults of single members: ``{"pointer": ..., "reason": ...}`` each.
        self.errors: list[dict[str, str]] = list(problem.get("errors") or [])
        #: Seconds that the server asks to wait, when it says so.
        self.retry_after = retry_after
        faults = "; ".join(f"{fault.get('pointer')}: {fault.get('reason')}" for fault in self.errors)
        text = f"{self.code} ({self.status}): {self.detail or self.title}"
        super().__init__(f"{text} [{faults}]" if faults else text)


class BadRequestError(ApiError):
    """400: the request breaks a rule; ``errors`` says which member, and why."""


class AuthenticationError(ApiError):
    """401: no credential, or one that is no longer good."""


class PermissionDeniedError(ApiError):
    """403: the credential does not allow this."""


class NotFoundError(ApiError):
    """404: there is no such thing, or none that this credential may see."""


class ConflictError(ApiError):
    """409: the state of things does not allow it."""


class GoneError(ApiError):
    """410: it was there, and its time is over."""


class PreconditionFailedError(ApiError):
    """412: the object has changed since it was read."""


class RateLimitError(ApiError):
    """429: too many requests, or too many calls at once."""


class ServerError(ApiError):
    """5xx: the server failed, or cannot do it now."""


_BY_STATUS: dict[int, type[ApiError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    410: GoneError,
    412: PreconditionFailedError,
    429: RateLimitError,
}


def api_error(status: int, headers: Mapping[str, str], body: bytes) -> ApiError:
    """The exception for an answer. An answer of another shape, a proxy's page say, becomes one too."""
    kind = _BY_STATUS.get(status, ServerError if status >= 500 else ApiError)
    try:
        problem = json.loads(body)
    except ValueError:
        problem = None
    if not isinstance(problem, dict) or "code" not in problem or "status" not in problem:
        problem = {
            "type": "about:blank",
            "title": f"HTTP {status}",
            "status": status,
            "detail": f"The server answered {status} without saying why.",
            "code": f"HTTP_{status}",
            "retryable": status >= 500 or status == 429,
            "traceId": headers.get("x-trace-id", ""),
        }
    return kind(problem, retry_after=_seconds(headers.get("retry-after")))


def _seconds(value: str | None) -> float | None:
    try:
        return max(0.0, float(value)) if value is not None else None
    except ValueError:
        return None
