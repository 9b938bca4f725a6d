"""The ledger of results for programs: each answer as plain values, and as a file for spreadsheets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from milepost.explain.overview import AnswerRecord
from milepost.intake.csv_rows import csv_row
from milepost.planner.instants import optional_text, text
from milepost.store.result_ledger import LedgerLine
from milepost.store.rows import record_of

COLUMNS = (
    "answered_at",
    "customer",
    "customer_name",
    "map",
    "journey",
    "outcome",
    "type",
    "statement",
    "verdict",
    "value",
    "unit",
    "baseline",
    "target",
    "metric",
    "asked_at",
    "asked_of",
    "said_by",
    "is_by_another",
    "on_behalf_of",
    "reason",
    "method",
    "comment",
    "evidence",
    "may_be_named",
    "revoked_at",
    "revoked_by",
    "revoked_why",
)
"""What is told of each answer; instants are UTC."""


def values_of(line: LedgerLine) -> dict[str, Any]:
    """Returns the `COLUMNS` of an answer with their values."""
    answer, outcome, metric = line.answer, line.outcome, line.outcome.metric or {}
    values = {
        "answered_at": text(answer.at),
        "customer": answer.customer_id,
        "customer_name": line.customer.name,
        "map": line.map,
        "journey": answer.journey_id,
        "asked_at": optional_text(outcome.asked_at),
        "is_by_another": is_by_another(line),
        "may_be_named": answer.named,
        "revoked_at": optional_text(answer.revoked_at),
        "metric": metric.get("name"),
    }
    sources: tuple[tuple[object, tuple[str, ...]], ...] = (
        (outcome, ("outcome", "type", "statement")),
        (answer, ("verdict", "value", "asked_of", "said_by", "on_behalf_of", "reason", "method", "comment")),
        (answer, ("evidence", "revoked_by", "revoked_why")),
    )
    values |= {name: getattr(source, name) for source, names in sources for name in names}
    values |= {name: metric.get(name) for name in ("unit", "baseline", "target")}
    return {name: values[name] for name in COLUMNS}


def is_by_another(line: LedgerLine) -> bool:
    """Returns whether somebody else answered than was asked."""
    return record_of(AnswerRecord, line.answer, by=line.answer.said_by).is_by_another


async def csv_of(lines: AsyncIterator[LedgerLine]) -> AsyncIterator[str]:
    """Writes the ledger as a CSV file, some lines at a time; no cell is a formula, whatever customers have written."""
    yield "\ufeff" + csv_row(COLUMNS)
    async for line in lines:
        yield csv_row(values_of(line).values())
