"""What the store's tests write about: a small map, a customer, a journey and its plans."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.customer import Contact, Customer
from milepost.language.model import Map
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.facts import Fact
from milepost.planner.instants import Instant, parse
from milepost.planner.plan import Plan, plan
from milepost.planner.state import State
from milepost.store import customers, journeys, maps
from milepost.store.advance import write_plan
from milepost.store.candidate_tables import CandidateRow
from milepost.store.candidates import CandidateStatus
from milepost.store.hand_over_tables import HandOverOrderRow
from milepost.store.import_tables import ImportRow
from milepost.store.imports import ImportStatus
from milepost.store.rehearsal_tables import RehearsalRow
from milepost.store.rehearsals import RehearsalStatus
from milepost.store.rollouts import MovePolicy, RolloutStatus
from milepost.store.tables import METADATA, RolloutRow

START = parse("2026-03-02T15:00:00Z")
HOUR = 3600
DAY = 24 * HOUR

SMALL_MAP: dict[str, Any] = {
    "map": "small",
    "title": "A small map",
    "outcome": "save_time",
    "owner": "ops@vendor.example",
    "segment": {"where": "true"},
    "attributes": {"health": {"type": "number"}, "tier": {"type": "text"}},
    "roles": {"csm": {"title": "CSM", "escalate": {"after": "2 business days", "to": "boss"}}, "boss": "Boss"},
    "personas": {"sponsor": {"title": "Sponsor"}},
    "stages": [
        {
            "stage": "start",
            "title": "Start",
            "target": "30 days",
            "touchpoints": [
                {
                    "touchpoint": "kickoff",
                    "title": "Kickoff call",
                    "role": "csm",
                    "invite": "sponsor",
                    "due": "2 business days",
                    "effort": "90 minutes",
                    "playbook": "kickoff.md",
                    "results": {"ready": [], "not_ready": {"play": "unblock"}},
                },
                {"touchpoint": "review", "title": "Review", "role": "csm", "after": "kickoff", "due": "1 week"},
            ],
            "outcomes": [
                {
                    "outcome": "saved",
                    "type": "save_time",
                    "statement": "Ten hours less",
                    "metric": {"name": "hours", "target": 10},
                    "persona": "sponsor",
                    "after": "kickoff",
                    "message": "ask.md",
                    "within": "5 business days",
                    "then": {"disputed": {"play": "rescue"}, "silent": {"play": "rescue"}},
                },
            ],
        },
        {
            "stage": "value",
            "title": "Value",
            "touchpoints": [{"touchpoint": "thanks", "title": "Thanks", "role": "boss"}],
        },
    ],
    "plays": [
        {
            "play": "rescue",
            "kind": "risk",
            "title": "Rescue",
            "starts_when": {"if": "customer.health < 40"},
            "touchpoints": [{"touchpoint": "rescue_call", "title": "Call", "role": "csm"}],
        },
        {
            "play": "unblock",
            "kind": "other",
            "title": "Unblock",
            "touchpoints": [{"touchpoint": "unblock_call", "title": "Ask", "role": "boss"}],
        },
    ],
}


def customer(customer_id: str = "acme", **changes: Any) -> Customer:
    """Acme, in Berlin, with a sponsor and a CSM; `changes` are fields of `Customer`."""
    known: dict[str, Any] = {
        "name": customer_id.capitalize(),
        "timezone": "Europe/Berlin",
        "country": "DE",
        "attributes": {"health": 75, "tier": "gold"},
        "contacts": (Contact("Sam Poe", f"sam@{customer_id}.example", ("sponsor",), "Asia/Tokyo", "JP", "ja"),),
        "team": {"csm": "Ana@vendor.example"},
    }
    return Customer(customer_id, **{**known, **changes})


async def publish(session: AsyncSession, data: dict[str, Any] | None = None) -> CompiledMap:
    """Publish the small map, or this one, and give its chart."""
    made = Map.model_validate(data or SMALL_MAP)
    published = await maps.publish(session, made.map, made.title, {"map.yaml": repr(data or SMALL_MAP)}, START)
    return CompiledMap.of(made, published.version.hash)


class Walk:
    """A journey that a test leads: `tell` plans with facts and writes the plan."""

    def __init__(self, session: AsyncSession, compiled_map: CompiledMap, journey: str, state: State) -> None:
        self.session = session
        self.compiled_map = compiled_map
        self.journey = journey
        self.state = state

    @staticmethod
    async def begin(session: AsyncSession, compiled_map: CompiledMap, who: Customer | None = None) -> Walk:
        """Write the customer, begin the journey and write its first plan."""
        known = who or customer()
        await customers.save(session, [known], START)
        state = State.begin(known, compiled_map.map.map, compiled_map.version, START)
        row = await journeys.begin(session, state)
        walk = Walk(session, compiled_map, row.id, state)
        await walk.tell(START)
        return walk

    def plan(self, now: Instant, *facts: Fact) -> Plan:
        return plan(self.compiled_map, self.state, facts, now)

    async def tell(self, now: Instant, *facts: Fact) -> Plan:
        made = self.plan(now, *facts)
        await self.session.run_sync(write_plan, self.journey, self.state, made, self.compiled_map)
        self.state = made.state
        return made


_NOT_COMPARED = {"timeline": {"serial"}, "customers": {"updated_at"}}


async def everything(session: AsyncSession) -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables, without what says only when or in which order they were written."""
    dumped = {}
    for table in METADATA.sorted_tables:
        hidden = _NOT_COMPARED.get(table.name, set())
        order = [column for column in table.primary_key if column.name not in hidden] or [*table.c][1:3]
        rows = await session.execute(select(table).order_by(*order))
        dumped[table.name] = [
            {name: value for name, value in row._mapping.items() if name not in hidden} for row in rows
        ]
    return dumped


def stored_rollout(by: str, why: str, at: Instant) -> RolloutRow:
    """A rollout that is over."""
    return RolloutRow(
        map="pilot",
        policy=MovePolicy.NOW,
        batch=2,
        per_minute=60,
        status=RolloutStatus.DONE,
        started_at=at,
        started_by=by,
        why=why,
    )


def stored_rehearsal(by: str, at: int, import_number: int = 1) -> RehearsalRow:
    """A rehearsal of an import's book that is over, as a row that is yet to be stored."""
    return RehearsalRow(
        import_number=import_number,
        form=f"rehearsal {import_number}",
        status=RehearsalStatus.DONE,
        days=90,
        people=0,
        played=90,
        started_at=at,
        started_by=by,
        beat_at=at,
        account=None,
    )


def stored_candidate(by: str, at: int) -> CandidateRow:
    """A map that was uploaded and looked at, as a row that is yet to be stored."""
    return CandidateRow(
        form=f"map of {by}",
        status=CandidateStatus.LOOKED,
        name="pilot",
        files={"map.yaml": "map: pilot"},
        total=0,
        done=0,
        sent_at=at,
        sent_by=by,
        beat_at=at,
        keep_until=at + 7 * DAY,
    )


def stored_hand_over(former: str, at: int) -> HandOverOrderRow:
    """The row of a hand-over that goes on."""
    people = {"former": former, "successor": "bo@vendor.example", "ordered_by": former}
    return HandOverOrderRow(form=f"hand-over of {former}", source="desk", ordered_at=at, **people)


def stored_import(by: str, at: int, status: ImportStatus = ImportStatus.DRAFT, form: str = "form") -> ImportRow:
    """A book that was uploaded, as a row that is yet to be stored."""
    return ImportRow(
        form=form,
        status=status,
        file="book.csv",
        size=100,
        digest="digest",
        uploaded_at=at,
        uploaded_by=by,
        options={},
        total=1,
        position=0,
        done=0,
        keep_until=at + 7 * DAY,
    )
