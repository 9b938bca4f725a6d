"""Messages that are due but held back: the reason for each, and until when."""

from __future__ import annotations

from contextlib import suppress

from milepost.explain.held_messages import Held, held_messages
from milepost.planner.state import State
from milepost.store import messages
from milepost.store.errors import UnreadableVersionError
from milepost.store.tables import JourneyRow
from milepost.web.services import Services

MOST = 50  # journeys whose messages are shown


async def held(served: Services, zone: str) -> list[tuple[JourneyRow, str, Held]]:
    """Returns the messages that are held back in the journeys that move next, with the customers' names."""
    async with served.store.reading() as session:
        rows = await messages.waiting_journeys(session, limit=MOST)
    lines = []
    for row, name in rows:
        with suppress(UnreadableVersionError):
            compiled_map = await served.compiled_maps.of(row.version)
            state = State.from_json(row.state)
            lines += [(row, name, each) for each in held_messages(compiled_map, state, served.now(), zone)]
    return lines
