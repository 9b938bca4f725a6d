"""One version of a map, indexed and with its conditions compiled, ready to run journeys on.

Compiling is the slow part; it is done once a process, and the result is shared by every journey on that version.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from milepost.language.conditions import Condition, compile_condition
from milepost.language.durations import DueReminder, Duration
from milepost.language.model import Map, Play, Stage
from milepost.language.names import Names
from milepost.language.steps import Action, AnyStep, Outcome, Touchpoint, Trigger
from milepost.planner.calendars import Calendar
from milepost.planner.dependents import Dependents, Watched
from milepost.planner.enums import StepKind

Container = Stage | Play


@dataclass(frozen=True, slots=True)
class Waited:
    """A compiled trigger: an event, `count` times, each under `condition`; or, without an event, a condition alone."""

    key: str
    event: str | None
    condition: Condition | None
    count: int


@dataclass(frozen=True, slots=True)
class CompiledStep:
    """A step with its place: `position` orders it in the file, `container` is its stage's or play's id."""

    id: str
    step: AnyStep
    container: str
    in_play: bool
    position: int
    track: str
    persona: str | None
    required: bool
    skip_when: Condition | None
    done_when: tuple[Waited, ...]
    verified_when: tuple[Waited, ...]

    @property
    def itself(self) -> Watched:
        return ("step", self.id)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The conditions that may close it while it is open."""
        return _conditions(self.done_when, self.verified_when)

    @property
    def opened_by(self) -> frozenset[Watched]:
        """What may let it open: itself, its stage or play, the steps before it, the date of its anchor."""
        opened_by = {self.itself, ("play" if self.in_play else "stage", self.container)}
        opened_by.update(("step", other) for other in self.step.after)
        if self.step.at is not None:
            opened_by.add(("customer", self.step.at.attribute))
        return frozenset(opened_by)

    @property
    def kind(self) -> StepKind:
        if isinstance(self.step, Touchpoint):
            return StepKind.MAIL if self.step.role is None else StepKind.TASK
        return StepKind.OUTCOME if isinstance(self.step, Outcome) else StepKind.ACTION

    @property
    def is_mail(self) -> bool:
        return isinstance(self.step, Touchpoint) and self.step.role is None

    @property
    def is_task(self) -> bool:
        return isinstance(self.step, Touchpoint) and self.step.role is not None

    @property
    def essential(self) -> bool:
        return not isinstance(self.step, Outcome) and self.step.essential

    @property
    def every(self) -> Duration | None:
        return None if isinstance(self.step, Outcome) else self.step.every

    @property
    def reminders(self) -> tuple[DueReminder, ...]:
        return self.step.remind if isinstance(self.step, Action) else ()

    @property
    def template(self) -> str | None:
        """The file of its opening mail, request or mail touchpoint."""
        return self.step.message

    @property
    def reminder_template(self) -> str | None:
        if isinstance(self.step, Touchpoint):
            return None
        return self.step.reminder or self.step.message


@dataclass(frozen=True, slots=True)
class CompiledStage:
    """A stage with its place; a stage with `opens` stands outside the sequence, but the first never does.

    `required` are the steps that must close before it does.
    """

    stage: Stage
    position: int
    steps: tuple[CompiledStep, ...]
    required: tuple[str, ...]
    in_sequence: bool
    opens_when: tuple[Waited, ...]

    @property
    def itself(self) -> Watched:
        return ("stage", self.stage.id)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The conditions that may open it."""
        return _conditions(self.opens_when)


@dataclass(frozen=True, slots=True)
class CompiledPlay:
    """A play with its place; `required` are the steps that must close before it ends by itself."""

    play: Play
    position: int
    steps: tuple[CompiledStep, ...]
    required: tuple[str, ...]
    starts_when: tuple[Waited, ...]
    ends_when: tuple[Waited, ...]
    only_if: Condition | None

    @property
    def itself(self) -> Watched:
        return ("play", self.play.id)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The conditions that may start or end it, or let a start through that was kept."""
        return (*_conditions(self.starts_when, self.ends_when), *([self.only_if] if self.only_if else ()))


Watcher = CompiledStep | CompiledStage | CompiledPlay
"""What waits for conditions and events."""


@dataclass(frozen=True, slots=True)
class CompiledMap:
    """One version of a map. `stages` and `plays` are in the order of the file; `version` is the version's hash.

    `goes_on` says that a journey stays open with nothing open in it; `anchored` are the customer's dates that anchors
    count from. `watchers` wait for conditions and events, in the order in which they are looked at; `time_dependent`
    are the places of those whose answer the day alone may change. `dependents` is the dependency index: what every
    change invalidates. `places` are the positions of steps, stages and plays in the file.
    """

    map: Map
    version: str
    where: Condition
    steps: Mapping[str, CompiledStep]
    stages: Mapping[str, CompiledStage]
    plays: Mapping[str, CompiledPlay]
    ours: Calendar
    events: frozenset[str]
    goes_on: bool
    anchored: frozenset[str]
    watchers: tuple[Watcher, ...]
    time_dependent: tuple[int, ...]
    dependents: Dependents
    ordered: tuple[CompiledStep, ...]
    containers: tuple[CompiledStage | CompiledPlay, ...]
    places: Mapping[Watched, int]

    @staticmethod
    def of(map: Map, version: str) -> CompiledMap:  # noqa: A002 - the field's word
        """Compile a map.

        Raises:
            ConditionError: a condition does not compile; a map without lint errors has none such.
        """
        return _compile(map, version)

    def next_in_sequence(self, stage: str) -> str | None:
        """The stage that opens when this one closes: the next in the file that has no `opens`."""
        ids = list(self.stages)
        for later in ids[ids.index(stage) + 1 :]:
            if self.stages[later].in_sequence:
                return later
        return None


def _compile(map: Map, version: str) -> CompiledMap:  # noqa: A002 - the field's word
    names = Names.of(map)
    positions = iter(range(1_000_000))
    stages = {stage.id: _stage(stage, names, positions, first=stage is map.stages[0]) for stage in map.stages}
    plays = {play.id: _play(play, names, positions) for play in map.plays}
    containers: tuple[CompiledStage | CompiledPlay, ...] = (*stages.values(), *plays.values())
    steps = {step.id: step for container in containers for step in container.steps}
    placed: tuple[Watcher, ...] = (*steps.values(), *containers)
    watchers: tuple[Watcher, ...] = (
        *(step for step in steps.values() if step.done_when or step.verified_when),
        *(stage for stage in stages.values() if stage.opens_when),
        *plays.values(),
    )
    working = map.working_time
    anchors = [step.step.at for step in steps.values()] + [stage.opens.at for stage in map.stages if stage.opens]
    return CompiledMap(
        map=map,
        version=version,
        where=compile_condition(map.segment.where, names),
        steps=steps,
        stages=stages,
        plays=plays,
        ours=Calendar.of(working, working.timezone, working.country),
        events=frozenset(_events(steps, stages, plays)),
        goes_on=any(stage.opens is not None and stage.opens.at is not None for stage in map.stages[1:]),
        anchored=frozenset(anchor.attribute for anchor in anchors if anchor is not None),
        watchers=watchers,
        time_dependent=tuple(
            place for place, watcher in enumerate(watchers) if any(each.needs_today for each in watcher.conditions)
        ),
        dependents=_dependents(watchers, containers, steps.values()),
        ordered=tuple(steps.values()),
        containers=containers,
        places={each.itself: each.position for each in placed},
    )


def _stage(stage: Stage, names: Names, positions: Iterator[int], *, first: bool) -> CompiledStage:
    position = next(positions)
    steps = _steps(stage, names, positions)
    opens = stage.opens.when if stage.opens else ()
    in_sequence = first or stage.opens is None
    return CompiledStage(stage, position, steps, _required(steps), in_sequence, _triggers(opens, names))


def _play(play: Play, names: Names, positions: Iterator[int]) -> CompiledPlay:
    position = next(positions)
    steps = _steps(play, names, positions)
    only_if = compile_condition(play.only_if, names) if play.only_if else None
    starts, ends = _triggers(play.starts_when, names), _triggers(play.ends_when, names)
    return CompiledPlay(play, position, steps, _required(steps), starts, ends, only_if)


_OF_ROOT = {"steps": "step", "results": "step", "outcomes": "step", "plays": "play", "stages": "stage"}


def _dependents(
    watchers: Iterable[Watcher], containers: tuple[CompiledStage | CompiledPlay, ...], steps: Iterable[CompiledStep]
) -> Dependents:
    holding = {each.itself for each in containers if isinstance(each, CompiledPlay) and each.play.holds == "everything"}
    return Dependents.of(
        [{watcher.itself, *(name for each in watcher.conditions for name in _watched(each))} for watcher in watchers],
        [{each.itself, *(step.itself for step in each.steps)} for each in containers],
        [step.opened_by | holding for step in steps],
    )


def _watched(condition: Condition) -> Iterator[Watched]:
    return ((_OF_ROOT.get(root, root), name) for root, name in condition.references)


def _steps(container: Container, names: Names, positions: Iterator[int]) -> tuple[CompiledStep, ...]:
    return tuple(_step(step, container, names, next(positions)) for step in container.steps)


def _step(step: AnyStep, container: Container, names: Names, position: int) -> CompiledStep:
    repeats = not isinstance(step, Outcome) and step.every is not None
    if isinstance(step, Touchpoint):
        track, persona = "company", step.to
    else:
        track, persona = ("customer" if isinstance(step, Action) else "outcome"), step.persona
    return CompiledStep(
        id=step.id,
        step=step,
        container=container.id,
        in_play=isinstance(container, Play),
        position=position,
        track=track,
        persona=persona,
        required=not step.optional and not repeats,
        skip_when=compile_condition(step.skip_when, names) if step.skip_when else None,
        done_when=() if isinstance(step, Outcome) else _triggers(step.done_when, names),
        verified_when=_triggers(step.verified_when, names) if isinstance(step, Outcome) else (),
    )


def _required(steps: tuple[CompiledStep, ...]) -> tuple[str, ...]:
    return tuple(step.id for step in steps if step.required)


def _triggers(triggers: tuple[Trigger, ...], names: Names) -> tuple[Waited, ...]:
    return tuple(_trigger(number, trigger, names) for number, trigger in enumerate(triggers))


def _trigger(number: int, trigger: Trigger, names: Names) -> Waited:
    by_itself = trigger.event is None
    condition = compile_condition(trigger.if_, names, event=not by_itself, waited=by_itself) if trigger.if_ else None
    return Waited(str(number), trigger.event, condition, trigger.count)


def _conditions(*lists: tuple[Waited, ...]) -> tuple[Condition, ...]:
    """The conditions that are waited for by themselves, not for an event."""
    return tuple(
        trigger.condition for waited in lists for trigger in waited if trigger.event is None and trigger.condition
    )


def _events(
    steps: Mapping[str, CompiledStep], stages: Mapping[str, CompiledStage], plays: Mapping[str, CompiledPlay]
) -> Iterator[str]:
    for triggers in _trigger_lists(steps, stages, plays):
        for waited in triggers:
            if waited.event is not None:
                yield waited.event


def _trigger_lists(
    steps: Mapping[str, CompiledStep], stages: Mapping[str, CompiledStage], plays: Mapping[str, CompiledPlay]
) -> Iterator[tuple[Waited, ...]]:
    for step in steps.values():
        yield step.done_when + step.verified_when
    for stage in stages.values():
        yield stage.opens_when
    for play in plays.values():
        yield play.starts_when + play.ends_when
