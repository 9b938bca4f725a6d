"""A task as a colleague sees it: why it is there, by when, with whom, and how to do it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from markupsafe import Markup

from milepost import limits
from milepost.customer import Contact
from milepost.explain import local_time
from milepost.explain.people_names import colleague_name
from milepost.explain.sentences import Wording, quoted
from milepost.language.steps import Outcome
from milepost.language.templates.context import (
    CsmContext,
    OutcomeContext,
    PlaybookContext,
    StepContext,
    answers_context,
    playbook_context,
)
from milepost.language.templates.renderer import render_playbook
from milepost.language.templates.source import TemplateError
from milepost.planner.agreements import AgreedTime
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.enums import SystemTaskReason
from milepost.planner.ids import AddedTaskId, step_of
from milepost.planner.instants import Instant
from milepost.planner.situation import Situation
from milepost.planner.state import State
from milepost.store.stand_ins import StandIn
from milepost.store.tables import TaskRow
from milepost.store.tasks import TaskLine
from milepost.web.desk.request_view import RequestView
from milepost.web.desk.rows import anchor_of
from milepost.web.desk.typed_dates import TypedDate

_HOUR = 60


@dataclass(frozen=True, slots=True)
class Card:
    """One task on the page of `viewer`, with its journey's map and state; times are in `zone`.

    `base_url` is the address of the web application. `form` is the token of the task's forms, None where nobody is
    signed in; `pending` is the kind of the fact about it that the journey has yet to take in, `stand_in` who has the
    task while its person is away, `request` what the customer wants.
    """

    line: TaskLine
    compiled_map: CompiledMap
    state: State
    files: Mapping[str, str]
    viewer: str
    now: Instant
    zone: str
    base_url: str
    form: str | None
    pending: str | None
    stand_in: StandIn | None = None
    playbook: Markup | None = None
    request: RequestView | None = None

    @property
    def task(self) -> TaskRow:
        return self.line.task

    @property
    def say(self) -> Wording:
        return Wording(self.compiled_map, self.zone)

    @property
    def anchor(self) -> str:
        """The task's place on the page."""
        return anchor_of(self.task)

    @property
    def why(self) -> str:
        """The reason for the task, in a sentence or two."""
        if self.task.step is None:
            why = _SYSTEM_WHY.get(self.task.why or "", "Milepost asks for it: {about}.")
            why = why.format(about=quoted(_about(self.task, self.say)))
        else:
            why = _place(self.compiled_map, self.task, self.say)
        return " ".join(part for part in (why, _escalation(self)) if part)

    @property
    def standing_in(self) -> str | None:
        """Whose task it is and who has it meanwhile, while its person is away."""
        if self.stand_in is None:
            return None
        until = f"away until {local_time.date_text(self.stand_in.absence.last_day)}"
        if self.stand_in.delegate == self.viewer:
            return f"For {colleague_name(self.stand_in.absence.person)}, {until}"
        return (
            f"With {colleague_name(self.stand_in.delegate)}: {colleague_name(self.stand_in.absence.person)} is {until}"
        )

    @property
    def late(self) -> str | None:
        """The time for which the task has been overdue."""
        due = self.task.due_at
        is_late = due is not None and self.task.urgency < self.now
        return local_time.span_text(self.now - due) if is_late and due is not None else None

    @property
    def put_off(self) -> str | None:
        """The day until which somebody put the task off, if that is after it was due."""
        due, urgency = self.task.due_at, self.task.urgency
        if due is None or self.line.paused or self.late or urgency <= due:
            return None
        return local_time.due_day_of(urgency, self.zone)

    @property
    def is_due_soon(self) -> bool:
        """Tells whether the map has warned of the due date, which isn't past."""
        record = self.state.step(self.task.step or "")
        return self.late is None and record.is_open and bool(record.reminded)

    @property
    def date(self) -> TypedDate:
        """The task's date, ready to be agreed on anew, by the clock of `date_zone`."""
        due, timezone = self.task.due_at, self.compiled_map.ours.timezone
        day = None if due is None else local_time.due_date(due, timezone)
        at, minutes = self.task.agreed_at, self.task.agreed_minutes
        return TypedDate.of(day, None if at is None else AgreedTime(at, minutes), timezone)

    @property
    def date_zone(self) -> str:
        """The name of the zone in which a time of day is typed: that of the map's working time."""
        return local_time.zone_text(self.compiled_map.ours.timezone, self.now)

    @property
    def most_minutes(self) -> int:
        return limits.MINUTES

    @property
    def effort(self) -> str | None:
        """The time that the task takes."""
        minutes = self.task.effort_minutes
        if minutes is None or minutes < _HOUR:
            return None if minutes is None else f"{minutes} minutes"
        hours = minutes / _HOUR
        return f"{hours:g} hour{'s' if hours != 1 else ''}"

    @property
    def guests(self) -> list[tuple[Contact | None, list[str]]]:
        """The contacts to invite, each once with all the personas that it is invited as; None for those without one."""
        situation = Situation(self.compiled_map, self.state, self.now)
        guests: dict[str, tuple[Contact | None, list[str]]] = {}
        for persona in self.task.invite:
            contact = situation.contact(persona)
            key = contact.address_key if contact else ""
            guests.setdefault(key, (contact, []))[1].append(self.say.persona(persona))
        return list(guests.values())

    def with_playbook(self) -> Card:
        """Returns the card with its instructions, filled in with the customer's data; that may take a second."""
        return replace(self, playbook=self._rendered_playbook())

    def _rendered_playbook(self) -> Markup | None:
        name = self.task.playbook
        text = self.files.get(f"playbooks/{name}")
        if name is None or text is None:
            return None
        try:
            html = render_playbook(text, _context(self), file=name)
        except (TemplateError, ValueError) as error:
            return Markup("<p>The playbook can't be shown: {}.</p>").format(error)
        return Markup(_below_the_title(html))  # noqa: S704 - made from Markdown without HTML, with every value escaped

    @property
    def notice(self) -> str | None:
        """The notice of what was just done."""
        return notice_of(self.pending)

    @property
    def closes(self) -> bool:
        """Tells whether what was just done closes the task."""
        return self.pending in _CLOSES


def notice_of(pending: str | None) -> str | None:
    """Returns the notice of what was just done, by the kind of its fact."""
    return _NOTICES.get(pending or "")


_CLOSES = frozenset({"step_done", "step_skipped", "task_done"})
_NOTICES = {
    "step_done": "Noted as done.",
    "step_skipped": "Noted as skipped.",
    "snoozed": "Noted as put off.",
    "agreed": "Noted as agreed.",
    "task_done": "Noted as done.",
    "agreed_to": "Noted as agreed.",
    "responded": "Your answer stands on their plan.",
}
RESPONSES = {"agreed": "agreed_to", "responded": "responded"}
"""What has just been done with what a customer wants, by the kind of the fact about the step."""
_SYSTEM_WHY = {
    "stuck": "The stage {about} has been open longer than planned. Find out what is holding the customer up.",
    "contact": "A message is waiting: the customer has no {about}. Add that contact by the API or an import.",
    "message_failed": "A message could not be delivered ({about}). Call, or correct the address.",
    "opted_out": "A message about {about} was dropped: its recipient wants no such mail, or the address was refused. "
    "Reach them in another way.",
    "cancelled": "A message about {about} was cancelled before it left. Reach the person in another way, if need be.",
    "value": "A message about {about} waits for a value that nobody has told. Add it to the customer, or let the "
    "message do without it.",
    "request": "The customer wrote about {about}. What they say reaches you here; what you say stands on their plan.",
    "idle": "Nothing is open and nothing is planned. Start a play, or end the journey.",
    "review": "The map is due for its review.",
}


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
    if AddedTaskId.parse(task.step):
        return "A colleague added it, for this customer alone."
    if step is None:
        return "The map no longer has this step."
    names = (
        quoted(say.step(each.step)) + (f" with the result {quoted(each.in_words)}" if each.results else "")
        for each in step.awaits
    )
    before = " and ".join(dict.fromkeys(names))
    after = f", after {before}" if before else ""
    if step.in_play:
        kind = compiled_map.plays[step.container].play.kind
        play_kind = {"risk": "The risk play", "expansion": "The expansion play"}.get(kind, "The play")
        return f"{play_kind} {quoted(say.play(step.container))} is open{after}."
    return f"It belongs to the stage {quoted(say.stage(step.container))}{after}."


def _escalation(card: Card) -> str:
    task, say = card.task, card.say
    if task.escalated_to is None:
        return ""
    if task.escalated_person == card.viewer and task.person != card.viewer:
        who = colleague_name(task.person) if task.person else "nobody"
        return f"It is late, so it came to you as {say.role(task.escalated_to)}; {who} has it."
    return f"It is late, so the {say.role(task.escalated_to)} was told."


def _below_the_title(html: str) -> str:
    """Lowers the headings of a playbook below the title of its task."""
    for level, lower in ((3, 5), (2, 4), (1, 3)):
        html = html.replace(f"<h{level}>", f"<h{lower}>").replace(f"</h{level}>", f"</h{lower}>")
    return html


def _context(card: Card) -> PlaybookContext:
    task, compiled_map, customer = card.task, card.compiled_map, card.state.customer
    due = local_time.due_date(task.due_at, card.zone) if task.due_at is not None else None
    address = customer.team.get(compiled_map.map.csm, "")
    outcomes = [
        OutcomeContext(
            compiled.step.statement,
            card.state.step(step).verdict or card.state.step(step).status,
            card.state.step(step).value,
        )
        for step, compiled in compiled_map.steps.items()
        if isinstance(compiled.step, Outcome)
    ]
    return playbook_context(
        customer=customer,
        step=StepContext(task.step or task.task, task.title, due),
        csm=CsmContext(colleague_name(address), address),
        map_title=compiled_map.map.title,
        base_url=card.base_url,
        outcomes=outcomes,
        attributes=compiled_map.map.attributes,
        started_on=local_time.local(card.state.started_at, customer.timezone).date(),
        answers=answers_context(compiled_map.asks, card.state.answers),
    )
