"""Files as CRMs and spreadsheets write them, made here, with the mappings and the words of maps that go with them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook

from milepost.imports.mapping import Mapping
from milepost.imports.mapping_file import read_mapping
from milepost.imports.vocabulary import Vocabulary
from milepost.language.field_types import AttributeType
from milepost.language.model import Attribute

HUBSPOT_COMPANIES = (
    "Record ID", "Company name", "Company owner", "Create Date", "Country/Region", "City", "Time Zone",
    "Number of Employees", "Lifecycle Stage", "Renewal Date",
)  # fmt: skip
HUBSPOT_CONTACTS = (
    "Record ID", "First Name", "Last Name", "Email", "Job Title", "Associated Company",
    "Associated Company IDs (Primary)",
)  # fmt: skip
SALESFORCE_ACCOUNTS = ("Account ID", "Account Name", "Account Owner", "Billing Country", "Billing City", "Type")

WORDS = Vocabulary(
    {
        "tier": (
            Attribute(type=AttributeType.TEXT, one_of=("enterprise", "mid_market"), title="Size of the customer"),
        ),
        "seats": (Attribute(type=AttributeType.NUMBER, title="Number of employees"),),
        "renews_on": (Attribute(type=AttributeType.DATE, title="Day on which the contract renews"),),
        "live": (Attribute(type=AttributeType.TEXT, one_of=("live", "trial"), title="Lifecycle stage"),),
    },
    personas=frozenset({"sponsor", "coordinator"}),
    roles=frozenset({"csm", "account_executive"}),
)


def mapping_from(text: str) -> Mapping:
    """The mapping of a text without problems."""
    read = read_mapping(text, "mapping.yaml")
    assert read.problems == ()
    assert read.mapping is not None
    return read.mapping


def csv_bytes(
    rows: Iterable[Sequence[str]], *, separator: str = ",", encoding: str = "utf-8", line_end: str = "\r\n"
) -> bytes:
    """A CSV file of these rows, the heading first."""
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator=line_end).writerows(rows)
    return text.getvalue().encode(encoding)


def workbook_bytes(sheets: dict[str, Iterable[Sequence[Any]]]) -> bytes:
    """A workbook with these sheets; the first is the one that is open."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()
