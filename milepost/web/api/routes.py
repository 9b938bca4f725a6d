"""The addresses under `/api/v1`: facts, customers, tasks and steps, for programs that have a key."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from milepost import limits
from milepost.explain.people_names import PeopleNames
from milepost.explain.sentences import Wording
from milepost.intake.enrolment import NoEnrolment
from milepost.intake.fact_admission import IncomingFact
from milepost.intake.facts import FactStatus
from milepost.planner.instants import text
from milepost.planner.state import State
from milepost.store import absences, customers, journeys, messages, tasks, timeline
from milepost.store.customer_list import CustomerFilter, StatusFilter, count_customers, list_customers
from milepost.store.customer_overview import customer_overview
from milepost.store.keyset import Cursor
from milepost.store.tasks import TaskFilter
from milepost.web.api import presenters
from milepost.web.api.customer_patch import CustomerPatch
from milepost.web.api.fact_request import FactRequest, FactsRequest, fact_request_of
from milepost.web.api.json_body import StorableJsonRoute
from milepost.web.api.keys import KeyUsed, check_key
from milepost.web.api.shapes import (
    CustomerList,
    CustomerRequest,
    CustomerShown,
    ErrorShown,
    Filter,
    JourneyBegunShown,
    JourneyRequest,
    OpenStep,
    ReceiptShown,
    SavedShown,
    Search,
    StepList,
    TaskList,
    TimelineShown,
)
from milepost.web.problems import ProblemError
from milepost.web.services import Served

_ERROR_CODES = (400, 401, 403, 404, 408, 409, 413, 422, 429, 431, 503)
Limit = Annotated[int, Query(ge=1, le=500)]
CursorText = Annotated[str | None, Query(max_length=limits.VALUE, description="the `next` of the page before")]
MOST_COUNTED = 10_000
"""Customers that the total of a list counts."""
API_ERRORS: dict[int | str, dict[str, Any]] = {code: {"model": ErrorShown} for code in _ERROR_CODES}


def api_router() -> APIRouter:
    """Returns a router for addresses that need a key."""
    return APIRouter(
        prefix="/api/v1", dependencies=[Depends(check_key)], responses=API_ERRORS, route_class=StorableJsonRoute
    )


router = api_router()


@router.post(
    "/facts",
    summary="Record facts",
    tags=["facts"],
    responses={202: {"model": ReceiptShown, "description": "Recorded; the journey gets it later"}},
)
async def record_facts(
    served: Served, body: FactsRequest, response: Response, key: KeyUsed
) -> ReceiptShown | list[ReceiptShown | ErrorShown]:
    """Record one fact, or up to 1,000 in a list, and let the customers' journeys take them in.

    A fact takes effect when it comes in. Send it again with the same `id` as often as you like: it counts once.
    202 means that it is recorded, and that the journey gets it later.

    An answer is marked as told with the key's name, whoever `by` says gave it. Facts that do what another scope is for,
    such as `contacts`, need that scope, too.

    The facts of a list are recorded in their order. Each is answered for itself, at its place in the answer: with what
    happened to it, or with what is wrong with it; the others are recorded all the same.
    """
    if isinstance(body, FactRequest):
        key.check_may_tell(body.kind)
        told = body.written(key.name)
        receipt = await served.intake.record_fact(body.customer, told, by=body.by or key.teller, source="api")
        if receipt.status is FactStatus.PENDING:
            response.status_code = 202
        return presenters.receipt(body.customer, receipt)
    facts = [fact_request_of(each, key) for each in body]
    readable = [each for each in facts if isinstance(each, FactRequest)]
    good = [IncomingFact(each.customer, each.written(key.name), each.by or key.teller) for each in readable]
    results = iter(await served.intake.record_facts(good, source="api"))
    return [
        presenters.receipt_or_error(each.customer, next(results)) if isinstance(each, FactRequest) else each
        for each in facts
    ]


@router.post(
    "/customers",
    summary="Save a customer",
    tags=["customers"],
    responses={201: {"model": SavedShown, "description": "Saved; the customer is new"}},
)
async def save_customer(served: Served, request: CustomerRequest, response: Response, key: KeyUsed) -> SavedShown:
    """Create a customer, or replace its record.

    A running journey gets the changes; a customer that matches a map for the first time begins a journey.
    """
    saved = await served.intake.upsert_customer(request.customer(), by=key.teller, source="api", start=request.start())
    if saved.new:
        response.status_code = 201
    return presenters.saved(saved)


@router.patch("/customers/{customer}", summary="Change a customer", tags=["customers"])
async def change_customer(served: Served, customer: str, patch: CustomerPatch, key: KeyUsed) -> SavedShown:
    """Change some fields of a customer's record; the others stay, also those that somebody else changes meanwhile.

    A running journey gets the changes; a customer that matches a map for the first time begins a journey.
    """
    return presenters.saved(await served.intake.change_customer(customer, patch.edited, by=key.teller))


@router.post(
    "/customers/{customer}/journeys",
    summary="Begin a journey",
    tags=["customers"],
    status_code=201,
)
async def begin_journey(served: Served, customer: str, request: JourneyRequest, key: KeyUsed) -> JourneyBegunShown:
    """Begin the journey of a customer by hand, on the map that it matches or on one that you name.

    With `again`, the reason, it begins even if the map's `reenter` says no: an ending was a mistake. It begins at the
    first stage, unless `enters` says where the customer stands.
    """
    result = await served.intake.enrol(customer, map_id=request.map, start=request.start(key.teller))
    if isinstance(result, NoEnrolment):
        raise ProblemError(409, "no_match", f"No map is for {customer!r}: {result.why}.", "Name one with 'map'.")
    return JourneyBegunShown.of(result)


@router.get("/customers", summary="List customers", tags=["customers"])
async def get_customers(
    served: Served,
    *,
    search: Search = None,
    map: Filter = None,  # noqa: A002 - the field's word
    stage: Filter = None,
    status: StatusFilter | None = None,
    open_risk: bool | None = None,
    offset: Annotated[int, Query(ge=0, le=MOST_COUNTED, deprecated=True, description="use `cursor`")] = 0,
    limit: Limit = 100,
    cursor: CursorText = None,
) -> CustomerList:
    """Customers by name, each with the status of its latest journey."""
    condition = CustomerFilter(search, map, stage, status, open_risk)
    async with served.store.reading() as session:
        page = await list_customers(session, condition, cursor=place(cursor), offset=offset, limit=limit)
        total = await count_customers(session, condition, MOST_COUNTED)
    lines = tuple(presenters.customer_line(line) for line in page.lines)
    return CustomerList(customers=lines, total=total, offset=offset, next=cursor_text(page.next))


@router.get("/customers/{customer}", summary="Show a customer", tags=["customers"])
async def show_customer(served: Served, customer: str) -> CustomerShown:
    """A customer with its journey, tasks, and everything that it has to do or to confirm now."""
    async with served.store.reading() as session:
        overview = await customer_overview(session, served.compiled_maps, customer, served.now())
        open_tasks = await tasks.of_customer(session, overview.customer.id)
        in_force = await absences.in_force(session, served.now())
    record, journey = overview.customer, overview.journey
    steps: tuple[OpenStep, ...] = ()
    if journey is not None and journey.compiled_map is not None:
        steps = tuple(presenters.open_steps(journey.record.id, journey.compiled_map, journey.state))
    return CustomerShown.of(
        record,
        customer=record.id,
        health=overview.health,
        unmatched_why=overview.unmatched_why,
        journey=presenters.latest_journey(journey) if journey else None,
        steps=steps,
        tasks=tuple(presenters.task(each, in_force) for each in open_tasks),
        outcomes=tuple(presenters.outcome(each) for each in journey.outcomes) if journey else (),
    )


@router.get("/customers/{customer}/timeline", summary="Show a timeline", tags=["customers"])
async def show_timeline(
    served: Served,
    customer: str,
    after: Annotated[int, Query(ge=-1, le=limits.POSITION, description="only entries with a larger `seq`")] = -1,
    limit: Annotated[int, Query(ge=1, le=5000)] = 1000,
    cursor: CursorText = None,
) -> TimelineShown:
    """What happened in the customer's latest journey, in order."""
    async with served.store.reading() as session:
        record = await customers.get_row(session, customer)
        journey = await journeys.latest_of(session, record.id)
        if journey is None:
            return TimelineShown(customer=record.id, journey=None, entries=())
        page = await timeline.page_of_journey(session, journey.id, after=after, cursor=place(cursor), limit=limit)
        added = await timeline.added_tasks(session, journey.id)
        unsent = await messages.undelivered(session, journey.id)
    compiled_map = await served.compiled_maps.of(journey.version)
    people = PeopleNames.around(State.from_json(journey.state).customer)
    say = Wording(compiled_map, record.timezone, added=added, undelivered=unsent, people=people)
    lines = [presenters.entry(row, say) for row in page.rows]
    return TimelineShown(customer=record.id, journey=journey.id, entries=tuple(lines), next=cursor_text(page.next))


@router.get("/steps", summary="List what customers have to do", tags=["customers"])
async def list_steps(
    served: Served, customer: Filter = None, limit: Limit = 100, cursor: CursorText = None
) -> StepList:
    """Open actions and outcomes of all running journeys, or of one customer: what the customers' plans show.

    `limit` counts journeys: a page has all steps of so many.
    """
    async with served.store.reading() as session:
        if customer is not None:
            customer = (await customers.get_row(session, customer)).id
        page = await journeys.running_page(session, customer, cursor=place(cursor), limit=limit)
    steps: list[OpenStep] = []
    for row in page.journeys:
        compiled_map = await served.compiled_maps.of(row.version)
        steps += presenters.open_steps(row.id, compiled_map, State.from_json(row.state))
    return StepList(steps=tuple(steps), now=text(served.now()), next=cursor_text(page.next))


@router.get("/tasks", summary="List open tasks", tags=["tasks"])
async def list_tasks(
    served: Served,
    person: Filter = None,
    customer: Filter = None,
    role: Filter = None,
    *,
    limit: Limit = 100,
    cursor: CursorText = None,
) -> TaskList:
    """Open tasks, the most urgent first, of one person (including escalated tasks), customer or role."""
    async with served.store.reading() as session:
        if customer is not None:
            customer = (await customers.get_row(session, customer)).id
        in_force = await absences.in_force(session, served.now())
        condition = TaskFilter(person=person, customer=customer, role=role, stand_ins=in_force)
        page = await tasks.list_open(session, condition, cursor=place(cursor), limit=limit)
    lines = tuple(presenters.task(line, in_force) for line in page.lines)
    return TaskList(tasks=lines, now=text(served.now()), next=cursor_text(page.next))


def place(cursor: str | None) -> Cursor | None:
    """Returns the place in a list that a request names."""
    return Cursor.read(cursor) if cursor else None


def cursor_text(cursor: Cursor | None) -> str | None:
    """Returns a place in a list as an answer names it."""
    return None if cursor is None else str(cursor)
