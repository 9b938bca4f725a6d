"""Who sits at the terminal, for what stands on record with whoever did it."""

from __future__ import annotations

import getpass
import os


def who_did(by: str | None) -> str:
    """Returns whoever was named with `--by`; else the name under which somebody works on this machine."""
    if by:
        return by
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # in a container there may be a number alone
        return f"user {os.getuid()}" if hasattr(os, "getuid") else "somebody at the terminal"
