"""Messages that somebody answered: found by the address that their replies go to, or by their ids."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from milepost.customer import is_forgotten
from milepost.store import bounced_messages
from milepost.store.tables import MessageRow

_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_LENGTH = 20
"""100 bits; mail servers may write an address in small letters, so there are no others."""


def reply_key(session: Session, journey: str, message: str) -> str:
    """Returns what stands in the address that replies to a message go to; it stays the same."""
    row = session.get_one(MessageRow, (journey, message), with_for_update=True)
    if row.reply_key is None:
        row.reply_key = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
        session.flush()
    return row.reply_key


def answered(session: Session, keys: Iterable[str], ids: Iterable[str]) -> MessageRow | None:
    """Returns the message that a mail answers: by the keys of its recipients, else by the ids that it refers to."""
    row = session.scalars(select(MessageRow).where(MessageRow.reply_key.in_(list(keys))).limit(1)).first()
    found = row or next((each for each in (bounced_messages.by_id(session, id_) for id_ in ids) if each), None)
    return None if found is None or is_forgotten(found.contact) else found
