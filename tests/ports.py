from __future__ import annotations

from milepost.devserver.ports import check_port


def free_port() -> int:
    """A port that nobody uses now."""
    return check_port(0, "a server", "--port")
