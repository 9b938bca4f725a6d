"""A summary of every journey, from its timeline: counts, and the highlights that a newcomer should see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from milepost.language.model import Play
from milepost.planner import timeline
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.timeline import Entry

HIGHLIGHTS = ("verified", "disputed", "silent", "rescued", "expanded", "renewed", "lost")
"""Counts that should be above 0 for at least one customer."""

COUNTS = {
    "mails": "Mails sent",
    "reminders": "Reminders sent",
    "verified": "Outcomes verified",
    "partial": "Outcomes partly verified",
    "disputed": "Outcomes disputed",
    "silent": "Outcomes met with silence",
    "expansions_begun": "Expansions begun",
    "expansions_ended": "Expansions ended",
    "rescues_begun": "Rescues begun",
    "rescues_ended": "Rescues ended",
    "rescued": "Rescues ended well",
    "risks_begun": "Other plays against risks begun",
    "risks_ended": "Other plays against risks ended",
    "renewed": "Contracts renewed",
    "lost": "Customers lost",
}
"""The counts with their headings. A rescue is a risk play so grave that it holds other messages back."""

_WELL = ("completed", "ends_when")
COMPLETED = "completed"


@dataclass(slots=True)
class JourneySummary:
    """One journey: how often each thing happened.

    `state` is `open`, `paused`, `completed` or `lost`.
    """

    map: str
    state: str
    counts: Counter[str] = field(default_factory=Counter)
    _with_talk: set[str] = field(default_factory=set)

    @property
    def highlights(self) -> set[str]:
        """The highlights that it has."""
        return {name for name in HIGHLIGHTS if self.counts[name]}

    def add(self, entry: Entry, compiled_map: CompiledMap) -> None:
        """Adds the next entry of the journey's timeline."""
        match entry:
            case timeline.StepDone():
                self._add_step(entry, compiled_map)
            case timeline.MessageSent():
                self.counts["reminders" if entry.reason == "reminder" else "mails"] += 1
            case timeline.OutcomeAnswered():
                self.counts[entry.verdict] += 1
            case timeline.OutcomeSilent():
                self.counts["silent"] += 1
            case timeline.PlayStarted() | timeline.PlayEnded():
                self._add_play(entry, compiled_map)
            case timeline.JourneyEnded() if entry.reason != COMPLETED:
                self.counts["lost"] += 1

    def _add_step(self, entry: timeline.StepDone, compiled_map: CompiledMap) -> None:
        step = compiled_map.steps.get(entry.step)
        if step is None:
            return
        if step.track == "company":
            self._with_talk.add(step.container)
        if _keeps_the_customer(step.step, entry.result):
            self.counts["renewed"] += 1

    def _add_play(self, entry: timeline.PlayStarted | timeline.PlayEnded, compiled_map: CompiledMap) -> None:
        compiled_play = compiled_map.plays.get(entry.play)
        name = _count_name(compiled_play.play) if compiled_play else None
        if name is None:
            return
        if isinstance(entry, timeline.PlayStarted):
            self.counts[f"{name}_begun"] += 1
            self._with_talk.discard(entry.play)
            return
        self.counts[f"{name}_ended"] += 1
        if name == "expansions" and entry.play in self._with_talk:
            self.counts["expanded"] += 1
        if name == "rescues" and entry.why in _WELL and entry.play in self._with_talk:
            self.counts["rescued"] += 1


def _count_name(play: Play) -> str | None:
    if play.kind == "risk":
        return "risks" if play.holds == "none" else "rescues"
    return "expansions" if play.kind == "expansion" else None


def _keeps_the_customer(step: Any, result: Any) -> bool:
    """Tells whether a talk ended in a way that continues with the customer: back to a stage."""
    branch = (getattr(step, "results", None) or {}).get(result, ())
    return any(item.go_to is not None for item in branch)


def missing(summaries: Iterable[JourneySummary]) -> list[str]:
    """Returns the highlights that have happened to nobody."""
    reached = {name for summary in summaries for name in summary.highlights}
    return [name for name in HIGHLIGHTS if name not in reached]
