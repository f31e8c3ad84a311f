from __future__ import annotations

import random

import pytest

from callboard._sse import Message, Parser

STREAM = (
    '\ufeffretry: 2000\nid: 7\n\n: beat\n\nid: 8\nevent: a.b\ndata: {"x":\n'
    'data: "ü№"}\n\nid:9\r\nevent:c\r\ndata:1\r\n\r\nevent: closed\rdata: {}\r\rdata: never ended'
).encode()
WANTED = [
    Message("7", "", None),
    Message("8", "a.b", '{"x":\n"ü№"}'),
    Message("9", "c", "1"),
    Message(None, "closed", "{}"),
]


@pytest.mark.parametrize("seed", range(200))
def test_the_same_messages_come_out_however_the_bytes_were_cut(seed: int) -> None:
    chance, parser, at = random.Random(seed), Parser(), 0
    while at < len(STREAM):
        end = at + chance.randint(1, 9)
        parser.feed(STREAM[at:end])
        at = end
    assert list(parser.messages) == WANTED
    assert parser.retry_ms == 2000
    assert parser.comments == 1


def test_an_unfinished_message_is_not_given_out() -> None:
    parser = Parser()
    parser.feed(b"id: 1\nevent: a\ndata: {}\n")
    assert not parser.messages
    parser.feed(b"\n")
    assert list(parser.messages) == [Message("1", "a", "{}")]


def test_fields_that_mean_nothing_are_ignored() -> None:
    parser = Parser()
    parser.feed(b"retry: soon\nid: a\0b\nwhat: ever\ndata\n\n")
    assert list(parser.messages) == [Message(None, "message", "")]
    assert parser.retry_ms is None
