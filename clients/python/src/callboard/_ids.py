"""Ids that this side makes."""

from __future__ import annotations

import secrets
import time
import uuid


def new_event_id() -> str:
    """An event id in the order of time (UUIDv7), so that the log's index grows at its end."""
    random = secrets.randbits(74)
    value = (time.time_ns() // 1_000_000 & (1 << 48) - 1) << 80
    value |= 0x7 << 76 | (random >> 62) << 64 | 0b10 << 62 | random & (1 << 62) - 1
    return f"evt_{uuid.UUID(int=value)}"


def new_idempotency_key() -> str:
    """A key under which the server recognises a repeat."""
    return f"idk_{secrets.token_hex(16)}"
