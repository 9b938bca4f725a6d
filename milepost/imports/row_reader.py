"""Makes customers of rows, by a layout: every cell parsed, everything that is wrong with a row collected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar

from milepost import places
from milepost.customer import Contact, Customer, strictest
from milepost.imports.cell_parsers import (
    read_attribute,
    read_contacts,
    read_email,
    read_id,
    read_language,
    read_mail,
    read_person,
    read_team,
)
from milepost.imports.customer_checks import check_customer
from milepost.imports.dates import read_date
from milepost.imports.entries import EntryCellError, EntryReader
from milepost.imports.layout import Layout, PlacedColumn
from milepost.imports.mapping import BY_COUNTRY, STAGE, Cells, Column, Defaults
from milepost.imports.mapping import Mapping as ColumnMapping
from milepost.imports.rows import Row
from milepost.imports.scratch import FirstRows, PeopleOfCustomers
from milepost.imports.targets import Target
from milepost.imports.time_zones import TimeZones
from milepost.imports.unknown_names import UnknownNames
from milepost.language.field_types import AttributeType
from milepost.numbers import AmbiguousNumberError, Decimal
from milepost.planner.entry_point import EntryPoint
from milepost.text import count_of, listing, parse_flag

_MOST_COLUMNS = 3  # that a problem names
_NO_DEFAULTS = Defaults()

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A reason to refuse a row. `row` is the line of the file on which it begins, counted from 1.

    `repeated_id` is the row's id where that is another row's too: as long as it has it, it stays refused.
    """

    row: int
    column: str | None
    message: str
    repeated_id: str | None = None

    def __str__(self) -> str:
        where = f"row {self.row}, column {self.column}" if self.column else f"row {self.row}"
        return f"{where}: {self.message}"

    def to_json(self) -> dict[str, Any]:
        return {"row": self.row, "column": self.column, "message": self.message}


@dataclass(frozen=True, slots=True)
class BookRow:
    """A row that was read: its customer, and where that one enters a journey (None: at the first stage).

    `number` is the line of the file on which it begins, counted from 1. `unsaid` are the fields that the row leaves
    open, and for which the customer has a default: they change nothing about a customer who is known already. `ended`
    is why the customer's journey is over, so that none begins.
    """

    number: int
    customer: Customer
    entry: EntryPoint | None = None
    unsaid: frozenset[str] = frozenset()
    ended: str | None = None


@dataclass(frozen=True, slots=True)
class CellReader:
    """Reads cells by how a column, or else the file, writes them; `people` are addresses of colleagues by name."""

    types: Mapping[str, AttributeType]
    decimal: Decimal | None = None
    dates: Sequence[str] = ()
    people: Mapping[str, str] = field(default_factory=dict)

    def attribute(self, name: str, column: Cells, cell: str) -> Any:
        """Reads the value of an attribute.

        Raises:
            ValueError: the cell isn't a value of the attribute's type.
        """
        if cell in column.values:
            return self._as_declared(name, column.values[cell])
        kind = self.types.get(name)
        if kind is AttributeType.DATE:
            return read_date(cell, column.dates or self.dates).isoformat()
        return read_attribute(cell, kind, decimal=column.decimal or self.decimal)

    def _as_declared(self, name: str, value: Any) -> Any:
        match self.types.get(name), value:
            case AttributeType.TEXT, int() | float():
                return str(value)
            case AttributeType.FLAG, str() if (flag := parse_flag(value)) is not None:
                return flag
            case _:
                return value


@dataclass(slots=True)
class RowReader:
    """Makes a customer of each row of one file.

    `contacts` are those of a second file, by what `match` of a customer it names: `id` or `name`.
    """

    layout: Layout
    unknown_names: UnknownNames
    cells: CellReader
    zones: TimeZones
    entries: EntryReader = field(default_factory=EntryReader)
    mapping: ColumnMapping | None = None
    contacts: PeopleOfCustomers = field(default_factory=PeopleOfCustomers)
    _row: Row = field(init=False)
    _lacks_zone: bool = field(default=False, init=False)
    _stages: dict[str, str | None] = field(default_factory=dict, init=False)
    _problems: list[RowProblem] = field(default_factory=list)
    _first_rows: FirstRows = field(default_factory=FirstRows)

    def read(self, row: Row) -> BookRow | tuple[RowProblem, ...]:
        """Returns the customer of a row, or all that is wrong with the row."""
        self._row, self._problems = row, []
        cells = self._cells()
        self._stages = self._stages_by_map()
        if self._problems:
            return tuple(self._problems)
        customer, entry = self._customer(cells), self._entry(cells)
        self._check(customer)
        if self._problems:
            return tuple(self._problems)
        self.unknown_names.count(customer)
        if self._lacks_zone:
            self.zones.count_unknown(customer.country)
        said = {placed.target.kind for placed, _ in cells}
        return BookRow(row.number, customer, entry, self._unsaid(customer) - said, _ended(cells))

    def _unsaid(self, customer: Customer) -> frozenset[str]:
        """A file of contacts says nothing of customers that it doesn't name."""
        nobody = self.contacts.count and not customer.contacts
        return self._with_default | {"contacts"} if nobody else self._with_default

    @property
    def _with_default(self) -> frozenset[str]:
        own = {name for name in ("country", "language") if getattr(self._defaults, name) is not None}
        return frozenset({"name", "timezone", *own})

    def _entry(self, cells: Sequence[tuple[PlacedColumn, str]]) -> EntryPoint | None:
        try:
            of_entry = [each for each in cells if each[0].target.kind == "enters"]
            return None if _ended(cells) else self.entries.read(of_entry, self._stages)
        except EntryCellError as error:
            self._problem(error.heading, str(error))
            return None

    @property
    def _defaults(self) -> Defaults:
        return self.mapping.defaults if self.mapping else _NO_DEFAULTS

    def _customer(self, cells: Sequence[tuple[PlacedColumn, str]]) -> Customer:
        plain = {placed.target.kind: (placed, cell) for placed, cell in cells if not placed.target.name}

        def read(kind: str, parse: Callable[[str], T], default: T) -> T:
            return self._read(*plain[kind], parse, default) if kind in plain else default

        customer_id = read("id", read_id, "")
        if "id" not in plain:
            hint = "The customer has no id; give one that is unique and stays the same"
            self._problem(self.layout.heading_of("id"), hint)
        name = read("name", str, customer_id)
        timezone = read("timezone", places.timezone, None) if "timezone" in plain else None
        country_of = places.country_named if self.mapping else places.country
        country = read("country", country_of, self._defaults.country)
        if timezone is None:
            city = read("city", str, "")
            timezone = self.zones.zone(country, city) or self._defaults.timezone
        self._lacks_zone = timezone is None
        nobody: tuple[Contact, ...] = ()
        listed = read("contacts", partial(self._people, plain.get("contacts")), nobody)
        return Customer(
            customer_id,
            name,
            timezone or "UTC",
            country,
            read("language", read_language, self._language_in(country)),
            {**self._defaults.attributes, **self._attributes(cells)},
            self._contacts(cells, listed, customer_id, name),
            {**self._defaults.team, **read("team", read_team, {}), **self._team(cells)},
        )

    def _attributes(self, cells: Iterable[tuple[PlacedColumn, str]]) -> dict[str, Any]:
        values = {}
        for placed, cell in cells:
            if placed.target.kind == "attributes":
                name = placed.target.name
                values[name] = self._read(placed, cell, partial(self.cells.attribute, name, placed.column), None)
        return {name: value for name, value in values.items() if value is not None}

    def _team(self, cells: Iterable[tuple[PlacedColumn, str]]) -> dict[str, str]:
        read = partial(read_person, addresses=self.cells.people)
        return {
            placed.target.name: address
            for placed, cell in cells
            if placed.target.kind == "team" and placed.target.name and (address := self._read(placed, cell, read, ""))
        }

    def _people(self, placed: tuple[PlacedColumn, str] | None, cell: str) -> tuple[Contact, ...]:
        column = placed[0].column if placed else None
        own = column.personas if isinstance(column, Column) else ()
        default = (self._defaults.persona,) if self._defaults.persona else ()
        return read_contacts(cell, separator=column.separator if column else ";", personas=own or default)

    def _contacts(
        self, cells: Sequence[tuple[PlacedColumn, str]], listed: tuple[Contact, ...], customer_id: str, name: str
    ) -> tuple[Contact, ...]:
        """Returns the contacts of a list, of columns of their own, and of a second file; each address once."""
        by_persona: dict[str, dict[str, str]] = {}
        for placed, cell in cells:
            if placed.target.kind == "contacts" and placed.target.field:
                by_persona.setdefault(placed.target.name, {})[placed.target.field] = cell
        of_columns = [contact for persona, fields in by_persona.items() for contact in self._contact(persona, fields)]
        match = self.mapping.contacts.match if self.mapping and self.mapping.contacts else "id"
        of_file = self.contacts.of(customer_id if match == "id" else name)
        return merged_contacts(map(self._speaking, (*listed, *of_columns, *of_file)))

    def _speaking(self, contact: Contact) -> Contact:
        """Returns a contact with the language of its own country, if that is what decides."""
        is_open = contact.language is None and contact.country and self._defaults.language == BY_COUNTRY
        return replace(contact, language=self._language_in(contact.country)) if is_open else contact

    def _language_in(self, country: str | None) -> str | None:
        """Returns the language of people who have none of their own."""
        if self._defaults.language != BY_COUNTRY:
            return self._defaults.language
        return (places.language_of_country(country) if country else "") or None

    def _contact(self, persona: str, fields: Mapping[str, str]) -> Iterable[Contact]:
        try:
            also = (each for placed in self.layout.columns if placed.target.name == persona for each in placed.also)
            yield contact_of(fields, (persona, *also))
        except ValueError as error:
            self._problem(self.layout.heading_of(f"contacts.{persona}.email"), str(error))

    def _check(self, customer: Customer) -> None:
        """Adds what only shows once the cells are parsed: repeated ids, and what the maps don't take."""
        heading = self.layout.heading_of("id")
        if customer.id and (taken := self._taken_by(customer.id)):
            message = f"The id {customer.id!r} is already in {taken}; an id stands for one customer"
            self._problems.append(RowProblem(self._row.number, heading, message, customer.id))
        unreadable = {problem.column for problem in self._problems}
        vocabulary = self.unknown_names.vocabulary
        for problem in check_customer(customer, vocabulary, columns=self.layout.names):
            column = self.layout.heading_of(problem.field)
            if column not in unreadable and not (problem.field == "name" and heading in unreadable):
                self._problem(column, problem.message)

    def _taken_by(self, customer_id: str) -> str | None:
        """Says which other row has the id: an earlier one or, in a file of refused rows, one that was imported."""
        first = self._first_rows.first(customer_id, self._row.number)
        if first != self._row.number:
            return f"row {first}"
        at = self.layout.repeated_id
        named = self._row.cells[at].strip() if at is not None and at < len(self._row.cells) else ""
        return "another row of the book" if named == customer_id else None

    def _cells(self) -> list[tuple[PlacedColumn, str]]:
        """Returns the row's cells that aren't empty, as their values say; adds a problem for each that isn't text."""
        problem = self._row.problem or self._too_few()
        if problem:
            self._problem(None, problem)
        cells = []
        for placed in self.layout.columns:
            cell = self._cell(placed)
            if not _is_text(cell):
                message = "The text is not in UTF-8; save the file as 'CSV UTF-8'"
                self._problem(placed.heading, message)
            elif placed.target.kind != "attributes" and cell in placed.column.values:
                value = placed.column.values[cell]
                cell = "" if value is None else str(value)
            if cell:
                cells.append((placed, cell))
        return cells

    def _stages_by_map(self) -> dict[str, str | None]:
        """Returns what the row's stage is on maps for which the mapping says another one."""
        column = next((each for each in self.layout.columns if each.target == STAGE), None)
        if column is None or not isinstance(column.column, Column):
            return {}
        cell = self._cell(column)
        found = {map_id: values[cell] for map_id, values in column.column.per_map.items() if cell in values}
        return {map_id: None if value is None else str(value) for map_id, value in found.items()}

    def _cell(self, placed: PlacedColumn) -> str:
        return self._row.cells[placed.index].strip() if placed.index < len(self._row.cells) else ""

    def _too_few(self) -> str | None:
        """Describes a row that ends early: cells may have shifted, and what its last columns hold would be lost."""
        missing = [repr(placed.heading) for placed in self.layout.columns if placed.index >= len(self._row.cells)]
        if not missing:
            return None
        count = len(self._row.cells)
        cells_are = f"{'is' if count == 1 else 'are'} {count_of(count, 'cell')}"
        columns = listing(missing, most=_MOST_COLUMNS)
        hint = "leave a cell empty where nothing is known"
        return f"There {cells_are} for {self.layout.width} columns, none for {columns}; {hint}"

    def _read(self, placed: PlacedColumn, cell: str, parse: Callable[[str], T], default: T) -> T:
        try:
            return parse(cell)
        except AmbiguousNumberError as error:
            way = '; or say in the mapping how all are written, decimal: "," or "."' if self.mapping else "."
            self._problem(placed.heading, str(error).rstrip(".") + way)
        except places.UnknownPlaceError as error:
            way = f" Or say what it stands for in the mapping, values: {{{cell}: DE}}"
            self._problem(placed.heading, str(error) + (way if self._takes_values(placed) else ""))
        except ValueError as error:
            self._problem(placed.heading, str(error))
        return default

    def _takes_values(self, placed: PlacedColumn) -> bool:
        return self.mapping is not None and placed.target.kind == "country"

    def _problem(self, column: str | None, message: str) -> None:
        self._problems.append(RowProblem(self._row.number, column, message))


def _ended(cells: Iterable[tuple[PlacedColumn, str]]) -> str | None:
    return next((cell for placed, cell in cells if placed.target == Target("enters", "ended")), None)


def contact_of(fields: Mapping[str, str], personas: tuple[str, ...]) -> Contact:
    """Returns the contact that a row's cells name.

    Raises:
        ValueError: a cell can't be read, or the address is missing.
    """
    address = fields.get("email", "")
    email = read_person(address) if "@" in address or not address else read_email(address)
    name = fields.get("name") or " ".join(filter(None, (fields.get("first_name"), fields.get("last_name"))))
    timezone, country, language = (fields.get(each) for each in ("timezone", "country", "language"))
    return Contact(
        name or email,
        email,
        personas,
        places.timezone(timezone) if timezone else None,
        places.country_named(country) if country else None,
        read_language(language) if language else None,
        fields.get("first_name"),
        fields.get("last_name"),
        fields.get("salutation"),
        read_mail(fields.get("mail", "")),
    )


def merged_contacts(contacts: Iterable[Contact]) -> tuple[Contact, ...]:
    """Puts contacts with one address together: the first one's fields, the personas of all, the strictest `mail`."""
    merged: dict[str, Contact] = {}
    for contact in contacts:
        first = merged.get(contact.address_key, contact)
        mail = strictest((first.mail, contact.mail))
        merged[contact.address_key] = replace(first.having_personas(contact.personas), mail=mail)
    return tuple(merged.values())


def _is_text(cell: str) -> bool:
    """Returns whether a cell can be stored: it has no bytes that aren't UTF-8, and no null characters of old files."""
    return not any("\udc80" <= sign <= "\udcff" or sign in "\0\ufffd" for sign in cell)
