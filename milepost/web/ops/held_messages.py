"""Messages that are due but held back: the reason for each, and until when."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from milepost.explain import local_time
from milepost.explain.held_messages import Held, held_messages
from milepost.explain.sentences import spaced
from milepost.planner.state import State
from milepost.store import messages
from milepost.store.errors import UnreadableVersionError
from milepost.web.services import Services

MOST = 50  # journeys whose messages are shown


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that is held back; `until` is None if that isn't known."""

    customer: str
    customer_name: str
    contact: str
    title: str
    reason: str
    because: str
    until: str | None


async def waiting(served: Services, zone: str) -> tuple[Waiting, ...]:
    """Returns the messages that are held back, of the journeys that move next."""
    async with served.store.reading() as session:
        rows = await messages.waiting_journeys(session, limit=MOST)
    lines: list[Waiting] = []
    for row, name in rows:
        with suppress(UnreadableVersionError):
            compiled_map = await served.compiled_maps.of(row.version)
            held = held_messages(compiled_map, State.from_json(row.state), served.now(), zone)
            lines += [_line(each, row.customer_id, name, zone) for each in held]
    return tuple(lines)


def _line(held: Held, customer: str, name: str, zone: str) -> Waiting:
    return Waiting(
        customer,
        name,
        held.to or "no contact yet",
        held.title,
        spaced(held.reason),
        held.because,
        local_time.time_of(held.until, zone) if held.until is not None else None,
    )
