"""Counts what a client does in a minute, in this process: wrong links, tries to sign in."""

from __future__ import annotations

import time
from ipaddress import IPv6Address, ip_address, ip_network

from fastapi import Request
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

_PREFIX = 64  # bits: what one household or office has of IPv6


class Throttle:
    """Lets a client do something so many times a minute."""

    def __init__(self, most: int) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._limit: RateLimitItem = RateLimitItemPerMinute(most)

    def seconds_to_wait(self, client: str, *, counts: bool) -> int:
        """Returns how long a client has to wait before its next try, 0 for not at all. Only what `counts` is counted.

        Nothing is awaited, so no burst slips past.
        """
        take = self._limiter.hit if counts else self._limiter.test
        if take(self._limit, client):
            return 0
        reset = self._limiter.get_window_stats(self._limit, client).reset_time
        return max(int(reset - time.time()), 1)


def client_of(request: Request) -> str:
    """Returns what tells clients apart: an address, as trusted proxies tell it; of IPv6 its network."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        return str(ip_network((address, _PREFIX), strict=False))
    return str(address)
