"""The log of a call: append, read again, follow."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, cast

import anyio
import httpx

from .. import models as m
from .._backoff import Backoff
from .._core import Request, create, network_error, path, read, stamped
from .paging import AsyncPages
from .stream import AsyncEventStream, OnRetry
from .transport import AsyncTransport

SESSION = "/v1/realtime/sessions/{}"
NDJSON = "application/x-ndjson"


class AsyncEvents:
    """Append, read again, follow."""

    def __init__(self, transport: AsyncTransport, backoff: Backoff, silence: float) -> None:
        self._transport = transport
        self._backoff = backoff
        self._silence = silence

    async def ingest(self, event: m.NewEvent | Mapping[str, Any]) -> m.Appended:
        """Appends one event. Without an ``eventId`` of yours it gets one, and a repeat stays one event."""
        request = Request("POST", "/v1/realtime/events", body=stamped(event), repeatable=True)
        return cast(m.Appended, await self._transport.json(request))

    async def ingest_batch(
        self, events: Sequence[m.NewEvent | Mapping[str, Any]], *, atomic: bool = False
    ) -> list[m.AppendResult]:
        """Appends up to 1000 events of any sessions: one outcome for each, in order.

        A refused event has ``error`` in its place and holds up nobody, unless ``atomic`` asks for all or none.
        """
        body: dict[str, Any] = {"events": [stamped(event) for event in events]}
        if atomic:
            body["atomic"] = True
        request = Request("POST", "/v1/realtime/events", body=body, repeatable=True)
        return cast(m.AppendResults, await self._transport.json(request))["results"]

    async def page(
        self,
        session_id: str,
        *,
        after_sequence: int | None = None,
        until_sequence: int | None = None,
        limit: int | None = None,
        consumer_id: str | None = None,
        types: Sequence[m.EventType] | None = None,
        after_ts: str | None = None,
        after_event_id: str | None = None,
    ) -> m.Replay:
        """One page of the log, oldest first; ``nextAfterSequence`` and ``hasMore`` lead on."""
        request = read(
            path(SESSION + "/events", session_id),
            after_sequence=after_sequence,
            until_sequence=until_sequence,
            limit=limit,
            consumer_id=consumer_id,
            types=",".join(types) if types else None,
            after_ts=after_ts,
            after_event_id=after_event_id,
        )
        return cast(m.Replay, await self._transport.json(request))

    async def replay(
        self,
        session_id: str,
        *,
        after_sequence: int = 0,
        types: Sequence[m.EventType] | None = None,
        page_size: int = 500,
    ) -> AsyncIterator[m.Event]:
        """Every event up to the end of the log as it was when the first page was read."""
        until: int | None = None
        after = after_sequence
        while True:
            page = await self.page(session_id, after_sequence=after, until_sequence=until, limit=page_size, types=types)
            if until is None:
                mark = page["watermark"]
                until = mark["sequence"] if mark is not None else after
            for event in page["events"]:
                if event["sequence"] <= until:
                    yield event
            after = page["nextAfterSequence"]
            if not page["hasMore"] or after >= until:
                return

    async def export(self, session_id: str, *, after_sequence: int = 0) -> AsyncIterator[m.Event]:
        """The whole log in one streamed answer; goes on where it was when the connection breaks."""
        after, attempt = after_sequence, 0
        while True:
            route = path(SESSION + "/events", session_id)
            request = Request("GET", route, query={"afterSequence": after}, headers={"Accept": NDJSON})
            try:
                async with self._transport.open(request, self._silence) as response:
                    async for line in response.aiter_lines():
                        if not line:
                            continue
                        event = cast(m.Event, json.loads(line))
                        after, attempt = event["sequence"], 0
                        yield event
                return
            except (httpx.TransportError, json.JSONDecodeError) as failure:
                if attempt >= 5:
                    raise network_error(failure) from failure
            await anyio.sleep(self._backoff.seconds(attempt))
            attempt += 1

    def follow(
        self,
        session_id: str,
        *,
        after_sequence: int | None = 0,
        late: bool = False,
        backoff: Backoff | None = None,
        on_retry: OnRetry | None = None,
    ) -> AsyncEventStream:
        """The call's events, those of the past first, then each as it happens, until the call is over.

        ``after_sequence=None`` begins with what is new. With ``late`` it goes on until nothing can be added any
        more: late transcripts and recordings may follow the end for some minutes.
        """
        query: dict[str, Any] = {} if late else {"until": "end"}
        return self._stream(
            Request("GET", path(SESSION + "/stream", session_id), query=query),
            None if after_sequence is None else str(after_sequence),
            late,
            backoff,
            on_retry,
        )

    def follow_all(
        self,
        *,
        cursor: str | None = None,
        backoff: Backoff | None = None,
        on_retry: OnRetry | None = None,
    ) -> AsyncEventStream:
        """The events of all calls, without end. ``last_event_id`` is the cursor to keep for the next start."""
        return self._stream(Request("GET", "/v1/realtime/stream"), cursor, True, backoff, on_retry)

    def _stream(
        self,
        request: Request,
        place: str | None,
        late: bool,
        backoff: Backoff | None,
        on_retry: OnRetry | None,
    ) -> AsyncEventStream:
        return AsyncEventStream(
            self._transport,
            request,
            place=place,
            late=late,
            silence=self._silence,
            backoff=backoff or self._backoff,
            on_retry=on_retry,
        )

    async def checkpoint(self, session_id: str, *, consumer_id: str, sequence: int) -> m.CheckpointAnswer:
        """Stores how far a named consumer has dealt with a call. It only ever moves forward."""
        body = {"consumerId": consumer_id, "sequence": sequence}
        request = create(path(SESSION + "/checkpoint", session_id), body)
        return cast(m.CheckpointAnswer, await self._transport.json(request))

    def checkpoints(self, session_id: str, *, limit: int | None = None) -> AsyncPages[m.Checkpoint]:
        """Where each consumer of a call stands."""
        return AsyncPages(self._transport, read(path(SESSION + "/checkpoints", session_id), limit=limit))
