"""When mail that a person releases goes: in its reader's hours, unless the limit of mails says later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from milepost.explain.local_time import date_text, local
from milepost.intake.context import IntakeContext
from milepost.places import city_of
from milepost.planner.enums import HoldReason
from milepost.planner.instants import Instant
from milepost.planner.situation import Situation
from milepost.planner.state import Queued, State
from milepost.store.mail_tables import HeldMessageRow
from milepost.store.tables import JourneyRow

Key = tuple[str, str]
NO_GRACE = timedelta()
_GOES_BY_ITSELF = frozenset({None, HoldReason.RELEASE, HoldReason.WINDOW, HoldReason.LIMIT})


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
    now, found = context.now(), dict[Key, Departure]()
    leaves_from = now + int(after.total_seconds())
    for key, (held, journey) in released.items():
        compiled_map = await context.compiled_maps.of(journey.version)
        situation = Situation.of(compiled_map, State.from_json(journey.state), now)
        queued = next((each for each in situation.state.queue if str(each.message) == held.message), None)
        departure = departure_of(situation, queued) if queued is not None else None
        if departure is not None:
            found[key] = replace(departure, at=max(departure.at, leaves_from))
    return found


def departure_of(situation: Situation, queued: Queued) -> Departure | None:
    """Returns when a message that waits goes, at the earliest; one that waits for a release: if it is released now.

    None: nobody knows, as something else keeps it back.
    """
    contact = situation.recipient_of(queued)
    if contact is None or situation.is_outdated(queued) or queued.why not in _GOES_BY_ITSELF:
        return None
    calendar, at = situation.customer_calendar(contact), situation.at
    if queued.why is not HoldReason.RELEASE:
        at = at if queued.until is None else queued.until
    elif not queued.reason.is_ours:
        at = calendar.next_open(at)
    return Departure(at, calendar.timezone)
