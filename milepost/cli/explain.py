"""`milepost explain CUSTOMER [STEP]`: why a customer is where it is, and what everything waits for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any

import typer

from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.database import open_database, read_overview
from milepost.cli.support.journey_text import journey_heading, pending_summary
from milepost.cli.support.local_timezone import TimeZone
from milepost.cli.support.output import AsJson, heading, print_json, say, section
from milepost.explain.held_messages import Held
from milepost.explain.journey import Explanation, StepExplanation
from milepost.explain.local_time import agreed_time_of, day_of, due_time_of, time_of, zone_text
from milepost.explain.overview import CustomerOverview, JourneyOverview
from milepost.explain.sentences import Wording, outlook_sentence
from milepost.explain.waits import WaitingStep
from milepost.planner.enums import JourneyStatus, StepStatus
from milepost.planner.fact_errors import UnknownStepError
from milepost.planner.segment_match import Considered
from milepost.planner.timeline import Entry
from milepost.store.compiled_maps import CompiledMaps

Segments = tuple[tuple[Considered, str | None], ...]
"""Every map that a customer was compared with and, where its segment matches, why the customer may not enter it."""


async def explain(
    customer: Annotated[str, typer.Argument(metavar="CUSTOMER", help="The customer's id.")],
    step: Annotated[str | None, typer.Argument(metavar="STEP", help="One step of its map; without it all.")] = None,
    *,
    context: typer.Context,
    timezone: TimeZone = None,
    as_json: AsJson = False,
) -> None:
    """Explain why a customer is where it is: what is open, what each step waits for, what holds a message.

    Of a step it tells what it waits for, what happened to it and what comes next. Of a customer without a journey it
    tells of each map why it does not match. Times are on the customer's own clock, unless --timezone says another.
    """
    async with open_database(settings_of(context)) as store:
        compiled_maps = CompiledMaps(store)
        overview = await read_overview(store, compiled_maps, customer, timezone)
        is_free = overview.journey is None or overview.journey.record.ended_at is not None
        segments = tuple(overview.considered(await compiled_maps.current())) if is_free else ()
    explained = None if step is None else _explained(overview, step)
    if as_json:
        print_json(_to_json(overview, explained, segments))
    elif overview.journey is not None and explained is not None:
        _print_step(overview.journey, explained)
    else:
        _print_all(overview, segments)


def _explained(overview: CustomerOverview, step: str) -> StepExplanation | None:
    journey = overview.journey
    if journey is None:
        raise UnknownStepError(step, (), f": the customer {overview.customer.id!r} has no journey")
    steps = journey.compiled_map.steps if journey.compiled_map else {}
    if step not in steps:
        raise UnknownStepError(step, steps, f" of the map {journey.record.map!r}")
    return journey.explain_step(step)


# For people.


def _print_all(overview: CustomerOverview, segments: Segments) -> None:
    customer, journey = overview.customer, overview.journey
    heading(f"{customer.name} ({customer.id})")
    say(f"Times are in {zone_text(overview.zone, overview.now)}.")
    if journey is not None:
        title = journey_heading(journey, f" ({journey.record.map}, {journey.version})")
        paused = ": paused." if journey.record.status == JourneyStatus.PAUSED else "."
        say(title + (paused if journey.record.ended_at is None else ""))
        if journey.record.planned_with is not None:
            say(f"Planned with the zones and holidays of {journey.record.planned_with}.")
        if journey.pending:
            say(pending_summary(journey.pending))
    if journey is None or journey.record.ended_at is not None:
        _print_segments(overview, segments)
    elif explanation := journey.explain():
        _print_journey(journey, explanation)
    else:
        say("It is about to begin: a worker takes it up (`milepost up`, `milepost worker`).")


_SECTIONS = {
    "Open": (StepStatus.OPEN, StepStatus.ASKED),
    "Waiting": (StepStatus.WAITING,),
    "Stages ahead": ("ahead",),
}
"""The headings of what a journey waits for, with the statuses below each."""


def _print_journey(journey: JourneyOverview, explanation: Explanation) -> None:
    heading("Why it is here")
    holds = "is for it" if explanation.where.holds else "would not be for it today"
    say(f"The map {holds}: {explanation.where}.")
    for move in explanation.moves:
        say(f"{time_of(move.at, journey.zone)}: {journey.say_fully.sentence(move)}")
    for origin in explanation.origins:
        since = f", since {time_of(origin.since, journey.zone)}" if origin.since is not None else ""
        say(f"{origin.kind.capitalize()} {origin.title!r}{since}:")
        say(*(f"  {journey.say_fully.sentence(entry)}" for entry in origin.led_by))
        say(*(f"    {reason.phrase}" for reason in origin.begun_by))
        say(*(f"    {_reason('until', reason.phrase)}" for reason in origin.ends))
    if not explanation.origins:
        say("No stage is open.")
    for title, statuses in _SECTIONS.items():
        section(title, _waits(journey, [each for each in explanation.waits if each.status in statuses]))
    section("Messages that wait", _held(journey, explanation.held))
    section("Plays, and what begins them", _waits(journey, explanation.starts))
    ahead = explanation.ahead
    if ahead.paused:
        say("", "Nothing happens by itself before the journey is resumed.")
    elif ahead.entries:
        section(_COMING, _entries(journey, ahead.entries, outlook_sentence))
    else:
        say("", f"Nothing happens by itself up to {day_of(ahead.until, journey.zone)}: the journey waits for people.")


def _waits(journey: JourneyOverview, waits: Iterable[WaitingStep]) -> Iterator[str]:
    for each in waits:
        yield _line(journey, each)
        yield from (f"    {_reason('waits for', reason.phrase)}" for reason in each.reasons)


def _reason(verb: str, phrase: str) -> str:
    """The reason as a clause of its own, unless it continues the sentence of the one before."""
    return phrase if phrase.startswith(("or ", "and ", "not ", "a start ")) else f"{verb} {phrase}"


def _line(journey: JourneyOverview, waits: WaitingStep) -> str:
    where = f" in {waits.container!r}" if waits.container else ""
    is_open = waits.status in _SECTIONS["Open"]
    since = f", open since {day_of(waits.opened_at, journey.zone)}" if is_open and waits.opened_at else ""
    due = f", {_due(journey, waits)}" if _due(journey, waits) else ""
    return f"  {waits.title} ({waits.id}){where}{since}{due}{', OVERDUE' if waits.overdue else ''}"


def _due(journey: JourneyOverview, waits: WaitingStep) -> str | None:
    """When an open step is due, or the time agreed on; None for any other, and for one without a date."""
    if waits.due_at is None or waits.status != StepStatus.OPEN:
        return None
    if waits.agreed is not None:
        return f"agreed for {agreed_time_of(*waits.agreed, journey.zone)}"
    return f"due {due_time_of(waits.due_at, journey.zone)}"


def _held(journey: JourneyOverview, held: Iterable[Held]) -> Iterator[str]:
    for each in held:
        until = f" until {time_of(each.until, journey.zone)}" if each.until is not None else ""
        yield f"  {each.reason} about {each.title!r} to {each.to or 'nobody yet'}{until}: {each.because}"


_COMING = "What comes next, if nobody does anything"


def _entries(
    journey: JourneyOverview, entries: Iterable[Entry], sentence: Callable[[Wording, Entry], str]
) -> Iterator[str]:
    return (f"  {time_of(entry.at, journey.zone)}  {sentence(journey.say_fully, entry)}" for entry in entries)


def _print_step(journey: JourneyOverview, step: StepExplanation) -> None:
    waits = step.waits
    heading(f"{waits.title} ({waits.id})")
    occurrence = f", occurrence {step.occurrence}" if step.occurrence > 1 else ""
    say(
        f"It is {waits.status} in {waits.container!r}{occurrence}. Times are in {zone_text(journey.zone, journey.now)}."
    )
    if journey.pending:
        say(pending_summary(journey.pending))
    if due := _due(journey, waits):
        say(f"It is due {due}{' and OVERDUE' if waits.overdue else ''}.")
    if waits.reasons:
        say(f"It waits for {waits.waits_for}.")
    if step.after:
        asked = {other: f" with {results}" for other, results in step.asked}
        after = ", ".join(
            f"{journey.say_fully.step(other)!r}{asked.get(other, '')} ({status})" for other, status in step.after
        )
        say(f"It comes after {after}.")
    if step.leads_to:
        say(f"After it comes {', '.join(repr(journey.say_fully.step(other)) for other in step.leads_to)}.")
    section("Messages that wait", _held(journey, step.held))
    section("What happened", _entries(journey, step.happened, Wording.sentence))
    section(_COMING, _entries(journey, step.ahead, outlook_sentence))


def _print_segments(overview: CustomerOverview, segments: Segments) -> None:
    heading("Which map is for it")
    if not segments:
        say("No map is published: `milepost publish MAP_FOLDER`.")
    for each, barred in segments:
        verdict = f"matches{f', but {barred}' if barred else ''}" if each.where.holds else "does not match"
        say(f"  {each.title} ({each.map}, priority {each.priority}): {verdict}")
        say(f"    where {each.where.text}")
        if each.where.values:
            say(f"    {each.where.values_text}")
        say(*(f"    not true: {part}" for part in each.where.failing))
    best, barred = next(((each, barred) for each, barred in segments if each.where.holds), (None, None))
    if best is not None and barred is None:
        say(f"Next: `milepost enroll {overview.customer.id}` begins a journey on {best.map!r}.")


# For programs.


def _to_json(overview: CustomerOverview, explained: StepExplanation | None, segments: Segments) -> dict[str, Any]:
    journey = overview.journey
    described: dict[str, Any] | None = None
    if journey is not None:
        record, explanation = journey.record, journey.explain()
        described = {
            "journey": record.id,
            "map": record.map,
            "version": record.version,
            "version_number": journey.number,
            "not_yet_taken_in": list(journey.pending),
            "status": record.status,
            "reason": record.reason,
            "planned_with": record.planned_with,
        }
        if explained is None and explanation is not None:
            described |= explanation.to_json(journey.say_fully)
    maps = [{**each.to_json(), "may_not_enter": barred} for each, barred in segments]
    step_json = {"step": explained.to_json(journey.say_fully)} if journey and explained else {}
    return {"customer": overview.customer.id, "journey": described, **step_json, "maps": maps}
