"""The list of a desk: its sections with their rows, as its address says; and the addresses around it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict

from milepost.planner.instants import Instant
from milepost.store import tasks
from milepost.store.keyset import Cursor
from milepost.store.stand_ins import StandIns
from milepost.store.tasks import TaskFilter, TaskLine, TaskPage
from milepost.web import forms
from milepost.web.desk.cards import notice_of
from milepost.web.desk.rows import Row, Section, by_customer, key_of
from milepost.web.pages import up_to
from milepost.web.services import Services

SHOWN, IN_ALL, LEAST = 25, 100, 3
"""Tasks of a section on the page of all at most, of all sections together, and of each at least; the rest is on the
section's own pages."""
PER_PAGE = 50
MOST = 200
"""Tasks on a page that is ordered by customer."""
CUSTOMER = "customer"
Key = tuple[str, str]


class Look(BaseModel):
    """How a desk is looked at, as stands behind the question mark of its address.

    `together` is a step of `map` that is done for many customers.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    section: str = ""
    cursor: str | None = None
    by: str = ""
    journey: str = ""
    task: str = ""
    map: str = ""
    together: str = ""

    def at_path(self, path: str) -> Place:
        return Place(path=path, **self.model_dump())


class Place(Look):
    """Where a desk is and how it is looked at."""

    path: str

    @property
    def key(self) -> Key | None:
        """The task that is chosen, by its journey and id."""
        return (self.journey, self.task) if self.journey and self.task else None

    @property
    def is_by_customer(self) -> bool:
        return self.by == CUSTOMER

    @property
    def address(self) -> str:
        query = self.model_dump(exclude={"path"}, exclude_defaults=True)
        return self.path + (f"?{urlencode(query)}" if query else "")

    def at(self, key: Key | None) -> Place:
        """Returns the same list with another task chosen, or none."""
        journey, task = key or ("", "")
        return self.model_copy(update={"journey": journey, "task": task, "map": "", "together": ""})

    def of_group(self, map_id: str, step: str) -> Place:
        """Returns the same list with the tasks of a step of a map beside it, to be done together."""
        return self.at(None).model_copy(update={"map": map_id, "together": step})

    def of_section(self, section: str, cursor: Cursor | None = None) -> str:
        """Returns the address of a page of one section."""
        update = {"section": section, "cursor": str(cursor) if cursor else None}
        return self.at(None).model_copy(update=update).address


@dataclass(frozen=True, slots=True)
class Part:
    """A section before it is read: its tasks are those that meet the filter, `size` how many, where that is known."""

    id: str
    title: str
    filter: TaskFilter
    size: int | None = None


@dataclass(frozen=True, slots=True)
class DeskList:
    """Reads the list at a place. Those who are away are `in_force`; times are in `zone`."""

    served: Services
    place: Place
    now: Instant
    zone: str
    in_force: StandIns

    async def sections(self, parts: Sequence[Part]) -> list[Section]:
        """Returns the first tasks of every section or, where the place names one, a page of that."""
        own = [part for part in parts if part.id == self.place.section]
        read = await self._read(own or parts, self._limit(len(parts), is_alone=bool(own)))
        lines = [line for _, page, _ in read for line in page.lines]
        pending = await forms.pending_facts(self.served, {line.task.customer_id for line in lines})
        async with self.served.store.reading() as session:  # what was pending a moment before may be closed by now
            is_open = await tasks.still_open(session, {key_of(line) for line in lines})
        sections = [
            Section(
                part.id,
                part.title,
                tuple(self._rows(page.lines, pending, is_open)),
                up_to(total, tasks.MOST_COUNTED),
                None if own or page.next is None else self.place.of_section(part.id),
                self.place.of_section(part.id, page.previous) if own and page.previous else None,
                self.place.of_section(part.id, page.next) if own and page.next else None,
            )
            for part, page, total in read
        ]
        return by_customer(sections) if self.place.is_by_customer and not own else sections

    def _limit(self, sections: int, *, is_alone: bool) -> int:
        if self.place.is_by_customer:
            return MOST
        return PER_PAGE if is_alone else min(SHOWN, max(IN_ALL // max(sections, 1), LEAST))

    async def _read(self, parts: Sequence[Part], limit: int) -> list[tuple[Part, TaskPage, int]]:
        cursor = Cursor.read(self.place.cursor) if self.place.cursor and len(parts) == 1 else None
        async with self.served.store.reading() as session:
            return [
                (
                    part,
                    await tasks.list_open(session, part.filter, cursor=cursor, limit=limit),
                    await tasks.count_open(session, part.filter) if part.size is None else part.size,
                )
                for part in parts
            ]

    def _rows(self, lines: Sequence[TaskLine], pending: Mapping[Key, str], is_open: Collection[Key]) -> list[Row]:
        rows = []
        for line in lines:
            task, key = line.task, key_of(line)
            if key not in is_open:
                continue
            stand_in = self.in_force.for_task(task.person, task.role, task.customer_id)
            notice = notice_of(pending.get((task.customer_id, task.step or task.task)))
            address = self.place.at(key).address
            rows.append(Row(line, self.now, self.zone, address, key == self.place.key, notice, stand_in))
        return rows
