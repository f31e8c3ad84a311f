# Generated from _async/ by scripts/generate.py. Not to be edited.
"""Sessions: one call each, from creation to outcome."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from .. import models as m
from .._core import Page, Request, create, if_match, path, present, read, timestamp
from .paging import Pages
from .transport import Transport

ROUTE = "/v1/call/sessions"


class Sessions:
    """Create, find, change and end calls."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.participants = Participants(transport)
        self.join_links = JoinLinks(transport)

    def create(
        self,
        *,
        session_id: str | None = None,
        channel: m.Channel | None = None,
        direction: m.Direction | None = None,
        owner_user_id: str | None = None,
        correlation_id: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        limits: m.LimitsAsk | None = None,
        simulated: bool | None = None,
        idempotency_key: str | None = None,
    ) -> m.Session:
        """Makes a call and its log. Give your own ``idempotency_key`` to make repeats of your program one call too.

        ``metadata["title"]`` is what people see; ``simulated`` makes a call that plays by itself, where the
        installation offers that.
        """
        body = present(
            session_id=session_id,
            channel=channel,
            direction=direction,
            owner_user_id=owner_user_id,
            correlation_id=correlation_id,
            metadata=metadata,
            limits=limits,
            simulated=simulated,
        )
        answer = self._transport.json(create(ROUTE, body, idempotency_key))
        return cast(m.Session, answer["session"])

    def get(self, session_id: str) -> m.Session:
        """One call as it is now."""
        return cast(m.Session, self._transport.json(read(path(ROUTE + "/{}", session_id))))

    def list(
        self,
        *,
        status: m.Status | None = None,
        connection: m.ConnectionState | None = None,
        owner_user_id: str | None = None,
        correlation_id: str | None = None,
        provider_room_id: str | None = None,
        created_after: datetime | str | None = None,
        created_before: datetime | str | None = None,
        metadata_key: str | None = None,
        metadata_value: str | None = None,
        q: str | None = None,
        limit: int | None = None,
    ) -> Pages[m.Session]:
        """Calls, newest first. ``q``: part of a title, an id, a reference or a name. ``limit``: a page's size, 1-100"""
        return Pages(
            self._transport,
            read(
                ROUTE,
                status=status,
                connection=connection,
                owner_user_id=owner_user_id,
                correlation_id=correlation_id,
                provider_room_id=provider_room_id,
                created_after=timestamp(created_after),
                created_before=timestamp(created_before),
                metadata_key=metadata_key,
                metadata_value=metadata_value,
                q=q,
                limit=limit,
            ),
        )

    def update(self, session_id: str, *, metadata: Mapping[str, Any], version: int | None = None) -> m.Session:
        """Merges metadata; None deletes a key. With ``version`` only if nothing has changed since."""
        etag = None if version is None else f'"{version}"'
        request = Request(
            "PATCH",
            path(ROUTE + "/{}", session_id),
            body={"metadata": dict(metadata)},
            headers=if_match(etag),
            repeatable=version is None,
        )
        return cast(m.Session, self._transport.json(request))

    def activate(
        self,
        session_id: str,
        *,
        provider: str | None = None,
        provider_room_id: str | None = None,
        provider_participant_id: str | None = None,
        provider_call_id: str | None = None,
        idempotency_key: str | None = None,
    ) -> m.Session:
        """Says that a call which runs elsewhere has begun. Calls over LiveKit begin by themselves."""
        body = present(
            status="active",
            provider=provider,
            provider_room_id=provider_room_id,
            provider_participant_id=provider_participant_id,
            provider_call_id=provider_call_id,
        )
        return self._state(session_id, body, idempotency_key)

    def end(
        self, session_id: str, *, reason: m.EndReason | None = None, idempotency_key: str | None = None
    ) -> m.Session:
        """Ends a call. Ending an ended call changes nothing."""
        return self._state(session_id, present(status="ended", end_reason=reason), idempotency_key)

    def fail(self, session_id: str, *, code: str, message: str, idempotency_key: str | None = None) -> m.Session:
        """Ends a call as failed, with your reason."""
        body = present(status="failed", error={"code": code, "message": message})
        return self._state(session_id, body, idempotency_key)

    def _state(self, session_id: str, body: dict[str, Any], key: str | None) -> m.Session:
        answer = self._transport.json(create(path(ROUTE + "/{}/state", session_id), body, key))
        return cast(m.Session, answer["session"])

    def token(
        self,
        session_id: str,
        *,
        participant_name: str | None = None,
        ttl_seconds: int | None = None,
        kind: m.ParticipantRole | None = None,
        can_publish: bool | None = None,
        agent_name: str | None = None,
        idempotency_key: str | None = None,
    ) -> m.TokenAnswer:
        """A new participant with its LiveKit token, session pass and resume token."""
        body = present(
            participant_name=participant_name,
            ttl_seconds=ttl_seconds,
            kind=kind,
            can_publish=can_publish,
            agent_name=agent_name,
        )
        request = create(path(ROUTE + "/{}/livekit/token", session_id), body, idempotency_key)
        return cast(m.TokenAnswer, self._transport.json(request))

    def reconnect(
        self,
        session_id: str,
        *,
        resume_token: str,
        consumer_id: str,
        last_ack_sequence: int | None = None,
        limit: int | None = None,
    ) -> m.ReconnectAnswer:
        """Comes back after a cut: the next resume token and what was missed. A repeat gets the same answer."""
        body = present(
            resume_token=resume_token,
            consumer_id=consumer_id,
            last_ack_sequence=last_ack_sequence,
            limit=limit,
        )
        request = Request("POST", path(ROUTE + "/{}/reconnect", session_id), body=body, repeatable=True)
        return cast(m.ReconnectAnswer, self._transport.json(request))

    def leave(self, session_id: str) -> m.Session:
        """Hangs up, as the participant whose session pass this client holds."""
        answer = self._transport.json(create(path(ROUTE + "/{}/leave", session_id), {}))
        return cast(m.Session, answer["session"])


class Participants:
    """Who is in a call."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, session_id: str) -> list[m.Participant]:
        """Everybody who is or was in the call."""
        page = self._transport.json(read(path(ROUTE + "/{}/participants", session_id)))
        return cast(Page[m.Participant], page)["items"]

    def remove(self, session_id: str, participant_id: str) -> None:
        """Puts somebody out of the call."""
        route = path(ROUTE + "/{}/participants/{}", session_id, participant_id)
        self._transport.send(Request("DELETE", route))

    def report_connection(
        self,
        session_id: str,
        participant_id: str,
        *,
        report_id: str,
        state: m.ReportState,
        kind: m.ReportKind,
        lost_for_ms: int | None = None,
    ) -> bool:
        """Tells what a participant saw of its own connection; whether it told something new."""
        route = path(ROUTE + "/{}/participants/{}/connection", session_id, participant_id)
        body = present(report_id=report_id, state=state, kind=kind, lost_for_ms=lost_for_ms)
        answer = self._transport.json(Request("POST", route, body=body, repeatable=True))
        return bool(answer["recorded"])


class JoinLinks:
    """Links by which people join from a browser."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(
        self,
        session_id: str,
        *,
        kind: m.ParticipantRole | None = None,
        display_name: str | None = None,
        ttl_seconds: int | None = None,
        max_uses: int | None = None,
        idempotency_key: str | None = None,
    ) -> m.JoinLink:
        """A link. ``joinUrl`` is in this answer only."""
        body = present(kind=kind, display_name=display_name, ttl_seconds=ttl_seconds, max_uses=max_uses)
        request = create(path(ROUTE + "/{}/join-links", session_id), body, idempotency_key)
        return cast(m.JoinLink, self._transport.json(request))

    def list(self, session_id: str, *, limit: int | None = None) -> Pages[m.JoinLink]:
        """The links of a call, without their secrets."""
        return Pages(self._transport, read(path(ROUTE + "/{}/join-links", session_id), limit=limit))

    def revoke(self, session_id: str, link_id: str) -> None:
        """Takes a link back. Whoever has joined by it stays."""
        self._transport.send(Request("DELETE", path(ROUTE + "/{}/join-links/{}", session_id, link_id)))
