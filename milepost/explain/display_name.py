"""Names for people whose address is all that is known."""

from __future__ import annotations

import re


def name_of(address: str) -> str:
    """The name in an address: `ana.ruiz-lopez@vendor.example` is Ana Ruiz Lopez."""
    words = re.split(r"[._-]+", address.partition("@")[0])
    return " ".join(word.capitalize() for word in words if word) or address
