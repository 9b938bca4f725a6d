"""Shows what journeys report, as they report it: the newest entries of all timelines, in words."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress

from rich.console import Console
from rich.text import Text
from sqlalchemy.exc import SQLAlchemyError

from milepost.cli.support.output import clean
from milepost.explain.people_names import PeopleNames
from milepost.explain.sentences import Wording
from milepost.planner import timeline
from milepost.planner.instants import moment
from milepost.planner.spoken_entries import RequestEscalated
from milepost.planner.timeline import Entry
from milepost.store import customers, journeys
from milepost.store import timeline as timeline_rows
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.database import Store
from milepost.store.errors import StoreError
from milepost.store.timeline import CustomerEntry
from milepost.text import count_of

_LOOK_EVERY = 0.5  # seconds
_AT_ONCE = 1000  # entries read
_LINES = 6  # shown of one look, when there are more
_VERDICT_STYLES = {"verified": "green", "partial": "yellow", "disputed": "bold red"}


_LOOKS: dict[type[Entry], tuple[int, str]] = {
    timeline.JourneyEnded: (9, "bold"),
    timeline.OutcomeAnswered: (8, ""),
    timeline.OutcomeSilent: (8, "yellow"),
    timeline.PlayEnded: (7, "magenta"),
    timeline.PlayStarted: (7, "magenta"),
    timeline.OutcomeRevoked: (7, ""),
    timeline.JourneyPaused: (6, ""),
    timeline.JourneyResumed: (6, ""),
    timeline.MapChanged: (6, ""),
    timeline.StageStuck: (6, "yellow"),
    timeline.StageOpened: (5, "cyan"),
    timeline.StepEscalated: (5, "yellow"),
    RequestEscalated: (5, "yellow"),
    timeline.OutcomeAsked: (4, ""),
    timeline.StepOverdue: (4, "yellow"),
    timeline.TaskOpened: (4, ""),
    timeline.StepDone: (3, ""),
    timeline.StepOpened: (2, ""),
    timeline.MessageSent: (2, ""),
}
"""How important an entry is, and the style of its sentence; other entries come last."""
_NOUNS: dict[type[Entry], tuple[str, str]] = {
    timeline.StepOpened: ("step opened", "steps opened"),
    timeline.StepDone: ("step done", "steps done"),
    timeline.MessageSent: ("message sent", "messages sent"),
    timeline.StageOpened: ("stage opened", "stages opened"),
    timeline.OutcomeAsked: ("question asked", "questions asked"),
}


def choose(batch: Sequence[CustomerEntry], at_most: int) -> tuple[list[CustomerEntry], str | None]:
    """The entries to show of those since the last look, in their order, and a phrase about the rest, if there is any.

    In quiet times all are shown; in a rush the most important ones.
    """
    ranked = sorted(batch, key=lambda each: (-_weight(each.entry), each.serial))
    shown = {each.serial for each in ranked[:at_most]}
    rest = Counter(type(each.entry) for each in ranked[at_most:])
    parts = [count_of(number, *_NOUNS[kind]) for kind, number in rest.most_common() if kind in _NOUNS]
    if others := sum(number for kind, number in rest.items() if kind not in _NOUNS):
        parts.append(count_of(others, "other line"))
    return [each for each in batch if each.serial in shown], f"and {', '.join(parts)}" if parts else None


def _weight(entry: Entry) -> int:
    match entry:
        case timeline.MessageSent(reason="reminder"):
            return 3
        case timeline.StepDone(result=str()):
            return 5
        case _:
            return _LOOKS.get(type(entry), (0, ""))[0]


def _style(entry: Entry) -> str:
    if isinstance(entry, timeline.OutcomeAnswered):
        return _VERDICT_STYLES.get(entry.verdict, "")
    return _LOOKS.get(type(entry), (0, ""))[1]


class Watcher:
    """Prints what is new in all timelines, from a serial number on."""

    def __init__(self, store: Store, compiled_maps: CompiledMaps, console: Console, *, after: int) -> None:
        self._store = store
        self._compiled_maps = compiled_maps
        self._console = console
        self._after = after
        self._wordings: dict[str, Wording] = {}

    async def watch(self) -> None:
        """Show until cancelled; while the database is away there is nothing to show."""
        while True:
            with suppress(SQLAlchemyError, StoreError):
                await self.look()
            await asyncio.sleep(_LOOK_EVERY)

    async def look(self) -> None:
        """Show what is new since the last look."""
        async with self._store.reading() as session:
            batch = await timeline_rows.newest(session, after=self._after, limit=_AT_ONCE)
        if not batch:
            return
        self._after = batch[-1].serial
        lines, rest = choose(batch, _LINES)
        for happening in lines:
            self._print(await self._line(happening))
        if rest:
            self._print(Text(f"{'':18}{rest}", style="dim"))

    def _print(self, line: Text) -> None:
        self._console.print(line, soft_wrap=True)

    async def _line(self, happening: CustomerEntry) -> Text:
        entry = happening.entry
        sentence = (await self._wording(happening)).sentence(entry)
        line = Text()
        line.append(f"{moment(entry.at):%Y-%m-%d %H:%M}  ", style="dim")
        line.append(clean(f"{happening.customer_name}: "), style="bold")
        return line.append(clean(sentence), style=_style(entry))

    async def _wording(self, happening: CustomerEntry) -> Wording:
        journey = happening.journey
        if journey not in self._wordings or isinstance(happening.entry, timeline.MapChanged):
            async with self._store.reading() as session:
                version = (await journeys.get(session, journey)).version
                customer = await customers.get(session, happening.customer)
            compiled_map, people = await self._compiled_maps.of(version), PeopleNames.around(customer)
            self._wordings[journey] = Wording(compiled_map, customer.timezone, people=people)
        return self._wordings[journey]
