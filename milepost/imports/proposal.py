"""Proposes a mapping for a file: from its headings, its values, and what the maps ask for. A person mends it.

Whatever is a guess is said in a comment that begins with "doubt:". A mapping with an empty address doesn't load, so
that nobody forgets to fill it in.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from milepost import places
from milepost.imports.cell_parsers import read_language
from milepost.imports.dates import EXCEL, ISO, patterns_of, read_date
from milepost.imports.encodings import NAMES
from milepost.imports.known_headings import KNOWN_HEADINGS
from milepost.imports.proposed_places import proposed_place
from milepost.imports.rows import Row, Rows
from milepost.imports.targets import Target
from milepost.imports.vocabulary import Vocabulary
from milepost.language.field_types import AttributeType
from milepost.numbers import shown_decimal
from milepost.text import listing, nearest, parse_flag

_SAMPLE = 2000  # rows to look at
_EXAMPLES = 3
_MOST_VALUES = 12
_DATES = 0.8  # of the values of a column of dates: a few are always wrong
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")
_NEAR_TITLE = 0.75
_STEM = 5  # letters


@dataclass(slots=True)
class _Seen:
    """A column of the file: its heading, and the different values of the rows looked at with how often they come."""

    heading: str
    values: Counter[str] = field(default_factory=Counter)

    @property
    def examples(self) -> str:
        return ", ".join(json.dumps(value, ensure_ascii=False) for value in islice(self.values, _EXAMPLES))


@dataclass(frozen=True, slots=True)
class _Proposed:
    """What a column may fill; `fields` are those of its entry besides the target, `doubt` is what to look at."""

    target: Target
    fields: Mapping[str, object] = field(default_factory=dict)
    doubt: str | None = None


def propose(rows: Rows, vocabulary: Vocabulary, name: str) -> str:
    """Returns the text of a mapping for a file with one customer a row; `name` is what to call it."""
    sample = iter(rows)
    heading = next(sample, Row(1, ()))
    columns = [_Seen(cell.strip()) for cell in heading.cells]
    for row in islice(sample, _SAMPLE):
        for column, cell in zip(columns, row.cells, strict=False):
            if cell.strip():
                column.values[cell.strip()] += 1
    return "\n".join(_Proposal(columns, vocabulary).lines(rows, name)) + "\n"


class _Proposal:
    def __init__(self, columns: Sequence[_Seen], vocabulary: Vocabulary) -> None:
        self._columns = [column for column in columns if column.heading]
        self._vocabulary = vocabulary
        self._free = set(vocabulary.attributes)
        self._taken: set[Target] = set()
        self._proposed: dict[str, _Proposed | None] = {}
        for propose_one in (
            self._standard,
            self._exact,
            self._place,
            self._guess,
        ):  # a guess takes nothing from a sure one
            for column in self._columns:
                if self._proposed.get(column.heading) is None:
                    self._proposed[column.heading] = self._taking(propose_one(column))

    def lines(self, rows: Rows, name: str) -> Iterator[str]:
        yield "# Proposed from the headings and values of the file. Look at each line marked 'doubt', then import with"
        yield "# --mapping THIS_FILE. Columns that aren't named are left out."
        yield f"mapping: {json.dumps(name, ensure_ascii=False)}"
        if rows.encoding not in (None, "utf-8-sig"):
            yield f"encoding: {rows.encoding}  # {NAMES.get(rows.encoding or '', '')}, by the bytes of the file"
        yield from self._numbers(rows)
        yield "columns:"
        for column in self._columns:
            yield from self._column(column)
        if Target("id") not in self._taken:
            yield "  # doubt: no column looks like an id, which a mapping needs; add one, `HEADING: id`"
        yield from self._people()
        yield from self._defaults()

    def _numbers(self, rows: Rows) -> Iterator[str]:
        if rows.decimal:
            return
        numeric = [each for each in self._columns if self._kind(each) is AttributeType.NUMBER]
        signs = Counter(filter(None, (shown_decimal(value) for each in numeric for value in each.values)))
        if not signs:
            return
        sign, _ = signs.most_common(1)[0]
        doubt = "  # doubt: some numbers are written the other way" if len(signs) > 1 else ""
        yield f"decimal: {json.dumps(sign)}{doubt}"

    def _column(self, column: _Seen) -> Iterator[str]:
        proposed = self._proposed[column.heading]
        key = json.dumps(column.heading, ensure_ascii=False)
        examples = f"such as {column.examples}" if column.values else "always empty"
        if proposed is None:
            slug = re.sub(r"\W+", "_", column.heading.casefold()).strip("_")
            yield f"  # {key}: attributes.{slug}  # no map uses it; {examples}"
            return
        doubt = f"doubt: {proposed.doubt}; " if proposed.doubt else ""
        if not proposed.fields:
            yield f"  {key}: {proposed.target}  # {doubt}{examples}"
            return
        yield f"  {key}:  # {doubt}{examples}"
        yield f"    to: {proposed.target}"
        for field_name, value in proposed.fields.items():
            yield f"    {field_name}: {json.dumps(value, ensure_ascii=False)}"

    def _people(self) -> Iterator[str]:
        """Names of colleagues whose addresses the file doesn't have."""
        names = {
            value: None
            for column in self._columns
            if (proposed := self._proposed[column.heading]) and proposed.target.kind == "team"
            for value in column.values
            if not _ADDRESS.search(value)
        }
        if names:
            yield "people:  # doubt: the file has no addresses of these colleagues; write them here"
            yield from (f'  {json.dumps(name, ensure_ascii=False)}: ""' for name in names)

    def _defaults(self) -> Iterator[str]:
        if Target("timezone") in self._taken:
            return
        if not self._taken & {Target("country"), Target("city")}:
            yield "defaults:"
            yield "  timezone: UTC  # doubt: nothing in the file says where the customers are"

    # One column.

    def _taking(self, proposed: _Proposed | None) -> _Proposed | None:
        """Takes the target of a proposal; None where another column has it."""
        if proposed is None or proposed.target in self._taken:
            return None
        self._taken.add(proposed.target)
        if proposed.target.kind == "attributes":
            self._free.discard(proposed.target.name)
        return proposed

    def _standard(self, column: _Seen) -> _Proposed | None:
        words = _words(column.heading)
        for target, headings in KNOWN_HEADINGS.items():
            if words in headings and (target != "timezone" or _has_zones(column)):
                kind, _, role = target.partition(".")
                if role and self._vocabulary.roles and role not in self._vocabulary.roles:
                    role = min(self._vocabulary.roles)
                    return _Proposed(Target(kind, role), {}, "which role is it?")
                return self._standard_target(column, Target(kind, role))
        return None

    def _standard_target(self, column: _Seen, target: Target) -> _Proposed:
        if target == Target("contacts"):
            personas = sorted(self._vocabulary.personas)
            fields = {"persona": personas[0]} if personas else {}
            return _Proposed(target, fields, f"which persona? There are {listing(personas)}" if personas else None)
        if target == Target("id") and max(column.values.values(), default=1) > 1:
            repeated = [json.dumps(value, ensure_ascii=False) for value, count in column.values.items() if count > 1]
            return _Proposed(target, {}, f"some values come more than once: {listing(repeated, most=_EXAMPLES)}")
        if target == Target("country"):
            unknown = [value for value in column.values if not _is_country(value)]
            if unknown:
                return _Proposed(target, {"values": dict.fromkeys(unknown)}, "write the codes of these countries")
        if target == Target("language"):
            unknown = [value for value in column.values if not _is_language(value)]
            if unknown:
                return _Proposed(target, {"values": dict.fromkeys(unknown)}, "write the codes of these languages")
        return _Proposed(target)

    def _exact(self, column: _Seen) -> _Proposed | None:
        """The attribute whose name or title is the heading."""
        name = self._names().get(_words(column.heading))
        return self._attribute(column, name) if name else None

    def _place(self, column: _Seen) -> _Proposed | None:
        """The field of a persona's contact, or of where a customer stands, that heading and values suggest."""
        found = proposed_place(_words(column.heading), column.values, self._vocabulary)
        return _Proposed(*found) if found else None

    def _guess(self, column: _Seen) -> _Proposed | None:
        """The one attribute that a heading is like, or shares a word with, and whose values the column may have."""
        names = self._names()
        near = nearest(_words(column.heading), names, cutoff=_NEAR_TITLE)
        sharing = [name for name in sorted(self._free) if _stems(column.heading) & self._stems_of(name)]
        sharing = [name for name in sharing if self._readable(column, name)]
        name = names[near] if near else sharing[0] if len(sharing) == 1 else None
        return self._attribute(column, name, f"is it {name}?") if name else None

    def _attribute(self, column: _Seen, name: str, guess: str | None = None) -> _Proposed:
        fields, doubt = self._values(column, name)
        return _Proposed(Target("attributes", name), fields, "; ".join(filter(None, (guess, doubt))) or None)

    def _names(self) -> dict[str, str]:
        """The attributes that no column fills yet, by their names and titles in words."""
        titles = {title: name for name in sorted(self._free) for title in self._titles(name)}
        return {**titles, **{_words(name): name for name in self._free}}

    def _stems_of(self, name: str) -> set[str]:
        return _stems(" ".join((name, *self._titles(name))))

    def _titles(self, name: str) -> list[str]:
        return [_words(attribute.title) for attribute in self._vocabulary.attributes[name] if attribute.title]

    def _readable(self, column: _Seen, name: str) -> bool:
        match self._vocabulary.types[name]:
            case AttributeType.DATE:
                return bool(patterns_of(column.values, share=_DATES))
            case AttributeType.NUMBER:
                return bool(column.values) and all(any(sign.isdigit() for sign in value) for value in column.values)
            case AttributeType.FLAG:
                return len(column.values) <= 2  # noqa: PLR2004 - yes and no
            case _:
                return True

    def _kind(self, column: _Seen) -> AttributeType | None:
        proposed = self._proposed[column.heading]
        return self._vocabulary.types.get(proposed.target.name) if proposed else None

    def _values(self, column: _Seen, name: str) -> tuple[dict[str, object], str | None]:
        """How the cells of an attribute's column are written, and what is doubtful about it."""
        kind = self._vocabulary.types[name]
        if kind is AttributeType.DATE:
            return _date_fields(column)
        if kind is AttributeType.FLAG:
            strange = [value for value in column.values if parse_flag(value) is None]
            values: dict[str, object] = dict.fromkeys(strange)
            return ({"values": values}, "say true or false") if strange else ({}, None)
        allowed = [str(each) for attribute in self._vocabulary.attributes[name] for each in attribute.one_of or ()]
        if not allowed:
            return {}, None
        strange = [value for value in column.values if value not in allowed][:_MOST_VALUES]
        stands_for = {value: nearest(_words(value).replace(" ", "_"), allowed) for value in strange}
        return ({"values": stands_for}, f"the maps know {listing(allowed)}") if strange else ({}, None)


def _date_fields(column: _Seen) -> tuple[dict[str, object], str | None]:
    patterns = patterns_of(column.values, share=_DATES)
    strange = [json.dumps(value, ensure_ascii=False) for value in column.values if not _is_date(value, patterns)]
    wrong = f"not dates: {listing(strange, most=_EXAMPLES)}" if strange else None
    if patterns[:1] == [ISO]:
        return {}, wrong
    if patterns:
        other = f"or is it {listing(patterns[1:], last='or')}? No value shows it" if len(patterns) > 1 else None
        return {"dates": patterns[0]}, "; ".join(filter(None, (other, wrong))) or None
    if column.values and all(re.fullmatch(r"\d{5}", value) for value in column.values):
        return {"dates": EXCEL}, "day numbers of a spreadsheet"
    return {}, "some values aren't dates" if column.values else None


def _is_date(text: str, patterns: Sequence[str]) -> bool:
    try:
        read_date(text, patterns)
    except ValueError:
        return False
    return True


def _words(text: str | None) -> str:
    return " ".join(re.findall(r"\w+", (text or "").casefold().replace("_", " ")))


def _stems(text: str) -> set[str]:
    """The beginnings of the longer words of a text: `renews` and `renewal` share `renew`."""
    return {word[:_STEM] for word in _words(text).split() if len(word) >= _STEM}


def _is_country(value: str) -> bool:
    try:
        places.country_named(value)
    except places.UnknownPlaceError:
        return False
    return True


def _is_language(value: str) -> bool:
    try:
        read_language(value)
    except ValueError:
        return False
    return True


def _has_zones(column: _Seen) -> bool:
    return not column.values or any(value in places.timezones() for value in column.values)
