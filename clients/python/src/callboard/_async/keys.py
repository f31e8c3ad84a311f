"""API keys: the credentials of servers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from .. import models as m
from .._core import Request, create, path, present, read, timestamp
from .paging import AsyncPages
from .transport import AsyncTransport

ROUTE = "/v1/api-keys"


class AsyncApiKeys:
    """Make, rotate and revoke keys; needs the scope ``keys:manage``."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def create(
        self,
        *,
        name: str,
        scopes: Sequence[m.Scope],
        expires_at: datetime | str | None = None,
        idempotency_key: str | None = None,
    ) -> m.KeyWithSecret:
        """A key with its ``secret``, which is shown once. A repeat has ``secretShown`` false and no secret."""
        body = present(name=name, scopes=list(scopes), expires_at=timestamp(expires_at))
        return cast(m.KeyWithSecret, await self._transport.json(create(ROUTE, body, idempotency_key)))

    async def get(self, key_id: str) -> m.ApiKey:
        """A key without its secret."""
        return cast(m.ApiKey, await self._transport.json(read(path(ROUTE + "/{}", key_id))))

    def list(self, *, limit: int | None = None) -> AsyncPages[m.ApiKey]:
        """All keys."""
        return AsyncPages(self._transport, read(ROUTE, limit=limit))

    async def rotate(
        self, key_id: str, *, overlap_seconds: int | None = None, idempotency_key: str | None = None
    ) -> m.KeyWithSecret:
        """A new secret; the old one works for ``overlap_seconds`` more, a day by default."""
        body = present(overlap_seconds=overlap_seconds)
        request = create(path(ROUTE + "/{}/rotate", key_id), body, idempotency_key)
        return cast(m.KeyWithSecret, await self._transport.json(request))

    async def revoke(self, key_id: str) -> None:
        """Ends a key at once."""
        await self._transport.send(Request("DELETE", path(ROUTE + "/{}", key_id)))
