"""Who acts: whoever sent the request or typed the command that this process is busy with, for the audit."""

from __future__ import annotations

import getpass
from contextvars import ContextVar

TERMINAL = "terminal/"
"""What stands before the name of this machine's user; before that of a key stands `planner.facts.KEY`."""

_actor: ContextVar[str | None] = ContextVar("actor", default=None)


def actor() -> str | None:
    """Returns a colleague's address, `key/` and the name of a key, `terminal/` and a user, or None: Milepost itself."""
    return _actor.get()


def acts(who: str) -> None:
    """Says who acts from here on, in this task and in what it begins."""
    _actor.set(who)


def acts_at_terminal() -> None:
    """Says that this machine's user acts; one that has no name is `unknown`."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user may have none
        user = "unknown"
    acts(f"{TERMINAL}{user}")
