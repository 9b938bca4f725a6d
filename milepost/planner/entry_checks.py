"""Validates where a customer enters against the map of the journey: names that exist, dates that aren't ahead."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from milepost.language.attribute_values import parse_date
from milepost.language.steps import Outcome
from milepost.planner.calendars import Calendar
from milepost.planner.compiled_map import CompiledMap, CompiledStep
from milepost.planner.entry_point import EntryPoint
from milepost.planner.enums import IgnoreReason
from milepost.planner.fact_checks import check_measured, check_result, check_verdict, outcome_named, step_named
from milepost.planner.fact_errors import InvalidFactError, RefusedError, UnknownEventError, UnknownStageError
from milepost.planner.instants import Instant, instant

Path = tuple[str, ...]


def day_or_instant(at: str) -> date | datetime:
    """Read when something before the start happened: a local date, or an instant with an offset.

    Raises:
        InvalidFactError: it is neither.
    """
    day = parse_date(at)
    if day is not None:
        return day
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise InvalidFactError(f"{at!r} is no date.", "Write a date, 2026-03-02, or an instant, 2026-03-02T09:00:00Z.")
    return moment


def check_entry(compiled_map: CompiledMap, entry: EntryPoint, start: Instant) -> None:
    """Check where a customer enters a journey on this map that starts at an instant.

    Raises:
        RefusedError: it names something that the map doesn't define, or says something that can't be.
    """
    for _, problem in entry_problems(compiled_map, entry, start):
        raise problem


def entry_problems(compiled_map: CompiledMap, entry: EntryPoint, start: Instant) -> Iterator[tuple[Path, RefusedError]]:
    """Every problem of an entry, with the path of its field."""
    yield from _of_stage(compiled_map, entry.stage)
    yield from _of_date(("since",), compiled_map.ours, entry.since, start)
    for step, done in entry.done.items():
        path = ("done", step)
        try:
            _check_done(compiled_map, step, done.result)
        except RefusedError as refused:
            yield path, refused
            continue
        yield from _of_date(path, compiled_map.ours, done.at, start)
    for outcome, answer in entry.outcomes.items():
        path = ("outcomes", outcome)
        try:
            check_verdict(answer.verdict)
            check_measured(outcome_named(compiled_map, outcome), answer.value)
        except RefusedError as refused:
            yield path, refused
            continue
        yield from _of_date(path, compiled_map.ours, answer.at, start)
    for step in entry.skipped:
        try:
            _check_of_stage(step, step_named(compiled_map, step))
        except RefusedError as refused:
            yield ("skipped", step), refused
    for event in entry.counts:
        if event not in compiled_map.events:
            where = f" in map {compiled_map.map.map!r}"
            yield ("counts", event), UnknownEventError(event, compiled_map.events, where)


def _of_stage(compiled_map: CompiledMap, stage: str) -> Iterator[tuple[Path, RefusedError]]:
    sequence = [each for each, compiled in compiled_map.stages.items() if compiled.in_sequence]
    if stage not in compiled_map.stages:
        yield ("stage",), UnknownStageError(stage, sequence, f" in map {compiled_map.map.map!r}")
    elif stage not in sequence:
        hint = f"Name a stage of the sequence: {', '.join(sequence)}."
        yield ("stage",), InvalidFactError(f"Stage {stage!r} has 'opens', so nobody enters it in its turn.", hint)


def _check_done(compiled_map: CompiledMap, step: str, result: str | None) -> None:
    compiled_step = step_named(compiled_map, step)
    if isinstance(compiled_step.step, Outcome):
        message = f"{step!r} is an outcome, which is answered and not done."
        raise InvalidFactError(message, "Write it under 'outcomes', with its verdict.", IgnoreReason.NEEDS_ANSWER)
    _check_of_stage(step, compiled_step)
    if result is not None:
        check_result(compiled_step, result)


def _check_of_stage(step: str, compiled_step: CompiledStep) -> None:
    if compiled_step.in_play:
        message = f"{step!r} is a step of the play {compiled_step.container!r}."
        raise InvalidFactError(message, "Only steps of stages can be over before the start.")


def _of_date(path: Path, calendar: Calendar, at: str | None, start: Instant) -> Iterator[tuple[Path, RefusedError]]:
    if at is None:
        return
    try:
        moment = day_or_instant(at)
    except RefusedError as refused:
        yield path, refused
        return
    is_ahead = instant(moment) > start if isinstance(moment, datetime) else moment > calendar.local(start).date()
    if is_ahead:
        message = f"{at} is after the start of the journey."
        yield path, InvalidFactError(message, "Write when it happened, before the start.", IgnoreReason.PAST)
