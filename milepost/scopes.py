"""The scopes of keys: what a program may do at the API."""

from __future__ import annotations

from enum import StrEnum


class Scope(StrEnum):
    """What a key is for: see `docs/keys.md`. None includes another."""

    READ = "read"
    """Look at everything that the API shows."""
    TELL = "tell"
    """Report facts, undo them, and what comes in from mail providers; save agreements and files."""
    CUSTOMERS = "customers"
    """Save, import, merge and rename customers, begin journeys, and say which mail people get."""
    MAIL = "mail"
    """Hold, release, send and cancel mail; make links to plans, and make them void."""
    PEOPLE = "people"
    """Name colleagues, give roles, hand customers over, and record absences."""
