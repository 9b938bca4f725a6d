"""Proposes a mapping for a file: from its headings, its values, and what the maps ask for. A person mends it.

What somebody has to decide is said in a comment that begins with "doubt:", and stands first; other comments say how it
was found. A mapping with an empty address, or with a value that means no stage, doesn't load, so that nobody forgets to
fill it in.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice

from milepost.imports.audience import Maps
from milepost.imports.customer_book import open_rows
from milepost.imports.encodings import NAMES
from milepost.imports.mapping import BY_COUNTRY, STAGE
from milepost.imports.mapping_file import read_mapping
from milepost.imports.proposed_columns import EXAMPLES, Seen, columns_of
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
DOUBT = "doubt:"
"""What begins the comment about what somebody has to decide."""
_MOST_MAPS = 3
_MOST_LANGUAGES = 4
_MATCHED = 100  # rows that decide whom the maps reach
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
    draft = _Proposal(ProposedTargets(columns, vocabulary), colleagues)
    known = _read(draft.draft(rows), Rows(iter([heading, *sample]), decimal=rows.decimal), vocabulary)
    if reach := maps.reach([row.customer for row in known[:_MATCHED]]):
        vocabulary = replace(vocabulary, reach=reach)
    stages = _stage_values(draft.targets, dict(zip((row.number for row in sample), sample, strict=True)), known, maps)
    proposal = _Proposal(ProposedTargets(columns, vocabulary, stages), colleagues)
    for row in remaining:
        proposal.add_people(row)
    if contacts is not None:
        proposal.contacts = propose_contacts(contacts, proposal.targets.keys, vocabulary)
    return "\n".join(proposal.lines(rows, name, sheet)) + "\n"


def name_key(name: str) -> str:
    """Returns what two spellings of a colleague's name have in common: case and spaces don't count."""
    return " ".join(name.split()).casefold()


def _read(draft: str, rows: Rows, vocabulary: Vocabulary) -> list[BookRow]:
    """Returns the rows that can be read by the draft of a mapping."""
    mapping = read_mapping(draft, "draft").mapping
    if mapping is None:
        return []
    return [row for row in open_rows(rows, vocabulary, mapping).rows if isinstance(row, BookRow)]


def _stage_values(
    targets: ProposedTargets, rows: Mapping[int, Row], known: Sequence[BookRow], maps: Maps
) -> dict[str, frozenset[str]]:
    """Returns the values that the column of stages has at the customers of each map; none without such a column."""
    at = targets.index_of(STAGE)
    values: dict[str, set[str]] = {}
    for row in known if at is not None else ():
        map_id = maps.map_of(row.customer)
        cells = rows[row.number].cells
        if map_id is not None and at is not None and at < len(cells) and (cell := cells[at].strip()):
            values.setdefault(map_id, set()).add(cell)
    return {map_id: frozenset(each) for map_id, each in values.items()}


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

    def draft(self, rows: Rows) -> str:
        """Returns a mapping that only serves to tell which map each customer is on: nobody has an address in it."""
        people = [f"  {json.dumps(each)}: nobody@vendor.example" for each in self._colleagues_named()]
        fields = (column for column in self.targets.columns if self.targets.kind_of(column) not in ("", "enters"))
        lines = chain.from_iterable(map(self._column, fields))
        named = ("people:", *people) if people else ()
        return "\n".join(("mapping: draft", *self._numbers(rows), "columns:", *lines, *named)) + "\n"

    def lines(self, rows: Rows, name: str, sheet: str | None) -> Iterator[str]:
        body = list(self._body(rows, name, sheet))
        doubts = sum(DOUBT in line for line in body)
        yield "# Proposed from the headings and values of the file."
        if doubts:
            marked = "the line marked 'doubt' asks" if doubts == 1 else f"the {doubts} lines marked 'doubt' ask"
            yield f"# Decide what {marked}; they come first. Have a look at the others, then import with"
        else:
            yield "# Nothing in it needs a decision; have a look at it. Then import with"
        yield "# --mapping THIS_FILE. Columns that aren't named are left out."
        yield from body

    def _body(self, rows: Rows, name: str, sheet: str | None) -> Iterator[str]:
        yield f"mapping: {json.dumps(name, ensure_ascii=False)}"
        if sheet:
            yield f"sheet: {json.dumps(sheet, ensure_ascii=False)}"
        if rows.header_row:
            yield f"header_row: {rows.header_row}  # what stands above it is no part of the table"
        if rows.encoding not in (None, "utf-8-sig"):
            yield f"encoding: {rows.encoding}  # {NAMES.get(rows.encoding or '', '')}, by the bytes of the file"
        yield from self._numbers(rows)
        people = list(self._people())
        missing = any(DOUBT in line for line in people)
        yield from people if missing else ()
        yield "columns:"
        if Target("id") not in self.targets.taken:
            yield f"  # {DOUBT} no column looks like an id, which a mapping needs; add one, `HEADING: id`"
        for unfilled, maps in self.targets.unfilled().items():
            ask = "asks" if len(maps) == 1 else "ask"
            yield f"  # {DOUBT} which column is {unfilled}? {listing(maps, most=_MOST_MAPS)} {ask} for it"
        for column in sorted(self.targets.columns, key=self._rank):
            yield from self._column(column)
        yield from self.contacts.lines
        yield from () if missing else people
        yield from self._defaults()

    def _rank(self, column: Seen) -> int:
        """What has to be decided comes first, what is left out last."""
        proposed = self.targets.proposed[column.heading]
        if proposed is None:
            return 0 if self.targets.rivals(column).startswith(DOUBT) else 2
        return int(proposed.doubt is None)

    def _numbers(self, rows: Rows) -> Iterator[str]:
        if rows.decimal:
            return
        numeric = [each for each in self.targets.columns if self.targets.kind(each) is AttributeType.NUMBER]
        signs = Counter(filter(None, (shown_decimal(value) for each in numeric for value in each.values)))
        if not signs:
            yield from self._thousands(value for each in numeric for value in each.values)
            return
        sign, _ = signs.most_common(1)[0]
        doubt = f"  # {DOUBT} some numbers are written the other way" if len(signs) > 1 else ""
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
                yield f'decimal: "{sign}"  # {DOUBT} {shown} is taken for {thousands}, not for {fraction:g}'
                return
            except NotANumberError:
                continue

    def _column(self, column: Seen) -> Iterator[str]:
        proposed = self.targets.proposed[column.heading]
        key = json.dumps(column.heading, ensure_ascii=False)
        examples = column.said
        if proposed is None:
            slug = re.sub(r"\W+", "_", column.heading.casefold()).strip("_")
            yield f"  # {key}: attributes.{slug}  # {self.targets.rivals(column)}; {examples}"
            return
        why = "; ".join(filter(None, (proposed.doubt and f"{DOUBT} {proposed.doubt}", proposed.remark, examples)))
        if not proposed.fields:
            yield f"  {key}: {proposed.target}  # {why}"
            return
        yield f"  {key}:  # {why}"
        yield f"    to: {proposed.target}"
        for field_name, value in proposed.fields.items():
            if field_name == "per_map" and isinstance(value, Mapping):
                yield "    per_map:"
                yield from (f"      {line}" for line in self._of_maps(value))
            else:
                yield f"    {field_name}: {json.dumps(value, ensure_ascii=False)}"

    def _of_maps(self, values: Mapping[str, object]) -> Iterator[str]:
        for map_id, stages in values.items():
            own = ", ".join(self.targets.stages.stages.get(map_id, ()))
            yield f"{map_id}: {json.dumps(stages, ensure_ascii=False)}  # its stages: {own}"

    def _people(self) -> Iterator[str]:
        """Names of colleagues whose addresses the file doesn't have."""
        names = self._colleagues_named()
        if not names:
            return
        known = {name: self.colleagues.get(name_key(name), "") for name in names}
        missing = not all(known.values())
        yield "people:" + (f"  # {DOUBT} write the address of each, as the file has none" if missing else "")
        for name, address in known.items():
            source = "  # known from before" if address else ""
            yield f"  {json.dumps(name, ensure_ascii=False)}: {json.dumps(address, ensure_ascii=False)}{source}"

    def _colleagues_named(self) -> list[str]:
        first = (value for index in self.targets.team_columns for value in self.targets.all_columns[index].values)
        return [value for value in dict.fromkeys((*first, *self.people_below)) if not ADDRESS.search(value)]

    def _defaults(self) -> Iterator[str]:
        lines = [*self._language()]
        if not self.targets.taken & {Target("timezone"), Target("country"), Target("city")}:
            lines.append(f"  timezone: UTC  # {DOUBT} nothing in the file says where the customers are")
        lines += filter(None, [self.contacts.default_persona])
        if lines:
            yield "defaults:"
            yield from lines

    def _language(self) -> Iterator[str]:
        """The language that customers read, by their countries, unless that is English everywhere."""
        languages = self.targets.languages()
        if languages.keys() <= {"en"}:
            return
        counts = listing([f"{language} {count}" for language, count in languages.most_common()], most=_MOST_LANGUAGES)
        several = self.targets.speaking_several()
        doubt = f"{DOUBT} several languages are read in {listing(several, most=EXAMPLES)}, and the first counts; "
        said = f"{doubt if several else ''}no column says it; by the countries of the first rows {counts}"
        yield f"  language: {BY_COUNTRY if len(languages) > 1 else next(iter(languages))}  # {said}"
