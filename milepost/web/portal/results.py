"""What the plan is for: each result that was promised, with its figure, what was confirmed of it, when and by whom."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from milepost.customer import Customer
from milepost.explain import local_time
from milepost.explain.overview import AnswerRecord, OutcomeRecord
from milepost.explain.people_names import colleague_name
from milepost.language.steps import Figures, Outcome
from milepost.planner.compiled_map import CompiledMap, CompiledStep
from milepost.planner.enums import StepStatus
from milepost.planner.instants import Instant
from milepost.planner.state import State
from milepost.translations.reader import Reader, translatable

_VERDICTS = {
    "verified": translatable("Confirmed"),
    "partial": translatable("Partly confirmed"),
    "disputed": translatable("Not there yet"),
    "silent": translatable("Not answered"),
}
_STATES = {**_VERDICTS, "asked": translatable("We are asking now"), "later": translatable("To come")}
_SHOWN = frozenset(_VERDICTS) - {"silent"}


@dataclass(frozen=True, slots=True)
class Result:
    """One result: the sentence that was promised, its `figures`, and the answer that counts so far.

    `value` is that of the answer or, before there is one, what the product shows by now. `verdict` is one of the
    answers', `asked`, or `later`.
    """

    outcome: str
    statement: str
    figures: Figures | None
    verdict: str
    answer: AnswerRecord | None
    value: float | str | None

    @property
    def is_confirmed(self) -> bool:
        return self.verdict == StepStatus.VERIFIED

    @property
    def progress(self) -> float | None:
        """How far the value has come from the baseline to the target, from 0 to 1; None where that is unknown."""
        figures = self.figures
        if figures is None or figures.target is None or not isinstance(self.value, int | float):
            return None
        start = figures.baseline or 0.0
        if start == figures.target:
            return None
        return min(1.0, max(0.0, (self.value - start) / (figures.target - start)))


def results(compiled_map: CompiledMap, state: State, records: Iterable[OutcomeRecord]) -> list[Result]:
    """Returns the results of a journey in the order of its map: answered ones, those being asked, and those to come.

    An outcome that was answered more than once over the years has a result for each time. Those of plays, which come
    and go with them, are shown once they are answered.
    """
    known, translate = list(records), compiled_map.translate
    gone = [each for each in known if each.outcome not in compiled_map.steps and _is_answered(each)]
    of_map = (result for step in compiled_map.steps.values() for result in _of_outcome(state, step, known, translate))
    return [*of_map, *(_of_record(each, translate) for each in gone)]


def _of_outcome(
    state: State, step: CompiledStep, known: list[OutcomeRecord], translate: Callable[[str], str]
) -> Iterator[Result]:
    if not isinstance(step.step, Outcome):
        return
    of_it = [each for each in known if each.outcome == step.id]
    yield from (_of_record(each, translate) for each in of_it if _is_answered(each))
    record = state.step(step.id)
    if (of_it and _is_answered(of_it[-1])) or step.in_play:
        return
    if record.status in (StepStatus.SKIPPED, StepStatus.WITHDRAWN):
        return
    attributes, metric, value_from = state.customer.attributes, step.step.metric, step.step.value_from
    yield Result(
        step.id,
        step.step.statement,
        metric.for_customer(attributes) if metric else None,
        "asked" if record.status is StepStatus.ASKED else "later",
        None,
        attributes.get(value_from.removeprefix("customer.")) if value_from else None,
    )


def _of_record(record: OutcomeRecord, translate: Callable[[str], str]) -> Result:
    last = record.last
    assert last is not None
    figures = Figures(**record.metric).reworded(translate) if record.metric else None
    return Result(record.outcome, translate(record.statement), figures, last.verdict, last, last.value)


def _is_answered(record: OutcomeRecord) -> bool:
    return record.last is not None and record.last.verdict in _SHOWN


def goal(of: Iterable[Result]) -> Result | None:
    """Returns the result that the plan is about now: the first that isn't confirmed, or else the last one.

    Of an outcome that was asked more than once, the last time counts.
    """
    every = list({each.outcome: each for each in of}.values())
    return next((each for each in every if not each.is_confirmed), every[-1] if every else None)


@dataclass(frozen=True, slots=True)
class ResultWords:
    """Results in the words of a reader; `zone` is the clock of their days."""

    reader: Reader
    zone: str
    customer: Customer

    def verdict(self, result: Result) -> str:
        return self.reader.gettext(_STATES[result.verdict])

    def value(self, result: Result) -> str | None:
        """Returns the value with its unit: `4.1 h`."""
        return self._with_unit(result.value, result.figures)

    def progress(self, result: Result) -> str | None:
        """Returns how far it has come: `4.1 of 10 h: hours saved a week`; the target alone before there is a value."""
        figures = result.figures
        if figures is None or figures.target is None:
            return None
        target = self._with_unit(figures.target, figures)
        if not isinstance(result.value, int | float):
            return self.reader.gettext("Goal: %(target)s, %(name)s", target=target, name=figures.name)
        value = self.reader.number(result.value)
        return self.reader.gettext("%(value)s of %(target)s: %(name)s", value=value, target=target, name=figures.name)

    def promise(self, figures: Figures) -> str:
        """Returns what was agreed: `Hours saved a week: from 0 to 1,234.5 h, as agreed`."""
        name, target = figures.name[:1].upper() + figures.name[1:], self._with_unit(figures.target, figures)
        if figures.baseline is None:
            return self.reader.gettext("%(name)s: to %(target)s, as agreed", name=name, target=target)
        start = self.reader.number(figures.baseline)
        return self.reader.gettext(
            "%(name)s: from %(start)s to %(target)s, as agreed", name=name, start=start, target=target
        )

    def who_and_when(self, answer: AnswerRecord) -> str:
        """Returns by whom and on which day an answer was given: `Sam Poe, Mon, Mar 9, 2026`."""
        day = self.day(answer.at)
        if answer.by is None:
            return day
        who = self.name(answer.by)
        if answer.on_behalf_of is not None:
            for_whom = self.name(answer.on_behalf_of)
            return self.reader.gettext("%(who)s for %(for_whom)s, %(day)s", who=who, for_whom=for_whom, day=day)
        return self.reader.gettext("%(who)s, %(day)s", who=who, day=day)

    def behalf(self, answer: AnswerRecord) -> str | None:
        """Returns for whom one of the customer's people answered, and why; what colleagues write of that is for us."""
        is_theirs = any(each.has_address(answer.by or "") for each in self.customer.contacts)
        if answer.on_behalf_of is None or not answer.reason or not is_theirs:
            return None
        whom = self.name(answer.on_behalf_of)
        return self.reader.gettext("On behalf of %(for_whom)s: “%(reason)s”", for_whom=whom, reason=answer.reason)

    def day(self, at: Instant) -> str:
        return self.reader.weekday(local_time.local(at, self.zone).date())

    def name(self, address: str) -> str:
        """Returns the name of a contact or a colleague; a program's stays what it is."""
        known = next((each.name for each in self.customer.contacts if each.has_address(address)), None)
        return known or colleague_name(address)

    def _with_unit(self, value: float | str | None, figures: Figures | None) -> str | None:
        if value is None:
            return None
        return " ".join(filter(None, (self.reader.number(value), figures.unit if figures else None)))
