"""Callboard for Python: call sessions, their logs, streams that resume, and signed webhooks.

``Callboard`` and ``AsyncCallboard`` are the same client, without and with ``await``. Shapes are in
``callboard.models``, webhooks are checked by ``callboard.webhooks.verify``.
"""

from . import models, webhooks
from ._async.client import AsyncCallboard
from ._async.paging import AsyncPages
from ._async.stream import AsyncEventStream
from ._backoff import Backoff
from ._core import Page
from ._sync.client import Callboard
from ._sync.paging import Pages
from ._sync.stream import EventStream
from ._version import __version__
from .errors import (
    ApiError,
    AuthenticationError,
    BadRequestError,
    CallboardError,
    ConflictError,
    GoneError,
    NetworkError,
    NotFoundError,
    PermissionDeniedError,
    PreconditionFailedError,
    RateLimitError,
    ServerError,
    WebhookVerificationError,
)

__all__ = [
    "ApiError",
    "AsyncCallboard",
    "AsyncEventStream",
    "AsyncPages",
    "AuthenticationError",
    "Backoff",
    "BadRequestError",
    "Callboard",
    "CallboardError",
    "ConflictError",
    "EventStream",
    "GoneError",
    "NetworkError",
    "NotFoundError",
    "Page",
    "Pages",
    "PermissionDeniedError",
    "PreconditionFailedError",
    "RateLimitError",
    "ServerError",
    "WebhookVerificationError",
    "__version__",
    "models",
    "webhooks",
]
