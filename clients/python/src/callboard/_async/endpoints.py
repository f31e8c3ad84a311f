"""Webhook endpoints: where Callboard posts what happens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from .. import models as m
from .._core import Request, create, path, present, read, timestamp
from .paging import AsyncPages
from .transport import AsyncTransport

ROUTE = "/v1/webhook-endpoints"


class AsyncWebhookEndpoints:
    """Endpoints and what was delivered to them; needs the scope ``webhooks:manage``."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def create(
        self,
        *,
        url: str,
        event_types: Sequence[str],
        description: str | None = None,
        idempotency_key: str | None = None,
    ) -> m.WebhookEndpointWithSecret:
        """An endpoint with its ``secret``, which is shown once. ``event_types`` may end in ``.*``."""
        body = present(url=url, event_types=list(event_types), description=description)
        return cast(m.WebhookEndpointWithSecret, await self._transport.json(create(ROUTE, body, idempotency_key)))

    async def get(self, endpoint_id: str) -> m.WebhookEndpoint:
        """One endpoint."""
        return cast(m.WebhookEndpoint, await self._transport.json(read(path(ROUTE + "/{}", endpoint_id))))

    def list(self, *, limit: int | None = None) -> AsyncPages[m.WebhookEndpoint]:
        """All endpoints."""
        return AsyncPages(self._transport, read(ROUTE, limit=limit))

    async def update(
        self,
        endpoint_id: str,
        *,
        url: str | None = None,
        event_types: Sequence[str] | None = None,
        description: str | None = None,
        status: m.WebhookEndpointStatus | None = None,
    ) -> m.WebhookEndpoint:
        """Changes what is given."""
        types = None if event_types is None else list(event_types)
        body = present(url=url, event_types=types, description=description, status=status)
        request = Request("PATCH", path(ROUTE + "/{}", endpoint_id), body=body, repeatable=True)
        return cast(m.WebhookEndpoint, await self._transport.json(request))

    async def delete(self, endpoint_id: str) -> None:
        """Removes an endpoint; what was waiting for it is cancelled."""
        await self._transport.send(Request("DELETE", path(ROUTE + "/{}", endpoint_id)))

    async def rotate(
        self, endpoint_id: str, *, overlap_seconds: int | None = None, idempotency_key: str | None = None
    ) -> m.WebhookEndpointWithSecret:
        """A new secret. Deliveries carry both signatures for ``overlap_seconds``, a day by default."""
        body = present(overlap_seconds=overlap_seconds)
        request = create(path(ROUTE + "/{}/rotate", endpoint_id), body, idempotency_key)
        return cast(m.WebhookEndpointWithSecret, await self._transport.json(request))

    async def test(self, endpoint_id: str) -> m.WebhookDelivery:
        """Sends a ``webhook.test``."""
        answer = await self._transport.json(create(path(ROUTE + "/{}/test", endpoint_id), {}))
        return cast(m.WebhookDelivery, answer["delivery"])

    async def resend_since(
        self, endpoint_id: str, *, since: datetime | str, until: datetime | str | None = None
    ) -> int:
        """Delivers everything of a span again; how many."""
        body = present(since=timestamp(since), until=timestamp(until))
        answer = await self._transport.json(create(path(ROUTE + "/{}/resend", endpoint_id), body))
        return int(answer["queued"])

    def deliveries(
        self,
        endpoint_id: str,
        *,
        status: m.DeliveryStatus | None = None,
        session_id: str | None = None,
        limit: int | None = None,
    ) -> AsyncPages[m.WebhookDelivery]:
        """What was delivered, newest first, and what waits."""
        route = path(ROUTE + "/{}/deliveries", endpoint_id)
        return AsyncPages(self._transport, read(route, status=status, session_id=session_id, limit=limit))

    async def delivery(self, delivery_id: str) -> m.WebhookDeliveryDetail:
        """One delivery with its body and every attempt."""
        return cast(
            m.WebhookDeliveryDetail, await self._transport.json(read(path("/v1/webhook-deliveries/{}", delivery_id)))
        )

    async def resend(self, delivery_id: str) -> m.WebhookDelivery:
        """Delivers one again, under the same id."""
        answer = await self._transport.json(create(path("/v1/webhook-deliveries/{}/resend", delivery_id), {}))
        return cast(m.WebhookDelivery, answer["delivery"])
