"""A server with two tenants: the local one, and another that was made before it started."""

from __future__ import annotations

import re

from torture.kit.report import CouldNotRun
from torture.kit.server import ServerProcess

SCOPES = ("calls:read", "calls:write", "events:read", "events:write")


def other_tenant(server: ServerProcess, name: str, keys: int = 1, every: tuple[str, ...] = SCOPES) -> list[str]:
    """Makes it while the server does not run; its API keys."""
    made = server.run("tenant", "create", "--name", name)
    tenant = re.search(r"ten_[0-9a-z]+", made.stdout)
    if made.returncode != 0 or tenant is None:
        raise CouldNotRun(f"no tenant: {made.stderr[-300:]}")
    scopes = [word for scope in every for word in ("--scope", scope)]
    out: list[str] = []
    for number in range(keys):
        keyed = server.run("key", "create", "--tenant", tenant.group(), "--name", f"{name}-{number}", *scopes)
        key = re.search(r"cbk_\S+", keyed.stdout)
        if keyed.returncode != 0 or key is None:
            raise CouldNotRun(f"no key: {keyed.stderr[-300:]}")
        out.append(key.group())
    return out
