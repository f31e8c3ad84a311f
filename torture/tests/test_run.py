"""The runner must be able to fail, and so must the streams of the storm."""

from __future__ import annotations

import argparse
from typing import Any

import pytest

from torture.kit.storm import Follower, Storm
from torture.run import Rig, judge, rigs

RIG = Rig("r", ["true"], "what", claims=["kill"])


def report(**more: Any) -> dict[str, Any]:
    sound: dict[str, Any] = {
        "rig": "r",
        "seed": 1,
        "size": "quick",
        "ran": {"points": 5},
        "wanted": {"points": 5},
        "faults": {"kill": 5},
        "checked": {"events": 9},
        "violations": [],
        "unknown": 0,
        "limits": [],
        "seconds": 1.0,
    }
    return sound | more


def test_a_sound_run_passes() -> None:
    assert judge(RIG, 0, report()) == []


@pytest.mark.parametrize(
    ("code", "text", "why"),
    [
        (None, report(), "did not end"),
        (2, report(), "could not run"),
        (-9, report(), "could not run"),
        (0, None, "no report"),
        (1, report(violations=[{"what": "an event is lost"}]), "an event is lost"),
        (0, report(violations=[{"what": "an event is lost"}]), "an event is lost"),
        (1, report(), "exit 1 with 0 violations"),
        (0, report(faults={}), "claims kill and injected none"),
        (0, report(faults={"kill": 0}), "claims kill and injected none"),
        (0, report(ran={}), "ran no points"),
        (0, report(checked={"events": 0}), "checked nothing"),
        (0, {k: v for k, v in report().items() if k != "unknown"}, "lacks unknown"),
    ],
)
def test_everything_else_fails(code: int | None, text: dict[str, Any] | None, why: str) -> None:
    assert why in "; ".join(judge(RIG, code, text))


def test_the_list_of_rigs() -> None:
    names = [rig.name for rig in rigs()]
    assert len(names) == len(set(names))
    assert all(rig.claims and rig.what and {"quick", "long"} <= set(rig.sizes) for rig in rigs())


def followed(*pieces: bytes) -> tuple[Follower, list[str]]:
    flags = argparse.Namespace(url="http://127.0.0.1:1", sessions="s", count=1, key="", until=9)
    storm, one = Storm(flags), Follower("s", "127.0.0.1", stood=1.0)
    storm.poll.close()
    for piece in pieces:
        one.buffer += piece
        storm.events(one)
    return one, storm.faults


BLOCKS = b"id: 1\n\n5\r\nid: 2\nevent: x\ndata: {}\n\nid: 3\nevent: x\ndata: {}\n\n"


@pytest.mark.parametrize("cut", range(len(BLOCKS)))
def test_a_stream_in_any_pieces(cut: int) -> None:
    one, faults = followed(BLOCKS[:cut], BLOCKS[cut:])
    assert (one.last, faults) == (3, [])


def test_a_stream_with_a_gap_or_a_repetition() -> None:
    assert followed(BLOCKS.replace(b"id: 3", b"id: 4"))[1] == ["s: 4 after 2"]
    assert followed(BLOCKS.replace(b"id: 3", b"id: 2"))[1] == ["s: 2 after 2"]
