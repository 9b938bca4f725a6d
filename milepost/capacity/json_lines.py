"""A forecast as data: one object after another, as `milepost forecast --json` prints them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from milepost.capacity.report import ExpectedOutcome, Load, Messages, Report, RoleWork
from milepost.capacity.spread import to_hundredths


def forecast_lines(report: Report) -> Iterator[dict[str, Any]]:
    """Every line of a forecast; weeks are named by their Mondays, figures are those of an average run."""
    setup, counts = report.setup, report.counts
    yield {
        "kind": "forecast",
        "from": str(setup.weeks.first),
        "to": str(setup.weeks.last),
        "runs": setup.runs,
        "seed": setup.behaviour.seed,
        "customers": report.customers,
        "unmatched": counts.unmatched,
        "later": counts.later,
        "broken": counts.broke,
    }
    yield {"kind": "behaviour", "behaviour": setup.behaviour.model_dump(mode="json")}
    for work in report.roles:
        yield _role(work, report)
        yield from _role_weeks(work, report)
    yield from (_load(load) for load in report.loads)
    for messages in report.messages:
        yield from _messages(messages, report)
    for outcome in report.outcomes:
        yield from _outcome(outcome, report)
    for course in report.courses:
        yield {
            "kind": "journeys",
            "map": course.map,
            "customers": course.customers,
            "started": to_hundredths(course.started),
            "ended": {reason: to_hundredths(many) for reason, many in course.ended.items()},
            "plays": {name: to_hundredths(many) for name, many in course.plays.items()},
        }
    for place in report.places:
        yield {
            "kind": "hours_by_place",
            "map": place.map,
            "in": place.kind,
            "id": place.place or None,
            "title": place.title,
            "hours": to_hundredths(place.hours),
            "share": round(place.share, 4),
        }
    for customer, why in counts.why.items():
        yield {"kind": "unmatched", "customer": customer, "why": why}
    for customer, why in counts.broken.items():
        yield {"kind": "broken", "customer": customer, "why": why}


def _role(work: RoleWork, report: Report) -> dict[str, Any]:
    capacity = work.capacity
    return {
        "kind": "role",
        "role": work.role,
        "title": work.title,
        "people": capacity.people,
        "people_from": capacity.source,
        "hours_each": to_hundredths(capacity.each),
        "team_hours": to_hundredths(capacity.hours),
        "hours": work.total.to_json(),
        "tasks": {name: to_hundredths(many) for name, many in work.counts.items()},
        "busiest_week": str(report.mondays[work.busiest]),
        "weeks_over": [str(report.mondays[week]) for week in work.over],
    }


def _role_weeks(work: RoleWork, report: Report) -> Iterator[dict[str, Any]]:
    for week, monday in enumerate(report.mondays):
        yield {
            "kind": "role_week",
            "role": work.role,
            "week": str(monday),
            "tasks": to_hundredths(work.tasks[week]),
            "hours": work.hours[week].to_json(),
            "team_hours": to_hundredths(work.capacity.by_week[week]) if work.capacity.is_known else None,
            "over": week in work.over,
            "by_map": {name: to_hundredths(hours[week]) for name, hours in work.by_map.items()},
        }


def _load(load: Load) -> dict[str, Any]:
    return {
        "kind": "customers_per_person",
        "map": load.map,
        "role": load.role,
        "customers": load.customers,
        "people": load.people,
        "minutes_per_customer_and_week": to_hundredths(load.minutes),
        "on_average": None if load.allows is None else to_hundredths(load.allows),
        "in_the_busiest_week": None if load.busiest is None else to_hundredths(load.busiest),
    }


def _messages(messages: Messages, report: Report) -> Iterator[dict[str, Any]]:
    yield {
        "kind": "messages",
        "map": messages.map,
        "sent": to_hundredths(messages.sent),
        "per_contact_and_week": round(messages.per_week, 4),
        "shares": {str(many): round(share, 6) for many, share in messages.shares.items()},
        "most": messages.most,
    }
    for monday, many in zip(report.mondays, messages.by_week, strict=True):
        yield {"kind": "messages_week", "map": messages.map, "week": str(monday), "sent": to_hundredths(many)}


def _outcome(outcome: ExpectedOutcome, report: Report) -> Iterator[dict[str, Any]]:
    yield {
        "kind": "outcome",
        "map": outcome.map,
        "outcome": outcome.outcome,
        "asked": to_hundredths(outcome.asked),
        **{name: spread.to_json() for name, spread in outcome.answers.items()},
        "half_verified_by": None if outcome.half_by is None else str(outcome.half_by),
    }
    for week, monday in enumerate(report.mondays):
        figures = {name: to_hundredths(rows[week]) for name, rows in outcome.by_week.items()}
        if any(figures.values()):
            yield {
                "kind": "outcome_week",
                "map": outcome.map,
                "outcome": outcome.outcome,
                "week": str(monday),
                **figures,
            }
