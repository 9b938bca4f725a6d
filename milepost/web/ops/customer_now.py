"""The tab *Now* of a customer's page: whose move it is and why, what comes next, open tasks, mail, what is known."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from milepost.explain import local_time
from milepost.explain.next_move import next_move
from milepost.explain.overview import CustomerOverview, JourneyOverview
from milepost.explain.sentences import outlook_sentence, spaced
from milepost.intake.mail_list import MailFilter
from milepost.language.field_types import AttributeType, Scalar
from milepost.language.model import Attribute
from milepost.planner.event_checks import UnusableProperty, unusable_properties
from milepost.planner.instants import Instant
from milepost.planner.outlook import DAYS, Outlook
from milepost.planner.timeline import Entry
from milepost.store import facts, held_mail, messages, tasks
from milepost.store.held_mail import HeldFilter
from milepost.store.tables import FactRow
from milepost.text import number, yes_or_no
from milepost.web import forms
from milepost.web.ops.customer_view import CustomerView
from milepost.web.ops.mail import WAITING
from milepost.web.services import Services
from milepost.web.unmatched import reasons

MESSAGES_SHOWN = 5
_MOVE = (
    "publish the map, and move this journey to the new version (Move to another version, or milepost tell CUSTOMER "
    "map_changed): it goes on within minutes, with all facts that came in meanwhile."
)
_BLOCKED_HINTS = {
    "EndlessMapError": f"The map has an endless loop. Correct it, {_MOVE}",
    "NeverOpensError": f"A calendar of the map has no working day for years. Correct its days, {_MOVE}",
    "UnreadableVersionError": "A later Milepost published this version of the map. Update the workers.",
}
_BLOCKED_BY_A_BUG = (
    "This is a bug in Milepost, not in your data. The worker's log has the details; report it with the text above, and "
    "update the workers when it is fixed."
)


async def values(view: CustomerView) -> dict[str, Any]:
    """Returns what the tab shows."""
    session, customer, journey = view.session, view.customer, view.journey
    counts: Counter[str] = Counter()
    for day in await facts.event_counts(session, customer):
        counts[day.event] += day.count
    outlook = await asyncio.to_thread(_outlook, journey)
    ahead, ahead_note = _ahead(journey, outlook)
    return {
        "move": await asyncio.to_thread(next_move, journey, outlook),
        "ahead": ahead,
        "ahead_note": ahead_note,
        "why_none": await _why_none(view.served, view.overview) if journey is None else (),
        "hint": blocked_hint(journey.record.blocked_why if journey else None),
        "tasks": await tasks.of_customer(session, customer, only_open=True),
        "told": await forms.pending_facts(view.served, [customer]),
        "messages": await messages.outbox(session, customer=customer, limit=MESSAGES_SHOWN),
        "waiting": await held_mail.page(session, HeldFilter(customer=customer), limit=MESSAGES_SHOWN),
        "waiting_counts": [
            (status, await held_mail.count(session, MailFilter(status, customer).held)) for status in WAITING
        ],
        "known": list(_attributes(view.overview)),
        "event_counts": counts,
        "unusable": _unusable(journey, await facts.latest_events(session, customer)),
    }


def blocked_hint(why: str | None) -> str:
    """Returns what to do about a journey that can't be planned, by the error of its last attempt."""
    return _BLOCKED_HINTS.get((why or "").partition(":")[0], _BLOCKED_BY_A_BUG)


async def _why_none(served: Services, overview: CustomerOverview) -> tuple[str, ...]:
    """Returns why no map fits the customer now or, if one would, why none did at the last look."""
    if overview.unmatched_why is None:
        return ()
    current = await served.compiled_maps.readable()
    return reasons(current, overview.customer, overview.now) or (overview.unmatched_why,)


def _attributes(overview: CustomerOverview) -> Iterable[tuple[str, str]]:
    journey = overview.journey
    declared = journey.compiled_map.map.attributes if journey and journey.compiled_map else {}
    for name, value in sorted(overview.customer.attributes.items()):
        attribute = declared.get(name)
        title = attribute.title if attribute else None
        yield title or spaced(name).capitalize(), _value_text(value, attribute)


def _value_text(value: Scalar, attribute: Attribute | None) -> str:
    """Returns the value of an attribute as people read it: a day, the word of a choice; text as somebody wrote it."""
    if isinstance(value, bool):
        return yes_or_no(value)
    if attribute is not None and attribute.type is AttributeType.DATE:
        return local_time.day_text(str(value))
    return spaced(str(value)) if attribute is not None and attribute.one_of else number(value)


def _outlook(journey: JourneyOverview | None) -> Outlook | None:
    if journey is None or journey.has_ended or journey.record.blocked_since is not None:
        return None
    return journey.outlook


def _ahead(journey: JourneyOverview | None, outlook: Outlook | None) -> tuple[list[tuple[Entry, str]], str]:
    """Returns the coming entries with their sentences, and a note on them."""
    if journey is not None and journey.record.blocked_since is not None:
        return [], "The journey is blocked, so what comes next isn't known."
    if journey is None or outlook is None:
        return [], "No journey is open, so nothing comes by itself."
    return [(entry, outlook_sentence(journey.say, entry)) for entry in outlook.entries], _ahead_note(
        outlook, journey.zone
    )


def _ahead_note(outlook: Outlook, zone: str) -> str:
    if outlook.paused:
        return "The journey is paused: nothing happens before it is resumed."
    if outlook.more:
        return "And so on; only the first lines are shown."
    if outlook.entries:
        return f"That is all until {local_time.day_of(outlook.until, zone)}."
    return f"Nothing happens by itself in the next {DAYS} days: the journey waits for people."


def _unusable(journey: JourneyOverview | None, events: Sequence[FactRow]) -> list[tuple[Instant, UnusableProperty]]:
    """Returns what the map can't use of the last events, the latest of each property with when it came."""
    if journey is None or journey.compiled_map is None:
        return []
    latest: dict[tuple[str, str], tuple[Instant, UnusableProperty]] = {}
    for row in events:
        for each in unusable_properties(journey.compiled_map, row.data["event"], row.data.get("properties") or {}):
            latest.setdefault((each.event, each.name), (row.at, each))
    return list(latest.values())
