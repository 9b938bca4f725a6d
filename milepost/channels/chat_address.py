"""Where messages to a chat may be posted: https addresses that anybody in the internet can reach, and nothing inside.

A name is looked up once, and the connection goes to the address that was looked at: what it leads to a moment later
doesn't count.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import httpx

from milepost.errors import MilepostError

_LONGEST = 2000
_SETTING = "MILEPOST_CHAT_PRIVATE_ADDRESSES"
_WITH_IPV4 = tuple(map(ipaddress.IPv6Network, ("::/96", "64:ff9b::/96", "64:ff9b:1::/96")))
"""Networks whose addresses end with one of IPv4: gateways (NAT64) lead from there to it, and so inside."""
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class ChatAddressError(MilepostError):
    """Nothing is posted to this address."""

    code = "chat_address"


async def resolve(host: str, port: int) -> Sequence[str]:
    """Returns the addresses that a name leads to.

    Raises:
        OSError: it leads nowhere.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may be posted to: with `private` also addresses inside one's own network, with `loopback` this machine."""

    private: bool = False
    loopback: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """An address as it is connected to: `url` has the number in the place of the name, `host` is the name."""

    url: httpx.URL
    host: str
    header: str


def read_address(text: str, allowed: Allowed) -> httpx.URL:
    """Reads what somebody wrote as the address of their chat.

    Raises:
        ChatAddressError: it isn't one, or isn't https.
    """
    hint = "Copy the whole address from Slack or Teams; it begins with https://."
    try:
        url = httpx.URL(text.strip())
    except httpx.InvalidURL:
        raise ChatAddressError("This isn't an address.", hint) from None
    if not text.isascii() or len(text) > _LONGEST or not url.host or url.scheme not in ("https", "http"):
        raise ChatAddressError("This isn't the address of an incoming webhook.", hint)
    if url.userinfo:
        raise ChatAddressError("An address with a name and a password in it is not taken.", hint)
    if url.scheme == "http" and not (allowed.private or (allowed.loopback and _is_loopback_name(url.host))):
        raise ChatAddressError("The address begins with http://, so that others could read along.", hint)
    return url


def shown(url: httpx.URL) -> str:
    """Returns as much of an address as is shown: the host and the last letters, for whoever has several."""
    end = str(url).rstrip("/")[-4:] if len(url.raw_path) > 12 else ""  # noqa: PLR2004 - not most of a short one
    return f"{url.host}/…{end}"


async def checked(url: httpx.URL, allowed: Allowed, lookup: Resolve = resolve) -> Target:
    """Returns where an address leads to, if something may be posted there.

    Raises:
        ChatAddressError: it leads inside, or nowhere.
    """
    port = url.port or (443 if url.scheme == "https" else 80)
    try:
        numbers = [ipaddress.ip_address(each.partition("%")[0]) for each in await lookup(url.host, port)]
    except (OSError, ValueError):
        numbers = []
    if not numbers:
        raise ChatAddressError(f"There is no {url.host}.", "See that the address is whole.")
    if not all(_may(each, allowed) for each in numbers):
        raise ChatAddressError(
            f"{url.host} is an address inside a network, and nothing is posted there.",
            f"Use the address that Slack or Teams gives you; operations can allow others with {_SETTING}.",
        )
    return Target(url.copy_with(host=str(numbers[0])), url.host, url.netloc.decode())


def _may(number: ipaddress.IPv4Address | ipaddress.IPv6Address, allowed: Allowed) -> bool:
    inner = _inside_of(number)
    if inner.is_multicast or inner.is_unspecified:
        return False
    if inner.is_loopback:
        return allowed.loopback or allowed.private
    return (inner.is_global and not getattr(inner, "is_site_local", False)) or allowed.private


def _inside_of(number: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Returns the IPv4 address that one of IPv6 stands for, where it is a way to such a one; others as they are."""
    if isinstance(number, ipaddress.IPv4Address):
        return number
    if any(number in network for network in _WITH_IPV4) and not (number.is_loopback or number.is_unspecified):
        return ipaddress.IPv4Address(number.packed[-4:])
    return number.ipv4_mapped or number.sixtofour or number


def _is_loopback_name(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
