# Generated from _async/ by scripts/generate.py. Not to be edited.
"""Lists, page by page or item by item."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Generic, TypeVar, cast

from .._core import Page, Request
from .transport import Transport

T = TypeVar("T")


class Pages(Generic[T]):
    """A list. Iterating gives every item of every page; nothing is asked for before."""

    def __init__(self, transport: Transport, request: Request) -> None:
        self._transport = transport
        self._request = request

    def page(self, cursor: str | None = None) -> Page[T]:
        """One page: the first, or the one that a ``nextCursor`` leads to."""
        query = {**self._request.query, **({"cursor": cursor} if cursor is not None else {})}
        return cast(Page[T], self._transport.json(replace(self._request, query=query)))

    def pages(self) -> Iterator[Page[T]]:
        """Every page."""
        cursor: str | None = None
        while True:
            page = self.page(cursor)
            yield page
            cursor = page["nextCursor"]
            if cursor is None:
                return

    def __iter__(self) -> Iterator[T]:
        for page in self.pages():
            for item in page["items"]:
                yield item
