"""A forecast as data: one object after another, as `milepost forecast --json` prints them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from milepost.capacity.report import Expected, Load, Messages, Report, RoleWork
from milepost.capacity.spread import rounded


def told(report: Report) -> Iterator[dict[str, Any]]:
    """Every line of a forecast; weeks are told by their Mondays, figures are those of an average run."""
    play, played = report.play, report.played
    yield {
        "kind": "forecast",
        "from": str(play.weeks.first),
        "to": str(play.weeks.last),
        "runs": play.runs,
        "seed": play.behaviour.seed,
        "customers": report.customers,
        "unmatched": played.unmatched,
        "later": played.later,
        "broken": played.broke,
    }
    yield {"kind": "behaviour", "behaviour": play.behaviour.model_dump(mode="json")}
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
            "started": rounded(course.started),
            "ended": {reason: rounded(many) for reason, many in course.ended.items()},
            "plays": {name: rounded(many) for name, many in course.plays.items()},
        }
    for place in report.places:
        yield {
            "kind": "hours_by_place",
            "map": place.map,
            "in": place.kind,
            "id": place.place or None,
            "title": place.title,
            "hours": rounded(place.hours),
            "share": round(place.share, 4),
        }
    for customer, why in played.why.items():
        yield {"kind": "unmatched", "customer": customer, "why": why}
    for customer, why in played.broken.items():
        yield {"kind": "broken", "customer": customer, "why": why}


def _role(work: RoleWork, report: Report) -> dict[str, Any]:
    capacity = work.capacity
    return {
        "kind": "role",
        "role": work.role,
        "title": work.title,
        "people": capacity.people,
        "people_from": capacity.source,
        "hours_each": rounded(capacity.each),
        "team_hours": rounded(capacity.hours),
        "hours": work.total.to_json(),
        "tasks": {name: rounded(many) for name, many in work.counts.items()},
        "busiest_week": str(report.mondays[work.busiest]),
        "weeks_over": [str(report.mondays[week]) for week in work.over],
    }


def _role_weeks(work: RoleWork, report: Report) -> Iterator[dict[str, Any]]:
    known = work.capacity.source != "nowhere"
    for week, monday in enumerate(report.mondays):
        yield {
            "kind": "role_week",
            "role": work.role,
            "week": str(monday),
            "tasks": rounded(work.tasks[week]),
            "hours": work.hours[week].to_json(),
            "team_hours": rounded(work.capacity.by_week[week]) if known else None,
            "over": week in work.over,
            "by_map": {name: rounded(hours[week]) for name, hours in work.by_map.items()},
        }


def _load(load: Load) -> dict[str, Any]:
    return {
        "kind": "customers_per_person",
        "map": load.map,
        "role": load.role,
        "customers": load.customers,
        "people": load.people,
        "minutes_per_customer_and_week": rounded(load.minutes),
        "on_average": None if load.allows is None else rounded(load.allows),
        "in_the_busiest_week": None if load.busiest is None else rounded(load.busiest),
    }


def _messages(messages: Messages, report: Report) -> Iterator[dict[str, Any]]:
    yield {
        "kind": "messages",
        "map": messages.map,
        "sent": rounded(messages.sent),
        "per_contact_and_week": round(messages.per_week, 4),
        "shares": {str(many): round(share, 6) for many, share in messages.shares.items()},
        "most": messages.most,
    }
    for monday, many in zip(report.mondays, messages.by_week, strict=True):
        yield {"kind": "messages_week", "map": messages.map, "week": str(monday), "sent": rounded(many)}


def _outcome(outcome: Expected, report: Report) -> Iterator[dict[str, Any]]:
    yield {
        "kind": "outcome",
        "map": outcome.map,
        "outcome": outcome.outcome,
        "asked": rounded(outcome.asked),
        **{name: spread.to_json() for name, spread in outcome.answers.items()},
        "half_verified_by": None if outcome.half_by is None else str(outcome.half_by),
    }
    for week, monday in enumerate(report.mondays):
        figures = {name: rounded(rows[week]) for name, rows in outcome.by_week.items()}
        if any(figures.values()):
            yield {
                "kind": "outcome_week",
                "map": outcome.map,
                "outcome": outcome.outcome,
                "week": str(monday),
                **figures,
            }
