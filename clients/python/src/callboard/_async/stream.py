"""A stream of events that survives its connections."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from types import TracebackType
from typing import Self, cast

import anyio
import httpx

from .._backoff import Backoff
from .._core import STREAM_REFUSED, Request, network_error
from .._sse import Message, Parser
from ..errors import ApiError, CallboardError, NetworkError
from ..models import Event
from .transport import AsyncTransport

#: Told of every failed try and of the seconds until the next.
OnRetry = Callable[[CallboardError, float], None]


class AsyncEventStream:
    """Events in order, each once, whatever happens to the connection.

    The place moves only when an event has been handed to whoever iterates, so a cut at any byte neither loses nor
    repeats one. A cut is followed by a wait and another try, without end; a refusal (no longer a good credential, no
    such session) is raised. Leaving the loop early leaves the connection open: use ``with``, or ``aclose()``. Entering
    ``with`` connects at once; without it the first event does.
    """

    def __init__(
        self,
        transport: AsyncTransport,
        request: Request,
        *,
        place: str | None,
        late: bool,
        silence: float,
        backoff: Backoff,
        on_retry: OnRetry | None,
    ) -> None:
        self._transport = transport
        self._request = request
        self._place = place
        self._late = late
        self._silence = silence
        self._backoff = backoff
        self._on_retry = on_retry
        self._parser = Parser()
        self._opened: AbstractAsyncContextManager[httpx.Response] | None = None
        self._pieces: AsyncIterator[bytes] | None = None
        self._attempt = 0
        self._heard = 0
        self._finished = False
        #: Why the stream came to its end, when the server said so: ``session_over``.
        self.closed_reason: str | None = None

    @property
    def last_event_id(self) -> str | None:
        """The place after the last event that was handed over: what a later stream can begin from."""
        return self._place

    def __aiter__(self) -> Self:
        return self

    async def __aenter__(self) -> Self:
        """Connects, so that what happens from here on is part of the stream."""
        while self._pieces is None and not self._finished:
            await self._advance()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Ends the stream. Safe to repeat."""
        self._finished = True
        await self._drop()

    async def __anext__(self) -> Event:
        while not self._finished:
            if self._parser.messages:
                event = self._take(self._parser.messages.popleft())
                if event is not None:
                    return event
            else:
                await self._advance()
        await self._drop()
        raise StopAsyncIteration

    def _take(self, message: Message) -> Event | None:
        """The event of a message, if it is one. From here on it counts as handed over."""
        self._attempt = 0
        if message.data is not None and message.id is None:
            if message.event == "closed":
                self._closed(str(json.loads(message.data).get("reason", "")))
            return None
        if message.data is None:
            self._place = message.id
            return None
        event = cast(Event, json.loads(message.data))
        self._place = message.id
        return event

    def _closed(self, reason: str) -> None:
        # Every other reason is about this connection: the next one goes on.
        if reason == "session_over":
            self.closed_reason = reason
            self._finished = not self._late

    async def _advance(self) -> None:
        """Reads one piece; opens a connection first when there is none."""
        try:
            if self._pieces is None:
                await self._open()
            if self._pieces is None:
                return
            self._parser.feed(await anext(self._pieces))
            if self._parser.comments > self._heard:
                self._heard, self._attempt = self._parser.comments, 0
        except StopAsyncIteration:
            # Ended by the server itself: with the late window of a call that is over, or to be opened anew.
            self._finished = self.closed_reason is not None
            await self._lost(NetworkError("the stream ended"))
        except httpx.TransportError as failure:
            await self._lost(network_error(failure))
        except ApiError as refusal:
            if refusal.status in STREAM_REFUSED:
                await self.aclose()
                raise
            await self._lost(refusal, refusal.retry_after or 0.0)

    async def _open(self) -> None:
        self._parser = Parser()
        self._heard = 0
        headers = {"Accept": "text/event-stream", "Accept-Encoding": "identity", "Cache-Control": "no-store"}
        if self._place is not None:
            headers["Last-Event-ID"] = self._place
        opened = self._transport.open(replace(self._request, headers=headers), self._silence)
        response = await opened.__aenter__()
        self._opened = opened
        if response.status_code == 204:
            self._finished = True
        else:
            self._pieces = response.aiter_bytes()

    async def _lost(self, error: CallboardError, at_least: float = 0.0) -> None:
        asked = self._parser.retry_ms if self._backoff.honour_server else None
        await self._drop()
        if self._finished:
            return
        wait = max(at_least, (asked or 0) / 1000 + self._backoff.seconds(self._attempt))
        self._attempt += 1
        if self._on_retry is not None:
            self._on_retry(error, wait)
        await anyio.sleep(wait)

    async def _drop(self) -> None:
        opened, self._opened, self._pieces = self._opened, None, None
        if opened is not None:
            await opened.__aexit__(None, None, None)
