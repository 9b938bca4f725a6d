"""The open tasks of a journey, put together from its map and its state."""

from __future__ import annotations

from dataclasses import dataclass

from milepost.language.durations import Duration, Unit
from milepost.language.steps import Touchpoint
from milepost.planner.added_tasks import with_added_tasks
from milepost.planner.compiled_map import CompiledMap, CompiledStep
from milepost.planner.enums import SystemTaskReason
from milepost.planner.instants import Instant
from milepost.planner.situation import Situation
from milepost.planner.state import State, StepState
from milepost.text import listing

_MINUTES = {Unit.MINUTE: 1, Unit.HOUR: 60, Unit.BUSINESS_DAY: 480, Unit.DAY: 480}

_ABOUT_A_STEP = (SystemTaskReason.OPTED_OUT, SystemTaskReason.CANCELLED, SystemTaskReason.VALUE)
_SYSTEM_TITLES = {
    "stuck": "Look after the customer, who is stuck in {about}",
    "contact": "Name a contact: nobody is {about}",
    "message_failed": "Reach the person otherwise: a message could not be delivered",
    "opted_out": "Reach the person otherwise about “{about}”: they get no such mail",
    "cancelled": "Reach the person otherwise about “{about}”: its mail was cancelled",
    "value": "Tell what a message about “{about}” lacks: {names}",
    "idle": "Say what is next: nothing is open and nothing lies ahead",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task that is open. `task` is `STEP/OCCURRENCE`, or `WHY/ABOUT/N` for a system task.

    `person` is an address, or nobody: then the queue of the role's team has it. `role` is empty for a task of the map's
    owner. `due_at` is a UTC instant.
    """

    task: str
    role: str
    person: str | None
    step: str | None = None
    occurrence: int | None = None
    title: str
    opened_at: Instant
    due_at: Instant | None = None
    why: str | None = None
    about: str | None = None
    escalated_to: str | None = None
    results: tuple[str, ...] = ()
    playbook: str | None = None
    effort_minutes: int | None = None
    invite: tuple[str, ...] = ()


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
    return Task(
        task=f"{step.id}/{record.occurrence}",
        role=touchpoint.role,
        person=record.person or state.customer.team.get(touchpoint.role),
        step=step.id,
        occurrence=record.occurrence,
        title=touchpoint.title,
        opened_at=record.opened_at or state.started_at,
        due_at=record.due_at,
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
        is_owners = record.why is SystemTaskReason.VALUE
        tasks.append(
            Task(
                task=task,
                role=record.role,
                person=compiled_map.map.owner if is_owners else state.customer.team.get(record.role),
                title=_SYSTEM_TITLES[record.why].format(about=about, names=_missing(compiled_map, state, record.about)),
                opened_at=record.opened_at,
                why=record.why,
                about=record.about,
            ),
        )
    return tasks


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
