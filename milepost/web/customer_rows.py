"""The lines of the list of customers: where each stands, how it fares, and what a person has to do next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from milepost.explain.contract import value_of
from milepost.explain.overview import JourneyRecord
from milepost.explain.owner import owner_of
from milepost.explain.people_names import colleague_name
from milepost.explain.sentences import spaced
from milepost.language.steps import Touchpoint
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.enums import JourneyStatus, StageStatus, StepStatus
from milepost.planner.instants import Instant
from milepost.planner.standings import Part, standings
from milepost.store.customer_list import CustomerListLine
from milepost.store.errors import UnreadableVersionError
from milepost.store.tables import JourneyRow
from milepost.web.services import Services


@dataclass(frozen=True, slots=True)
class NextStep:
    """What somebody has to do next: a colleague, or the customer; `late`: it should have been done."""

    title: str
    who: str
    due: Instant | None
    late: bool


@dataclass(frozen=True, slots=True)
class ListedCustomer:
    """A line of the list. `rail` has the status of each stage of the map in its order; `renews` is a local date."""

    line: CustomerListLine
    rail: tuple[tuple[str, str], ...]
    renews: date | None
    value: str | None
    owner: tuple[str, str] | None
    next: NextStep | None
    silent_since: Instant | None

    @property
    def outcomes(self) -> tuple[tuple[str, str, int], ...]:
        """How the outcomes stand: the kind of a tag, a word, and how many; those without any are left out."""
        verdicts = self.line.verdicts
        counts = (
            ("good", "confirmed", StepStatus.VERIFIED),
            ("warn", "partly", StepStatus.PARTIAL),
            ("bad", "disputed", StepStatus.DISPUTED),
            ("bad", "silent", StepStatus.SILENT),
            ("", "asked", StepStatus.ASKED),
        )
        return tuple((kind, word, verdicts[status]) for kind, word, status in counts if verdicts.get(status))


@dataclass(frozen=True, slots=True)
class CustomerRows:
    """Makes lines at an instant of journey time."""

    served: Services
    now: Instant

    async def row(self, line: CustomerListLine) -> ListedCustomer:
        """Returns a line, whose map may be one that only a later Milepost can read."""
        compiled_map = await self.map_of(line)
        customer, journey = line.customer, line.journey
        silent = journey.silent_from if journey is not None else None
        state: Mapping[str, Any] = journey.state if journey is not None else {}
        return ListedCustomer(
            line,
            tuple(_rail(compiled_map, state)) if compiled_map else (),
            date.fromisoformat(customer.renews_on) if customer.renews_on else None,
            value_of(customer.attributes),
            owner_of(customer.team, compiled_map),
            self._next(line, compiled_map, state),
            silent if silent is not None and silent <= self.now else None,
        )

    async def map_of(self, line: CustomerListLine) -> CompiledMap | None:
        """Returns the map of a line's journey; None without one, or where only a later Milepost can read it."""
        if line.journey is None:
            return None
        try:
            return await self.served.compiled_maps.of(line.journey.version)
        except UnreadableVersionError:
            return None

    def _next(
        self, line: CustomerListLine, compiled_map: CompiledMap | None, state: Mapping[str, Any]
    ) -> NextStep | None:
        """Returns what is due first: the most urgent task of ours, or a step of the customer's."""
        if line.journey is None or line.journey.ended_at is not None:
            return None
        steps = list(self._theirs(compiled_map, state)) if compiled_map else []
        if line.task is not None:
            steps.append(self._ours(line, compiled_map))
        return min(steps, key=lambda step: (step.due is None, step.due or 0, step.title), default=None)

    def _ours(self, line: CustomerListLine, compiled_map: CompiledMap | None) -> NextStep:
        task = line.task
        assert task is not None
        roles = compiled_map.map.roles if compiled_map else {}
        team = roles[task.role].title if task.role in roles else task.role
        due = task.agreed_at or task.due_at
        return NextStep(task.title, colleague_name(task.person) if task.person else team, due, self._is_late(due))

    def _theirs(self, compiled_map: CompiledMap, state: Mapping[str, Any]) -> Iterator[NextStep]:
        for each in standings(state):
            compiled = compiled_map.steps.get(each.id) if each.part is Part.STEP and each.is_running else None
            if compiled is not None and not isinstance(compiled.step, Touchpoint):
                persona = compiled_map.map.personas.get(compiled.step.persona)
                who = persona.title if persona else "the customer"
                yield NextStep(compiled.step.title, who, each.due_at, self._is_late(each.due_at))

    def _is_late(self, due: Instant | None) -> bool:
        return due is not None and due < self.now


def _rail(compiled_map: CompiledMap, state: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yields title and status of each stage of the sequence, and of those beside it that are open."""
    records = state.get("stages", {})
    for id_, stage in compiled_map.stages.items():
        status = records.get(id_, {}).get("status", StageStatus.WAITING)
        if stage.in_sequence or status == StageStatus.OPEN:
            yield stage.stage.title, status


def standing(journey: JourneyRow | JourneyRecord | None, unmatched_why: str | None) -> str:
    """Returns the status of a customer's journey in words."""
    if journey is None:
        return "No map fits" if unmatched_why else "No journey yet"
    if journey.status == JourneyStatus.ENDED:
        return f"Ended: {spaced(journey.reason)}"
    return {JourneyStatus.OPEN: "Running", JourneyStatus.PAUSED: "Paused"}[JourneyStatus(journey.status)]
