"""Keys with which programs use the API: made with what they may do, listed with their last use, ended."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial

from sqlalchemy.orm import Session

from milepost.actor import actor
from milepost.audit_kinds import Kind
from milepost.intake.context import IntakeContext
from milepost.planner.fact_errors import RefusedError
from milepost.planner.instants import Instant
from milepost.scopes import Scope
from milepost.settings import KEY_NAME
from milepost.store import audit, keys
from milepost.store.audit import Entry
from milepost.store.keys import StoredKey
from milepost.text import listing, nearest


class KeyRefusedError(RefusedError):
    """A key can't be made as it was asked for; `field` is `name` or `scopes`."""

    code = "key_refused"

    def __init__(self, field: str, message: str, hint: str) -> None:
        self.field = field
        super().__init__(message, hint)


class UnknownKeyError(RefusedError):
    """No key that could be ended has this name."""

    code = "unknown_key"


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A key that was just made; `key` is stored nowhere and can't be shown again."""

    name: str
    scopes: frozenset[Scope]
    key: str


async def make(
    context: IntakeContext, name: str, scopes: Collection[str], *, by: str | None, taken: Collection[str] = ()
) -> MadeKey:
    """Makes a key of a new name; `taken` are the names of those in the settings.

    Raises:
        KeyRefusedError: the name can't be taken or is taken, or there is no such scope, or none.
    """
    written, wanted = name.strip(), _scopes(scopes)
    if not re.fullmatch(KEY_NAME, written):
        hint = "Write small letters, digits, - and _, such as crm or data-team; at most 32 of them."
        raise KeyRefusedError("name", f"{written!r} can't be the name of a key.", hint)
    if written in taken:
        raise KeyRefusedError("name", f"A key in the settings is called {written!r}.", "Choose another name.")
    add = partial(_add, name=written, scopes=wanted, by=by or actor(), now=int(context.wall()))
    return MadeKey(written, wanted, await context.store.write(add))


async def end(context: IntakeContext, name: str, *, by: str | None) -> None:
    """Ends a key: whoever has it gets no answer any more. One that has ended stays so.

    Raises:
        UnknownKeyError: nobody made a key of this name.
    """
    await context.store.write(partial(_end, name=name.strip(), by=by or actor(), now=int(context.wall())))


async def listed(context: IntakeContext) -> list[StoredKey]:
    """Returns all keys that were made, those that still work first, by name."""
    async with context.store.reading() as session:
        return await keys.listed(session)


def _add(session: Session, *, name: str, scopes: frozenset[Scope], by: str | None, now: Instant) -> str:
    if (earlier := keys.find(session, name)) is not None:
        why = "has ended, and what it told is marked with its name" if earlier.ended_at is not None else "is there"
        raise KeyRefusedError("name", f"A key {name!r} {why}.", f"Choose another name, such as {name}-2.")
    audit.record(session, Entry(now, by, Kind.KEY_MADE, name, details={"scopes": sorted(scopes)}))
    return keys.add(session, name, scopes, by, now)


def _end(session: Session, *, name: str, by: str | None, now: Instant) -> None:
    if (row := keys.find(session, name)) is None:
        known = keys.names(session)
        near = nearest(name, known)
        hint = f"Did you mean {near!r}?" if near else "Keys in MILEPOST_API_KEYS end when they are taken out there."
        raise UnknownKeyError(f"Nobody made a key {name!r}.", hint)
    if row.ended_at is None:
        audit.record(session, Entry(now, by, Kind.KEY_ENDED, name))
        keys.end(session, name, by, now)


def _scopes(written: Collection[str]) -> frozenset[Scope]:
    unknown = sorted({each for each in written if each not in tuple(Scope)})
    if unknown or not written:
        message = f"There is no scope {listing(unknown)}." if unknown else "It isn't said what the key may do."
        raise KeyRefusedError("scopes", message, f"The scopes are {listing(tuple(Scope))}; name one or several.")
    return frozenset(map(Scope, written))
