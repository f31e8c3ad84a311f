# Generated from _async/ by scripts/generate.py. Not to be edited.
"""The client itself."""

from __future__ import annotations

from types import TracebackType
from typing import Self, cast

import httpx

from .. import models as m
from .._backoff import Backoff
from .._core import read, settings
from .endpoints import WebhookEndpoints
from .events import Events
from .keys import ApiKeys
from .sessions import Sessions
from .transcripts import Transcripts
from .transport import Transport


class Callboard:
    """One Callboard server, seen with one credential.

    ``base_url`` and ``api_key`` default to the environment's CALLBOARD_URL and CALLBOARD_API_KEY. ``api_key`` may be
    an API key, a user's token or a session pass. ``timeout`` is per request, in seconds; ``stream_silence`` is how
    long a stream may be without a sign of life (the server gives one every 15 s). Requests are sent again, up to
    ``max_retries`` times, only where that cannot have a second effect. ``http`` lends a pool of connections.
    """

    def __init__(
        self,
        base_url: str | None = None,
        api_key: str | None = None,
        *,
        timeout: float = 30.0,
        max_retries: int = 3,
        backoff: Backoff | None = None,
        stream_silence: float = 45.0,
        http: httpx.Client | None = None,
    ) -> None:
        address, credential = settings(base_url, api_key)
        waits = backoff or Backoff()
        self._transport = Transport(
            address, credential, timeout=timeout, max_retries=max_retries, backoff=waits, http=http
        )
        self.sessions = Sessions(self._transport)
        self.events = Events(self._transport, waits, stream_silence)
        self.transcripts = Transcripts(self._transport)
        self.webhook_endpoints = WebhookEndpoints(self._transport)
        self.api_keys = ApiKeys(self._transport)

    def me(self) -> m.Me:
        """Who this credential is, and what it may do."""
        return cast(m.Me, self._transport.json(read("/v1/me")))

    def close(self) -> None:
        """Closes the connections."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
