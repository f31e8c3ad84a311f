"""UUIDv7, by RFC 9562: 48 bits of milliseconds, then randomness of the seed."""

from __future__ import annotations

import random
import time
import uuid


def uuid7(source: random.Random) -> str:
    """A new id. The time is real; the rest follows from the seed."""
    value = (int(time.time() * 1000) & (2**48 - 1)) << 80 | source.getrandbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))
