"""Customers with a person in every table, put there by the engine itself; and everything that the database holds."""

from __future__ import annotations

import json
import re
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from temporalio.testing import ActivityEnvironment

from activities.deliveries import DeliveryActivities
from activities.journey import JourneyActivities
from milepost.channels.protocol import UndeliverableError
from milepost.channels.recorder import RecordingChannel
from milepost.customer import Contact
from milepost.intake.intake import Intake
from milepost.planner.clock import REAL_TIME
from milepost.planner.enums import MailSwitch
from milepost.planner.facts import (
    Agreed,
    Answered,
    AttributesSet,
    ContactsGiven,
    EventHappened,
    Fact,
    Paused,
    Resumed,
    Revoked,
    StepDone,
    StepReopened,
)
from milepost.planner.instants import Instant
from milepost.planner.state import State
from milepost.store import absences, aliases, customers, journeys, maps, reviews
from milepost.store.absence_tables import FormerColleagueRow
from milepost.store.agreement_tables import AgreementRow
from milepost.store.audit_tables import AuditRow
from milepost.store.calendar_feed_table import CalendarFeedRow
from milepost.store.database import Store
from milepost.store.desk_message_tables import DeskMessagesRow, DeskNewsRow, MorningLineRow, MorningMailRow
from milepost.store.earlier_end_table import EarlierEndRow
from milepost.store.file_tables import FileRow
from milepost.store.form_drafts import FormDraftRow
from milepost.store.hand_over_tables import HandOverCustomerRow
from milepost.store.import_tables import ImportFileRow, ImportRefusalRow
from milepost.store.key_tables import ApiKeyRow, ApiKeyUseRow
from milepost.store.mail_choice_row import MailChoiceRow
from milepost.store.mail_tables import CustomerMailSwitchRow, HeldMessageRow, MailSwitchRow, ReleasedTextRow
from milepost.store.people import PersonRow
from milepost.store.rollouts import MoveStatus
from milepost.store.saved_view_table import SavedViewRow
from milepost.store.session_tables import SessionRow, SignInLinkRow
from milepost.store.single_rows import ClockRow
from milepost.store.stand_ins import Absence
from milepost.store.successors import SuccessorRow
from milepost.store.tables import METADATA, JourneyRow, RolloutMoveRow
from milepost.store.undo_tables import UndoPointRow
from milepost.store.wall_link_tables import WallLinkRow
from milepost.wire.activities import Advanced, AdvanceOrder, DeliveryOrder
from tests.store.book import stored_candidate, stored_hand_over, stored_import, stored_rehearsal, stored_rollout
from tests.workflows.example import CUSTOMER, FILES, START
from tests.workflows.rig import LINKS

ADDRESS = "sam@acme.example"
NEW_YEAR = date(2027, 1, 1)
SAM = Contact("Sam Poe", ADDRESS, ("sponsor",), "America/New_York")
EVA = Contact("Eva Roe", "eva@acme.example", ("sponsor",))
_PERSON = re.compile(r"sam(?:@|%40)acme\.example|(?<![a-z])(?:sam|poe)(?![a-z])", re.IGNORECASE)
DAY = 86_400
GUESTS = {**FILES, "map.yaml": FILES["map.yaml"].replace("role: csm", "role: csm\n        invite: [sponsor]", 1)}
"""The map, with guests for its kickoff."""
BOOK = "id,name,contacts\nacme,Acme,Sam Poe <sam@acme.example> sponsor\n"


def _elsewhere(session: Session) -> None:
    """Stores which mail Sam gets, an absence that Sam has told, and that Acme was Sam's once."""
    choice = {"mail": "all", "how": "page", "by": ADDRESS, "reason": "Sam asked", "request": "1"}
    session.add(MailChoiceRow(address=ADDRESS, number=1, at=START, **choice))
    people = {"person": "cleo@vendor.example", "delegate": "dan@vendor.example", "told_by": ADDRESS}
    days = {"first_day": NEW_YEAR, "last_day": NEW_YEAR, "timezone": "UTC", "starts_at": START, "ends_at": START + DAY}
    absences.insert(session, Absence(number=0, role=None, customers=None, told_at=START, **people, **days))
    session.add(FormerColleagueRow(customer_id="acme", role="csm", address=ADDRESS, handed_over_at=START))
    session.add(stored_hand_over(ADDRESS, START))
    session.flush()
    session.add(HandOverCustomerRow(hand_over=1, customer_id="acme", status="stayed", problem="Sam said no"))
    session.add(SuccessorRow(former=ADDRESS, role="csm", successor="eva@vendor.example", since=START))
    session.add(PersonRow(address=ADDRESS, name="Sam Poe", updated_at=START))
    session.add(SessionRow(digest="0" * 64, address=ADDRESS, way="mail", began_at=START, seen_at=START))
    session.add(SignInLinkRow(digest="1" * 64, address=ADDRESS, way="mail", created_at=START, expires_at=START + DAY))
    session.add(CalendarFeedRow(id="feed1", address=ADDRESS, made_at=START))
    chosen = {"timezone": "UTC", "days": "01234", "hour": 8, "chat": "slack", "chat_about": ["task"]}
    session.add(DeskMessagesRow(address=ADDRESS, chat_sealed="sealed", chat_problem="Sam was away", **chosen))
    mail = {"address": ADDRESS, "day": "2027-01-04"}
    session.add(MorningMailRow(at=START, began_at=START, again_at=START, attempts=1, status="sent", **mail))
    view = {"name": "Sam Poe's", "query": "search=sam%40acme.example", "saved_at": START}
    session.add(SavedViewRow(person=ADDRESS, **view))
    session.add(stored_candidate(ADDRESS, START))
    taken = {"taken_colleagues": [ADDRESS], "taken_customers": [ADDRESS]}
    session.add(ClockRow(id=1, wall_epoch=START, journey_epoch=START, speed=1.0, **taken))
    session.add(WallLinkRow(id="wall1", map="pilot", made_at=START, made_by=ADDRESS))
    session.add(ApiKeyRow(name="crm", digest="2" * 64, scopes=["read"], made_at=START, made_by=ADDRESS))
    session.add(AuditRow(at=START, by=ADDRESS, kind="person_changed", about=ADDRESS, why="Sam asked", details={}))
    session.add(ApiKeyUseRow(name="crm", used_at=START))
    session.add(EarlierEndRow(customer_id="beta", reason="Sam left", since=START))


def _file_of_sam() -> FileRow:
    """Returns the row of a file that Sam sent; its content is nowhere."""
    place = {"journey_id": "acme/1", "step": "connect", "field": "contract", "contact": ADDRESS}
    told = {"name": "Sam Poe.pdf", "type": "pdf", "size": 1, "sha256": "0" * 64, "status": "ready"}
    return FileRow(id="fileofsam", at=START, received_at=START, **place, **told)


class Clock:
    """A wall clock that a test moves."""

    def __init__(self) -> None:
        self.at = float(START)

    def __call__(self) -> float:
        return self.at


class Crowd:
    """Acme, whose sponsor is Sam; Beta, which has Sam too, written otherwise; and Gamma, which has a Sam of its own."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.wall = Clock()
        self.intake = Intake(store, None, REAL_TIME, wall=self.wall)
        self.channel = RecordingChannel()
        self._deliveries = DeliveryActivities(store, self.intake.context.compiled_maps, self.channel, LINKS)
        self._advances = JourneyActivities(store, self.intake.context.compiled_maps)

    @staticmethod
    async def fill(store: Store) -> Crowd:
        """Lets everything happen that leaves a trace of Sam."""
        crowd = Crowd(store)
        async with store.transaction() as session:
            await maps.publish(session, "pilot", "Pilot customers", GUESTS, START, by=ADDRESS, why="Sam asked for it")
            await reviews.record(session, "review/1", "pilot", START, by=ADDRESS, note="with sam@acme.example")
            attributes = {**CUSTOMER.attributes, "champion": "Sam Poe"}
            await customers.save(session, [CUSTOMER.having(contacts=(SAM, EVA), attributes=attributes)], START)
            beta = replace(SAM, name="Samuel Poe", email="SAM@Acme.example")
            await customers.save(session, [CUSTOMER.having(id="beta", name="Beta", contacts=(beta,))], START)
            sam_of_gamma = Contact("Sam Poe", "sam@gamma.example", ("sponsor",))
            await customers.save(session, [CUSTOMER.having(id="gamma", name="Gamma", contacts=(sam_of_gamma,))], START)
            await session.run_sync(_elsewhere)
            await session.run_sync(aliases.add, "acme-old", "acme", START, ADDRESS)
        for customer in ("acme", "gamma"):
            await crowd.intake.enrol(customer)
        await crowd.tell_acme()
        await crowd.block()
        return crowd

    async def tell_acme(self) -> None:
        told = {"by": ADDRESS, "at": START}
        await self.tell(Agreed(id="0", steps={"kickoff": {"at": "2026-06-03T18:00:00Z"}}, **told))
        self.channel.fail_next(UndeliverableError("SMTP said: no sam@acme.example here"))
        await self.tell(StepDone(id="1", step="kickoff", result="held", note="POE said that Sam Poe leaves", **told))
        await self.tell(StepReopened(id="2", step="kickoff", reason="sam was ill", **told))
        await self.tell(Agreed(id="3", steps={"connect": {"person": ADDRESS}}, **told))
        event = EventHappened(
            id="login/Sam@acme.example", event="connected", properties={"user": "Sam@ACME.example"}, **told
        )
        await self.tell(event)
        await self.intake.record_fact("acme", EventHappened(id="4", event="sam@acme.example logged in", **told))
        await self.advance(9 * DAY)
        await self.tell(
            Answered(id="5", outcome="faster", verdict="disputed", comment="Sam: no", evidence=ADDRESS, **told)
        )
        await self.tell(Revoked(id="6", outcome="faster", reason="Sam misread it", **told))
        await self.tell(Answered(id="7", outcome="faster", verdict="partial", value=7, comment="Yours, Sam", **told))
        await self.tell(AttributesSet(id="8", attributes={"tier": "pilot", "health": 30}, **told))
        await self.tell(ContactsGiven(id="9", contacts=(SAM, EVA), **told))
        await self.tell(Paused(id="10", reason="Sam is away", **told), Resumed(id="11", reason="Sam is back", **told))
        await self.intake.record_fact("acme", StepDone(id="12", step="rescue_call", note="Sam waits", **told))

    async def tell(self, *facts: Fact) -> None:
        """Records facts at Acme, lets its journey advance, and delivers what that orders."""
        for fact in facts:
            await self.intake.record_fact("acme", fact)
        await self.advance(60)

    async def advance(self, seconds: int) -> Advanced:
        self.wall.at += seconds
        order = AdvanceOrder("acme/1", (await self.row()).revision + 1, self.now)
        advanced = await self._advances.advance(order)
        for message in advanced.deliver:
            await self.deliver(message)
        return advanced

    async def deliver(self, message: str) -> bool:
        environment = ActivityEnvironment()
        environment.info = replace(environment.info, started_time=datetime.fromtimestamp(self.wall.at, UTC))
        order = DeliveryOrder("acme/1", message, REAL_TIME, time.time() + 600)
        delivered: bool = await environment.run(self._deliveries.deliver, order)
        return delivered

    async def block(self) -> None:
        """Lets the rows say what only a fault of the database or of Milepost would."""

        def work(session: Session) -> None:
            journeys.mark_blocked(session, "acme/1", self.now, "KeyError: 'sam@acme.example'")
            customers.set_unmatched(session, "beta", "no map is for Sam Poe")
            state = State.begin(CUSTOMER.having(contacts=(SAM,)), "pilot", "1", START).to_json()
            session.add(UndoPointRow(journey_id="acme/1", revision=1, state=state, until=START))
            rollout = stored_rollout(ADDRESS, "Sam asked for it", START)
            switch = {"mail": MailSwitch.FREE, "at": START, "by": ADDRESS, "why": "Sam asked for it", "current": True}
            session.add_all([rollout, MailSwitchRow(**switch), CustomerMailSwitchRow(customer_id="acme", **switch)])
            session.add(ReleasedTextRow(map="pilot", template="news.md", digest="0", count=1))
            about = {"journey_id": "acme/1", "task": "kickoff/1", "step": "connect"}
            session.add(MorningLineRow(address=ADDRESS, day="2027-01-04", position=0, part="late", **about))
            told = {"at": START, "for_mail": True, "for_chat": False}
            session.add(DeskNewsRow(address=ADDRESS, kind="escalated", **about, **told))
            held = {"step": "connect", "template": "connect.md", "reason": "opening", "why": "release"}
            session.add(HeldMessageRow(journey_id="acme/1", message="x", customer_id="acme", since=START, **held))
            place = {"journey_id": "acme/1", "step": "connect", "address": ADDRESS, "occurrence": 1}
            session.add(FormDraftRow(**place, typed={"lead": ["Sam Poe", ADDRESS]}, saved_at=START))
            line = {"journey_id": "acme/1", "kind": "people", "step": "", "fact": f"yes/{ADDRESS}", "at": START}
            said = {
                "said_by": ADDRESS,
                "said": {ADDRESS: ["sponsor"]},
                "proposed": {"name": "Sam Poe", "email": ADDRESS, "note": "Sam Poe leaves"},
            }
            session.add(AgreementRow(**line, **said))
            session.flush()
            move = {"journey_id": "acme/1", "from_version": "1", "to_version": "2", "status": MoveStatus.PARKED}
            session.add(RolloutMoveRow(rollout=rollout.number, why="KeyError: 'sam@acme.example'", **move))
            session.add_all([stored_import(ADDRESS, START), stored_import("ops@vendor.example", START, form="2")])
            session.flush()
            session.add(ImportRefusalRow(import_number=2, line=2, message="two people have 'sam@acme.example'"))
            session.add(stored_rehearsal(ADDRESS, START))
            session.add(_file_of_sam())
            session.add(ImportFileRow(import_number=1, kind="book", data=BOOK.encode()))

        await self.store.write(work)

    @property
    def now(self) -> Instant:
        return int(self.wall.at)

    async def row(self, journey: str = "acme/1") -> JourneyRow:
        async with self.store.reading() as session:
            return await journeys.get(session, journey)

    async def contacts(self, customer: str = "acme") -> list[str]:
        async with self.store.reading() as session:
            return [contact.email for contact in (await customers.get(session, customer)).contacts]


async def traces(store: Store) -> set[tuple[str, str]]:
    """Returns every table and column that has something of Sam, Gamma's own Sam excepted: all rows, read as text."""
    found = set()
    async with store.reading() as session:
        for table in METADATA.sorted_tables:
            for row in (await session.execute(select(table))).mappings():
                if "gamma" not in {row.get(key) for key in ("id", "customer_id", "journey_id")} | {
                    str(row.get(key)).partition("/")[0] for key in ("id", "journey_id")
                }:
                    found |= {(table.name, name) for name, value in row.items() if _PERSON.search(_text(value))}
    return found


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


async def plant(store: Store, table_name: str, column_name: str, text: str) -> None:
    """Writes a text into one column of all its rows, whatever the engine would have put there."""
    table = METADATA.tables[table_name]

    def work(session: Session) -> None:
        for row in session.connection().execute(select(table)).mappings().all():
            value: Any = f"{row[column_name] or ''} {text}"
            old = row[column_name]
            if isinstance(old, dict | list):
                value = {**old, "planted": text} if isinstance(old, dict) else [*old, text]
            is_row = (key == row[key.name] for key in table.primary_key)
            session.connection().execute(update(table).where(*is_row).values({column_name: value}))

    await store.write(work)
