"""Lists, page by page or item by item."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Generic, TypeVar, cast

from .._core import Page, Request
from .transport import AsyncTransport

T = TypeVar("T")


class AsyncPages(Generic[T]):
    """A list. Iterating gives every item of every page; nothing is asked for before."""

    def __init__(self, transport: AsyncTransport, request: Request) -> None:
        self._transport = transport
        self._request = request

    async def page(self, cursor: str | None = None) -> Page[T]:
        """One page: the first, or the one that a ``nextCursor`` leads to."""
        query = {**self._request.query, **({"cursor": cursor} if cursor is not None else {})}
        return cast(Page[T], await self._transport.json(replace(self._request, query=query)))

    async def pages(self) -> AsyncIterator[Page[T]]:
        """Every page."""
        cursor: str | None = None
        while True:
            page = await self.page(cursor)
            yield page
            cursor = page["nextCursor"]
            if cursor is None:
                return

    async def __aiter__(self) -> AsyncIterator[T]:
        async for page in self.pages():
            for item in page["items"]:
                yield item
