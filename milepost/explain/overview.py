"""Everything about one customer at one moment, as plain values; commands, pages and the API only present it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from milepost.customer import Customer, address_key
from milepost.explain.journey import Explanation, StepExplanation, explain, explain_step
from milepost.explain.people_names import PeopleNames
from milepost.explain.sentences import Wording, version_text
from milepost.explain.undelivered import Undelivered
from milepost.explain.waits import WaitingStep, starts_of, waiting_for
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.enums import JourneyStatus, SystemTaskReason
from milepost.planner.instants import Instant
from milepost.planner.open_tasks import Task, open_tasks
from milepost.planner.outlook import Outlook, look_ahead
from milepost.planner.segment_match import Considered, considered, entry_obstacle
from milepost.planner.situation import Situation
from milepost.planner.state import State
from milepost.planner.timeline import Entry, TaskAdded


@dataclass(frozen=True, slots=True)
class JourneyRecord:
    """A journey's columns beside its state. `version` is the hash of the version of its map."""

    id: str
    customer_id: str
    map: str
    version: str
    status: str
    reason: str | None
    started_at: Instant
    ended_at: Instant | None
    wake_at: Instant | None
    blocked_since: Instant | None
    blocked_why: str | None
    planned_with: str | None


@dataclass(frozen=True, slots=True)
class AnswerRecord:
    """An answer to an outcome, or its silence; revoked ones are kept.

    `named` says whether whoever answered may be named where the result is shown to others; None: nobody has said.
    """

    at: Instant
    verdict: str
    asked_of: str | None
    by: str | None
    on_behalf_of: str | None
    reason: str | None
    method: str | None
    value: float | str | None
    comment: str | None
    evidence: str | None
    named: bool | None
    revoked_at: Instant | None
    revoked_by: str | None
    revoked_why: str | None

    @property
    def is_by_another(self) -> bool:
        """Whether somebody else answered than was asked."""
        return None not in (self.asked_of, self.by) and address_key(self.asked_of or "") != address_key(self.by or "")


@dataclass(frozen=True, slots=True)
class OutcomeRecord:
    """One occurrence of an outcome with all its answers, in the order in which they came."""

    outcome: str
    occurrence: int
    statement: str
    status: str
    metric: Mapping[str, Any] | None
    asked_at: Instant | None
    asked_of: str | None
    due_at: Instant | None
    answers: tuple[AnswerRecord, ...]

    @property
    def last(self) -> AnswerRecord | None:
        """The last answer (or silence) that still holds."""
        return next((answer for answer in reversed(self.answers) if answer.revoked_at is None), None)


@dataclass(frozen=True, slots=True)
class OpenStage:
    """A stage that the journey is in; `stuck`: it is past its target, and a task about it is open."""

    stage: str
    title: str
    stuck: bool


@dataclass(frozen=True, slots=True)
class OpenPlay:
    """A play that runs in the journey."""

    play: str
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class JourneyOverview:
    """One journey with all that belongs to it. `zone` is the clock of its sentences.

    `compiled_map` is None where this Milepost cannot read the version: then nothing is known of steps and stages.
    `versions` are the numbers of the map's versions by their hash, `movers` who moved the journey to one of them.
    `pending` are facts, as JSON, that were recorded and that the journey has not taken in yet. `undelivered` are the
    messages that were due out and aren't sent.
    """

    record: JourneyRecord
    state: State
    compiled_map: CompiledMap | None
    versions: Mapping[str, int]
    is_current: bool
    movers: Mapping[tuple[Instant, str], str | None]
    entries: tuple[Entry, ...]
    outcomes: tuple[OutcomeRecord, ...]
    pending: tuple[Mapping[str, Any], ...]
    now: Instant
    zone: str
    undelivered: Mapping[str, Undelivered] = field(default_factory=dict)

    @property
    def has_ended(self) -> bool:
        return self.record.status == JourneyStatus.ENDED

    @property
    def number(self) -> int:
        """The number of the version that the journey is on."""
        return self.versions[self.record.version]

    @property
    def version(self) -> str:
        """The version that the journey is on, and the one that it is to move to, as people read it."""
        version = version_text(self.number, self.record.version)
        target = self.state.moving_to
        if target is None or target not in self.versions:
            return version
        return f"{version}, to move to {version_text(self.versions[target], target)} at the next stage"

    @property
    def title(self) -> str:
        """The map's title."""
        return self.compiled_map.map.title if self.compiled_map else self.record.map

    @property
    def say(self) -> Wording:
        """The words for this journey's map."""
        return replace(self.say_fully, movers={})

    @property
    def say_fully(self) -> Wording:
        """The same words, which also name who moved the journey to another version."""
        people = PeopleNames.around(self.state.customer)
        return Wording(self.compiled_map, self.zone, self.versions, self.movers, self._added, self.undelivered, people)

    @property
    def _added(self) -> dict[str, str]:
        """The titles of the tasks that were added to the journey, by their ids."""
        return {entry.step: entry.title for entry in self.entries if isinstance(entry, TaskAdded)}

    @property
    def stages(self) -> tuple[OpenStage, ...]:
        """The stages that the journey is in, or was in when it ended, in the order of the map."""
        if self.compiled_map is None:
            return ()
        stuck = {task.about for task in self.state.tasks.values() if task.why == SystemTaskReason.STUCK}
        return tuple(
            OpenStage(stage_id, compiled.stage.title, stage_id in stuck)
            for stage_id, compiled in self.compiled_map.stages.items()
            if self.state.stage(stage_id).is_open
        )

    @property
    def plays(self) -> tuple[OpenPlay, ...]:
        """The plays that run, or ran when the journey ended, in the order of the map."""
        if self.compiled_map is None:
            return ()
        return tuple(
            OpenPlay(play_id, compiled.play.kind, compiled.play.title)
            for play_id, compiled in self.compiled_map.plays.items()
            if self.state.play(play_id).is_open
        )

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The tasks that are open."""
        return open_tasks(self.compiled_map, self.state) if self.compiled_map and self.state.begun else ()

    @property
    def situation(self) -> Situation | None:
        """The journey now, for questions; None where the version cannot be read."""
        return Situation.of(self.compiled_map, self.state, self.now) if self.compiled_map else None

    @property
    def waits(self) -> tuple[WaitingStep, ...]:
        """The reasons that each open or coming step waits, then each stage ahead."""
        situation = self.situation
        return waiting_for(situation, self.say) if situation and self.state.begun else ()

    @property
    def starts(self) -> tuple[WaitingStep, ...]:
        """The triggers that would start each play that isn't running."""
        situation = self.situation
        return starts_of(situation, self.say) if situation else ()

    @property
    def outlook(self) -> Outlook | None:
        """The entries to come if nobody does anything; None where the version can't be read."""
        return look_ahead(self.compiled_map, self.state, self.now) if self.compiled_map else None

    def explain(self) -> Explanation | None:
        """Explains why the journey is where it is; None before its first plan, and where the version can't be read."""
        situation = self.situation
        return explain(situation, self.entries, self.say) if situation and self.state.begun else None

    def explain_step(self, step: str) -> StepExplanation | None:
        """Explains one step of the map; None as for `explain`."""
        situation = self.situation
        return explain_step(situation, self.entries, step, self.say) if situation and self.state.begun else None


@dataclass(frozen=True, slots=True)
class CustomerOverview:
    """One customer, with all its journeys, the latest first, and the whole of one of them.

    `health` is the attribute of that name where it is a number; `unmatched_why` why no map took the customer.
    """

    customer: Customer
    health: float | None
    unmatched_why: str | None
    now: Instant
    zone: str
    journeys: tuple[JourneyRecord, ...]
    journey: JourneyOverview | None

    def considered(self, compiled_maps: Iterable[CompiledMap]) -> Iterator[tuple[Considered, str | None]]:
        """Every map with, where its segment matches and the customer may not enter it (again), why not."""
        by_id = {compiled_map.map.map: compiled_map for compiled_map in compiled_maps}
        for each in considered(by_id.values(), self.customer, self.now):
            ends = [past.ended_at for past in self.journeys if past.map == each.map and past.ended_at is not None]
            obstacle = entry_obstacle(by_id[each.map], max(ends, default=None), self.now)
            yield each, str(obstacle) if obstacle else None
