# Generated from _async/ by scripts/generate.py. Not to be edited.
"""Sends requests, and sends them again where that is safe."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import time
import httpx

from .._backoff import Backoff
from .._core import Request, headers_of, may_repeat, network_error, query_of, refusal
from ..errors import ApiError, CallboardError


class Transport:
    """One server, one credential, one pool of connections."""

    def __init__(
        self,
        base_url: str,
        credential: str | None,
        *,
        timeout: float,
        max_retries: int,
        backoff: Backoff,
        http: httpx.Client | None,
    ) -> None:
        self.backoff = backoff
        self._base_url = base_url
        self._credential = credential
        self._timeout = timeout
        self._max_retries = max_retries
        self._owned = http is None
        self._http = http or httpx.Client()

    def close(self) -> None:
        """Closes the connections, unless they were lent."""
        if self._owned:
            self._http.close()

    def send(self, request: Request) -> httpx.Response:
        """The answer, read to its end. Raises ApiError for a refusal, NetworkError when there was no answer."""
        attempt = 0
        while True:
            cause: Exception | None = None
            error: CallboardError
            try:
                response = self._http.send(self._built(request))
                if response.is_success:
                    return response
                error = refusal(response)
            except httpx.TransportError as failure:
                cause = failure
                error = network_error(failure)
            if attempt >= self._max_retries or not may_repeat(request, error, cause):
                raise error from cause
            asked = error.retry_after if isinstance(error, ApiError) else None
            time.sleep(max(asked or 0.0, self.backoff.seconds(attempt)))
            attempt += 1

    def json(self, request: Request) -> Any:
        """The answer's body, or None when it has none."""
        response = self.send(request)
        return response.json() if response.content else None

    @contextmanager
    def open(self, request: Request, silence: float) -> Iterator[httpx.Response]:
        """An answer that is read as it comes. More than ``silence`` seconds without a byte end it."""
        built = self._built(request, httpx.Timeout(min(silence, self._timeout), read=silence))
        response = self._http.send(built, stream=True)
        try:
            if not response.is_success:
                response.read()
                raise refusal(response)
            yield response
        finally:
            response.close()

    def _built(self, request: Request, timeout: httpx.Timeout | None = None) -> httpx.Request:
        return self._http.build_request(
            request.method,
            self._base_url + request.path,
            params=query_of(request) or None,
            json=request.body,
            headers=headers_of(self._credential, request),
            timeout=timeout or httpx.Timeout(request.timeout or self._timeout),
        )
