"""The question whether an outcome is there: who was asked, what was answered, and what may be added to that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from milepost.customer import address_key
from milepost.explain import local_time
from milepost.explain.overview import AnswerRecord
from milepost.language.steps import Figures, Outcome
from milepost.language.stored_file import StoredFile
from milepost.planner.compiled_map import CompiledStep
from milepost.planner.enums import StepStatus
from milepost.translations.reader import translatable
from milepost.web import forms
from milepost.web.portal.plan_texts import our_contact
from milepost.web.portal.results import ResultWords
from milepost.web.portal.shared_plan import Plan

ANSWER, COMPLETE = "answer", "complete"
"""The kinds of the forms: the answer itself, and what is added to it."""
_VERDICTS = {
    "verified": translatable("You said yes, on %(day)s."),
    "partial": translatable("You said partly, on %(day)s."),
    "disputed": translatable("You said not yet, on %(day)s."),
}
_THEIR_VERDICTS = {
    "verified": translatable("%(who)s said yes, on %(day)s."),
    "partial": translatable("%(who)s said partly, on %(day)s."),
    "disputed": translatable("%(who)s said not yet, on %(day)s."),
}


@dataclass(frozen=True, slots=True)
class More:
    """What somebody adds to their answer, as typed; `wrong` says what is wrong, by field.

    `had` are the fields that had something in them when the form was shown. `file_name` is that of the file that
    shows the result so far; with `no_file` it is to be taken away.
    """

    value: str = ""
    comment: str = ""
    evidence: str = ""
    named: bool = False
    wrong: dict[str, str] = field(default_factory=dict)
    file_name: str | None = None
    had: tuple[str, ...] = ()
    no_file: bool = False

    @property
    def emptied(self) -> tuple[str, ...]:
        """What was filled in when the form was shown, and isn't any more."""
        had = {*self.had, "evidence"} if self.no_file else self.had
        return tuple(name for name in ("value", "comment", "evidence") if name in had and not getattr(self, name))

    @staticmethod
    def of(answer: AnswerRecord, plan: Plan) -> More:
        """What has been added so far."""
        value = "" if answer.value is None else plan.reader.number(answer.value)
        file = StoredFile.parse(answer.evidence)
        evidence = "" if file else answer.evidence or ""
        texts = (value, answer.comment or "", evidence)
        had = tuple(name for name, text in zip(("value", "comment", "evidence"), texts, strict=True) if text)
        return More(*texts, bool(answer.named), file_name=file.name if file else None, had=had)


@dataclass(frozen=True, slots=True)
class Question:
    """One question on a plan, as its reader sees it."""

    plan: Plan
    step: CompiledStep

    @property
    def outcome(self) -> Outcome:
        assert isinstance(self.step.step, Outcome)
        return self.step.step

    @property
    def figures(self) -> Figures | None:
        """What is measured, with the figures of the customer."""
        metric = self.outcome.metric
        return metric.for_customer(self.plan.opened.state.customer.attributes) if metric else None

    @property
    def promise(self) -> str | None:
        """What was agreed: from which value to which."""
        figures = self.figures
        return self.words.promise(figures) if figures is not None and figures.target is not None else None

    @property
    def words(self) -> ResultWords:
        return self.plan.result_words

    @property
    def is_asked_now(self) -> bool:
        return self.plan.record(self.step).status is StepStatus.ASKED

    @property
    def is_pending(self) -> bool:
        """Whether the journey has yet to take an answer in."""
        return self.plan.pending_kind(self.step) == ANSWER

    @property
    def can_be_answered(self) -> bool:
        record, is_over = self.plan.record(self.step), self.plan.opened.state.ended
        return (record.is_open or record.status is StepStatus.SILENT) and not self.is_pending and not is_over

    @property
    def can_answer(self) -> bool:
        """Whether the reader can answer it now."""
        return self.can_be_answered and self.plan.may_act(self.step)

    @property
    def form(self) -> str | None:
        """The token of the form that answers it; None if it can't be answered now."""
        return None if self.plan.opened.is_preview or not self.can_answer else self._form(ANSWER)

    @property
    def behalf_form(self) -> str | None:
        """The token of the form that answers it for whoever was asked; None if that can't be."""
        if self.plan.opened.is_preview or self.plan.may_act(self.step) or not self.can_be_answered:
            return None
        return self._form(ANSWER) if self.plan.situation.asked_of(self.step) else None

    @property
    def last(self) -> AnswerRecord | None:
        """The last answer, unless it has been asked once more since."""
        record = self.plan.last_record(self.step)
        last = record.last if record else None
        is_answer = last is not None and last.verdict in _VERDICTS
        return last if is_answer and not self.is_asked_now else None

    @property
    def is_own(self) -> bool:
        """Whether the last answer is the reader's."""
        return self.last is not None and self._is_reader(self.last.by)

    @property
    def is_less_than_yes(self) -> bool:
        """Whether the last answer was partly or not yet, which is no success to be told in green."""
        return self.last is not None and self.last.verdict != StepStatus.VERIFIED

    @property
    def answered(self) -> str | None:
        """How it has been answered so far: `You said yes, on Mon, Mar 9, 2026`."""
        if self.is_pending:
            return self.plan.reader.gettext("We have noted your answer. Thank you.")
        if self.last is None:
            return None
        day = self.words.day(self.last.at)
        if self.is_own:
            return self.plan.reader.gettext(_VERDICTS[self.last.verdict], day=day)
        who = self.words.name(self.last.by) if self.last.by else self.plan.reader.gettext("Somebody")
        return self.plan.reader.gettext(_THEIR_VERDICTS[self.last.verdict], who=who, day=day)

    @property
    def behalf(self) -> str | None:
        """For whom it was answered, and why; None where whoever was asked did."""
        return self.words.behalf(self.last) if self.last is not None else None

    @property
    def what_is_next(self) -> Iterator[str]:
        """What happens now that it has been answered, a sentence each."""
        last, reader = self.last, self.plan.reader
        if last is None:
            return
        who = our_contact(self.plan.opened).name
        if last.verdict != StepStatus.VERIFIED and getattr(self.outcome.then, last.verdict):
            yield reader.gettext("%(who)s sees your answer and will get in touch.", who=who)
        else:
            yield reader.gettext("%(who)s sees your answer at once.", who=who)
        again_at = self.plan.record(self.step).timers.get("ask")
        if again_at is not None:
            day = reader.weekday(local_time.local(again_at, self.plan.opened.zone).date())
            yield reader.gettext("We will ask you once more on %(day)s.", day=day)

    @property
    def complete_form(self) -> str | None:
        """The token of the form that adds to the reader's own answer; None if there is none, not yet, or no longer."""
        may_complete = self.plan.opened.may_complete(self.plan.served.now())
        if not may_complete or not self.is_own or self.plan.pending_kind(self.step) is not None:
            return None
        return self._form(COMPLETE)

    @property
    def more(self) -> More:
        """What the reader has added to their answer so far."""
        return More.of(self.last, self.plan) if self.last else More()

    def _is_reader(self, address: str | None) -> bool:
        contact = self.plan.opened.contact
        return address is not None and (contact.has_address(address) or address_key(address) == contact.address_key)

    def _form(self, kind: str) -> str:
        record = self.plan.record(self.step)
        subject = (self.step.id, str(record.occurrence))
        return forms.token(self.plan.served, self.plan.opened.owner, kind, *subject)


def questions(plan: Plan) -> Iterator[Question]:
    """Yields the questions that are asked, or went unanswered and may still be answered."""
    for step in plan.opened.compiled_map.steps.values():
        if isinstance(step.step, Outcome):
            question = Question(plan, step)
            if question.is_pending or plan.record(step).status in (StepStatus.ASKED, StepStatus.SILENT):
                yield question
