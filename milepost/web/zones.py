"""Time zones of pages: ours on pages for colleagues, the customer's on the customer's plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from milepost.web.services import Services


async def ours(served: Services, versions: Iterable[str] = ()) -> str:
    """Returns the time zone that most of these map versions work in; without any, that of most published maps."""
    compiled_maps = [
        await served.compiled_maps.of(version) for version in versions
    ] or await served.compiled_maps.current()
    counted = Counter(compiled_map.ours.timezone for compiled_map in compiled_maps)
    return max(sorted(counted), key=counted.__getitem__) if counted else "UTC"
