"""Proposes a mapping for a file: from its headings, its values, and what the maps ask for. A person mends it.

Whatever is a guess is said in a comment that begins with "doubt:". A mapping with an empty address doesn't load, so
that nobody forgets to fill it in.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice

from milepost.customer import Customer
from milepost.imports.audience import Maps
from milepost.imports.customer_book import open_rows
from milepost.imports.encodings import NAMES
from milepost.imports.mapping_file import read_mapping
from milepost.imports.proposed_columns import Seen, columns_of
from milepost.imports.proposed_contacts import ProposedContacts, propose_contacts
from milepost.imports.proposed_shapes import ADDRESS
from milepost.imports.proposed_targets import ProposedTargets
from milepost.imports.row_reader import BookRow
from milepost.imports.rows import Row, Rows
from milepost.imports.targets import Target
from milepost.imports.vocabulary import Vocabulary
from milepost.language.field_types import AttributeType
from milepost.numbers import AmbiguousNumberError, NotANumberError, read_number, shown_decimal
from milepost.text import listing

_NO_MAPS = Maps()
_NOBODY: Mapping[str, str] = {}
_MOST_MAPS = 3
_MATCHED = 100  # rows that are matched with the maps
_NO_ADDRESS = re.compile(r': ""$', re.MULTILINE)
_SAMPLE = 2000  # rows to look at


def propose(
    rows: Rows,
    vocabulary: Vocabulary,
    name: str,
    sheet: str | None = None,
    *,
    maps: Maps = _NO_MAPS,
    contacts: Rows | None = None,
    colleagues: Mapping[str, str] = _NOBODY,
) -> str:
    """Returns the text of a mapping for a file with one customer a row; `name` is what to call it.

    `sheet` is that of the workbook which somebody chose, and which the mapping is to read again. The `maps` that the
    first rows are on, as they'd be read, decide whose a contact is. `contacts` is a second file, with a person a row.
    `colleagues` are addresses that are known, by `name_key` of their names.
    """
    remaining = iter(rows)
    heading = next(remaining, Row(1, ()))
    sample = list(islice(remaining, _SAMPLE))
    columns = columns_of(heading, sample)
    proposal = _Proposal(ProposedTargets(columns, vocabulary), colleagues)
    text = "\n".join(proposal.lines(rows, name, sheet)) + "\n"
    customers = _customers(text, Rows(iter([heading, *sample[:_MATCHED]]), decimal=rows.decimal), vocabulary)
    if reach := maps.reach(customers):
        vocabulary = replace(vocabulary, reach=reach)
        proposal = _Proposal(ProposedTargets(columns, vocabulary), colleagues)
    for row in remaining:
        proposal.add_people(row)
    if contacts is not None:
        proposal.contacts = propose_contacts(contacts, proposal.targets.keys, vocabulary)
    return "\n".join(proposal.lines(rows, name, sheet)) + "\n"


def name_key(name: str) -> str:
    """Returns what two spellings of a colleague's name have in common: case and spaces don't count."""
    return " ".join(name.split()).casefold()


def _customers(text: str, rows: Rows, vocabulary: Vocabulary) -> list[Customer]:
    """Returns the customers of rows, as a proposed mapping reads them; colleagues have any address."""
    mapping = read_mapping(_NO_ADDRESS.sub(': "nobody@vendor.example"', text), "proposal").mapping
    if mapping is None:
        return []
    return [row.customer for row in open_rows(rows, vocabulary, mapping).rows if isinstance(row, BookRow)]


@dataclass(slots=True)
class _Proposal:
    """The text of a mapping by proposed targets; `people_below` are colleagues whom rows below the sample name.

    `colleagues` are known addresses by `name_key`; `contacts` is what is proposed for a second file.
    """

    targets: ProposedTargets
    colleagues: Mapping[str, str]
    contacts: ProposedContacts = field(default_factory=ProposedContacts)
    people_below: dict[str, None] = field(default_factory=dict)

    def add_people(self, row: Row) -> None:
        """Adds the colleagues whom a row below the sample names."""
        for index in self.targets.team_columns:
            if index < len(row.cells) and (name := row.cells[index].strip()):
                self.people_below[name] = None

    def lines(self, rows: Rows, name: str, sheet: str | None) -> Iterator[str]:
        yield "# Proposed from the headings and values of the file. Look at each line marked 'doubt', then import with"
        yield "# --mapping THIS_FILE. Columns that aren't named are left out."
        yield f"mapping: {json.dumps(name, ensure_ascii=False)}"
        if sheet:
            yield f"sheet: {json.dumps(sheet, ensure_ascii=False)}"
        if rows.encoding not in (None, "utf-8-sig"):
            yield f"encoding: {rows.encoding}  # {NAMES.get(rows.encoding or '', '')}, by the bytes of the file"
        yield from self._numbers(rows)
        yield "columns:"
        for column in self.targets.columns:
            yield from self._column(column)
        if Target("id") not in self.targets.taken:
            yield "  # doubt: no column looks like an id, which a mapping needs; add one, `HEADING: id`"
        for unfilled, maps in self.targets.unfilled().items():
            ask = "asks" if len(maps) == 1 else "ask"
            yield f"  # doubt: which column is {unfilled}? {listing(maps, most=_MOST_MAPS)} {ask} for it"
        yield from self.contacts.lines
        yield from self._people()
        yield from self._defaults()

    def _numbers(self, rows: Rows) -> Iterator[str]:
        if rows.decimal:
            return
        numeric = [each for each in self.targets.columns if self.targets.kind(each) is AttributeType.NUMBER]
        signs = Counter(filter(None, (shown_decimal(value) for each in numeric for value in each.values)))
        if not signs:
            yield from self._thousands(value for each in numeric for value in each.values)
            return
        sign, _ = signs.most_common(1)[0]
        doubt = "  # doubt: some numbers are written the other way" if len(signs) > 1 else ""
        yield f"decimal: {json.dumps(sign)}{doubt}"

    @staticmethod
    def _thousands(values: Iterable[str]) -> Iterator[str]:
        """Numbers that all have two readings are rather thousands."""
        for value in values:
            try:
                read_number(value)
            except AmbiguousNumberError as error:
                shown, (thousands, fraction) = json.dumps(value, ensure_ascii=False), error.readings
                sign = "." if "," in value else ","
                yield f'decimal: "{sign}"  # doubt: {shown} is taken for {thousands}, not for {fraction:g}'
                return
            except NotANumberError:
                continue

    def _column(self, column: Seen) -> Iterator[str]:
        proposed = self.targets.proposed[column.heading]
        key = json.dumps(column.heading, ensure_ascii=False)
        examples = f"such as {column.examples}" if column.values else "always empty"
        if proposed is None:
            slug = re.sub(r"\W+", "_", column.heading.casefold()).strip("_")
            yield f"  # {key}: attributes.{slug}  # {self.targets.rivals(column)}; {examples}"
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
        first = (value for index in self.targets.team_columns for value in self.targets.all_columns[index].values)
        names = [value for value in dict.fromkeys((*first, *self.people_below)) if not ADDRESS.search(value)]
        if not names:
            return
        known = {name: self.colleagues.get(name_key(name), "") for name in names}
        missing = not all(known.values())
        yield "people:" + (
            "  # doubt: the file has no addresses of these colleagues; write them here" if missing else ""
        )
        for name, address in known.items():
            source = "  # known from before" if address else ""
            yield f"  {json.dumps(name, ensure_ascii=False)}: {json.dumps(address, ensure_ascii=False)}{source}"

    def _defaults(self) -> Iterator[str]:
        lines = []
        if language := self.targets.language():
            doubt = "by most of the countries; nothing in the file says what each customer reads"
            lines.append(f"  language: {language}  # doubt: {doubt}")
        if not self.targets.taken & {Target("timezone"), Target("country"), Target("city")}:
            lines.append("  timezone: UTC  # doubt: nothing in the file says where the customers are")
        lines += filter(None, [self.contacts.default_persona])
        if lines:
            yield "defaults:"
            yield from lines
