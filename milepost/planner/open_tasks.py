"""The open tasks of a journey, put together from its map and its state."""

from __future__ import annotations

from dataclasses import dataclass

from milepost.language.durations import Duration, Unit
from milepost.language.steps import Touchpoint
from milepost.planner.added_tasks import with_added_tasks
from milepost.planner.agreements import AgreedTime, agreed_time
from milepost.planner.compiled_map import CompiledMap, CompiledStep
from milepost.planner.enums import SystemTaskReason, Wish
from milepost.planner.instants import Instant
from milepost.planner.situation import Situation
from milepost.planner.state import State, StepState
from milepost.planner.task_records import SystemTask
from milepost.text import listing

_MINUTES = {Unit.MINUTE: 1, Unit.HOUR: 60, Unit.BUSINESS_DAY: 480, Unit.DAY: 480}

_ABOUT_A_STEP = (
    SystemTaskReason.OPTED_OUT,
    SystemTaskReason.CANCELLED,
    SystemTaskReason.VALUE,
    SystemTaskReason.REQUEST,
)
_SYSTEM_TITLES = {
    "stuck": "Look after the customer, who is stuck in {about}",
    "contact": "Name a contact: nobody is {about}",
    "message_failed": "Reach the person otherwise: a message could not be delivered",
    "opted_out": "Reach the person otherwise about “{about}”: they get no such mail",
    "cancelled": "Reach the person otherwise about “{about}”: its mail was cancelled",
    "value": "Tell what a message about “{about}” lacks: {names}",
    "request": "Answer the customer about “{about}”: {wishes}",
    "idle": "Say what is next: nothing is open and nothing lies ahead",
}

_WISHES = {
    Wish.HELP: "they want help",
    Wish.DATE: "they propose another date",
    Wish.PERSON: "somebody else does it",
    Wish.ANSWER: "they wrote back",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task that is open. `task` is `STEP/OCCURRENCE`, or `WHY/ABOUT/N` for a system task.

    `put_off` is the end of the working day until which somebody snoozed it, or the customer's words keep it quiet.

    `person` is an address, or nobody: then the queue of the role's team has it. `role` is empty for a task of the map's
    owner. `due_at` is a UTC instant; so is `agreed_at`, the time of day that people agreed on, and it takes
    `agreed_minutes`.
    """

    task: str
    role: str
    person: str | None
    step: str | None = None
    occurrence: int | None = None
    title: str
    opened_at: Instant
    due_at: Instant | None = None
    put_off: Instant | None = None
    agreed_at: Instant | None = None
    agreed_minutes: int | None = None
    why: str | None = None
    about: str | None = None
    escalated_to: str | None = None
    results: tuple[str, ...] = ()
    playbook: str | None = None
    effort_minutes: int | None = None
    invite: tuple[str, ...] = ()

    @property
    def agreed(self) -> AgreedTime | None:
        """The time of day that people agreed on."""
        return None if self.agreed_at is None else AgreedTime(self.agreed_at, self.agreed_minutes)


def open_tasks(compiled_map: CompiledMap, state: State) -> tuple[Task, ...]:
    """Every open task of a journey: those of steps in the order of the file, those added to it, then system tasks."""
    compiled_map = with_added_tasks(compiled_map, state)
    tasks = [
        _step_task(step, state.step(step.id), state)
        for step in compiled_map.steps.values()
        if step.is_task and state.step(step.id).is_open
    ]
    return (*tasks, *_system_tasks(compiled_map, state))


def _step_task(step: CompiledStep, record: StepState, state: State) -> Task:
    touchpoint = step.step
    assert isinstance(touchpoint, Touchpoint)
    assert touchpoint.role is not None
    agreed_at, agreed_minutes = agreed_time(state, step.id) or (None, None)
    return Task(
        task=f"{step.id}/{record.occurrence}",
        role=touchpoint.role,
        person=record.person or state.customer.team.get(touchpoint.role),
        step=step.id,
        occurrence=record.occurrence,
        title=touchpoint.title,
        opened_at=record.opened_at or state.started_at,
        due_at=record.due_at,
        put_off=record.kept_until()[1] or None,
        agreed_at=agreed_at,
        agreed_minutes=agreed_minutes,
        escalated_to=record.escalated_to,
        results=tuple(touchpoint.results or ()),
        playbook=touchpoint.playbook,
        effort_minutes=minutes(touchpoint.effort),
        invite=touchpoint.invite,
    )


def _system_tasks(compiled_map: CompiledMap, state: State) -> list[Task]:
    tasks = []
    for task, record in sorted(state.tasks.items(), key=lambda item: (item[1].opened_at, item[0])):
        about = record.about
        if record.why is SystemTaskReason.STUCK and about in compiled_map.stages:
            about = compiled_map.stages[about].stage.title
        elif record.why is SystemTaskReason.CONTACT and about in compiled_map.map.personas:
            about = compiled_map.map.personas[about].title
        elif record.why in _ABOUT_A_STEP and about in compiled_map.steps:
            about = compiled_map.steps[about].step.title
        words = {"names": _missing(compiled_map, state, record.about), "wishes": wishes_text(record)}
        tasks.append(
            Task(
                task=task,
                role=record.role,
                person=_person_of(compiled_map, state, record),
                title=_SYSTEM_TITLES[record.why].format(about=about, **words),
                opened_at=record.opened_at,
                due_at=record.due_at,
                why=record.why,
                about=record.about,
                escalated_to=record.escalated_to,
            ),
        )
    return tasks


def _person_of(compiled_map: CompiledMap, state: State, record: SystemTask) -> str | None:
    """The address of whose task it is; what a customer wants of our own step goes to whoever has that by agreement."""
    if record.why is SystemTaskReason.VALUE:
        return compiled_map.map.owner
    step = compiled_map.steps.get(record.about) if record.why is SystemTaskReason.REQUEST else None
    agreed = state.step(record.about).person if step is not None and step.is_task else None
    return agreed or state.customer.team.get(record.role)


def wishes_text(record: SystemTask) -> str:
    """What a customer wants about a step, without names: `they want help and they propose another date`."""
    return listing([_WISHES[Wish(wish)] for wish in record.wishes])


def _missing(compiled_map: CompiledMap, state: State, step: str) -> str:
    """Returns the names of the values that the message of a step waits for."""
    queued = next((each for each in state.queue if each.step == step and each.owner_at == 0), None)
    if queued is None or step not in compiled_map.steps:
        return ""
    now = Situation(compiled_map, state, state.clock)
    return listing(now.missing_values(queued, now.contact_of(compiled_map.steps[step])))


def minutes(effort: Duration | None) -> int | None:
    """A task's effort in minutes; a day of work has eight hours."""
    return None if effort is None else effort.count * _MINUTES.get(effort.unit, 480 * 5)
