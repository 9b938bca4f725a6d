"""Tells which statements read a big table from end to end, by the database's own plan for them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection

from milepost.store.database import Store
from milepost.store.tables import METADATA

BIG = frozenset(
    {
        "answers",
        "contacts",
        "customers",
        "facts",
        "journeys",
        "links",
        "messages",
        "open_plays",
        "outcomes",
        "tasks",
        "team_members",
        "timeline",
    }
)
_SOME_ROWS = {
    str(index.name)
    for table in METADATA.sorted_tables
    for index in table.indexes
    if index.dialect_options["sqlite"]["where"] is not None
}
"""Indexes over the rows that meet a condition: reading one of them whole is reading what was asked for."""
_SCAN = re.compile(r"(SCAN|SEARCH(?=.*\(\w+[<>]\?)) (\w+)(?: USING (?:COVERING )?INDEX (\w+))?")
"""In SQLite's plans; a search from or up to a value is one too, if its rows must be sorted."""
_JOINS = {"Nested Loop", "Hash Join"}
"""Their second part is read for each row of the first, or at once."""
_STREAMING = _JOINS | {"Append", "Incremental Sort", "Limit", "Merge Append", "Merge Join", "Result", "Subquery Scan"}
_FULL = {"Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Index Scan"}


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement as the driver got it."""

    text: str
    parameters: Any


@contextmanager
def statements(store: Store) -> Iterator[dict[str, Statement]]:
    """Collects the queries that the store is asked meanwhile, each text once."""
    queries: dict[str, Statement] = {}

    def collect(_connection: Any, _cursor: Any, text: str, parameters: Any, *_: Any) -> None:
        if text.lstrip().upper().startswith(("SELECT", "WITH")) and "FROM" in text.upper():
            queries.setdefault(text, Statement(text, parameters))

    engine = store.engine.sync_engine
    event.listen(engine, "before_cursor_execute", collect)
    try:
        yield queries
    finally:
        event.remove(engine, "before_cursor_execute", collect)


async def scans(connection: AsyncConnection, statement: Statement) -> list[str]:
    """Returns the big tables that a statement reads from end to end, with the index if it does so by one.

    A page of a list may read an index in its order as far as the page goes.
    """
    if connection.dialect.name == "sqlite":
        rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement.text}", statement.parameters)
        return list(_sqlite_scans(statement.text, [(row[1], row[3]) for row in rows]))
    for way in ("seqscan", "hashjoin", "mergejoin"):  # small tables are read whole otherwise
        await connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
    [row] = await connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement.text}", statement.parameters)
    plan = row[0] if isinstance(row[0], list) else json.loads(row[0])
    return list(_postgres_scans(plan[0]["Plan"]))


def _sqlite_scans(text: str, plan: list[tuple[int, str]]) -> Iterator[str]:
    """Yields the scans of a plan, whose lines come with the number of the part that they belong to."""
    sorted_parts = {part for part, line in plan if line == "USE TEMP B-TREE FOR ORDER BY"}
    for part, line in plan:
        match = _SCAN.match(line)
        if match is None:
            continue
        whole, table, index = match[1] == "SCAN", re.sub(r"_\d+$", "", match[2]), match[3]
        # SQLite's rows lie in the order of their serial numbers.
        in_order = bool(index or f"ORDER BY {table}.serial" in text) and part not in sorted_parts
        if table in BIG and not (in_order and (not whole or "LIMIT" in text or index in _SOME_ROWS)):
            yield line


def _postgres_scans(
    node: dict[str, Any], table: str = "", *, streams: bool = False, sorted_by: str = ""
) -> Iterator[str]:
    """Yields the scans of a plan's node: `streams` if only as many rows are read as a page needs."""
    kind, index = node["Node Type"], node.get("Index Name")
    table = node.get("Relation Name", table)  # the index of a bitmap scan doesn't name its table, but its parent does
    may_be_whole = kind != "Seq Scan" and (streams or (index in _SOME_ROWS and f"{table}." not in sorted_by))
    if table in BIG and kind in _FULL and "Index Cond" not in node and not may_be_whole:
        yield f"{kind} on {table} {index or ''}".strip()
    streams = kind == "Limit" or (streams and kind in _STREAMING)
    sorted_by = " ".join(node["Sort Key"]) if kind == "Sort" else sorted_by
    for number, each in enumerate(node.get("Plans", ())):
        goes_on = streams and (number == 0 or kind not in _JOINS)
        yield from _postgres_scans(each, table, streams=goes_on, sorted_by=sorted_by)
