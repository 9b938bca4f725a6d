"""Previews an import: what would change, which journeys would begin, and what these would do within a week.

Nothing is written. A journey is played by the planner, as production would, while nobody does anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterable
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from typing import Any, Literal, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from milepost.customer import Customer
from milepost.imports.audience import Absent, absent_people
from milepost.imports.row_reader import BookRow
from milepost.intake.again_counts import AgainCounts
from milepost.intake.begin_again import Restart, Verdict, again_json, look
from milepost.intake.book import changes_between, known_customers, taken
from milepost.intake.enrolment import last_ends
from milepost.intake.handed_on import HandedOnCounts
from milepost.intake.intake import Intake
from milepost.intake.kept_roles import KeptRole, KeptRoles
from milepost.intake.likely_doubles import Doubles, LikelyDouble
from milepost.intake.reasons import count_reason
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.entry_checks import entry_problems
from milepost.planner.entry_point import EntryPoint, JourneyStart
from milepost.planner.fact_errors import RefusedError
from milepost.planner.hand_over import handed_over_team
from milepost.planner.instants import Instant, text
from milepost.planner.open_tasks import open_tasks
from milepost.planner.segment_match import map_on_change
from milepost.planner.simulation import steps
from milepost.planner.state import State
from milepost.planner.timeline import MessageSent
from milepost.store import earlier_ends, journeys
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.successors import HandedOn

DAYS = 7
"""The days that a journey is played for."""
_AT_ONCE = 500  # customers that are looked up at once
_DAY = 86_400
_MOST_EXAMPLES = 5  # customers whose changes are listed
K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class PlannedMail:
    """A mail that would leave at an instant, to an address; `is_today` in the time zone of the map's working time."""

    at: Instant
    template: str
    contact: str
    is_today: bool


@dataclass(frozen=True, slots=True)
class PlannedTask:
    """A task that would be open after the week; `person` is an address, or nobody.

    `minutes` is its effort, None where the map says none: tasks of the engine, such as "Name a contact", have none.
    """

    at: Instant
    title: str
    role: str
    person: str | None
    minutes: int | None
    is_today: bool


@dataclass(frozen=True, slots=True)
class PlannedJourney:
    """A journey that would begin: its map, the stages that are open a week later or at its end, mails and tasks.

    `absent` is whom its map needs and the customer doesn't have.
    """

    map: str
    stages: tuple[str, ...] = ()
    mails: tuple[PlannedMail, ...] = ()
    tasks: tuple[PlannedTask, ...] = ()
    absent: tuple[Absent, ...] = ()


@dataclass(frozen=True, slots=True)
class PreviewedCustomer:
    """What importing a customer would do; `why_not` says why no journey would begin, where one might have.

    `doubles` are customers who are there already and may be the same as a new one, `kept` roles that stay although the
    row names a former colleague. `again` is what would become of an open journey that had begun elsewhere.
    """

    customer: Customer
    becomes: Literal["new", "changed", "unchanged", "refused"]
    changes: tuple[str, ...] = ()
    journey: PlannedJourney | None = None
    why_not: str | None = None
    doubles: tuple[LikelyDouble, ...] = ()
    handed_on: tuple[HandedOn, ...] = ()
    kept: tuple[KeptRole, ...] = ()
    again: Verdict = None

    def to_json(self) -> dict[str, Any]:
        journey = self.journey
        return {
            "customer": self.customer.id,
            "becomes": self.becomes,
            "changes": list(self.changes),
            "map": journey and journey.map,
            "stages": list(journey.stages) if journey else [],
            "mails": [{**asdict(mail), "at": text(mail.at)} for mail in (journey.mails if journey else ())],
            "tasks": [{**asdict(task), "at": text(task.at)} for task in (journey.tasks if journey else ())],
            "nobody": [{"part": each.part, "name": each.name} for each in (journey.absent if journey else ())],
            "why_not": self.why_not,
            "may_be": [each.other for each in self.doubles],
            **again_json(self.again),
        }


async def preview_import(
    intake: Intake, rows: Iterable[BookRow], places: Collection[str], *, days: int = DAYS, again: bool = False
) -> AsyncIterator[PreviewedCustomer]:
    """Yields what importing each customer would do, in the book's order.

    Journeys are played for so many `days`; for none, they only have their map. With `again`, open journeys that began
    elsewhere than the book says begin again, if nothing has happened in them.
    """
    maps = intake.context.compiled_maps
    outlook = _Outlook(await maps.current(), intake.context.now(), days, maps if again else None)
    remaining = iter(rows)
    while together := list(islice(remaining, _AT_ONCE)):
        known = await known_customers(intake, together)
        async with intake.context.store.reading() as session:
            for row in together:
                before, formers = known.of(row)
                customer = row.customer
                moves = () if before else tuple(known.successors.handed_on(customer.team))
                kept: tuple[KeptRole, ...] = ()
                if before is not None:
                    customer, kept = taken(before, row, places, formers)
                for move in moves:
                    customer = handed_over_team(customer, move.former, move.to, move.roles)
                previewed = await _preview(session, before, replace(row, customer=customer), outlook)
                yield replace(previewed, doubles=known.doubles.get(customer.id, ()), handed_on=moves, kept=kept)


@dataclass(frozen=True, slots=True)
class _Outlook:
    """What is looked ahead by: the published maps, as of `now`, for so many days.

    `begin_again` are the maps for journeys that begin again; None: none does.
    """

    compiled_maps: list[CompiledMap]
    now: Instant
    days: int
    begin_again: CompiledMaps | None = None

    def journey(self, compiled_map: CompiledMap, customer: Customer, entry: EntryPoint | None) -> PlannedJourney:
        """Returns a journey that would begin."""
        if not self.days:
            return PlannedJourney(compiled_map.map.map)
        return planned_journey(compiled_map, customer, self.now, entry)


async def _preview(
    session: AsyncSession, before: Customer | None, row: BookRow, outlook: _Outlook
) -> PreviewedCustomer:
    customer = row.customer
    becomes: Literal["new", "changed", "unchanged"]
    becomes = "new" if before is None else "unchanged" if customer == before else "changed"
    changes = tuple(changes_between(before, customer)) if before else ()
    past = await journeys.of_customer(session, customer.id) if becomes == "changed" or outlook.begin_again else []
    if past and past[0].ended_at is None:
        return await _preview_again(session, PreviewedCustomer(customer, becomes, changes), row, outlook)
    if becomes == "unchanged":
        return PreviewedCustomer(customer, becomes)
    if row.ended is not None:
        return PreviewedCustomer(customer, becomes, changes, why_not="the book says that the journey has ended")
    ended = await session.run_sync(earlier_ends.known_since, customer.id) if before else None
    ends = last_ends(past, outlook.compiled_maps, ended)
    match = map_on_change(outlook.compiled_maps, before, customer, ends, outlook.now)
    if not isinstance(match, CompiledMap):
        return PreviewedCustomer(customer, becomes, changes, why_not=None if match is None else str(match))
    for _, problem in entry_problems(match, row.entry, outlook.now) if row.entry else ():
        return PreviewedCustomer(customer, "refused", why_not=str(problem))
    return PreviewedCustomer(customer, becomes, changes, outlook.journey(match, customer, row.entry))


async def _preview_again(
    session: AsyncSession, previewed: PreviewedCustomer, row: BookRow, outlook: _Outlook
) -> PreviewedCustomer:
    """Adds what would become of a customer's open journey, if those begin again that began elsewhere."""
    if outlook.begin_again is None or row.ended is not None:
        return previewed
    try:
        again = await session.run_sync(look, outlook.begin_again, row.customer, row.entry, outlook.now)
    except RefusedError as refused:
        return replace(previewed, becomes="refused", why_not=str(refused))
    if not isinstance(again, Restart):
        return replace(previewed, again=again)
    [match] = [each for each in outlook.compiled_maps if each.map.map == again.becomes.map]
    return replace(previewed, again=again, journey=outlook.journey(match, row.customer, row.entry))


def planned_journey(
    compiled_map: CompiledMap, customer: Customer, now: Instant, entry: EntryPoint | None = None
) -> PlannedJourney:
    """Returns what a journey that begins now, where `entry` says, does within a week if nobody does anything.

    Raises:
        EndlessMapError: the map goes round in a circle at one instant.
        NeverOpensError: a calendar of the map has no working day within ten years.
    """
    start = JourneyStart(entry) if entry else None
    state = State.begin(customer, compiled_map.map.map, compiled_map.version, now, start)
    today = compiled_map.ours.local(now).date()

    def is_today(at: Instant) -> bool:
        return compiled_map.ours.local(at).date() == today

    mails: list[PlannedMail] = []
    for plan in steps(compiled_map, state, (), now + DAYS * _DAY, {}):
        state = plan.state
        sent = (entry for entry in plan.timeline if isinstance(entry, MessageSent))
        mails += [PlannedMail(each.at, each.template, each.contact, is_today(each.at)) for each in sent]
    tasks = tuple(
        PlannedTask(each.opened_at, each.title, each.role, each.person, each.effort_minutes, is_today(each.opened_at))
        for each in open_tasks(compiled_map, state)
    )
    stages = tuple(each for each in compiled_map.stages if state.stage(each).is_open)
    return PlannedJourney(
        compiled_map.map.map, stages, tuple(mails), tasks, tuple(absent_people(compiled_map, customer))
    )


@dataclass(slots=True)
class ImportPreview:
    """An import that was previewed, summed up: counts by today and by the whole week."""

    customers: Counter[str] = field(default_factory=Counter)
    why_not: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    refused: dict[str, list[str]] = field(default_factory=dict)
    stages: Counter[tuple[str, str]] = field(default_factory=Counter)
    mails: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    tasks: dict[str, TaskCount] = field(default_factory=dict)
    titles: dict[tuple[str, str], TaskCount] = field(default_factory=dict)
    absent: Counter[Absent] = field(default_factory=Counter)
    doubles: Doubles = field(default_factory=Doubles)
    examples: list[PreviewedCustomer] = field(default_factory=list)
    handed_on: HandedOnCounts = field(default_factory=HandedOnCounts)
    kept: KeptRoles = field(default_factory=KeptRoles)
    again: AgainCounts = field(default_factory=AgainCounts)

    @property
    def notes(self) -> list[str]:
        """Sentences about colleagues who are named in the book and have handed over."""
        return [*self.handed_on.notes(), *self.kept.notes()]

    def add(self, previewed: PreviewedCustomer) -> None:
        """Counts one customer."""
        self.customers[previewed.becomes] += 1
        self.doubles.add(previewed.doubles)
        self.handed_on.add(previewed.handed_on)
        self.kept.add(previewed.kept)
        self.again.add(previewed.again)
        if previewed.why_not is not None and previewed.becomes == "refused":
            named = self.refused.setdefault(count_reason(self.refusals, previewed.why_not), [])
            named += [previewed.customer.id] if len(named) < _MOST_EXAMPLES else []
        elif previewed.why_not is not None:
            self.customers["unmatched"] += 1
            count_reason(self.why_not, previewed.why_not)
        if previewed.changes and len(self.examples) < _MOST_EXAMPLES:
            self.examples.append(previewed)
        journey = previewed.journey
        if journey is None:
            return
        self.customers["journeys"] += 1
        self.stages.update((journey.map, stage) for stage in journey.stages)
        for mail in journey.mails:
            _count(self.mails, (journey.map, mail.template), is_today=mail.is_today)
        for task in journey.tasks:
            self.tasks.setdefault(task.role, TaskCount()).add(task)
            self.titles.setdefault((task.role, task.title), TaskCount()).add(task)
        self.absent.update(journey.absent)

    def to_json(self) -> dict[str, Any]:
        return {
            "customers": dict(self.customers),
            "why_not": dict(self.why_not),
            "refusals": dict(self.refusals),
            "refused_customers": self.refused,
            "stages": [{"map": map_id, "stage": stage, "journeys": n} for (map_id, stage), n in self.stages.items()],
            "mails": [
                {"map": map_id, "template": template, "today": today, "week": week}
                for (map_id, template), (today, week) in self.mails.items()
            ],
            "tasks": [
                {
                    "role": role,
                    **count.to_json(),
                    "titles": [
                        {"title": title, **each.to_json()} for (of, title), each in self.titles.items() if of == role
                    ],
                }
                for role, count in self.tasks.items()
            ],
            "doubles": self.doubles.to_json(),
            **self.again.to_json(),
            "nobody": [{**each.to_json(), "customers": count} for each, count in self.absent.items()],
        }


@dataclass(slots=True)
class TaskCount:
    """Tasks of today and of the week; `minutes` is the effort of those that have one, `without` counts the others."""

    today: int = 0
    week: int = 0
    minutes: int = 0
    without: int = 0

    def add(self, task: PlannedTask) -> None:
        """Counts a task."""
        self.today += task.is_today
        self.week += 1
        self.minutes += task.minutes or 0
        self.without += task.minutes is None

    @property
    def hours(self) -> str:
        """The hours that they take, and how many of them the map says no effort of."""
        known = f"{self.minutes / 60:.1f}" if self.week > self.without else ""
        return " + ".join(filter(None, (known, f"{self.without} without effort" if self.without else "")))

    def to_json(self) -> dict[str, Any]:
        return {"today": self.today, "week": self.week, "minutes": self.minutes, "without_effort": self.without}


def _count(counts: dict[K, list[int]], key: K, *, is_today: bool) -> None:
    today_and_week = counts.setdefault(key, [0, 0])
    today_and_week[0] += is_today
    today_and_week[1] += 1
