"""The limit of open files: rigs with thousands of sockets raise it as far as this machine lets them."""

from __future__ import annotations

import resource

from torture.kit.report import CouldNotRun


def raise_limit(needed: int) -> None:
    """The processes that are started afterwards inherit it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = 65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536)
    if allowed < needed:
        raise CouldNotRun(f"{needed} open files are needed, and {allowed} allowed: raise  ulimit -Hn")
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
