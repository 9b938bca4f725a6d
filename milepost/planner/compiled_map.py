"""One version of a map, indexed and with its conditions compiled, ready to run journeys on.

Compiling is the slow part; it is done once a process, and the result is shared by every journey on that version.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import count

from milepost.customer import Mail
from milepost.language.asks import Ask
from milepost.language.awaited import Awaited
from milepost.language.conditions import Condition, compile_condition
from milepost.language.durations import Anchor, DueReminder, DueWarning, Duration
from milepost.language.map_translations import MapTranslations
from milepost.language.model import Map, Play, Stage
from milepost.language.names import Names
from milepost.language.steps import Action, AnyStep, Escalate, Outcome, Touchpoint, Trigger
from milepost.planner.calendars import Calendar, Calendars
from milepost.planner.dependents import Dependents, Watched, watched
from milepost.planner.earlier_ids import EarlierIds
from milepost.planner.enums import MessageReason, StepKind
from milepost.planner.message_needs import MessageNeeds
from milepost.planner.waited import Waited, conditions_of, event_conditions


@dataclass(frozen=True, slots=True)
class CompiledStep:
    """A step with its place: `position` orders it in the file.

    `container` is its stage's or play's id, empty for a task that was added to one journey. `triggers` are what closes
    it, or for an outcome what verifies it, `awaits` the steps that it waits for. `due` is how long after opening it is
    due, as the map says or by default; `escalate` is who gets a late task as well, as the step says or else its role.
    `opening_rule`, `due_rule` and `pace` are what the map says of its opening, its due date and its repeats.
    """

    id: str
    step: AnyStep
    kind: StepKind
    container: str
    in_play: bool
    position: int
    track: str
    role: str | None
    persona: str | None
    required: bool
    essential: bool
    every: Duration | None
    due: Duration | None
    escalate: Escalate | None
    opening_rule: str | None
    due_rule: str | None
    pace: str | None
    skip_when: Condition | None
    triggers: tuple[Waited, ...]
    awaits: tuple[Awaited, ...]

    @property
    def itself(self) -> Watched:
        return ("step", self.id)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The conditions that may close it while it is open."""
        return conditions_of(self.triggers)

    @property
    def opened_by(self) -> frozenset[Watched]:
        """The things that may let it open: itself, its stage or play, the steps before it, the date of its anchor."""
        opened_by = {self.itself, ("play" if self.in_play else "stage", self.container)}
        opened_by.update(("step", awaited.step) for awaited in self.awaits)
        if self.step.at is not None:
            opened_by.add(("customer", self.step.at.attribute))
        return frozenset(opened_by)

    @property
    def is_mail(self) -> bool:
        return self.kind is StepKind.MAIL

    @property
    def is_task(self) -> bool:
        return self.kind is StepKind.TASK

    @property
    def has_guests(self) -> bool:
        return self.is_task and isinstance(self.step, Touchpoint) and bool(self.step.invite)

    def is_let_through(self, mail: Mail) -> bool:
        """Returns whether its messages go to somebody who wants such mail; those of an outcome are requests."""
        return mail is Mail.ALL or (mail is Mail.ESSENTIAL and (self.essential or self.kind is StepKind.OUTCOME))

    @property
    def reminders(self) -> tuple[DueReminder | DueWarning, ...]:
        """The reminders of an action, or the warnings of a task."""
        match self.step:
            case Action():
                return self.step.remind
            case Touchpoint():
                return self.step.warn
        return ()

    @property
    def template(self) -> str | None:
        """The file of its opening mail, request or mail touchpoint."""
        return self.step.message

    @property
    def message_reason(self) -> MessageReason:
        """Why `template` is sent."""
        if self.is_mail:
            return MessageReason.TOUCHPOINT
        return MessageReason.REQUEST if self.kind is StepKind.OUTCOME else MessageReason.OPENING

    @property
    def reminder_template(self) -> str | None:
        if isinstance(self.step, Touchpoint):
            return None
        return self.step.reminder or self.step.message


@dataclass(frozen=True, slots=True)
class CompiledStage:
    """A stage with its place; a stage with `opens` stands outside the sequence, but the first never does.

    `required` are the steps that must close before it does, `triggers` what opens it.
    """

    stage: Stage
    position: int
    steps: tuple[CompiledStep, ...]
    required: tuple[str, ...]
    in_sequence: bool
    triggers: tuple[Waited, ...]

    @property
    def itself(self) -> Watched:
        return ("stage", self.stage.id)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The conditions that may open it."""
        return conditions_of(self.triggers)


@dataclass(frozen=True, slots=True)
class CompiledPlay:
    """A play with its place; `required` are the steps that must close before it is completed."""

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
    def triggers(self) -> tuple[Waited, ...]:
        return self.starts_when + self.ends_when

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The conditions that may start or end it, or let a start through that was kept."""
        return (*conditions_of(self.triggers), *([self.only_if] if self.only_if else ()))


Watcher = CompiledStep | CompiledStage | CompiledPlay
"""Anything that waits for conditions and events."""


@dataclass(frozen=True, slots=True, eq=False)
class CompiledMap:
    """One version of a map. `stages` and `plays` are in the order of the file; `version` is the version's hash.

    `event_conditions` are what it asks of the properties of each event. `goes_on` says that a journey stays open with
    nothing open in it; `anchored` are the customer's dates that anchors count from, `asks` what its forms ask for, by
    `STEP.FIELD`. `watchers` wait for conditions and events, in the order in which they are looked at; `time_dependent`
    are the places of those whose answer the day may change alone. `dependents` is the dependency index: what every
    change invalidates. `places` are the positions of steps, stages and plays in the file, `earlier_ids` the ids that
    they had in earlier versions. `added` are the tasks that were added to a journey, if this is that journey's map;
    `without_added` is the map alone then. `translate` gives one of the map's texts as readers of this map read it, see
    `map_in_language`.
    """

    map: Map
    version: str
    where: Condition
    steps: Mapping[str, CompiledStep]
    stages: Mapping[str, CompiledStage]
    plays: Mapping[str, CompiledPlay]
    ours: Calendar
    theirs: Calendars
    events: frozenset[str]
    event_conditions: Mapping[str, tuple[Condition, ...]]
    goes_on: bool
    anchored: frozenset[str]
    asks: Mapping[str, Ask]
    watchers: tuple[Watcher, ...]
    time_dependent: tuple[int, ...]
    dependents: Dependents
    ordered: tuple[CompiledStep, ...]
    containers: tuple[CompiledStage | CompiledPlay, ...]
    places: Mapping[Watched, int]
    earlier_ids: EarlierIds
    message_needs: MessageNeeds
    translations: MapTranslations
    added: tuple[CompiledStep, ...] = ()
    without_added: CompiledMap | None = None
    translate: Callable[[str], str] = str

    @staticmethod
    def of(map: Map, version: str, files: Mapping[str, str] | None = None) -> CompiledMap:  # noqa: A002 - the field's word
        """Compile a map; `files` are its texts by relative name, for the values that its messages need.

        Raises:
            ConditionError: a condition does not compile; a map without lint errors has none such.
        """
        return _Compiler(map).compiled(version, files or {})

    def step_of(self, step: str) -> CompiledStep | None:
        """The step that has an id, or had it in an earlier version."""
        return self.steps.get(step) or self.steps.get(self.earlier_ids.steps.get(step, ""))

    def next_in_sequence(self, stage: str) -> str | None:
        """The stage that opens when this one closes: the next in the file that has no `opens`."""
        ids = list(self.stages)
        for later in ids[ids.index(stage) + 1 :]:
            if self.stages[later].in_sequence:
                return later
        return None


def compiled_task(map: Map, task: Touchpoint, position: int) -> CompiledStep:  # noqa: A002 - the field's word
    """A task that was added to a journey on this map: a step in no stage or play."""
    return _Compiler(map).step(task, "", position, in_play=False)


class _Compiler:
    """Compiles one map; positions are counted through the file."""

    def __init__(self, map: Map) -> None:  # noqa: A002 - the field's word
        self._map, self._names, self._positions = map, Names.of(map), count()

    def compiled(self, version: str, files: Mapping[str, str]) -> CompiledMap:
        stages = {stage.id: self._stage(stage) for stage in self._map.stages}
        plays = {play.id: self._play(play) for play in self._map.plays}
        containers: tuple[CompiledStage | CompiledPlay, ...] = (*stages.values(), *plays.values())
        steps = {step.id: step for container in containers for step in container.steps}
        placed: tuple[Watcher, ...] = (*steps.values(), *containers)
        watchers = tuple(each for each in placed if each.triggers or isinstance(each, CompiledPlay))
        working = self._map.working_time
        anchors = [step.step.at for step in steps.values()]
        anchors += [stage.opens.at for stage in self._map.stages if stage.opens]
        return CompiledMap(
            map=self._map,
            version=version,
            where=compile_condition(self._map.segment.where, self._names),
            steps=steps,
            stages=stages,
            plays=plays,
            ours=Calendar.of(working, working.timezone, working.country),
            theirs=Calendars(self._map.contact_policy.window),
            events=frozenset(
                trigger.event for each in placed for trigger in each.triggers if trigger.event is not None
            ),
            event_conditions=event_conditions(trigger for each in placed for trigger in each.triggers),
            goes_on=any(stage.opens is not None and stage.opens.at is not None for stage in self._map.stages[1:]),
            anchored=frozenset(anchor.attribute for anchor in anchors if anchor is not None),
            asks=self._names.answers,
            watchers=watchers,
            time_dependent=tuple(
                place for place, watcher in enumerate(watchers) if any(each.needs_today for each in watcher.conditions)
            ),
            dependents=_dependents(watchers, containers, steps.values()),
            ordered=tuple(steps.values()),
            containers=containers,
            places={each.itself: each.position for each in placed},
            earlier_ids=EarlierIds.of(self._map),
            message_needs=MessageNeeds.of((step.step for step in steps.values()), files),
            translations=MapTranslations.of(files),
        )

    def _stage(self, stage: Stage) -> CompiledStage:
        position, steps = next(self._positions), self._steps(stage)
        in_sequence = stage.opens is None or stage is self._map.stages[0]
        triggers = self._triggers(stage.opens.when) if stage.opens else ()
        return CompiledStage(stage, position, steps, _required(steps), in_sequence, triggers)

    def _play(self, play: Play) -> CompiledPlay:
        position, steps = next(self._positions), self._steps(play)
        starts, ends = self._triggers(play.starts_when), self._triggers(play.ends_when)
        return CompiledPlay(play, position, steps, _required(steps), starts, ends, self._condition(play.only_if))

    def _steps(self, container: Stage | Play) -> tuple[CompiledStep, ...]:
        in_play = isinstance(container, Play)
        return tuple(self.step(step, container.id, next(self._positions), in_play=in_play) for step in container.steps)

    def step(self, step: AnyStep, container: str, position: int, *, in_play: bool) -> CompiledStep:
        every = None if isinstance(step, Outcome) else step.every
        due, escalate = None, None
        match step:
            case Touchpoint(role=None):
                kind, track, persona, due = StepKind.MAIL, "company", step.to, step.due
            case Touchpoint():
                kind, track, persona, due = StepKind.TASK, "company", step.to, step.due_or_default
                role = self._map.roles.get(step.role or "")
                escalate = step.escalate or (role.escalate if role else None)
            case Action():
                kind, track, persona, due = StepKind.ACTION, "customer", step.persona, step.due
            case Outcome():
                kind, track, persona = StepKind.OUTCOME, "outcome", step.persona
        return CompiledStep(
            id=step.id,
            step=step,
            kind=kind,
            container=container,
            in_play=in_play,
            position=position,
            track=track,
            role=step.role if isinstance(step, Touchpoint) else None,
            persona=persona,
            required=not step.optional and every is None,
            essential=not isinstance(step, Outcome) and step.essential,
            every=every,
            due=due,
            escalate=escalate,
            opening_rule=_text(step.wait or step.at),
            due_rule=_text(due),
            pace=_text(every),
            skip_when=self._condition(step.skip_when),
            triggers=self._triggers(step.verified_when if isinstance(step, Outcome) else step.done_when),
            awaits=step.awaits,
        )

    def _triggers(self, triggers: Iterable[Trigger]) -> tuple[Waited, ...]:
        waited: dict[str, Waited] = {}
        for each in triggers:
            key = " if ".join(part for part in (each.event or "", each.if_ or "") if part)
            if key in waited:  # the same event, but more or fewer of it
                key += f" *{each.count}"
            waited.setdefault(key, Waited(key, each.event, self._condition(each.if_, each), each.count))
        return tuple(waited.values())

    def _condition(self, text: str | None, trigger: Trigger | None = None) -> Condition | None:
        if not text:
            return None
        event = trigger is not None and trigger.event is not None
        return compile_condition(text, self._names, event=event, waited=trigger is not None and not event)


def _dependents(
    watchers: Iterable[Watcher], containers: tuple[CompiledStage | CompiledPlay, ...], steps: Iterable[CompiledStep]
) -> Dependents:
    holding = {each.itself for each in containers if isinstance(each, CompiledPlay) and each.play.holds == "everything"}
    return Dependents.of(
        [{watcher.itself, *(name for each in watcher.conditions for name in watched(each))} for watcher in watchers],
        [{each.itself, *(step.itself for step in each.steps)} for each in containers],
        [step.opened_by | holding for step in steps],
    )


def _text(rule: Duration | Anchor | None) -> str | None:
    return None if rule is None else str(rule)


def _required(steps: tuple[CompiledStep, ...]) -> tuple[str, ...]:
    return tuple(step.id for step in steps if step.required)
