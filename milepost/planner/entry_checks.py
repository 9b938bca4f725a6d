"""Validates where a customer enters against the map of the journey: names that exist, dates that aren't ahead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from milepost.language.attribute_values import parse_date
from milepost.language.steps import Outcome
from milepost.planner.calendars import Calendar
from milepost.planner.compiled_map import CompiledMap, CompiledStep
from milepost.planner.entry_point import EntryPoint
from milepost.planner.enums import IgnoreReason
from milepost.planner.fact_checks import (
    check_agreement,
    check_measured,
    check_result,
    check_verdict,
    outcome_named,
    step_named,
)
from milepost.planner.fact_errors import (
    InvalidFactError,
    RefusedError,
    UnknownEventError,
    UnknownPlayError,
    UnknownStageError,
)
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
    entry = with_stage(compiled_map, entry)
    yield from _of_stage(compiled_map, entry.stage)
    yield from _of_date(("since",), compiled_map.ours, entry.since, start)
    for step, done in entry.done.items():
        path = ("done", step)
        try:
            _check_done(compiled_map, step, done.result, entry)
        except RefusedError as refused:
            yield path, refused
            continue
        yield from _of_date(path, compiled_map.ours, done.at, start)
    for outcome, answer in entry.outcomes.items():
        path = ("outcomes", outcome)
        try:
            check_verdict(answer.verdict)
            check_measured(outcome_named(compiled_map, outcome), answer.value)
            _check_entered(outcome, compiled_map.steps[outcome], entry)
        except RefusedError as refused:
            yield path, refused
            continue
        yield from _of_date(path, compiled_map.ours, answer.at, start)
    for step in entry.skipped:
        try:
            _check_entered(step, step_named(compiled_map, step), entry)
        except RefusedError as refused:
            yield ("skipped", step), refused
    yield from _of_what_is_under_way(compiled_map, entry, start)
    for event in entry.counts:
        if event not in compiled_map.events:
            where = f" in map {compiled_map.map.map!r}"
            yield ("counts", event), UnknownEventError(event, compiled_map.events, where)


def with_stage(compiled_map: CompiledMap, entry: EntryPoint) -> EntryPoint:
    """Return an entry with the stage that it means on this map: the first of the sequence where it names none."""
    entry = entry.on(compiled_map.map.map)
    first = (each for each, compiled in compiled_map.stages.items() if compiled.in_sequence)
    return entry if entry.stage else replace(entry, stage=next(first, ""))


def _of_stage(compiled_map: CompiledMap, stage: str) -> Iterator[tuple[Path, RefusedError]]:
    sequence = [each for each, compiled in compiled_map.stages.items() if compiled.in_sequence]
    if stage not in compiled_map.stages:
        yield ("stage",), UnknownStageError(stage, sequence, f" in map {compiled_map.map.map!r}")
    elif stage not in sequence:
        hint = f"Name the stage that they are in beside it, of {', '.join(sequence)}; {stage!r} opens by itself."
        yield ("stage",), InvalidFactError(f"Stage {stage!r} has 'opens', so nobody enters it in its turn.", hint)


def _check_done(compiled_map: CompiledMap, step: str, result: str | None, entry: EntryPoint) -> None:
    compiled_step = step_named(compiled_map, step)
    if isinstance(compiled_step.step, Outcome):
        message = f"{step!r} is an outcome, which is answered and not done."
        raise InvalidFactError(message, "Write it under 'outcomes', with its verdict.", IgnoreReason.NEEDS_ANSWER)
    _check_entered(step, compiled_step, entry)
    if result is not None:
        check_result(compiled_step, result)


def _check_entered(step: str, compiled_step: CompiledStep, entry: EntryPoint) -> None:
    if compiled_step.in_play and compiled_step.container not in entry.plays:
        message = f"{step!r} is a step of the play {compiled_step.container!r}, which doesn't run."
        raise InvalidFactError(message, "Name the play under 'plays', or leave the step out.")


def _of_what_is_under_way(
    compiled_map: CompiledMap, entry: EntryPoint, start: Instant
) -> Iterator[tuple[Path, RefusedError]]:
    for play, since in entry.plays.items():
        if play not in compiled_map.plays:
            yield ("plays", play), UnknownPlayError(play, compiled_map.plays, f" in map {compiled_map.map.map!r}")
        yield from _of_date(("plays", play), compiled_map.ours, since, start)
    for step, each in entry.open.items():
        try:
            _check_open(step, step_named(compiled_map, step), entry, compiled_map)
        except RefusedError as refused:
            yield ("open", step), refused
        yield from _of_date(("open", step), compiled_map.ours, each.at, start)
    try:
        check_agreement(compiled_map, entry.agreed)
    except RefusedError as refused:
        yield ("agreed",), refused
    yield from _of_date(("paused",), compiled_map.ours, entry.paused, start)


def _check_open(step: str, compiled_step: CompiledStep, entry: EntryPoint, compiled_map: CompiledMap) -> None:
    _check_entered(step, compiled_step, entry)
    stage = compiled_map.stages.get(compiled_step.container)
    if stage is not None and stage.in_sequence and compiled_step.container != entry.stage:
        message = f"{step!r} is a step of the stage {compiled_step.container!r}, which isn't open."
        raise InvalidFactError(message, "Leave it out.")
    if step in entry.done or step in entry.outcomes or step in entry.skipped:
        raise InvalidFactError(f"{step!r} can't be open and over.", "Name it once.")


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
