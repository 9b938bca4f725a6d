"""A task as a colleague sees it: what, for whom, why, by when, with whom, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from milepost.explain import local_time
from milepost.explain.display_name import name_of
from milepost.explain.sentences import Wording, quoted, spaced
from milepost.language.model import Outcome
from milepost.language.templates import (
    CsmContext,
    OutcomeContext,
    PlaybookContext,
    StepContext,
    TemplateError,
    playbook_context,
    render_playbook,
)
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.enums import SystemTaskReason
from milepost.planner.ids import step_of
from milepost.planner.instants import Instant
from milepost.planner.situation import Situation
from milepost.planner.state import State
from milepost.store.tables import TaskRow
from milepost.store.tasks import TaskLine

_HOUR = 60


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody on the customer's side to invite; without a contact `name` is None."""

    persona: str
    name: str | None
    email: str | None


@dataclass(frozen=True, slots=True)
class Card:
    """One task.

    `form` is the token of its forms, None where nobody is signed in; `notice` says what was just done.
    """

    anchor: str
    customer: str
    customer_name: str
    title: str
    why: str
    role: str
    person: str | None
    due: str | None
    late: str | None
    paused: bool
    effort: str | None
    guests: tuple[Guest, ...]
    results: tuple[tuple[str, str], ...]
    is_system: bool
    playbook: Markup | None
    form: str | None
    notice: str | None


@dataclass(frozen=True, slots=True)
class CardSource:
    """The data of a card: the task, its journey's map and state, and who looks at it in which time zone."""

    line: TaskLine
    compiled_map: CompiledMap
    state: State
    files: Mapping[str, str]
    viewer: str
    now: Instant
    zone: str


def card(source: CardSource, form: str | None, pending: str | None) -> Card:
    """The task for a colleague's page."""
    task, say = source.line.task, Wording(source.compiled_map, source.zone)
    late = task.due_at is not None and task.due_at < source.now and not source.line.paused
    return Card(
        anchor=f"{task.journey_id}-{task.task}".replace("/", "-"),
        customer=task.customer_id,
        customer_name=source.line.customer_name,
        title=task.title,
        why=_why(source, say),
        role=say.role(task.role),
        person=task.person,
        due=local_time.time_of(task.due_at, source.zone) if task.due_at is not None else None,
        late=local_time.span_text(source.now - task.due_at) if late and task.due_at is not None else None,
        paused=source.line.paused,
        effort=_effort(task.effort_minutes),
        guests=_guests(source, say),
        results=tuple((result, spaced(result).capitalize()) for result in task.results),
        is_system=task.step is None,
        playbook=_playbook(source),
        form=form,
        notice=_NOTICES.get(pending) if pending else None,
    )


_NOTICES = {
    "step_done": "Noted as done.",
    "step_skipped": "Noted as skipped.",
    "snoozed": "Noted as put off.",
    "agreed": "Noted as handed over.",
    "task_done": "Noted as done.",
}
_SYSTEM_WHY = {
    "stuck": "The stage {about} has been open longer than planned. Find out what is holding the customer up.",
    "contact": "A message is waiting: the customer has no {about}. Add that contact by the API or an import.",
    "message_failed": "A message could not be delivered ({about}). Call, or correct the address.",
    "idle": "Nothing is open and nothing is planned. Start a play, or end the journey.",
    "review": "The map is due for its review.",
}


def _why(source: CardSource, say: Wording) -> str:
    task = source.line.task
    if task.step is None:
        why = _SYSTEM_WHY.get(task.why or "", "Milepost asks for it: {about}.")
        return why.format(about=quoted(_about(task, say)))
    return " ".join(part for part in (_place(source.compiled_map, task, say), _escalation(source, say)) if part)


def _about(task: TaskRow, say: Wording) -> str:
    match task.why:
        case SystemTaskReason.STUCK:
            return say.stage(task.about)
        case SystemTaskReason.CONTACT:
            return say.persona(task.about)
        case _:
            return say.step(step_of(task.about or ""))


def _place(compiled_map: CompiledMap, task: TaskRow, say: Wording) -> str:
    step = compiled_map.steps.get(task.step or "")
    if step is None:
        return "The map no longer has this step."
    before = " and ".join(quoted(say.step(other)) for other in step.step.after)
    after = f", after {before}" if before else ""
    if step.in_play:
        kind = compiled_map.plays[step.container].play.kind
        named = {"risk": "The risk play", "expansion": "The expansion play"}.get(kind, "The play")
        return f"{named} {quoted(say.play(step.container))} is open{after}."
    return f"It belongs to the stage {quoted(say.stage(step.container))}{after}."


def _escalation(source: CardSource, say: Wording) -> str:
    task = source.line.task
    if task.escalated_to is None:
        return ""
    if task.escalated_person == source.viewer and task.person != source.viewer:
        return f"It is late, so it came to you as {say.role(task.escalated_to)}; {task.person or 'nobody'} has it."
    return f"It is late, so the {say.role(task.escalated_to)} was told."


def _effort(minutes: int | None) -> str | None:
    if minutes is None:
        return None
    if minutes < _HOUR:
        return f"{minutes} minutes"
    hours = minutes / _HOUR
    return f"{hours:g} hour{'s' if hours != 1 else ''}"


def _guests(source: CardSource, say: Wording) -> tuple[Guest, ...]:
    situation = Situation(source.compiled_map, source.state, source.now)
    guests = []
    for persona in source.line.task.invite:
        contact = situation.contact(persona)
        guests.append(
            Guest(say.persona(persona), contact.name if contact else None, contact.email if contact else None)
        )
    return tuple(guests)


def _playbook(source: CardSource) -> Markup | None:
    """How to do it, filled in with the customer's data."""
    name, text = source.line.task.playbook, None
    if name is not None:
        text = source.files.get(f"playbooks/{name}")
    if name is None or text is None:
        return None
    try:
        html = render_playbook(text, _context(source), file=name)
    except (TemplateError, ValueError) as error:
        return Markup("<p>The playbook can't be shown: {}.</p>").format(error)
    return Markup(_below_the_title(html))  # noqa: S704 - made from Markdown without HTML, with every value escaped


def _below_the_title(html: str) -> str:
    """Headings of a playbook stand below the title of its task."""
    for level, lower in ((3, 6), (2, 5), (1, 4)):
        html = html.replace(f"<h{level}>", f"<h{lower}>").replace(f"</h{level}>", f"</h{lower}>")
    return html


def _context(source: CardSource) -> PlaybookContext:
    task, compiled_map, customer = source.line.task, source.compiled_map, source.state.customer
    due = local_time.local(task.due_at, source.zone).date() if task.due_at is not None else None
    address = customer.team.get(compiled_map.map.csm, "")
    outcomes = [
        OutcomeContext(
            known.step.statement,
            source.state.step(step).verdict or source.state.step(step).status,
            source.state.step(step).value,
        )
        for step, known in compiled_map.steps.items()
        if isinstance(known.step, Outcome)
    ]
    return playbook_context(
        customer=customer,
        step=StepContext(task.step or task.task, task.title, due),
        csm=CsmContext(name_of(address), address),
        map_title=compiled_map.map.title,
        outcomes=outcomes,
        attributes=compiled_map.map.attributes,
        started_on=local_time.local(source.state.started_at, customer.timezone).date(),
    )
