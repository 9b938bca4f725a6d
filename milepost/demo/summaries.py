"""What came of every customer, told from the timelines: counts, and the stories that a newcomer is to see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from milepost.language.model import Play
from milepost.planner.compiled_map import CompiledMap

STORIES = ("verified", "disputed", "silent", "rescued", "expanded", "renewed", "lost")
"""Each is to happen to at least one customer."""

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
    "rescues_ended_well": "Rescues ended well",
    "risks_begun": "Other plays against risks begun",
    "risks_ended": "Other plays against risks ended",
    "renewed": "Contracts renewed",
    "lost": "Customers lost",
}
"""What is counted, and what people call it. A rescue is a risk play so grave that it holds other messages back."""

_WELL = ("completed", "ends_when")
COMPLETED = "completed"


@dataclass(slots=True)
class Story:
    """One journey, told: how often each thing happened, and which of the stories it has."""

    journey: str
    customer: str
    map: str
    counts: Counter[str] = field(default_factory=Counter)
    stories: set[str] = field(default_factory=set)
    ended: str | None = None
    _talked: set[str] = field(default_factory=set)

    def take(self, kind: str, more: Mapping[str, Any], compiled_map: CompiledMap) -> None:
        """Take in the next entry of the journey's timeline."""
        match kind:
            case "step_done":
                self._take_step(more, compiled_map)
            case "message_sent":
                self.counts["reminders" if more.get("reason") == "reminder" else "mails"] += 1
            case "outcome_answered":
                self._happened(str(more.get("verdict")))
            case "outcome_silent":
                self._happened("silent")
            case "play_started" | "play_ended":
                self._take_play(kind, more, compiled_map)
            case "journey_ended":
                self.ended = str(more.get("reason"))
                if self.ended != COMPLETED:
                    self._happened("lost")

    def _take_step(self, more: Mapping[str, Any], compiled_map: CompiledMap) -> None:
        known = compiled_map.steps.get(str(more.get("step")))
        if known is None:
            return
        if known.track == "company":
            self._talked.add(known.container)
        if _keeps_the_customer(known.step, more.get("result")):
            self._happened("renewed")

    def _take_play(self, kind: str, more: Mapping[str, Any], compiled_map: CompiledMap) -> None:
        play = str(more.get("play"))
        known = compiled_map.plays.get(play)
        name = _called(known.play) if known else None
        if name is None:
            return
        if kind == "play_started":
            self.counts[f"{name}_begun"] += 1
            self._talked.discard(play)
            return
        self.counts[f"{name}_ended"] += 1
        if name == "expansions" and play in self._talked:
            self.stories.add("expanded")
        if name == "rescues" and more.get("why") in _WELL and play in self._talked:
            self.counts["rescues_ended_well"] += 1
            self.stories.add("rescued")

    def _happened(self, what: str) -> None:
        self.counts[what] += 1
        if what in STORIES:
            self.stories.add(what)


def _called(play: Play) -> str | None:
    if play.kind == "risk":
        return "risks" if play.holds == "none" else "rescues"
    return "expansions" if play.kind == "expansion" else None


def _keeps_the_customer(step: Any, result: Any) -> bool:
    """Whether a talk ended in a way that goes on with the customer: back to a stage."""
    branch = (getattr(step, "results", None) or {}).get(result, ())
    return any(item.go_to is not None for item in branch)


def missing(stories: Iterable[Story]) -> list[str]:
    """The stories that have happened to nobody."""
    seen = {name for story in stories for name in story.stories}
    return [name for name in STORIES if name not in seen]
