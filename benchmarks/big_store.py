"""`python -m benchmarks.big_store URL [--scale 0.1]`: fills a database with a big book of customers, to measure pages.

A few dozen journeys on the shipped maps are simulated and written as an advance writes them; then every customer gets a
copy of one of them, under its own name, with people of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sqlite3
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import column, table
from sqlalchemy.orm import Session

from milepost.language.loader import content_hash, load
from milepost.people.draws import no_chance
from milepost.people.journey_simulation import SimulatedJourney, simulate
from milepost.people.sample_year import Manner, behaviour_of, fitting_customer
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.facts import Ended, Fact, Paused
from milepost.planner.instants import Instant, text
from milepost.planner.simulation import steps
from milepost.planner.state import State
from milepost.shipped import shipped_maps
from milepost.store import customers, journeys, maps
from milepost.store.advance import write_plan
from milepost.store.advance_tasks import urgency
from milepost.store.database import Store, open_store
from milepost.store.schema_upgrade import upgrade
from milepost.store.tables import Base

DAY = 86_400
_EPOCH = date(1970, 1, 1).toordinal()
AGES = (5, 30, 75, 120, 200, 290, 365)
"""Days since the journeys of the book began."""
VERSIONS = 3
WEIGHTS = {"prompt": 50, "silent": 32, "paused": 3, "ended": 15}
"""How many of a hundred journeys go which way."""
WITHOUT_JOURNEY = 0.03
BLOCKED = 0.001
WAITING = 0.02
FACTS = 12
OPEN_TASKS = 0.3
WITHOUT_OWNER = 0.05
TOTALS = ("tasks", "messages", "timeline")
TEXT = "Dear reader,\n\n" + "this is what a message of a few paragraphs looks like. " * 12
HTML = "<!doctype html><html><head></head><body>" + f"<p>{TEXT}</p>" * 3 + "</body></html>"
COLLEAGUES = 200
_CHUNK = 500
_JOURNEY_TABLES = ("open_stages", "open_plays", "tasks", "messages", "outcomes", "answers", "timeline")
_FIRST = ("Acme", "Ärzte", "Blau", "Cobalt", "Delta", "Ember", "Fjord", "Globex", "Hanse", "Indigo", "Juniper", "Öko")
_SECOND = (
    "Analytics",
    "Bau",
    "Dynamics",
    "Energie",
    "Foods",
    "Health",
    "Insurance",
    "Labs",
    "Media",
    "Networks",
    "Retail",
)

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Size:
    """How many rows of each kind to make."""

    customers: int
    tasks: int
    messages: int
    timeline: int

    @staticmethod
    def of(scale: float) -> Size:
        """Returns the full size, that of the goals, or a part of it."""
        return Size(*(max(int(scale * number), 1) for number in (20_000, 87_000, 243_500, 1_150_000)))


@dataclass(frozen=True, slots=True)
class Template:
    """The rows of one simulated journey, by table; JSON is text."""

    name: str
    kind: str
    rows: Mapping[str, list[Row]]


def fill(url: str, size: Size, now: Instant) -> None:
    """Fills an empty database. The book is as it is at `now`."""
    asyncio.run(upgrade(url))
    templates, versions = _templates(now)
    asyncio.run(_write(url, templates, versions, size, now))


def _templates(now: Instant) -> tuple[list[Template], list[Row]]:
    """Returns the simulated journeys, and the versions of their maps."""
    with tempfile.TemporaryDirectory(prefix="milepost-bench-") as folder:
        file = Path(folder) / "templates.db"
        asyncio.run(upgrade(f"sqlite:///{file}"))
        asyncio.run(_simulate(f"sqlite:///{file}", now))
        with closing(sqlite3.connect(file)) as connection:
            connection.row_factory = sqlite3.Row
            ids = [row[0] for row in connection.execute("SELECT id FROM journeys ORDER BY id")]
            return [_template(connection, journey) for journey in ids], _rows(connection, "map_versions")


async def _simulate(url: str, now: Instant) -> None:
    kinds = list(product(AGES, WEIGHTS))
    async with open_store(url, durable=False) as store:
        for map_id, folder in shipped_maps().items():
            loaded = load(folder)
            assert loaded.map is not None, loaded.problems
            compiled_maps = []
            for version in range(VERSIONS):
                files = {**(loaded.files or {}), "map.yaml": f"{(loaded.files or {})['map.yaml']}\n# {version}\n"}
                async with store.transaction() as session:
                    await maps.publish(session, map_id, loaded.map.title, files, now - 400 * DAY + version * 120 * DAY)
                compiled_maps.append(CompiledMap.of(loaded.map, content_hash(files), files))
            for number, (age, kind) in enumerate(kinds):
                await _live(
                    store,
                    compiled_maps[number % VERSIONS],
                    f"{map_id}-{number}-{kind}",
                    kind=kind,
                    start=now - age * DAY,
                    now=now,
                )


async def _live(store: Store, compiled_map: CompiledMap, name: str, *, kind: str, start: Instant, now: Instant) -> None:
    """Lets a made-up customer live through a journey of a kind, until `now`."""
    manner: Manner = "silent" if kind == "silent" else "prompt"
    customer = fitting_customer(compiled_map, start)
    journey = SimulatedJourney(compiled_map, customer, start, now, behaviour_of(compiled_map, manner), no_chance)
    facts: list[Fact] = [fact for _, told in simulate(journey) for fact in told]
    last = now - DAY
    if kind == "paused":
        facts.append(Paused(id="paused", at=last, reason="budget"))
    if kind == "ended":
        facts.append(Ended(id="ended", at=last, reason="left"))
    customer = customer.having(id=name)
    state = State.begin(customer, compiled_map.map.map, compiled_map.version, start)
    async with store.transaction() as session:
        await customers.save(session, [customer], start)
        row = await journeys.begin(session, state)
        for made in steps(compiled_map, state, facts, now, {}):
            await session.run_sync(write_plan, row.id, state, made, compiled_map)
            state = made.state


def _template(connection: sqlite3.Connection, journey: str) -> Template:
    customer = journey.partition("/")[0]
    rows = {name: _rows(connection, name, "journey_id", journey) for name in _JOURNEY_TABLES}
    rows["customers"] = _rows(connection, "customers", "id", customer)
    rows["team_members"] = _rows(connection, "team_members", "customer_id", customer)
    rows["contacts"] = _rows(connection, "contacts", "customer_id", customer)
    rows["journeys"] = _rows(connection, "journeys", "id", journey)
    return Template(customer, customer.rpartition("-")[2], rows)


def _rows(connection: sqlite3.Connection, name: str, key: str = "1", value: str | int = 1) -> list[Row]:
    return [dict(row) for row in connection.execute(f"SELECT * FROM {name} WHERE {key} = ?", (value,))]


async def _write(url: str, templates: Sequence[Template], versions: list[Row], size: Size, now: Instant) -> None:
    book = Book(templates, size, now)
    async with open_store(url, durable=False) as store:
        await store.write(lambda session: _insert(session, {"map_versions": versions}))
        for start in range(0, size.customers, _CHUNK):
            chunk: dict[str, list[Row]] = defaultdict(list)
            for number in range(start, min(start + _CHUNK, size.customers)):
                for name, rows in book.customer(number):
                    chunk[name] += rows
            await store.write(partial(_insert, rows=chunk))
        # What a database learns by itself in time: how its rows are distributed.
        if store.is_sqlite:
            await store.write(lambda session: session.connection().exec_driver_sql("ANALYZE"))
            return
        async with store.engine.connect() as connection:
            plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await plain.exec_driver_sql("VACUUM ANALYZE")


def _insert(session: Session, rows: Mapping[str, list[Row]]) -> None:
    """Inserts rows whose JSON is text already: by COPY into PostgreSQL, which is several times as fast."""
    connection = session.connection()
    for each in Base.metadata.sorted_tables:
        if not rows.get(each.name):
            continue
        columns = list(rows[each.name][0])
        if connection.dialect.name == "sqlite":
            connection.execute(table(each.name, *map(column, columns)).insert(), rows[each.name])
            continue
        names = ", ".join(f'"{name}"' for name in columns)
        driver: Any = connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(f"COPY {each.name} ({names}) FROM STDIN") as copy:
            for row in rows[each.name]:
                copy.write_row(tuple(row.values()))


class Book:
    """The customers of a big store: each a copy of a simulated journey, with as many rows as the size asks for."""

    def __init__(self, templates: Sequence[Template], size: Size, now: Instant) -> None:
        self._templates = templates
        self._size = size
        self._now = now
        self._draws = Random(8)
        self._weights = [WEIGHTS[each.kind] for each in templates]
        weight = sum(self._weights)
        self._mean = {
            kind: sum(len(each.rows[kind]) * WEIGHTS[each.kind] for each in templates) / weight for kind in TOTALS
        }
        self._left = {kind: getattr(size, kind) for kind in TOTALS}

    def customer(self, number: int) -> Iterator[tuple[str, list[Row]]]:
        """Yields the rows of a customer, table by table."""
        [template] = self._draws.choices(self._templates, self._weights)
        name = Names.of(number, template)
        draws = self._draws
        has_journey = draws.random() >= WITHOUT_JOURNEY
        record = name.put(template.rows["customers"][0])
        record |= {"id": name.id, "name": name.name, "health": draws.randrange(20, 100)}
        record |= {
            "renews_on": f"{date.fromordinal(_EPOCH + self._now // DAY + draws.randrange(-30, 400))}",
            "contract_value": draws.randrange(5, 400) * 500.0,
            "sort_key": customers.sort_key(name.id, name.name),
            "latest_journey": f"{name.id}/1" if has_journey else None,
        }
        if not has_journey and number % 2:
            record["unmatched_why"] = "No map is for tier other."
        yield "customers", [record]
        yield "team_members", [name.put(row) for row in template.rows["team_members"]]
        yield "contacts", [name.put(row) for row in template.rows["contacts"]]
        if not has_journey:
            return
        journey = name.put(template.rows["journeys"][0])
        journey["updated_at"] = journey["clock"] = self._now - draws.randrange(DAY)
        if journey["touched_at"] is not None:
            journey["touched_at"] += draws.randrange(DAY)  # no two customers of a copy alike
        if draws.random() < BLOCKED:
            journey |= {"blocked_since": self._now - DAY, "blocked_why": "EndlessMapError: round and round"}
        yield "journeys", [journey]
        for kind in ("open_stages", "open_plays", "outcomes", "answers"):
            yield kind, [name.put(row) for row in template.rows[kind]]
        left = self._size.customers - number
        yield "tasks", [self._worked_on(name.put(row), journey) for row in self._fill("tasks", template, left, "task")]
        yield "messages", [self._delivered(name.put(row)) for row in self._fill("messages", template, left, "message")]
        timeline = self._fill("timeline", template, left)
        yield "timeline", [{**name.put(row), "seq": seq} for seq, row in enumerate(timeline)]
        yield "facts", list(self._facts(name, journey))

    def _fill(self, kind: str, template: Template, left: int, key: str | None = None) -> list[Row]:
        """Returns the template's rows, fewer or more: so that all customers that are left fill up the size.

        `key` is the column that must differ between the rows of a journey.
        """
        rows = [{name: value for name, value in row.items() if name != "serial"} for row in template.rows[kind]]
        share = self._left[kind] / (left * (1 - WITHOUT_JOURNEY) * self._mean[kind])
        wanted = int(len(rows) * share + self._draws.random())
        more = [
            {**row, **({key: f"{row[key]}+{again}"} if key else {})}
            for again in range(1, int(share) + 2)
            for row in rows
        ]
        chosen = [*rows, *more][:wanted]
        self._left[kind] -= len(chosen)
        return chosen

    def _worked_on(self, row: Row, journey: Row) -> Row:
        """Returns a task: open tasks are due around now."""
        paused = journey["status"] == "paused"
        if row["closed_at"] is not None and self._draws.random() < OPEN_TASKS:
            row |= {"status": "open", "closed_at": None, "closed_revision": None}
        if row["status"] == "open":
            around = self._draws.randrange(-7 * DAY, 30 * DAY)
            due_at = self._now + around if row["due_at"] else None
            row |= {"due_at": due_at, "urgency": urgency(row["opened_at"], due_at, paused=paused)}
            row |= {"person": None} if self._draws.random() < WITHOUT_OWNER else {}
        return row

    def _delivered(self, row: Row) -> Row:
        at = row["at"] + self._draws.randrange(-1800, 1800)
        chance = self._draws.random()
        status = "failed" if chance < 0.005 else "queued" if chance < 0.01 else "sent"
        return {
            **row,
            "at": at,
            "status": status,
            "attempts": 1,
            "subject": f"About {row['template']}",
            "text": TEXT,
            "html": HTML,
            "sent_at": at if status == "sent" else None,
            "tried_at": at,
            "channel": "outbox",
        }

    def _facts(self, name: Names, journey: Row) -> Iterator[Row]:
        for number in range(FACTS):
            at = self._now - number * 7 * DAY - self._draws.randrange(DAY)
            waits = number == 0 and journey["ended_at"] is None and self._draws.random() < WAITING
            data = {"kind": "set", "id": f"health-{number}", "at": text(at), "by": "api", "attributes": {"health": 70}}
            yield {
                "customer_id": name.id,
                "id": data["id"],
                "kind": "set",
                "at": at,
                "received_at": at,
                "told_by": "api",
                "source": "api",
                "data": json.dumps(data),
                "status": "pending" if waits else "delivered",
                "journey_id": journey["id"],
            }


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one customer, which stand in its rows in the place of the template's."""

    id: str
    name: str
    replacements: tuple[tuple[str, str], ...]

    @staticmethod
    def of(number: int, template: Template) -> Names:
        """Returns the names of the customer of this number."""
        id_ = f"c{number:06}"
        name = f"{_FIRST[number * 7 % len(_FIRST)]} {_SECOND[number % len(_SECOND)]} {number * 7919 % 20_011}"
        colleague = f".{number % COLLEAGUES:03}@vendor.example"
        places = (template.name, id_), ("Somebody Inc.", name), ("@vendor.example", colleague)
        return Names(id_, name, (*places, ("@customer.example", f"@{id_}.example")))

    def put(self, row: Row) -> Row:
        """Returns the row with these names."""
        return {key: self._text(value) if isinstance(value, str) else value for key, value in row.items()}

    def _text(self, value: str) -> str:
        for old, new in self.replacements:
            value = value.replace(old, new)
        return value


def main() -> None:
    """Fills the database that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.big_store", description=__doc__)
    parser.add_argument("url", help="an empty database: sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME")
    parser.add_argument(
        "--scale", type=float, default=1.0, help="a part of the 20,000 customers, or several times as many"
    )
    options = parser.parse_args()
    began = time.monotonic()
    fill(options.url, Size.of(options.scale), int(time.time()))
    print(f"Filled in {time.monotonic() - began:.0f} seconds.")


if __name__ == "__main__":
    main()
