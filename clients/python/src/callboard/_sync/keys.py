# Generated from _async/ by scripts/generate.py. Not to be edited.
"""API keys: the credentials of servers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from .. import models as m
from .._core import Request, create, path, present, read, timestamp
from .paging import Pages
from .transport import Transport

ROUTE = "/v1/api-keys"


class ApiKeys:
    """Make, rotate and revoke keys; needs the scope ``keys:manage``."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(
        self,
        *,
        name: str,
        scopes: Sequence[m.Scope],
        expires_at: datetime | str | None = None,
        idempotency_key: str | None = None,
    ) -> m.KeyWithSecret:
        """A key with its ``secret``, which is shown once. A repeat has ``secretShown`` false and no secret."""
        body = present(name=name, scopes=list(scopes), expires_at=timestamp(expires_at))
        return cast(m.KeyWithSecret, self._transport.json(create(ROUTE, body, idempotency_key)))

    def get(self, key_id: str) -> m.ApiKey:
        """A key without its secret."""
        return cast(m.ApiKey, self._transport.json(read(path(ROUTE + "/{}", key_id))))

    def list(self, *, limit: int | None = None) -> Pages[m.ApiKey]:
        """All keys."""
        return Pages(self._transport, read(ROUTE, limit=limit))

    def rotate(
        self, key_id: str, *, overlap_seconds: int | None = None, idempotency_key: str | None = None
    ) -> m.KeyWithSecret:
        """A new secret; the old one works for ``overlap_seconds`` more, a day by default."""
        body = present(overlap_seconds=overlap_seconds)
        request = create(path(ROUTE + "/{}/rotate", key_id), body, idempotency_key)
        return cast(m.KeyWithSecret, self._transport.json(request))

    def revoke(self, key_id: str) -> None:
        """Ends a key at once."""
        self._transport.send(Request("DELETE", path(ROUTE + "/{}", key_id)))
