"""First and last names, taken from a person's whole name by a library that knows titles, particles and `Last, First`.

Where the library isn't sure, messages get the whole name, and never a title, a comma or an address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_SEVERAL_OR_A_TEAM = re.compile(r"[&/|\d@]|\b(?:and|und|et|inc|gmbh|ltd|llc|corp|plc|team|office)\b", re.IGNORECASE)
"""What stands in texts that name several people, a team or a place, but in no person's name."""
_ADDRESS = re.compile(r"<[^<>]*>|\S*@\S*")
_SHORTEST = 2


@dataclass(frozen=True, slots=True)
class PersonName:
    """A name in parts; where the parts aren't sure, `first` and `last` are both the whole name."""

    first: str
    last: str


def without_address(name: str) -> str:
    """Returns a name without the mail addresses that stand in it, such as `Sam Poe <sam@acme.example>`."""
    return " ".join(_ADDRESS.sub(" ", name.replace('"', " ")).split())


@lru_cache(maxsize=4096)
def parts_of(name: str) -> PersonName:
    """Returns the first and last name of a person."""
    name = without_address(name) or " ".join(name.split())
    from nameparser import HumanName  # noqa: PLC0415 - few commands write mails, and it takes a while to load

    parsed = HumanName(name)
    whole = " ".join(part for part in (parsed.first, parsed.middle, parsed.last) if part)
    whole = whole.replace(",", " ").strip() or name.replace(",", " ").strip()
    is_sure = parsed.first and parsed.last and not _SEVERAL_OR_A_TEAM.search(name) and not _is_initial(parsed.first)
    return PersonName(parsed.first, parsed.last) if is_sure else PersonName(whole, whole)


def _is_initial(name: str) -> bool:
    return len(name) < _SHORTEST or name.endswith(".")
