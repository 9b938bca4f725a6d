"""What a change stirs: which conditions, openings and closings must be looked at again after it, and which need not.

A chart knows this before any journey runs. Settling then looks only at what a change could have moved.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from journeys.planner.chart import ChartPlay, ChartStage, ChartStep

Watched = tuple[str, str]
"""What can change: `("customer", ATTRIBUTE)`, `("step", ID)`, `("play", ID)`, `("stage", ID)`."""

_OF_ROOT = {"steps": "step", "results": "step", "outcomes": "step", "plays": "play", "stages": "stage"}


class Stirred(NamedTuple):
    """What one change stirs, by place: among the chart's looks, its containers, and its steps in order of the file."""

    looks: frozenset[int]
    containers: frozenset[int]
    steps: frozenset[int]


class Stirs(NamedTuple):
    """What every change stirs, and everything at once (`all`), for a journey that begins or goes on elsewhere.

    `looks` are whatever conditions and events move, in the order in which they are looked at; `dated` are the places in
    it where the day alone may change the answer.
    """

    by: Mapping[Watched, Stirred]
    all: Stirred
    looks: tuple[ChartStep | ChartStage | ChartPlay, ...]
    dated: tuple[int, ...]


def stirs_of(steps: Iterable[ChartStep], stages: Iterable[ChartStage], plays: Iterable[ChartPlay]) -> Stirs:
    """Work out what stirs what in a map: steps, stages and plays in the order of the file."""
    steps, stages, plays = tuple(steps), tuple(stages), tuple(plays)
    containers: tuple[ChartStage | ChartPlay, ...] = (*stages, *plays)
    looks: tuple[ChartStep | ChartStage | ChartPlay, ...] = (
        *(step for step in steps if step.done_when or step.verified_when),
        *(stage for stage in stages if stage.opens_when),
        *plays,
    )
    made = _Stirring()
    for place, look in enumerate(looks):
        made.add("looks", place, {look.itself, *_conditions_of(look)})
    for place, container in enumerate(containers):
        made.add("containers", place, {container.itself, *(step.itself for step in container.steps)})
    holding = {play.itself for play in plays if play.play.holds == "everything"}
    for place, step in enumerate(steps):
        made.add("steps", place, {*_opened_by(step), *holding})
    everything = Stirred(*(frozenset(range(count)) for count in (len(looks), len(containers), len(steps))))
    dated = (place for place, look in enumerate(looks) if any(each.needs_today for each in look.waits_for))
    return Stirs(made.stirred(), everything, looks, tuple(dated))


class _Stirring:
    def __init__(self) -> None:
        self._by: dict[Watched, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))

    def add(self, kind: str, place: int, watched: Iterable[Watched]) -> None:
        for what in watched:
            self._by[what][kind].add(place)

    def stirred(self) -> dict[Watched, Stirred]:
        return {
            what: Stirred(*(frozenset(found[kind]) for kind in Stirred._fields)) for what, found in self._by.items()
        }


def _conditions_of(look: ChartStep | ChartStage | ChartPlay) -> Iterable[Watched]:
    for condition in look.waits_for:
        for root, name in condition.references:
            yield _OF_ROOT.get(root, root), name


def _opened_by(step: ChartStep) -> Iterable[Watched]:
    yield step.itself
    yield ("play" if step.in_play else "stage", step.container)
    for other in step.step.after:
        yield ("step", other)
    if step.step.at is not None:
        yield ("customer", step.step.at.attribute)
