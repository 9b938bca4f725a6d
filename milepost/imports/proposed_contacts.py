"""Proposes the section `contacts` of a mapping, for a second file with a person a row.

Whose contact a person is shows best by the values: those of one column are the ids, or the names, of the book.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from milepost.imports.encodings import NAMES
from milepost.imports.known_headings import known_targets
from milepost.imports.known_words import folded, lone_persona, persona_of_role
from milepost.imports.proposed_columns import Seen, columns_of, has_zones, is_country, is_language, share, words
from milepost.imports.proposed_places import contact_field
from milepost.imports.proposed_shapes import ADDRESS
from milepost.imports.rows import Row, Rows
from milepost.imports.vocabulary import Vocabulary
from milepost.text import listing

_SAMPLE = 2000  # rows to look at
_MOST = 0.5  # of the values that must be those of the book
_MOST_ROLES = 30
_MOST_LISTED = 10
_ROLE_HEADINGS = frozenset(
    (
        *("role", "contact role", "roles", "persona", "personas", "buying role", "job role", "rolle", "kontaktrolle"),
        *("kaufrolle", "funktion", "function", "position", "job title", "title", "jobtitel", "fonction", "rôle"),
    )
)
_NAME_HEADINGS = ("contact", "full name", "person", "kontakt", "ansprechpartner", "vollständiger name", "nom complet")
_OTHERS = {"language": is_language, "country": is_country}


@dataclass(frozen=True, slots=True)
class BookKeys:
    """What tells customers apart in the first rows of a book: their ids and their names."""

    ids: Collection[str]
    names: Collection[str]


@dataclass(slots=True)
class _Found:
    """What each column of the file fills, by its heading, with what is doubtful and what its values stand for."""

    targets: dict[str, str] = field(default_factory=dict)
    doubts: dict[str, str] = field(default_factory=dict)
    values: Mapping[str, str | None] = field(default_factory=dict)

    def take(self, column: Seen, target: str, doubt: str = "") -> None:
        self.targets[column.heading] = target
        if doubt:
            self.doubts[column.heading] = doubt

    def has(self, target: str) -> bool:
        return target in self.targets.values()


@dataclass(frozen=True, slots=True)
class ProposedContacts:
    """The lines of the section; `default_persona` is the line of `defaults` for people whose row doesn't say theirs."""

    lines: Sequence[str] = ()
    default_persona: str | None = None


def propose_contacts(rows: Rows, keys: BookKeys, vocabulary: Vocabulary) -> ProposedContacts:
    """Returns what is proposed for a second file, of a book with these keys."""
    remaining = iter(rows)
    columns = columns_of(next(remaining, Row(1, ())), islice(remaining, _SAMPLE))
    found = _Found()
    match = _take_customer(columns, keys, found)
    _take_fields(columns, found)
    _take_personas(columns, vocabulary, found)
    return ProposedContacts(list(_lines(rows, columns, match, found)), _default_persona(vocabulary, found))


def _take_customer(columns: Sequence[Seen], keys: BookKeys, found: _Found) -> str:
    """Finds the column that says whose contact a person is; returns what of a customer it holds."""
    ids, names = ({_key(each) for each in of_book} for of_book in (keys.ids, keys.names))
    shares = [
        (sum(_key(value) in own for value in column.values) / len(column.values), match, column)
        for match, own in (("id", ids), ("name", names))
        for column in columns
        if column.values
    ]
    part, match, column = max(shares, key=lambda each: each[0], default=(0.0, "id", Seen("")))
    if part:
        few = f"is it the customer's {match}? Only {part:.0%} of its values are in the book's first rows"
        found.take(column, "customer", "" if part >= _MOST else few)
        return match
    for column in columns:
        called = known_targets().get(folded(words(column.heading)))
        if called == "name" or (called == "id" and column is not columns[0]):  # the first is the person's own
            found.take(column, "customer", f"is it the customer's {called}? None of its values is in the book")
            return called
    return "id"


def _key(value: str) -> str:
    return value.strip().casefold()


def _take_fields(columns: Sequence[Seen], found: _Found) -> None:
    for column in columns:
        if column.heading in found.targets:
            continue
        heading = words(column.heading)
        target = contact_field(heading) or _besides(heading)
        if target == "name" and column.values and share(column.values, ADDRESS.search) == 1:
            target = "email"
        if target is None or found.has(target) or not _reads(column, target):
            continue
        found.take(column, target)
    if not found.has("email"):
        for column in columns:
            if column.heading not in found.targets and column.values and share(column.values, ADDRESS.search) == 1:
                found.take(column, "email", "is it where to write to?")
                break


def _besides(heading: str) -> str | None:
    if heading in _NAME_HEADINGS:
        return "name"
    known = known_targets().get(folded(heading))
    return known if known in ("timezone", *_OTHERS) else None


def _reads(column: Seen, target: str) -> bool:
    """Returns whether a column may fill a field of a contact, by its values."""
    if target == "timezone":
        return has_zones(column)
    if target in _OTHERS:
        return bool(column.values) and all(map(_OTHERS[target], column.values))
    return target in ("email", "name", "first_name", "last_name", "salutation")


def _take_personas(columns: Sequence[Seen], vocabulary: Vocabulary, found: _Found) -> None:
    """Finds the column whose values say the parts of people."""
    for column in columns:
        if column.heading in found.targets or words(column.heading) not in _ROLE_HEADINGS:
            continue
        personas = {value: _personas(value, vocabulary.lone_personas) for value in column.values}
        if any(personas.values()) and len(personas) <= _MOST_ROLES:
            known = listing(sorted(vocabulary.lone_personas), most=_MOST_LISTED)
            found.take(column, "personas", f"is it each person's part? The maps have {known}; null is the default's")
            found.values = {value: persona for value, persona in personas.items() if persona != value}
            return


def _personas(value: str, personas: Collection[str]) -> str | None:
    """Returns the personas that a cell with one role or several stands for."""
    found = [persona for part in value.split(";") if (persona := persona_of_role(part, personas))]
    return ";".join(dict.fromkeys(found)) or None


def _default_persona(vocabulary: Vocabulary, found: _Found) -> str | None:
    if not vocabulary.lone_personas or (found.has("personas") and None not in found.values.values()):
        return None
    persona, why = lone_persona("", vocabulary.lone_personas, vocabulary.reach)
    known = listing(sorted(vocabulary.lone_personas), most=_MOST_LISTED)
    which = "the others' persona" if found.has("personas") else "everybody's persona in the file of contacts"
    return f"  persona: {persona}  # doubt: is it {which}? {why[0].upper()}{why[1:]}; there are {known}"


def _lines(rows: Rows, columns: Sequence[Seen], match: str, found: _Found) -> Iterator[str]:
    yield "contacts:  # the second file, with a person a row"
    if rows.encoding not in (None, "utf-8-sig"):
        yield f"  encoding: {rows.encoding}  # {NAMES.get(rows.encoding or '', '')}, by the bytes of the file"
    if rows.header_row:
        yield f"  header_row: {rows.header_row}  # what stands above it is no part of the table"
    yield f"  match: {match}  # what the column of the customer holds"
    yield "  columns:"
    for column in columns:
        if column.heading:
            yield from _column(column, found)
    for needed, what in (("customer", "whose contact each is"), ("email", "where to write to")):
        if not found.has(needed):
            yield f"    # doubt: no column says {what}; add one, `HEADING: {needed}`"


def _column(column: Seen, found: _Found) -> Iterator[str]:
    key, target = json.dumps(column.heading, ensure_ascii=False), found.targets.get(column.heading)
    examples = column.said
    if target is None:
        slug = re.sub(r"\W+", "_", column.heading.casefold()).strip("_")
        yield f"    # {key}: {slug}  # left out; {examples}"
        return
    doubt = f"doubt: {found.doubts[column.heading]}; " if column.heading in found.doubts else ""
    if target != "personas" or not found.values:
        yield f"    {key}: {target}  # {doubt}{examples}"
        return
    yield f"    {key}:  # {doubt}{examples}"
    yield f"      to: {target}"
    yield f"      values: {json.dumps(found.values, ensure_ascii=False)}"
