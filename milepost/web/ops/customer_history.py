"""The tab *History* of a customer's page: everything that happened, by day and step, and the messages that left."""

from __future__ import annotations

import asyncio
from typing import Any

from milepost.explain.history_days import history_days
from milepost.explain.overview import JourneyOverview
from milepost.store import messages
from milepost.web.ops.customer_view import CustomerView
from milepost.web.pages import up_to

ENTRIES_SHOWN = 200
MESSAGES_SHOWN = 20
DAYS_OPEN = 5
"""Days that aren't folded."""
KINDS = {
    "all": ("Everything", None),
    "steps": ("Steps", ("step_", "task_")),
    "messages": ("Messages", ("message_",)),
    "outcomes": ("Outcomes", ("outcome_",)),
    "plays": ("Stages and plays", ("stage_", "play_", "journey_", "map_")),
    "ignored": ("Ignored", ("fact_",)),
}


async def values(view: CustomerView) -> dict[str, Any]:
    """Returns what the tab shows."""
    count = await messages.count_of_customer(view.session, view.customer)
    return {
        "messages": await messages.outbox(view.session, customer=view.customer, limit=MESSAGES_SHOWN),
        "message_count": up_to(count, messages.MOST_COUNTED),
        "days_open": DAYS_OPEN,
        **await asyncio.to_thread(_history, view.journey, view.kind if view.kind in KINDS else "all", view.before),
    }


def _history(journey: JourneyOverview | None, kind: str, before: int | None) -> dict[str, Any]:
    """Returns what is shown of the timeline: the newest entries of a kind, those before the one with a number."""
    beginnings = KINDS[kind][1]
    of_kind = [
        (number, entry)
        for number, entry in enumerate(journey.entries if journey else ())
        if (beginnings is None or entry.kind.startswith(beginnings)) and (before is None or number < before)
    ]
    shown = of_kind[-ENTRIES_SHOWN:]
    newest_first = [entry for _, entry in reversed(shown)]
    return {
        "days": list(history_days(newest_first, journey.say_fully)) if journey else [],
        "older": shown[0][0] if len(shown) < len(of_kind) else None,
        "kind": kind,
        "kinds": {key: title for key, (title, _) in KINDS.items()},
    }
