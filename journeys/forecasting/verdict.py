"""Whether the hours of a role are enough, in words."""

from __future__ import annotations

from datetime import date

from journeys.forecasting.report import Report, RoleWork


def verdict(work: RoleWork, report: Report) -> str:
    """Whether a role's hours are enough, in one clause."""
    need, week = work.hours[work.busiest].mean, day_said(report.mondays[work.busiest])
    if work.capacity.source == "nowhere":
        return f"{hours_said(need)} hours in the busiest week, of {week}; nobody knows of any people"
    if not work.over:
        have = work.capacity.by_week[work.busiest]
        return f"at most {hours_said(need)} of {hours_said(have)} hours, in the week of {week}"
    worst = max(work.over, key=lambda number: (_lacking(work, number), -number))
    weeks = "1 week needs" if len(work.over) == 1 else f"{len(work.over)} weeks need"
    return (
        f"{weeks} more hours than there are; worst is the week of {day_said(report.mondays[worst])} with "
        f"{hours_said(work.hours[worst].mean)} hours where there are {hours_said(work.capacity.by_week[worst])}"
    )


def _lacking(work: RoleWork, week: int) -> float:
    return work.hours[week].mean - work.capacity.by_week[week]


def hours_said(hours: float) -> str:
    """Hours without a fraction that says nothing."""
    return f"{hours:.0f}" if hours >= _MANY or hours == int(hours) else f"{hours:.1f}"


def day_said(day: date) -> str:
    """`2 Mar 2026`."""
    return f"{day.day} {day:%b %Y}"


_MANY = 10
