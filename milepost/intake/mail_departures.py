"""When mail that a person releases goes: in its reader's hours, unless the limit of mails says later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from milepost.explain.local_time import date_text, local
from milepost.intake.context import IntakeContext
from milepost.places import city_of
from milepost.planner.instants import Instant
from milepost.planner.situation import Situation
from milepost.planner.state import State
from milepost.store.mail_tables import HeldMessageRow
from milepost.store.tables import JourneyRow

Key = tuple[str, str]
NO_GRACE = timedelta()


@dataclass(frozen=True, slots=True)
class Departure:
    """The earliest instant at which a message goes, and the time zone of its reader."""

    at: Instant
    timezone: str

    def sentence(self, now: Instant) -> str:
        """Says when: `goes today 15:00 in Vienna`."""
        if self.at <= now:
            return "goes now"
        then = local(self.at, self.timezone)
        day = "today" if then.date() == local(now, self.timezone).date() else date_text(then.date())
        return f"goes {day} {then:%H:%M} in {city_of(self.timezone)}"


async def departures(
    context: IntakeContext, released: Mapping[Key, tuple[HeldMessageRow, JourneyRow]], *, after: timedelta = NO_GRACE
) -> dict[Key, Departure]:
    """Returns when each message goes of which somebody is known who gets it.

    One that is due now leaves `after` the time in which its release can be undone.
    """
    now, found = context.now(), {}
    leaves_from = now + int(after.total_seconds())
    for key, (held, journey) in released.items():
        compiled_map = await context.compiled_maps.of(journey.version)
        situation = Situation.of(compiled_map, State.from_json(journey.state), now)
        step = compiled_map.steps.get(held.step)
        contact = situation.contact_of(step) if step else None
        if contact is not None:
            calendar = situation.customer_calendar(contact)
            found[key] = Departure(max(calendar.next_open(now), leaves_from), calendar.timezone)
    return found
