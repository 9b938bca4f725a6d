"""Whether the hours of a role are enough, in words."""

from __future__ import annotations

from datetime import date

from milepost.capacity.report import Report, RoleWork
from milepost.capacity.spread import Spread


def verdict(work: RoleWork, report: Report) -> str:
    """Whether a role's hours are enough, in one clause."""
    need, week = work.hours[work.busiest], day_said(report.mondays[work.busiest])
    runs = report.play.runs
    if work.capacity.source == "nowhere":
        return f"{_needed(need, runs)} hours in the busiest week, of {week}; nobody knows of any people"
    if not work.over:
        have = work.capacity.by_week[work.busiest]
        most = f"at most {hours_said(need.mean)}" if runs == 1 else _needed(need, runs)
        chance = ", so chance may bring more than there are" if need.high > have else ""
        return f"{most} of {hours_said(have)} hours, in the week of {week}{chance}"
    worst = max(work.over, key=lambda number: (_lacking(work, number), -number))
    weeks = "1 week needs" if len(work.over) == 1 else f"{len(work.over)} weeks need"
    return (
        f"{weeks} more hours than there are; worst is the week of {day_said(report.mondays[worst])} with "
        f"{_needed(work.hours[worst], runs)} hours where there are {hours_said(work.capacity.by_week[worst])}"
    )


def _needed(need: Spread, runs: int) -> str:
    """What is needed on average, and what chance may make of it."""
    mean, most = hours_said(need.mean), hours_said(need.high)
    return mean if runs == 1 else f"on average {mean}, {_upper_said(runs)} {most}"


def _upper_said(runs: int) -> str:
    """What the upper end of a spread over so many runs is."""
    return f"in none of {runs} runs more than" if runs <= _FEW else "in 9 of 10 runs at most"


def _lacking(work: RoleWork, week: int) -> float:
    return work.hours[week].mean - work.capacity.by_week[week]


def hours_said(hours: float) -> str:
    """Hours without a fraction that says nothing."""
    return f"{hours:.0f}" if hours >= _MANY or hours == int(hours) else f"{hours:.1f}"


def day_said(day: date) -> str:
    """`2 Mar 2026`."""
    return f"{day.day} {day:%b %Y}"


_MANY = 10
_FEW = 10  # runs of which the upper tenth is the highest one itself
