"""One customer's plan, with the texts and forms that its pages show about a step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from milepost.explain import local_time
from milepost.explain.agreement import is_shown
from milepost.explain.agreement_words import time_text
from milepost.explain.overview import OutcomeRecord
from milepost.explain.sentences import Wording
from milepost.language.steps import Outcome
from milepost.language.templates.context import MessageContext
from milepost.language.templates.renderer import render_address, render_text
from milepost.language.templates.source import TemplateError
from milepost.planner.agreements import agreed_time
from milepost.planner.compiled_map import CompiledStep
from milepost.planner.enums import StepStatus
from milepost.planner.fact_checks import asks_of
from milepost.planner.situation import Situation
from milepost.planner.state import StepState
from milepost.planner.timeline import Entry
from milepost.store import files, form_drafts, outcomes, timeline
from milepost.store.file_tables import FileRow
from milepost.store.form_drafts import FormDraftRow
from milepost.translations.reader import Reader
from milepost.web import forms
from milepost.web.portal import answer_form, stage_rail
from milepost.web.portal.answer_form import AnswerForm
from milepost.web.portal.conversation import KINDS, SAY, SayForm, Talk
from milepost.web.portal.file_answers import PlanFile, files_of_plan
from milepost.web.portal.plan_link import Opened
from milepost.web.portal.plan_texts import plan_context
from milepost.web.portal.results import ResultWords
from milepost.web.services import Services


@dataclass(frozen=True, slots=True)
class Plan:
    """One plan, with the texts that its pages show about a step."""

    served: Services
    opened: Opened
    situation: Situation
    say: Wording
    pending: dict[tuple[str, str], str]
    records: tuple[OutcomeRecord, ...]
    talk: Talk
    openings: tuple[Entry, ...]
    drafts: Mapping[str, FormDraftRow]
    files: Mapping[str, FileRow]

    @staticmethod
    async def of(served: Services, opened: Opened) -> Plan:
        state = opened.state
        pending = await forms.pending_facts(served, [state.customer.id])
        async with served.store.reading() as session:
            records = await outcomes.of_journey(session, opened.journey)
            entries = await timeline.of_kinds(session, opened.journey, (*KINDS, *stage_rail.KINDS))
            address = "" if opened.is_preview else opened.contact.email  # nobody else reads what isn't sent
            drafts = await form_drafts.of_reader(session, opened.journey, address)
            rows = await files.of_journeys(session, [opened.journey])
        situation = Situation.of(opened.compiled_map, state, served.now())
        by_id = {row.id: row for row in rows}
        say, talk = Wording(opened.compiled_map, opened.zone), Talk(opened, tuple(entries))
        return Plan(served, opened, situation, say, pending, tuple(records), talk, tuple(entries), drafts, by_id)

    @property
    def preferences_path(self) -> str:
        """The page on which the contact chooses which mail to get."""
        token = self.served.links.preferences_token(self.opened.journey, self.opened.contact.email)
        return f"/preferences/{token}"

    @property
    def sent_files(self) -> list[PlanFile]:
        """The files that are open to all on the plan; none to a colleague who looks on."""
        return [] if self.opened.is_preview else files_of_plan(self.opened, self.files.values(), self.records)

    @property
    def reader(self) -> Reader:
        return self.opened.reader

    @property
    def result_words(self) -> ResultWords:
        return ResultWords(self.reader, self.opened.zone, self.opened.state.customer)

    def record(self, step: CompiledStep) -> StepState:
        return self.opened.state.step(step.id)

    def last_record(self, step: CompiledStep) -> OutcomeRecord | None:
        """Returns what is kept of the last occurrence of an outcome."""
        return next((each for each in reversed(self.records) if each.outcome == step.id), None)

    def who(self, step: CompiledStep) -> str:
        """Returns who is to do a step: the contact and its persona, or the persona alone."""
        contact = self.situation.contact_of(step)
        title = self.say.persona(step.persona)
        return f"{contact.name} ({title})" if contact else title

    def due(self, step: CompiledStep) -> str | None:
        """Returns the day by which a step is due."""
        at = self.record(step).due_at
        return None if at is None else self.reader.weekday(local_time.due_date(at, self.opened.zone))

    def meeting(self, step: CompiledStep) -> str | None:
        """Returns the time of day that was agreed on, with its day, as the reader's clock shows them."""
        agreed = agreed_time(self.opened.state, step.id)
        return None if agreed is None or self.is_late(step) else time_text(self.reader, self.opened.zone, agreed)

    def is_late(self, step: CompiledStep) -> bool:
        at = self.record(step).due_at
        return at is not None and at < self.situation.at

    def may_act(self, step: CompiledStep) -> bool:
        """Returns whether the contact may do a step, and not only look at it."""
        return self.situation.may_act(step, self.opened.contact.email)

    def done_form(self, step: CompiledStep) -> str | None:
        """Returns the token of the form that reports a step as done, or changes its answers; None if that can't be."""
        return None if self.opened.is_preview or not self.can_send(step) else self._form("done", step)

    def preview_note(self, step: CompiledStep) -> str:
        """Returns what stands in the place of a form where a colleague looks on."""
        name = self.opened.contact.name
        if isinstance(step.step, Outcome):
            return f"{name} can answer here: yes, partly, or not yet."
        return f"{name} {'finds the form' if asks_of(step) else 'can mark it as done'} here."

    def can_send(self, step: CompiledStep) -> bool:
        """Returns whether the contact can report a step as done now, or change its answers."""
        may_send = self.record(step).is_open or self.may_change(step)
        return may_send and self.may_act(step) and not self.pending_kind(step)

    def may_say(self, step: CompiledStep) -> bool:
        """Returns whether the contact may say more about a step than that it is done: their own that is open."""
        may_say = self.record(step).is_open and self.may_act(step) and not self.pending_kind(step)
        return may_say and not self.opened.is_preview

    def say_form(self, step: CompiledStep, wish: str) -> str:
        """Returns the token of the form that says something about a step; `wish` is what it is for."""
        return self._form(SAY, step, wish)

    def nothing_said(self, wish: str) -> SayForm:
        """Returns such a form, empty."""
        return SayForm(wish)

    def may_change(self, step: CompiledStep) -> bool:
        """Returns whether the answers of a step that is done may still be changed."""
        is_done = self.record(step).status is StepStatus.DONE
        return is_done and bool(asks_of(step)) and self.situation.is_container_open(step)

    def answers_of(self, step: CompiledStep) -> Mapping[str, Any]:
        """Returns the form that was sent last for a step."""
        return self.opened.state.answers.get(step.id, {})

    def draft(self, step: CompiledStep) -> FormDraftRow | None:
        """Returns what the reader has typed in the form of a step and not sent."""
        draft = self.drafts.get(step.id)
        return draft if draft is not None and draft.occurrence == self.record(step).occurrence else None

    def saved_on(self, step: CompiledStep) -> str | None:
        """Returns the day on which the reader saved the form of a step for later."""
        draft = self.draft(step)
        return None if draft is None else self.reader.weekday(local_time.local(draft.saved_at, self.opened.zone).date())

    def present_form(self, step: CompiledStep) -> AnswerForm:
        """Returns the form of a step as it is filled in so far, with what was saved for later."""
        draft, kept = self.draft(step), self.served.intake.context.files
        if draft is not None:
            return answer_form.typed_before(step, draft.typed, self.opened, self.files, kept)
        return answer_form.filled_in(step, self.answers_of(step), self.opened, self.files, kept)

    def how(self, step: CompiledStep) -> Markup | None:
        """Returns the text about how a step is done; None where there is none, or it needs a value nobody has told."""
        text = None if isinstance(step.step, Outcome) else step.step.how
        try:
            html = render_text(text, self._context(step)) if text else None
        except TemplateError:
            return None
        return Markup(html) if html else None  # noqa: S704 - the renderer escapes every value, and knows no HTML

    def link(self, step: CompiledStep) -> str | None:
        """Returns the address at which a step is done; None where there is none, or it isn't on the web."""
        link = None if isinstance(step.step, Outcome) else step.step.link
        try:
            return render_address(link.url, self._context(step)) if link else None
        except TemplateError:
            return None

    def _context(self, step: CompiledStep) -> MessageContext:
        return plan_context(self.opened, self.situation, step, self.served.languages)

    def done(self) -> list[CompiledStep]:
        """Returns the steps that are finished, in the order of the map."""
        steps = self.opened.compiled_map.steps.values()
        return [step for step in steps if self.record(step).status is StepStatus.DONE and is_shown(step)]

    def pending_kind(self, step: CompiledStep) -> str | None:
        """Returns the kind of the fact that does something with a step and that the journey has yet to take in."""
        kind = self.pending.get((self.opened.state.customer.id, step.id))
        return None if kind in KINDS else kind

    def _form(self, kind: str, step: CompiledStep, *more: str) -> str:
        return forms.token(self.served, self.opened.owner, kind, step.id, str(self.record(step).occurrence), *more)
