"""A timeline as people look through it: by day, in each day by step, and the engine's own lines apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from milepost.explain.local_time import day_of, local
from milepost.explain.sentences import Wording
from milepost.planner import timeline
from milepost.planner.timeline import Entry

_OWN = (
    *(timeline.StepDueChanged, timeline.MessageHeld, timeline.TaskWarned, timeline.FactIgnored, timeline.PlayBlocked),
    *(timeline.StageClosed, timeline.StepWithdrawn),
)
"""What the engine reports of its own working: whoever looks into something needs it, and nobody else."""
THE_JOURNEY = "The journey"


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One entry as a sentence; `clock` is the local time of day, `10:00`."""

    clock: str
    kind: str
    sentence: str


@dataclass(frozen=True, slots=True)
class StepHistory:
    """What happened with one step on a day, the newest first; `title` is `THE_JOURNEY` for what is about no step."""

    title: str
    lines: tuple[HistoryLine, ...]


@dataclass(frozen=True, slots=True)
class HistoryDay:
    """A local day with what happened on it; `own` are the engine's own lines, the newest first."""

    day: str
    steps: tuple[StepHistory, ...]
    own: tuple[HistoryLine, ...]

    @property
    def count(self) -> int:
        """How many lines there are besides the engine's own."""
        return sum(len(each.lines) for each in self.steps)


def history_days(entries: Iterable[Entry], say: Wording) -> Iterator[HistoryDay]:
    """Yields the days of entries that come the newest first."""
    for day, of_day in groupby(entries, key=lambda each: day_of(each.at, say.zone)):
        steps: dict[str, list[HistoryLine]] = {}
        own: list[HistoryLine] = []
        for entry in of_day:
            line = HistoryLine(f"{local(entry.at, say.zone):%H:%M}", entry.kind, say.sentence(entry))
            if isinstance(entry, _OWN):
                own.append(line)
            else:
                steps.setdefault(_title(entry, say), []).append(line)
        yield HistoryDay(day, tuple(StepHistory(title, tuple(lines)) for title, lines in steps.items()), tuple(own))


def _title(entry: Entry, say: Wording) -> str:
    step = getattr(entry, "step", None)
    return say.step(step) if step else THE_JOURNEY
