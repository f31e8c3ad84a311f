"""The book of acknowledgements: what was sent, and what its sender was told about it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Entry:
    """One event that was sent at least once.

    `sequence` is set when some attempt was acknowledged. `unknown` counts attempts whose outcome nobody told;
    `refused` those that were told that nothing was stored. `turn` orders the events of one writer and session that
    were each sent after the one before was acknowledged.
    """

    session: str
    event_id: str
    type: str
    payload: dict[str, Any]
    writer: str = ""
    turn: int = 0
    sequence: int | None = None
    unknown: int = 0
    refused: int = 0
    contradictions: list[str] = field(default_factory=list)


class AckBook:
    """Safe to use from several threads. `snapshot` is what was known at one moment."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[tuple[str, str], Entry] = {}

    def sent(self, entry: Entry) -> None:
        """Before the first byte leaves. A repetition under the same id is the same entry."""
        with self._lock:
            self._entries.setdefault((entry.session, entry.event_id), entry)

    def acked(self, session: str, event_id: str, sequence: int) -> None:
        """The server said: stored at this place."""
        with self._lock:
            entry = self._entries[session, event_id]
            if entry.sequence is not None and entry.sequence != sequence:
                entry.contradictions.append(f"acknowledged at {entry.sequence}, then at {sequence}")
            entry.sequence = sequence if entry.sequence is None else entry.sequence

    def unknown(self, session: str, event_id: str) -> None:
        """Cut off, timed out, or answered that the outcome is not known."""
        with self._lock:
            self._entries[session, event_id].unknown += 1

    def refused(self, session: str, event_id: str) -> None:
        """The server said that nothing was stored, or no connection was made."""
        with self._lock:
            self._entries[session, event_id].refused += 1

    def snapshot(self) -> list[Entry]:
        """Copies: what happens later does not change them."""
        with self._lock:
            return [Entry(**{**vars(e), "contradictions": list(e.contradictions)}) for e in self._entries.values()]

    def counts(self) -> dict[str, int]:
        """Acknowledged, unknown for good, refused for good."""
        entries = self.snapshot()
        return {
            "acknowledged": sum(e.sequence is not None for e in entries),
            "unknown": sum(e.sequence is None and e.unknown > 0 for e in entries),
            "refused": sum(e.sequence is None and e.unknown == 0 and e.refused > 0 for e in entries),
        }
