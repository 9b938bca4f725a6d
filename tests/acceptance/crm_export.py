"""A company's customers as its CRM exports them: HubSpot's headings and its own, in Windows-1252, with semicolons."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

OWNERS = ("Ana Díaz", "Bo Lärsen", "Mei Tanaka")
PLACES = (("Germany", "Köln"), ("United Kingdom", "Leeds"), ("United States", "Chicago"), ("France", "Orléans"))
SIZES = (("Mid-Market", "Make money"), ("Small business", "Save money"))
STANDING = {
    "Mid-Market": ("Adoption", "Results", "Growth", "Renewal"),
    "Small business": ("Adoption", "Results", "Steady", "Renewal"),
}
"""What the company calls the stages; customers who have just signed have none."""
LANGUAGES = ("de", "en", "fr", "de", "es")

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
    "Quotes sent",
    "Costs cancelled",
    "First finds date",
    "Win review date",
    "More wins verdict",
    "More wins value",
    "More wins confirmed on",
    "Savings sheet date",
    "Money saved verdict",
    "Money saved value",
    "Money saved confirmed on",
    "Owner name",
    "Owner email",
    "Owner language",
    "Owner opted out",
    "Sales lead name",
    "Sales lead email",
    "Sales lead language",
)


def crm_rows(today: date, many: int = 60) -> list[dict[str, str]]:
    """The customers of a day: half of them are new, the others stand somewhere in the middle.

    Of those in the middle some have done the next step, or confirmed the result, or all but done what counts.
    """
    return [dict.fromkeys(HEADINGS, "") | dict(_cells(number, today)) for number in range(many)]


def crm_export(rows: list[dict[str, str]]) -> bytes:
    """The file of these customers."""
    text = io.StringIO()
    writer = csv.DictWriter(text, HEADINGS, delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("cp1252")


def _cells(number: int, today: date) -> Iterator[tuple[str, str]]:
    country, city = PLACES[number % len(PLACES)]
    size, goal = SIZES[number % len(SIZES)]
    stage = STANDING[size][number // 4 % 4] if number % 4 >= 2 else ""
    since = today - timedelta(days=40 + number)
    yield "Record ID", str(9_000_000 + number)
    yield "Company name", f"Müller & Söhne {number:02}" if number % 5 == 0 else f"Company {number:02}"
    yield "Country/Region", country
    yield "City", city
    yield "Company owner", OWNERS[number % len(OWNERS)]
    yield "Number of seats", f"1.{number:03}" if number % 3 == 0 else str(20 + number)
    yield "Company size", size
    yield "Success goal", goal
    yield "Health score", f"{60 + number % 35},5"
    yield "Renewal Date", day(today + timedelta(days=60 + 5 * number if stage else 350))
    yield from _people(number, size)
    if stage:
        yield "Journey stage", stage
        yield "In stage since", day(since)
        yield from _before(size, stage, number // 16, since).items()


def _people(number: int, size: str) -> Iterator[tuple[str, str]]:
    yield "Owner name", f"Renée Poe-{number}"
    yield "Owner email", f"renee{number}@customer{number}.example"
    yield "Owner language", LANGUAGES[number % len(LANGUAGES)]
    yield "Owner opted out", "Yes" if number % 20 == 19 else "No"
    if size == "Mid-Market" and number % 3 == 0:
        yield "Sales lead name", f"Åsa Lind-{number}"
        yield "Sales lead email", f"asa{number}@customer{number}.example"
        yield "Sales lead language", LANGUAGES[(number + 1) % len(LANGUAGES)]


def _before(size: str, stage: str, turn: int, since: date) -> Mapping[str, str]:
    """What has happened at a customer: nothing, the next step, or what the stage is about, by turns."""
    done, confirmed = day(since + timedelta(days=15)), day(since + timedelta(days=30))
    is_small = size == "Small business"
    match stage, turn % 3:
        case "Adoption", 0:
            return {"First finds date": done, "Costs cancelled": "3"} if is_small else {"Quotes sent": "20"}
        case "Adoption", 1:
            return {"First finds date": done, "Costs cancelled": "1"} if is_small else {"Quotes sent": "7"}
        case "Results", 0 | 1 as which:
            step, outcome, value = (
                ("Savings sheet", "Money saved", "140,50") if is_small else ("Win review", "More wins", "31")
            )
            answer = {f"{outcome} verdict": "verified", f"{outcome} value": value, f"{outcome} confirmed on": confirmed}
            return {f"{step} date": done} | (answer if which == 0 else {})
        case _:
            return {}


def day(date: date) -> str:
    """A date as the CRM writes it."""
    return f"{date:%d/%m/%Y}"
