"""The shapes of webhook endpoints and of what is delivered to them."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict


class WebhookAttempt(TypedDict):
    """One try to deliver."""

    at: str
    ok: bool
    status: NotRequired[int]
    ms: int
    error: NotRequired[str]
    responseBody: NotRequired[str]


class WebhookOutcome(TypedDict):
    """The newest try of an endpoint."""

    at: str
    ok: bool
    status: NotRequired[int]
    error: NotRequired[str]


class WebhookEndpoint(TypedDict):
    """Where Callboard posts what happens."""

    endpointId: str
    url: str
    description: NotRequired[str]
    eventTypes: list[str]
    status: Literal["enabled", "disabled"]
    disabledReason: NotRequired[Literal["by_hand", "failing"]]
    disabledAt: NotRequired[str]
    failingSince: NotRequired[str]
    createdAt: str
    pending: int
    lastAttempt: NotRequired[WebhookOutcome]
    previousSecretExpiresAt: NotRequired[str]


class WebhookEndpointWithSecret(TypedDict):
    """An endpoint with its secret, shown once."""

    endpoint: WebhookEndpoint
    secret: NotRequired[str]
    secretShown: bool


class WebhookDelivery(TypedDict):
    """One event on its way to one endpoint."""

    deliveryId: str
    endpointId: str
    eventType: str
    eventId: NotRequired[str]
    sessionId: NotRequired[str]
    sequence: NotRequired[int]
    status: Literal["pending", "delivered", "dead", "cancelled"]
    attempts: int
    createdAt: str
    nextAttemptAt: NotRequired[str]
    deliveredAt: NotRequired[str]
    lastAttempt: NotRequired[WebhookAttempt]


class WebhookDeliveryDetail(WebhookDelivery):
    """A delivery with what was posted and every try."""

    body: object
    history: list[WebhookAttempt]
