"""Facts that journeys have yet to take in, so that a page shows at once what its reader has just done."""

from __future__ import annotations

from collections.abc import Collection

from milepost.store import facts
from milepost.web.services import Services

_SUBJECT = ("step", "outcome", "task")


async def pending_facts(served: Services, customers: Collection[str]) -> dict[tuple[str, str], str]:
    """Returns the kind of the last pending fact by customer and by step, outcome or task."""
    async with served.store.reading() as session:
        rows = await facts.pending_of(session, customers)
    return {
        (row.customer_id, subject): row.kind
        for row in rows
        for subject in (*(str(row.data[name]) for name in _SUBJECT if name in row.data), *row.data.get("steps", ()))
    }
