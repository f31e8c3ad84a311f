"""The checker must be able to fail: each kind of damage is fed to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from torture.kit.book import AckBook, Entry
from torture.kit.check import Stored, Violation, check_log, check_shape, compare


def entry(number: int, sequence: int | None, unknown: int = 0, refused: int = 0) -> Entry:
    return Entry("s", f"e{number}", "usage.tick", {"n": number}, "w", number, sequence, unknown, refused)


def event(number: int, sequence: int) -> Stored:
    return Stored(sequence, f"e{number}", "usage.tick", {"n": number})


FIRST = Stored(1, "cb:call.started", "call.started", {})
LOG = [FIRST, event(1, 2), event(2, 3), event(3, 4)]
BOOK = [entry(1, 2), entry(2, 3), entry(3, 4)]


def whats(found: Sequence[Violation]) -> set[str]:
    return {v.what for v in found}


def test_a_sound_log_passes() -> None:
    assert check_log(BOOK, {"s": LOG}) == []


def test_a_hole() -> None:
    assert whats(check_shape({"s": [*LOG[:2], *LOG[3:]]})) == {"a hole in the log"}


def test_a_log_that_begins_too_late() -> None:
    assert whats(check_shape({"s": LOG[1:]})) == {"a hole in the log"}


def test_a_place_used_twice() -> None:
    assert "a place in the log is used twice" in whats(check_shape({"s": [*LOG[:2], event(9, 2)]}))


def test_a_duplicate() -> None:
    assert whats(check_shape({"s": [*LOG, event(3, 5)]})) == {"an event is stored twice"}


def test_a_lost_acknowledgement() -> None:
    assert whats(check_log(BOOK, {"s": LOG[:-1]})) == {"an acknowledged event is lost"}


def test_a_lost_session() -> None:
    assert whats(check_log(BOOK, {})) == {"an acknowledged event is lost"}


def test_a_changed_byte() -> None:
    changed = [*LOG[:-1], replace(LOG[-1], payload={"n": 4})]
    assert whats(check_log(BOOK, {"s": changed})) == {"an event changed"}


def test_a_changed_type() -> None:
    changed = [*LOG[:-1], replace(LOG[-1], type="usage.warning")]
    assert whats(check_log(BOOK, {"s": changed})) == {"an event changed"}


def test_two_that_changed_places() -> None:
    swapped = [FIRST, event(2, 2), event(1, 3), event(3, 4)]
    assert "an acknowledged event moved" in whats(check_log(BOOK, {"s": swapped}))
    book = [entry(1, 3), entry(2, 2), entry(3, 4)]
    assert whats(check_log(book, {"s": swapped})) == {"events of one writer changed places"}


def test_two_acknowledged_at_one_place() -> None:
    book = [*BOOK, entry(4, 4)]
    assert "two events were acknowledged at one place" in whats(check_log(book, {"s": LOG}))


def test_an_event_that_nobody_sent() -> None:
    assert whats(check_log(BOOK[:-1], {"s": LOG})) == {"the log holds an event that nobody sent"}


def test_stored_although_refused() -> None:
    book = [*BOOK[:-1], entry(3, None, refused=1)]
    assert whats(check_log(book, {"s": LOG})) == {"an event is stored that was refused each time"}


@pytest.mark.parametrize("log", [LOG, LOG[:-1]])
def test_unknown_may_be_either(log: list[Stored]) -> None:
    assert check_log([*BOOK[:-1], entry(3, None, unknown=1)], {"s": log}) == []


def test_an_unknown_one_may_still_not_change() -> None:
    log = [*LOG[:-1], replace(LOG[-1], payload={})]
    assert whats(check_log([*BOOK[:-1], entry(3, None, unknown=1)], {"s": log})) == {"an event changed"}


def test_a_contradicted_acknowledgement() -> None:
    book = AckBook()
    book.sent(entry(1, None))
    book.acked("s", "e1", 2)
    book.acked("s", "e1", 3)
    assert "an acknowledgement was contradicted" in whats(check_log(book.snapshot(), {"s": [FIRST, event(1, 2)]}))


def test_a_snapshot_does_not_change() -> None:
    book = AckBook()
    book.sent(entry(1, None))
    book.unknown("s", "e1")
    before = book.snapshot()
    book.acked("s", "e1", 2)
    assert before[0].sequence is None
    assert book.counts() == {"acknowledged": 1, "unknown": 0, "refused": 0}


def test_two_readings() -> None:
    assert compare({"s": LOG}, {"s": LOG}, ("http", "file")) == []
    assert len(compare({"s": LOG}, {"s": LOG[:-1]}, ("http", "file"))) == 1
    assert len(compare({"s": LOG}, {}, ("http", "file"))) == 1
