"""A chart: one version of a map, indexed and with its conditions compiled, ready to run journeys on.

Compiling is the slow part; a chart is made once a process and shared by every journey on that version.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from journeys.language.conditions import Condition, Names, compile_condition
from journeys.language.durations import DueReminder, Duration
from journeys.language.model import Action, AnyStep, Map, Outcome, Play, Stage, Touchpoint, Trigger
from journeys.planner.calendars import Calendar

Container = Stage | Play


Watched = tuple[str, str]
"""What a condition looks at: `("customer", ATTRIBUTE)`, `("step", ID)`, `("play", ID)`, `("stage", ID)`."""

_OF_ROOT = {"steps": "step", "results": "step", "outcomes": "step", "plays": "play", "stages": "stage"}


def watched_by(condition: Condition | None) -> frozenset[Watched]:
    """What a condition looks at."""
    if condition is None:
        return frozenset()
    return frozenset((_OF_ROOT.get(root, root), name) for root, name in condition.references if root != "event")


@dataclass(frozen=True, slots=True)
class Waited:
    """A compiled trigger: an event, `count` times, each under `condition`; or, without an event, a condition alone.

    `watches` is what the condition looks at: until some of it changes, the condition need not be looked at again.
    """

    key: str
    event: str | None
    condition: Condition | None
    count: int
    watches: frozenset[Watched] = frozenset()


@dataclass(frozen=True, slots=True)
class ChartStep:
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
class ChartStage:
    """A stage with its place; a stage with `opens` stands outside the sequence, but the first never does."""

    stage: Stage
    position: int
    steps: tuple[ChartStep, ...]
    in_sequence: bool
    opens_when: tuple[Waited, ...]


@dataclass(frozen=True, slots=True)
class ChartPlay:
    """A play with its place."""

    play: Play
    position: int
    steps: tuple[ChartStep, ...]
    starts_when: tuple[Waited, ...]
    ends_when: tuple[Waited, ...]
    only_if: Condition | None


@dataclass(frozen=True, slots=True)
class Chart:
    """One version of a map. `stages` and `plays` are in the order of the file; `version` is the version's hash.

    `goes_on` says that the journey goes on with nothing open; `watching_steps` are those that an event or a condition
    may close, `called_stages` those that a trigger opens, `watched` all that any condition or anchor looks at,
    `anchored` the customer's dates that anchors are told from.
    """

    map: Map
    version: str
    where: Condition
    steps: Mapping[str, ChartStep]
    stages: Mapping[str, ChartStage]
    plays: Mapping[str, ChartPlay]
    ours: Calendar
    events: frozenset[str]
    goes_on: bool
    watching_steps: tuple[ChartStep, ...]
    called_stages: tuple[ChartStage, ...]
    watched: frozenset[Watched]
    anchored: frozenset[str]

    @staticmethod
    def of(map: Map, version: str) -> Chart:  # noqa: A002 - the field's word
        """Compile a map.

        Raises:
            ConditionError: a condition does not compile; a map without lint errors has none such.
        """
        return _compile(map, version)

    def containers(self) -> Iterator[ChartStage | ChartPlay]:
        """Stages, then plays, in the order of the file."""
        yield from self.stages.values()
        yield from self.plays.values()

    def next_in_sequence(self, stage: str) -> str | None:
        """The stage that opens when this one closes: the next in the file that has no `opens`."""
        ids = list(self.stages)
        for later in ids[ids.index(stage) + 1 :]:
            if self.stages[later].in_sequence:
                return later
        return None


def _compile(map: Map, version: str) -> Chart:  # noqa: A002 - the field's word
    names = Names.of(map)
    positions = iter(range(1_000_000))
    steps: dict[str, ChartStep] = {}
    stages: dict[str, ChartStage] = {}
    plays: dict[str, ChartPlay] = {}
    for number, stage in enumerate(map.stages):
        position = next(positions)
        made = _steps(stage, names, positions)
        opens = stage.opens.when if stage.opens else ()
        stages[stage.id] = ChartStage(
            stage, position, made, number == 0 or stage.opens is None, _triggers(opens, names)
        )
        steps.update((step.id, step) for step in made)
    for play in map.plays:
        position = next(positions)
        made = _steps(play, names, positions)
        only_if = compile_condition(play.only_if, names) if play.only_if else None
        plays[play.id] = ChartPlay(
            play,
            position,
            made,
            _triggers(play.starts_when, names),
            _triggers(play.ends_when, names),
            only_if,
        )
        steps.update((step.id, step) for step in made)
    working = map.working_time
    anchors = [step.step.at for step in steps.values()] + [stage.opens.at for stage in map.stages if stage.opens]
    anchored = frozenset(anchor.attribute for anchor in anchors if anchor is not None)
    return Chart(
        map,
        version,
        compile_condition(map.segment.where, names),
        steps,
        stages,
        plays,
        Calendar.of(working, working.timezone, working.country),
        frozenset(_events(steps, stages, plays)),
        any(stage.opens is not None and stage.opens.at is not None for stage in map.stages[1:]),
        tuple(step for step in steps.values() if step.done_when or step.verified_when),
        tuple(stage for stage in stages.values() if stage.opens_when),
        frozenset(_watched(steps, stages, plays)) | {("customer", name) for name in anchored},
        anchored,
    )


def _steps(container: Container, names: Names, positions: Iterator[int]) -> tuple[ChartStep, ...]:
    return tuple(_step(step, container, names, next(positions)) for step in container.steps)


def _step(step: AnyStep, container: Container, names: Names, position: int) -> ChartStep:
    repeats = not isinstance(step, Outcome) and step.every is not None
    itself = frozenset({("step", step.id)})  # what waits is looked at when the step opens
    if isinstance(step, Touchpoint):
        track, persona = "company", step.to
    else:
        track, persona = ("customer" if isinstance(step, Action) else "outcome"), step.persona
    return ChartStep(
        id=step.id,
        step=step,
        container=container.id,
        in_play=isinstance(container, Play),
        position=position,
        track=track,
        persona=persona,
        required=not step.optional and not repeats,
        skip_when=compile_condition(step.skip_when, names) if step.skip_when else None,
        done_when=() if isinstance(step, Outcome) else _triggers(step.done_when, names, itself),
        verified_when=_triggers(step.verified_when, names, itself) if isinstance(step, Outcome) else (),
    )


def _triggers(
    triggers: tuple[Trigger, ...], names: Names, watching: frozenset[Watched] = frozenset()
) -> tuple[Waited, ...]:
    return tuple(_trigger(number, trigger, names, watching) for number, trigger in enumerate(triggers))


def _trigger(number: int, trigger: Trigger, names: Names, watching: frozenset[Watched]) -> Waited:
    by_itself = trigger.event is None
    condition = compile_condition(trigger.if_, names, event=not by_itself, waited=by_itself) if trigger.if_ else None
    return Waited(str(number), trigger.event, condition, trigger.count, watched_by(condition) | watching)


def _events(
    steps: Mapping[str, ChartStep], stages: Mapping[str, ChartStage], plays: Mapping[str, ChartPlay]
) -> Iterator[str]:
    for triggers in _trigger_lists(steps, stages, plays):
        for waited in triggers:
            if waited.event is not None:
                yield waited.event


def _trigger_lists(
    steps: Mapping[str, ChartStep], stages: Mapping[str, ChartStage], plays: Mapping[str, ChartPlay]
) -> Iterator[tuple[Waited, ...]]:
    for step in steps.values():
        yield step.done_when + step.verified_when
    for stage in stages.values():
        yield stage.opens_when
    for play in plays.values():
        yield play.starts_when + play.ends_when


def _watched(
    steps: Mapping[str, ChartStep], stages: Mapping[str, ChartStage], plays: Mapping[str, ChartPlay]
) -> Iterator[Watched]:
    for step in steps.values():
        yield from watched_by(step.skip_when)
    for play in plays.values():
        yield from watched_by(play.only_if)
    for triggers in _trigger_lists(steps, stages, plays):
        for waited in triggers:
            yield from waited.watches
