"""The mails that the mail server took, beside the timelines of their journeys and the rows of the CRM's export."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.settings import Settings
from milepost.store.database import open_store
from milepost.store.tables import MessageRow, TimelineRow
from tests.acceptance.mail_oracle import BookFacts, Entry, MapFacts, Reader, TakenMail

ZONES = {
    "Köln": "Europe/Berlin",
    "Leeds": "Europe/London",
    "Chicago": "America/Chicago",
    "Orléans": "Europe/Paris",
}
_DONE = {"First finds date": "first_finds", "Win review date": "win_review", "Savings sheet date": "savings_sheet"}
_VERIFIED = {"More wins verdict": "more_wins", "Money saved verdict": "money_saved"}
_COUNTS = {"Quotes sent": "quote_sent", "Costs cancelled": "cost_cancelled"}
_PERSONAS = {"Owner": "owner", "Sales lead": "sales_lead"}
OURS = "@vendor.example"


@dataclass(frozen=True, slots=True)
class Taken:
    """The mails to customers, each with the facts of its map, and the ids of those that nobody ordered."""

    mails: Sequence[tuple[TakenMail, MapFacts]]
    unknown: Sequence[str]


def book_facts(row: Mapping[str, str], stages: Mapping[str, str]) -> BookFacts:
    """Returns what a row of the export says; `stages` are the customer's map's, by the company's words for them."""
    wants = "none" if row["Owner opted out"] == "Yes" else "all"
    readers = (
        Reader(
            row[f"{who} email"],
            persona,
            row[f"{who} language"],
            ZONES[row["City"]],
            wants if who == "Owner" else "all",
        )
        for who, persona in _PERSONAS.items()
        if row[f"{who} email"]
    )
    return BookFacts(
        tuple(readers),
        stages[row["Journey stage"]] if row["Journey stage"] else None,
        frozenset(step for heading, step in _DONE.items() if row[heading]),
        frozenset(outcome for heading, outcome in _VERIFIED.items() if row[heading] == "verified"),
        {event: int(row[heading]) for heading, event in _COUNTS.items() if row[heading]},
    )


async def taken_mails(settings: Settings, mails: Sequence[EmailMessage], maps: Mapping[str, MapFacts]) -> Taken:
    """Returns what is known of the mails that a server took; those to colleagues are left out."""
    found: list[tuple[TakenMail, MapFacts]] = []
    unknown: list[str] = []
    async with open_store(settings.database) as store, store.reading() as session:
        ordered = {row.channel_id: row for row in await session.scalars(select(MessageRow))}
        for mail in mails:
            address = mail["To"].addresses[0].addr_spec
            row = ordered.get(str(mail["Message-ID"]))
            if row is not None:
                entries = [entry async for entry in _timeline(session, row.journey_id)]
                found.append((_taken(mail, row, entries), maps[entries[0]["map"]]))
            elif not address.endswith(OURS):
                unknown.append(f"{mail['Message-ID']} to {address}")
    return Taken(found, unknown)


def _taken(mail: EmailMessage, row: MessageRow, entries: Sequence[Entry]) -> TakenMail:
    sent = (each["kind"] == "message_sent" and each["message"] == row.message for each in entries)
    left = next(number for number, is_it in enumerate(sent) if is_it)
    body = mail.get_body(("plain",))
    return TakenMail(
        row.customer_id,
        row.message,
        tuple(row.steps),
        tuple(row.templates),
        row.persona,
        mail["To"].addresses[0].addr_spec,
        str(mail["Content-Language"]),
        body.get_content() if body else "",
        datetime.fromtimestamp(entries[left]["at"], UTC),
        tuple(entries[:left]),
    )


async def _timeline(session: AsyncSession, journey: str) -> AsyncIterator[Entry]:
    rows = await session.scalars(select(TimelineRow).where(TimelineRow.journey_id == journey).order_by(TimelineRow.seq))
    for row in rows:
        yield {**row.data, "at": row.at, "kind": row.kind}
