"""Who looks after a customer, in sentences: hand-overs, absences, and changes of the team."""

from __future__ import annotations

from typing import Protocol

from milepost.explain.local_time import day_text
from milepost.explain.people_names import colleague_name
from milepost.planner import timeline
from milepost.text import listing


class Names(Protocol):
    """How a journey's roles and people are called."""

    def role(self, role: str | None) -> str: ...
    def person(self, who: str) -> str: ...


def about_colleagues(say: Names, entry: timeline.HandedOver | timeline.Away | timeline.Back) -> str:
    """Says who took over, who is away, or who is back."""
    match entry:
        case timeline.HandedOver():
            roles = f" as {listing([say.role(role) for role in entry.roles])}" if entry.roles else " in some tasks"
            by = f", handed over by {say.person(entry.by)}" if entry.by else ""
            return f"{colleague_name(entry.to)} took over from {colleague_name(entry.former)}{roles}{by}."
        case timeline.Away():
            role = f" as {say.role(entry.role)}" if entry.role else ""
            people = f"{colleague_name(entry.delegate)} stands in for {colleague_name(entry.person)}"
            days = f"from {day_text(entry.first_day)} to {day_text(entry.last_day)}"
            return f"{people}{role} {days}{_told_by(say, entry.by)}."
        case timeline.Back():
            back = f"{colleague_name(entry.person)} is at work again, earlier than was told"
            return f"{back}{_told_by(say, entry.by)}."


def team_changes(say: Names, entry: timeline.CustomerChanged) -> str:
    """Says who follows whom in each role; of entries from before that was known, only the roles."""
    if entry.left is None or entry.came is None:
        return listing([say.role(role) for role in entry.names])
    return "; ".join(
        _change(say.role(role), left, came)
        for role, left, came in zip(entry.names, entry.left, entry.came, strict=True)
    )


def _change(role: str, left: str, came: str) -> str:
    if not came:
        return f"{colleague_name(left)} is no longer {role}"
    return f"{colleague_name(came)} " + (f"follows {colleague_name(left)} as {role}" if left else f"is {role} now")


def _told_by(say: Names, person: str | None) -> str:
    return f", as {say.person(person)} said" if person else ""
