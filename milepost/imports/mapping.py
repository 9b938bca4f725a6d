"""The mapping language: which column of somebody's file is which field of a customer, and how its cells are written.

A mapping is a small YAML file; `milepost.imports.mapping_file` reads and checks it, `milepost.imports.layout` puts it
to use.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from milepost import places
from milepost.imports.cell_parsers import read_email, read_language
from milepost.imports.dates import EXCEL, is_pattern
from milepost.imports.rows import FileFormat
from milepost.imports.targets import CUSTOMER_TARGETS, PERSON_TARGETS, CustomerTarget, PersonTarget, Target
from milepost.language.field_types import Conflict, Id, Many, MapId, Node, OrJust, Scalar, Text
from milepost.numbers import Decimal
from milepost.text import listing


def _pattern(text: str) -> str:
    if not is_pattern(text):
        raise ValueError(f"{text!r} is no pattern of dates; write one such as DD/MM/YYYY or D.M.YYYY, or {EXCEL}")
    return text


def _encoding(text: str) -> str:
    try:
        "".encode(text)
    except (LookupError, UnicodeError):
        raise ValueError(f"{text!r} is no encoding; write one such as cp1252, or leave it out") from None
    return text


def _language(text: str) -> str:
    return text if text == BY_COUNTRY else read_language(text)


BY_COUNTRY = "by country"
"""The language of customers who have none of their own: that of their country."""


def _colleague(text: str) -> str:
    if not text.strip():
        raise ValueError("The address is empty; write this colleague's, or that of whoever has their customers now")
    return read_email(text)


STAGE = Target("enters", "stage")
Heading = Annotated[str, BeforeValidator(str)]
Pattern = Annotated[str, AfterValidator(_pattern)]
Zone = Annotated[str, AfterValidator(places.timezone)]
Country = Annotated[str, AfterValidator(places.country)]
Language = Annotated[str, AfterValidator(_language)]
Email = Annotated[str, AfterValidator(_colleague)]


def _target_only(value: Any) -> Any:
    return {"to": value} if isinstance(value, str | Target) else value


def _none_named(value: Any) -> Any:
    """`columns:` with nothing below it, or only comments, names none."""
    return {} if value is None else value


class Cells(Node):
    """How the cells of a column are written; what isn't said here is as for the whole file."""

    values: dict[Heading, Scalar | None] = Field(
        default_factory=dict, description="what a cell stands for, such as `Customer: live`; null: nothing is known"
    )
    dates: Many[Pattern] = Field((), description="how dates are written, such as DD/MM/YYYY")
    decimal: Decimal | None = Field(None, description="the sign before a fraction, `.` or `,`")
    separator: Annotated[str, Field(min_length=1, max_length=1)] = Field(
        ";", description="the sign between several contacts or personas in a cell"
    )


class Column(Cells):
    """One column of a file with a customer a row."""

    to: CustomerTarget = Field(description="the field that it fills")
    per_map: dict[MapId, dict[Heading, Scalar | None]] = Field(
        default_factory=dict,
        description="for `enters.stage`: what a cell stands for at customers of one map, by the map's id, where that "
        "isn't what `values` says",
    )
    persona: Id | None = Field(None, description="the persona of contacts that the cell names without one")

    also: Many[Id] = Field(
        (), description="further personas of these people, where other maps call them otherwise; for mail addresses"
    )

    @property
    def personas(self) -> tuple[str, ...]:
        """The personas of contacts whose address the column holds and who are named without one."""
        first = self.to.name if self.to.kind == "contacts" and self.to.field else self.persona
        return tuple(dict.fromkeys((first, *self.also))) if first else ()

    def conflicts(self) -> Iterator[Conflict]:
        of_maps = ((("per_map", map_id), values, f" on {map_id}") for map_id, values in self.per_map.items())
        for path, values, where in ((("values",), self.values, ""), *of_maps):
            unclear = [repr(cell) for cell, value in values.items() if value == "" and self.to == STAGE]
            if unclear:
                verb = "stands" if len(unclear) == 1 else "stand"
                what = f"which stage {listing(unclear)} {verb} for{where}"
                yield Conflict(path, f"Write {what}, or null for the beginning, welcome included", depth=len(path))
        if self.per_map and self.to != STAGE:
            yield Conflict(("per_map", "to"), f"'per_map' is for the column that fills '{STAGE}'; remove it")
        if self.also and not (self.to.field == "email" or (self.to == Target("contacts") and self.persona)):
            message = "'also' is for a column of addresses: contacts.PERSONA.email, or contacts with 'persona'"
            yield Conflict(("also", "to"), f"{message}; remove it")
        if self.persona is not None and self.to != Target("contacts"):
            yield Conflict(("persona", "to"), "'persona' is for a column of contacts; remove it")


class PersonColumn(Cells):
    """One column of a file with a person a row."""

    to: PersonTarget = Field(description="the field that it fills")


class Defaults(Node):
    """What is so for every customer whose row doesn't say."""

    timezone: Zone | None = None
    country: Country | None = None
    language: Language | None = Field(
        None, description=f"a language's code, or `{BY_COUNTRY}`: the first one of each customer's country"
    )
    persona: Id | None = Field(None, description="the persona of contacts that are named without one")
    attributes: dict[Id, Scalar] = Field(default_factory=dict)
    team: dict[Id, Email] = Field(default_factory=dict, description="the address of each role's person")

    @property
    def names(self) -> frozenset[str]:
        """The names of the fields that they fill, as maps know them: attributes by their own name."""
        plain = {name for name in ("timezone", "country", "language", "team") if getattr(self, name)}
        return frozenset(plain | self.attributes.keys())


class Form(Node):
    """How a file is written; what is left out is told by the file."""

    encoding: Annotated[str, AfterValidator(_encoding)] | None = Field(None, description="such as cp1252")
    separator: Literal[",", ";", "\t", "|"] | None = Field(None, description="the sign between two cells")
    sheet: Text | None = Field(None, description="the sheet of a workbook")
    header_row: Annotated[int, Field(ge=1, le=1000)] | None = Field(None, description="the line with the headings")
    dates: Many[Pattern] = Field((), description="how dates are written, unless a column says otherwise")
    decimal: Decimal | None = Field(None, description="the sign before a fraction, unless a column says otherwise")

    @property
    def form(self) -> FileFormat:
        """The form as the reader of rows takes it."""
        return FileFormat(self.encoding, self.separator, self.sheet, self.header_row)


class PeopleFile(Form):
    """A second file, with the customers' contacts, one a row."""

    match: Literal["id", "name"] = Field("id", description="what the column `customer` holds of a customer")
    columns: Annotated[
        dict[Heading, Annotated[PersonColumn, BeforeValidator(_target_only), OrJust(PERSON_TARGETS)]],
        BeforeValidator(_none_named),
    ] = Field(description="the field that each column fills")

    def conflicts(self) -> Iterator[Conflict]:
        targets = [str(column.to) for column in self.columns.values()]
        for needed in ("customer", "email"):
            if needed not in targets:
                yield Conflict(("columns",), f"No column fills {needed!r}: whose contact, and where to write")
        yield from _filled_twice(self.columns)


class Mapping(Form):
    """A mapping: what the columns of a book of customers mean."""

    mapping: Text = Field(description="what people call it")
    based_on: Literal["hubspot", "salesforce"] | None = Field(
        None, description="the shipped mapping whose columns and settings count where this one says nothing"
    )
    left_out: Many[Heading] = Field((), description="columns of that mapping that this one leaves out")
    columns: Annotated[
        dict[Heading, Annotated[Column, BeforeValidator(_target_only), OrJust(CUSTOMER_TARGETS)]],
        BeforeValidator(_none_named),
    ] = Field(
        default_factory=dict, description="the field that each column fills; columns that aren't named are left out"
    )
    whole: Many[Literal["team", "contacts"]] = Field(
        (), description="what the file has in full: roles, or contacts, that it doesn't name are removed"
    )
    contacts: PeopleFile | None = Field(None, description="the columns of a second file, with a person a row")
    people: dict[str, Email] = Field(default_factory=dict, description="addresses of colleagues by their names")
    zones: dict[str, Zone] = Field(
        default_factory=dict, description="time zones by city or country, for rows without one"
    )
    defaults: Defaults = Field(default_factory=Defaults, description="what is so where a row doesn't say")

    def conflicts(self) -> Iterator[Conflict]:
        if self.left_out and self.based_on is None:
            yield Conflict(("left_out", "based_on"), "'left_out' is for a mapping with 'based_on'; remove it")
        if not any(column.to == Target("id") for column in self.columns.values()):
            message = "No column fills 'id': what tells customers apart, and stays the same"
            hint = "" if self.columns else "; below 'columns', write a column a line, such as `Record ID: id`"
            yield Conflict(("columns",), message + hint)
        yield from _filled_twice(self.columns)


def _filled_twice(columns: dict[str, Any]) -> Iterator[Conflict]:
    first: dict[Target, str] = {}
    for heading, column in columns.items():
        if (other := first.setdefault(column.to, heading)) != heading:
            message = f"The columns {other!r} and {heading!r} both fill '{column.to}'; keep one"
            yield Conflict(("columns", heading), message, "M103", depth=2)
