"""Who opted out when, how, and what holds now: the account that is asked for by law, as pages of plain rows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from milepost.customer import Mail
from milepost.intake.context import IntakeContext
from milepost.planner.instants import text
from milepost.store import mail_choices
from milepost.store.keyset import Cursor

COLUMNS = ("address", "names", "customers", "at", "mail", "how", "by", "reason", "now")


@dataclass(frozen=True, slots=True)
class OptOut:
    """A change of the mail that goes to an address, opting in again among them.

    `at` is UTC text; `names` and `customers` (ids) are those that have the address today; `now` is what goes there
    today, `none` where the address was refused.
    """

    address: str
    names: tuple[str, ...]
    customers: tuple[str, ...]
    at: str
    mail: str
    how: str
    by: str | None
    reason: str | None
    now: str

    def to_json(self) -> dict[str, Any]:
        """The row as plain data."""
        return asdict(self)


async def opt_outs_page(
    session: AsyncSession, *, cursor: Cursor | None = None, limit: int = 500
) -> tuple[list[OptOut], Cursor | None]:
    """Returns a page of the changes, the oldest first, and the place where the next one begins.

    Raises:
        InvalidCursorError: the cursor is none of this list.
    """
    page = await mail_choices.opt_outs(session, cursor=cursor, limit=limit)
    now = await session.run_sync(mail_choices.chosen, {row.address for row in page.choices})
    lines = []
    for row in page.choices:
        contacts = page.contacts.get(row.address, ())
        is_refused = any(contact.refused for contact, _ in contacts)
        lines.append(
            OptOut(
                row.address,
                tuple(dict.fromkeys(contact.name for contact, _ in contacts)),
                tuple(dict.fromkeys(customer.id for _, customer in contacts)),
                text(row.at),
                row.mail,
                row.how,
                row.by,
                row.reason,
                Mail.NONE.value if is_refused else now.get(row.address, Mail.ALL).value,
            )
        )
    return lines, page.next


async def all_opt_outs(context: IntakeContext) -> AsyncIterator[OptOut]:
    """Yields all changes, page by page."""
    cursor: Cursor | None = None
    while True:
        async with context.store.reading() as session:
            lines, cursor = await opt_outs_page(session, cursor=cursor)
        for line in lines:
            yield line
        if cursor is None:
            return
