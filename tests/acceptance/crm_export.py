"""A company's customers as its CRM exports them: HubSpot's headings and its own, in Windows-1252, with semicolons."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

OWNERS = ("Ana Díaz", "Bo Lärsen", "Mei Tanaka")
PLACES = (("Germany", "Köln"), ("United Kingdom", "Leeds"), ("United States", "Chicago"), ("France", "Orléans"))
SIZES = (("Mid-Market", "Make money"), ("Small business", "Save money"))
STANDING = {"Mid-Market": ("Results", "Growth", "Renewal"), "Small business": ("Results", "Steady", "Renewal")}
"""What the company calls the stages; customers who have just signed have none."""

HEADINGS = (
    "Record ID",
    "Company name",
    "Country/Region",
    "City",
    "Company owner",
    "Number of seats",
    "Company size",
    "Success goal",
    "Health score",
    "Renewal Date",
    "Journey stage",
    "In stage since",
    "Owner name",
    "Owner email",
)


def crm_export(today: date, many: int = 60) -> bytes:
    """The export of a day: half of the customers are new, the others stand somewhere in the middle since May."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADINGS)
    writer.writerows(_row(number, today) for number in range(many))
    return text.getvalue().encode("cp1252")


def _row(number: int, today: date) -> tuple[str, ...]:
    country, city = PLACES[number % len(PLACES)]
    size, goal = SIZES[number % len(SIZES)]
    stage = STANDING[size][number // 4 % 3] if number % 4 >= 2 else ""
    since = today - timedelta(days=40 + number)
    return (
        str(9_000_000 + number),
        f"Müller & Söhne {number:02}" if number % 5 == 0 else f"Company {number:02}",
        country,
        city,
        OWNERS[number % len(OWNERS)],
        f"1.{number:03}" if number % 3 == 0 else str(20 + number),
        size,
        goal,
        f"{60 + number % 35},5",
        _day(today + timedelta(days=60 + 5 * number if stage else 350)),
        stage,
        _day(since) if stage else "",
        f"Renée Poe-{number}",
        f"renee{number}@customer{number}.example",
    )


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"
