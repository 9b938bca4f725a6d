"""The verdict on a role in words: are its hours enough?"""

from __future__ import annotations

from datetime import date

from milepost.capacity.report import Report, RoleWork
from milepost.capacity.spread import Spread


def verdict(work: RoleWork, report: Report) -> str:
    """Says in one clause whether a role's hours are enough."""
    need, week = work.hours[work.busiest], day_text(report.mondays[work.busiest])
    runs = report.setup.runs
    if not work.capacity.is_known:
        return f"{_needed(need, runs)} hours in the busiest week, of {week}; nobody knows of any people"
    if not work.over:
        have = work.capacity.by_week[work.busiest]
        most = f"at most {hours_text(need.mean)}" if runs == 1 else _needed(need, runs)
        chance = ", so chance may bring more than there are" if need.high > have else ""
        return f"{most} of {hours_text(have)} hours, in the week of {week}{chance}"
    worst = max(work.over, key=lambda number: (work.lacking(number), -number))
    weeks = "1 week needs" if len(work.over) == 1 else f"{len(work.over)} weeks need"
    return (
        f"{weeks} more hours than there are; worst is the week of {day_text(report.mondays[worst])} with "
        f"{_needed(work.hours[worst], runs)} hours where there are {hours_text(work.capacity.by_week[worst])}"
    )


def _needed(need: Spread, runs: int) -> str:
    """The hours needed on average, and what chance may make of them."""
    mean, most = hours_text(need.mean), hours_text(need.high)
    upper = f"in none of {runs} runs more than" if runs <= _FEW else "in 9 of 10 runs at most"
    return mean if runs == 1 else f"on average {mean}, {upper} {most}"


def hours_text(hours: float) -> str:
    """Hours, with a fraction only where it matters."""
    return f"{hours:.0f}" if hours >= _MANY or hours == int(hours) else f"{hours:.1f}"


def day_text(day: date) -> str:
    """`2 Mar 2026`."""
    return f"{day.day} {day:%b %Y}"


_MANY = 10
_FEW = 10  # runs of which the upper tenth is the highest one itself
