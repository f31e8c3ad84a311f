from __future__ import annotations

from collections.abc import Iterator

import pytest

from callboard import Backoff, Callboard

from .rig import Server

#: The waits of tests: there, and short.
QUICK = Backoff(base=0.005, cap=0.02, honour_server=False)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture
def client(server: Server) -> Iterator[Callboard]:
    with Callboard(server.url, server.api_key, backoff=QUICK) as client:
        yield client
