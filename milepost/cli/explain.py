"""`milepost explain CUSTOMER [STEP]`: why a customer is where it is, and what everything waits for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.database import now_of, opened
from milepost.cli.support.local_timezone import TimeZone
from milepost.cli.support.output import AsJson, heading, print_json, say
from milepost.cli.support.pending_facts import underway_said
from milepost.customer import Customer
from milepost.explain.future_sentences import outlook_sentence
from milepost.explain.held_messages import Held
from milepost.explain.journey import Explanation, StepExplanation, explain_step
from milepost.explain.journey import explain as explanation_of
from milepost.explain.local_time import day_of, time_of, zone_said
from milepost.explain.sentences import Wording, spaced, version_said
from milepost.explain.vocabulary import ENDINGS
from milepost.explain.waits import WaitingStep
from milepost.intake.context import customer_of
from milepost.intake.enrolment import last_end
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.fact_errors import UnknownStepError
from milepost.planner.instants import Instant
from milepost.planner.segment_match import Considered, MayNotEnter, considered, may_enter
from milepost.planner.state import State
from milepost.planner.timeline import Entry, MapChanged
from milepost.settings import Settings
from milepost.store import facts, journeys, maps, timeline
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.database import Store
from milepost.store.tables import FactRow, JourneyRow


@dataclass(frozen=True, slots=True)
class Told:
    """A customer, its latest journey explained, and the maps that it was held against where it has none open."""

    customer: Customer
    now: Instant
    zone: str
    row: JourneyRow | None
    versions: Mapping[str, int]
    movers: Mapping[tuple[Instant, str], str | None]
    compiled_map: CompiledMap | None
    journey: Explanation | None
    step: StepExplanation | None
    maps: tuple[tuple[Considered, str | None], ...]
    underway: tuple[FactRow, ...]

    @property
    def say(self) -> Wording:
        return Wording(self.compiled_map, self.zone, self.versions, self.movers)

    @property
    def number(self) -> int | None:
        """The number of the version that the journey is on."""
        return self.versions[self.row.version] if self.row else None

    @property
    def version(self) -> str:
        """The version that the journey is on, as people read of it."""
        return version_said(self.number, self.row.version) if self.row and self.number else ""


def explain(
    customer: Annotated[str, typer.Argument(metavar="CUSTOMER", help="The customer's id.")],
    step: Annotated[
        str | None, typer.Argument(metavar="STEP", help="One step of its map; without it all.", show_default=False)
    ] = None,
    *,
    context: typer.Context,
    timezone: TimeZone = None,
    as_json: AsJson = False,
) -> None:
    """Explain why a customer is where it is: what is open, what each step waits for, what holds a message.

    Of a step it tells what it waits for, what happened to it and what comes next. Of a customer without a journey it
    tells of each map why it does not match. Times are on the customer's own clock, unless --timezone says another.
    """
    told = asyncio.run(_gather(settings_of(context), customer, step, timezone))
    if as_json:
        print_json(_to_json(told))
    elif told.step is not None:
        _print_step(told, told.step)
    else:
        _print_all(told)


async def _gather(settings: Settings, customer: str, step: str | None, timezone: str | None) -> Told:
    async with opened(settings) as store, store.reading() as session:
        known = await customer_of(session, customer)
        now = await now_of(session)
        past = await journeys.of_customer(session, customer)
        row = next(iter(past), None)
        versions = {each.hash: each.number for each in await maps.versions(session, row.map)} if row else {}
        entries = [timeline.entry_of(each) for each in await timeline.of_journey(session, row.id)] if row else []
        movers = await _movers(session, row.id) if row else {}
        waiting = await facts.pending_of(session, [customer])
        underway = tuple(fact for fact in waiting if row is not None and fact.journey_id == row.id)
        zone = timezone or known.timezone
        return await _explained(store, known, past, entries, now, versions, movers, step, zone, underway)


async def _movers(session: AsyncSession, journey: str) -> dict[tuple[Instant, str], str | None]:
    """Who moved a journey to another version of its map, by instant and hash."""
    moves = await facts.of_journey(session, journey, MapChanged.kind)
    return {(fact.at, fact.data["version"]): fact.told_by for fact in moves}


async def _explained(  # noqa: PLR0917 - gathered in one place
    store: Store,
    customer: Customer,
    past: list[JourneyRow],
    entries: Sequence[Entry],
    now: Instant,
    versions: Mapping[str, int],
    movers: Mapping[tuple[Instant, str], str | None],
    step: str | None,
    zone: str,
    underway: tuple[FactRow, ...],
) -> Told:
    compiled_maps = CompiledMaps(store)
    row = next(iter(past), None)
    compiled_map = await compiled_maps.of(row.version) if row else None
    journey = explained = None
    if row is not None and compiled_map is not None:
        state = State.from_json(row.state)
        if step is not None and step not in compiled_map.steps:
            raise UnknownStepError(step, compiled_map.steps, f" of the map {compiled_map.map.map!r}")
        if state.begun and step is not None:
            explained = explain_step(compiled_map, state, entries, step, now, zone)
        if state.begun:
            journey = explanation_of(compiled_map, state, entries, now, zone)
    elif step is not None:
        raise UnknownStepError(step, (), f": the customer {customer.id!r} has no journey")
    free = row is None or row.ended_at is not None
    looked = _considered(await compiled_maps.current(), customer, past, now) if free else ()
    return Told(customer, now, zone, row, versions, movers, compiled_map, journey, explained, tuple(looked), underway)


def _considered(
    compiled_maps: list[CompiledMap], customer: Customer, past: list[JourneyRow], now: Instant
) -> Iterable[tuple[Considered, str | None]]:
    """Every map with, where its segment matches and the customer may not enter, why not."""
    by_id = {compiled_map.map.map: compiled_map for compiled_map in compiled_maps}
    for each in considered(compiled_maps, customer, now):
        allowed = may_enter(by_id[each.map], last_end(past, by_id[each.map]), now)
        yield each, str(allowed) if isinstance(allowed, MayNotEnter) else None


# For people.


def _print_all(told: Told) -> None:
    customer, row = told.customer, told.row
    heading(f"{customer.name} ({customer.id})")
    say(f"Times are of {zone_said(told.zone, told.now)}.")
    if row is not None and told.compiled_map is not None:
        say(_standing(told, row, told.compiled_map))
    if told.underway:
        say(underway_said(told.underway))
    if told.journey is not None and row is not None and row.ended_at is None:
        _print_journey(told, told.journey)
    elif row is not None and row.ended_at is None:
        say("It is about to begin: a worker takes it up (`milepost up`, `milepost worker`).")
    if row is None or row.ended_at is not None:
        _print_maps(told)


def _standing(told: Told, row: JourneyRow, compiled_map: CompiledMap) -> str:
    said = f"Journey {row.id} on {compiled_map.map.title!r} ({compiled_map.map.map}, {told.version}), since "
    said += day_of(row.started_at, told.zone)
    if row.ended_at is not None:
        reason = row.reason or ""
        return f"{said}: ended {day_of(row.ended_at, told.zone)}, {ENDINGS.get(reason, spaced(reason))}."
    return said + (": paused." if row.status == "paused" else ".")


def _print_journey(told: Told, journey: Explanation) -> None:
    heading("Why it is here")
    holds = "is for it" if journey.where.holds else "would not be for it today"
    say(f"The map {holds}: {journey.where}.")
    for move in journey.moves:
        say(f"{time_of(move.at, told.zone)}: {told.say.sentence(move)}")
    for origin in journey.origins:
        since = f", since {time_of(origin.since, told.zone)}" if origin.since is not None else ""
        say(f"{origin.kind.capitalize()} {origin.title!r}{since}:")
        for entry in origin.led_by:
            say(f"  {told.say.sentence(entry)}")
        for reason in origin.begun_by:
            say(f"    {reason.said}")
        for reason in origin.ends:
            say(f"    {reason.said}" if _goes_on(reason.said) else f"    until {reason.said}")
    if not journey.origins:
        say("No stage is open.")
    _print_waits(told, "Open", [each for each in journey.waits if each.status in ("open", "asked")])
    _print_waits(told, "Waiting", [each for each in journey.waits if each.status == "waiting"])
    _print_waits(told, "Stages ahead", [each for each in journey.waits if each.status == "ahead"])
    _print_held(told, journey.held)
    _print_waits(told, "Plays, and what begins them", journey.starts)
    ahead = journey.ahead
    if ahead.paused:
        say("", "Nothing happens by itself before the journey is resumed.")
    elif ahead.entries:
        _print_coming(told, ahead.entries)
    else:
        say("", f"Nothing comes by itself up to {day_of(ahead.until, told.zone)}: the journey waits for somebody.")


def _print_waits(told: Told, title: str, waits: Sequence[WaitingStep]) -> None:
    if not waits:
        return
    heading(title)
    for each in waits:
        say(_line(told, each))
        for reason in each.reasons:
            say(f"    waits for {reason.said}" if not _goes_on(reason.said) else f"    {reason.said}")


def _goes_on(said: str) -> bool:
    """Whether a reason continues the sentence of the one before."""
    return said.startswith(("or ", "and ", "not ", "a start "))


def _line(told: Told, waits: WaitingStep) -> str:
    where = f" in {waits.container!r}" if waits.container else ""
    since = f", open since {day_of(waits.opened_at, told.zone)}" if _is_open(waits) and waits.opened_at else ""
    due = f", due {time_of(waits.due_at, told.zone)}" if waits.due_at is not None and waits.status == "open" else ""
    return f"  {waits.title} ({waits.id}){where}{since}{due}{', OVERDUE' if waits.overdue else ''}"


def _is_open(waits: WaitingStep) -> bool:
    return waits.status in ("open", "asked")


def _print_held(told: Told, held: Sequence[Held]) -> None:
    if not held:
        return
    heading("Messages that wait")
    for each in held:
        until = f" until {time_of(each.until, told.zone)}" if each.until is not None else ""
        say(f"  {each.reason} about {each.title!r} to {each.to or 'nobody yet'}{until}: {each.because}")


def _print_entries(told: Told, title: str, entries: Sequence[Entry]) -> None:
    heading(title)
    for entry in entries:
        say(f"  {time_of(entry.at, told.zone)}  {told.say.sentence(entry)}")


def _print_coming(told: Told, entries: Sequence[Entry]) -> None:
    heading("What comes next, if nobody does anything")
    for entry in entries:
        say(f"  {time_of(entry.at, told.zone)}  {outlook_sentence(told.say, entry)}")


def _print_step(told: Told, step: StepExplanation) -> None:
    waits = step.waits
    heading(f"{waits.title} ({waits.id})")
    container = f" in {waits.container!r}"
    occurrence = f", occurrence {step.occurrence}" if step.occurrence > 1 else ""
    say(f"It is {waits.status}{container}{occurrence}. Times are of {zone_said(told.zone, told.now)}.")
    if told.underway:
        say(underway_said(told.underway))
    if _is_open(waits) and waits.due_at is not None and waits.status == "open":
        say(f"It is due {time_of(waits.due_at, told.zone)}{' and OVERDUE' if waits.overdue else ''}.")
    if waits.reasons:
        say(f"It waits for {waits.waits_for}.")
    if step.after:
        after = ", ".join(f"{told.say.step(other)!r} ({status})" for other, status in step.after)
        say(f"It comes after {after}.")
    if step.leads_to:
        say(f"After it comes {', '.join(repr(told.say.step(other)) for other in step.leads_to)}.")
    _print_held(told, step.held)
    if step.happened:
        _print_entries(told, "What happened", step.happened)
    if step.ahead:
        _print_coming(told, step.ahead)


def _print_maps(told: Told) -> None:
    heading("Which map is for it")
    if not told.maps:
        say("No map is published: `milepost publish MAP_FOLDER`.")
    for each, barred in told.maps:
        say(f"  {each.title} ({each.map}, priority {each.priority}): {_verdict(each, barred)}")
        say(f"    where {each.where.text}")
        if each.where.values:
            say(f"    {each.where.seen}")
        for part in each.where.failing:
            say(f"    not true: {part}")
    best, barred = next(((each, barred) for each, barred in told.maps if each.where.holds), (None, None))
    if best is not None and barred is None:
        say(f"Next: `milepost enroll {told.customer.id}` begins a journey on {best.map!r}.")


def _verdict(each: Considered, barred: str | None) -> str:
    if not each.where.holds:
        return "does not match"
    return f"matches, but {barred}" if barred else "matches"


# For programs.


def _to_json(told: Told) -> dict[str, Any]:
    row = told.row
    journey: dict[str, Any] | None = None
    if row is not None:
        journey = {
            "journey": row.id,
            "map": row.map,
            "version": row.version,
            "version_number": told.number,
            "not_yet_taken_in": [fact.data for fact in told.underway],
            "status": row.status,
            "reason": row.reason,
        }
        if told.step is None and told.journey is not None:
            journey |= told.journey.to_json(told.say)
    looked = [{**each.to_json(), "may_not_enter": barred} for each, barred in told.maps]
    step = {"step": told.step.to_json(told.say)} if told.step is not None else {}
    return {"customer": told.customer.id, "journey": journey, **step, "maps": looked}
