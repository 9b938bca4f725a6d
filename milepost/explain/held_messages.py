"""Messages that are held: the reason, with the names, hours and days that the rule looks at."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from milepost.customer import Contact
from milepost.explain.local_time import day_of, time_of
from milepost.explain.sentences import Wording, quoted
from milepost.language.durations import Limit
from milepost.planner.enums import HoldReason
from milepost.planner.instants import Instant, optional_text
from milepost.planner.messages import sent_to
from milepost.planner.situation import Situation
from milepost.planner.state import Queued
from milepost.text import listing


@dataclass(frozen=True, slots=True)
class Held:
    """A message that waits. `to` is an address, `because` says what keeps it, `until` when (None: nobody knows)."""

    message: str
    step: str
    title: str
    reason: str
    to: str | None
    why: str | None
    because: str
    until: Instant | None

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "until": optional_text(self.until)}


def held_messages(situation: Situation, say: Wording) -> tuple[Held, ...]:
    """The messages of a journey that have not gone out, in their line."""
    return tuple(held_message(situation, queued, say) for queued in situation.state.queue)


def held_message(situation: Situation, queued: Queued, say: Wording) -> Held:
    """A message that waits; the map may no longer have the step of an invitation."""
    contact = situation.recipient_of(queued)
    return Held(
        str(queued.message),
        queued.step,
        say.step(queued.step),
        queued.reason,
        contact.email if contact else None,
        queued.why,
        because(situation, queued, say),
        queued.until,
    )


def because(situation: Situation, queued: Queued, say: Wording) -> str:
    """Names the reason that holds a message, in words to stand in brackets."""
    if queued.reason.is_ours:
        return "a person is to look at it before it goes" if queued.why else "it is in line"
    step = situation.compiled_map.steps[queued.step]
    contact = situation.contact_of(step)
    match queued.why:
        case HoldReason.PAUSE:
            since = situation.state.paused_at
            return "the journey is paused" + (f" since {day_of(since, say.zone)}" if since is not None else "")
        case HoldReason.PLAY:
            plays = [quoted(say.play(play)) for play in situation.holding_plays(step, "messages")]
            return f"{listing(plays)} keeps messages back" if plays else "an open play keeps messages back"
        case HoldReason.CONTACT:
            return f"nobody is known who is {say.persona(step.persona)}"
        case HoldReason.VALUE:
            return f"it needs {listing(situation.missing_values(queued, contact))}, which nobody has told"
        case HoldReason.RELEASE if situation.is_outdated(queued):
            due = situation.state.step(queued.step).due_at or situation.at
            return f"its due date, {day_of(due, say.zone)}, passed while it waited: agree on another, or cancel it"
        case HoldReason.RELEASE:
            return "a person is to look at it before it goes"
        case HoldReason.WINDOW:
            return f"it is outside the contact's hours, {_hours(situation, contact)}"
        case HoldReason.LIMIT:
            return _limit(situation, contact, say)
        case _:
            return "it is in line"


def _hours(situation: Situation, contact: Contact | None) -> str:
    calendar = situation.customer_calendar(contact)
    zone = calendar.timezone.replace("_", " ")
    off = "not on holidays" + (" and other days off" if calendar.closed else "")
    return f"{weekdays_text(calendar.days)}, {calendar.from_} to {calendar.to} in {zone}, {off}"


def weekdays_text(days: frozenset[int]) -> str:
    """Days of the week, Monday as 0: `Monday to Friday`, `Sunday to Thursday`, `Monday, Tuesday and Saturday`."""
    first = next((day for day in sorted(days) if (day - 1) % 7 not in days), 0)
    in_a_row = [(first + number) % 7 for number in range(len(days))]
    if len(days) > 2 and days == set(in_a_row):  # noqa: PLR2004 - two days make no span
        return f"{_NAMES[in_a_row[0]]} to {_NAMES[in_a_row[-1]]}"
    return listing([_NAMES[day] for day in sorted(days)])


_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _limit(situation: Situation, contact: Contact | None, say: Wording) -> str:
    limit = situation.compiled_map.map.contact_policy.limit
    assert contact is not None
    assert isinstance(limit, Limit)
    days = [time_of(at, say.zone) for at in sent_to(situation.state, contact)[-limit.count :]]
    had = f", and had {listing(days)}" if days else ""
    return f"{contact.name} gets at most {limit}{had}"
