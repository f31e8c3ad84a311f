"""The checker: compares what the log holds with what the book says. It knows nothing of how either came about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from torture.kit.book import Entry

#: Ids that begin so are the server's own events: nobody sent them.
OWN = "cb:"


@dataclass(frozen=True)
class Stored:
    """One event as the log holds it."""

    sequence: int
    event_id: str
    type: str
    payload: Any


@dataclass(frozen=True)
class Violation:
    """One promise that did not hold."""

    what: str
    detail: str


Log = Mapping[str, Sequence[Stored]]


def check_shape(log: Log) -> list[Violation]:
    """Without knowing what was sent: sequences 1, 2, 3, … in order, and no id twice."""
    found: list[Violation] = []
    for session, events in log.items():
        for place, event in enumerate(events, start=1):
            if event.sequence != place:
                what = "a hole in the log" if event.sequence > place else "a place in the log is used twice"
                found.append(Violation(what, f"{session}: {event.sequence} where {place} was due"))
                break
        for event_id, times in Counter(e.event_id for e in events).items():
            if times > 1:
                found.append(Violation("an event is stored twice", f"{session}: {event_id}"))
    return found


def _entry(entry: Entry, stored: Stored | None) -> list[Violation]:
    where = f"{entry.session}: {entry.event_id}"
    found = [Violation("an acknowledgement was contradicted", f"{where}: {c}") for c in entry.contradictions]
    if stored is None:
        if entry.sequence is not None:
            found.append(Violation("an acknowledged event is lost", f"{where}, sequence {entry.sequence}"))
        return found
    if entry.sequence is not None and stored.sequence != entry.sequence:
        found.append(Violation("an acknowledged event moved", f"{where}: {entry.sequence} became {stored.sequence}"))
    if stored.type != entry.type or stored.payload != entry.payload:
        found.append(Violation("an event changed", f"{where}: {entry.payload!r} became {stored.payload!r}"))
    if entry.sequence is None and entry.unknown == 0:
        found.append(Violation("an event is stored that was refused each time", where))
    return found


def _order(entries: Iterable[Entry], log: Mapping[str, Mapping[str, Stored]]) -> list[Violation]:
    """Events of one writer in one session, each sent after the one before was acknowledged, are in that order."""
    found: list[Violation] = []
    last: dict[tuple[str, str], tuple[int, int]] = {}
    for entry in sorted((e for e in entries if e.turn), key=lambda e: e.turn):
        stored = log.get(entry.session, {}).get(entry.event_id)
        if stored is None or entry.sequence is None:
            continue
        key = (entry.writer, entry.session)
        turn, sequence = last.get(key, (0, 0))
        if stored.sequence <= sequence:
            detail = f"{entry.session}: turn {entry.turn} at {stored.sequence}, turn {turn} at {sequence}"
            found.append(Violation("events of one writer changed places", detail))
        last[key] = (entry.turn, stored.sequence)
    return found


def check_log(entries: Sequence[Entry], log: Log, *, strangers: bool = True) -> list[Violation]:
    """Everything. With `strangers`, an event that nobody sent is a violation, the server's own excepted."""
    found = check_shape(log)
    by_id = {session: {e.event_id: e for e in events} for session, events in log.items()}
    for entry in entries:
        found += _entry(entry, by_id.get(entry.session, {}).get(entry.event_id))
    found += _order(entries, by_id)
    places: Counter[tuple[str, int]] = Counter((e.session, e.sequence) for e in entries if e.sequence is not None)
    for (session, sequence), times in places.items():
        if times > 1:
            found.append(Violation("two events were acknowledged at one place", f"{session}: {sequence}"))
    if strangers:
        sent = {(e.session, e.event_id) for e in entries}
        for session, events in by_id.items():
            for event_id in events:
                if not event_id.startswith(OWN) and (session, event_id) not in sent:
                    found.append(Violation("the log holds an event that nobody sent", f"{session}: {event_id}"))
    return found


def compare(one: Log, other: Log, names: tuple[str, str]) -> list[Violation]:
    """Two ways to read the same log give the same events."""
    found: list[Violation] = []
    for session in sorted({*one, *other}):
        left, right = list(one.get(session, [])), list(other.get(session, []))
        if left != right:
            at = next(
                (i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right))
            )
            detail = f"{session}: {len(left)} by {names[0]}, {len(right)} by {names[1]}, first difference at {at + 1}"
            found.append(Violation("two readings of the log differ", detail))
    return found
