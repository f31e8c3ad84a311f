# Generated from _async/ by scripts/generate.py. Not to be edited.
"""What was said."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Literal, cast

from .. import models as m
from .._core import create, path, read, timestamp
from .paging import Pages
from .transport import Transport

CALL = "/v1/call/sessions/{}"
SEARCH = "/v1/search/transcripts"


class Transcripts:
    """What was said, as it stands and as it came to be."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get(self, session_id: str) -> m.Transcript:
        """The transcript as it stands, in the order of speech."""
        return cast(m.Transcript, self._transport.json(read(path(CALL + "/transcript", session_id))))

    def text(self, session_id: str, *, format: Literal["txt", "vtt", "srt"] = "txt") -> str:
        """The same as plain text or as subtitles."""
        request = read(path(CALL + "/transcript", session_id), format=format)
        response = self._transport.send(request)
        return response.content.decode()

    def versions(self, session_id: str, *, limit: int | None = None) -> Pages[m.TranscriptSnapshot]:
        """Every stored version of every utterance, oldest first."""
        return Pages(self._transport, read(path(CALL + "/transcript-snapshots", session_id), limit=limit))

    def search(
        self,
        q: str,
        *,
        since: datetime | str | None = None,
        until: datetime | str | None = None,
        session_id: str | None = None,
        limit: int | None = None,
    ) -> Pages[m.TranscriptHit]:
        """What was finally said in any call, newest first. Every word must occur; the last may be a beginning."""
        request = read(SEARCH, q=q, until=timestamp(until), session_id=session_id, limit=limit)
        query = {**request.query, **({} if since is None else {"from": timestamp(since)})}
        return Pages(self._transport, replace(request, query=query))

    def compact(self, session_id: str, *, keep: int | None = None) -> m.TranscriptCompaction:
        """Drops old versions beyond the newest ``keep``. What was finally said always stays."""
        body = {} if keep is None else {"keep": keep}
        request = create(path(CALL + "/transcript-snapshots/compact", session_id), body)
        return cast(m.TranscriptCompaction, self._transport.json(request))
