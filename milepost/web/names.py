"""Lets every page call colleagues by their names, which are read once for the whole page."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from milepost.explain.people_names import colleagues_named
from milepost.store.database import Store
from milepost.store.people import KnownPeople

_READS = frozenset({"GET", "HEAD"})
_WITHOUT_NAMES = ("/static/", "/health", "/metrics")


class Names:
    """Knows what colleagues are called while a request is answered."""

    def __init__(self, app: ASGIApp, store: Store) -> None:
        self._app = app
        self._people = KnownPeople(store)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(_WITHOUT_NAMES):
            await self._app(scope, receive, send)
            return
        with colleagues_named(await self._people.names(), self._people.booking_links):
            await self._app(scope, receive, send)
        if scope["method"] not in _READS:
            self._people.read_again()
