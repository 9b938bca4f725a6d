"""The roles of colleagues, each of which may do all that those before it may."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a colleague may do: see `docs/people.md`."""

    COLLEAGUE = "colleague"
    MANAGER = "manager"
    OPERATIONS = "operations"
    ADMIN = "admin"

    def includes(self, other: Role) -> bool:
        """Returns whether this role may do what the other may."""
        return _ORDER.index(self) >= _ORDER.index(other)


_ORDER = tuple(Role)
