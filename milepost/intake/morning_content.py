"""What a morning mail has: what is late, what is due today, and what was escalated or disputed since the last one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from sqlalchemy.ext.asyncio import AsyncSession

from milepost.channels.morning_mail import LINES, MailLine, Part
from milepost.explain import local_time
from milepost.planner.instants import Instant
from milepost.store import absences, desk_news, tasks
from milepost.store.desk_news import News, NewsLine
from milepost.store.stand_ins import StandIns
from milepost.store.tasks import TaskFilter, TaskLine

_MOST = 500
"""Tasks of one part that are looked at; who has more knows."""


@dataclass(frozen=True, slots=True)
class DayContent:
    """Somebody's morning. `news` is what was escalated or disputed, `serials` all news that it settles."""

    late: Sequence[TaskLine]
    today: Sequence[TaskLine]
    news: Sequence[NewsLine]
    serials: Sequence[int]

    @property
    def is_empty(self) -> bool:
        return not (self.late or self.today or self.news)

    def parts(self, person: str, zone: str, base_url: str) -> list[Part]:
        """Returns the parts of the mail that have something, each line with its address."""
        escalated = [each for each in self.news if each.kind is News.ESCALATED]
        disputed = [each for each in self.news if each.kind is News.DISPUTED]
        listed = (
            ("Late", "late", [_of_task(each, person, zone, base_url) for each in self.late]),
            ("Due today", "today", [_of_task(each, person, zone, base_url) for each in self.today]),
            (
                "Escalated to you since the last mail",
                "escalated",
                [_of_news(each, person, base_url) for each in escalated],
            ),
            ("Results that customers disputed", "disputed", [_of_news(each, person, base_url) for each in disputed]),
        )
        return [Part(title, short, lines[:LINES], len(lines)) for title, short, lines in listed if lines]

    def rows(self) -> list[dict[str, str | None]]:
        """Returns the lines as they are kept."""
        due = (("late", self.late[:LINES]), ("today", self.today[:LINES]))
        rows: list[dict[str, str | None]] = [
            {"part": part, "journey_id": line.task.journey_id, "task": line.task.task, "step": None}
            for part, lines in due
            for line in lines
        ]
        rows += [
            {"part": each.kind, "journey_id": each.journey, "task": each.task, "step": each.step}
            for each in self.news[: 2 * LINES]
        ]
        return rows


def is_away(in_force: StandIns, person: str) -> bool:
    """Tells whether somebody is away for everything that is theirs."""
    return any(each.role is None and each.customers is None for each in in_force.of_person(person))


async def read(session: AsyncSession, person: str, now: Instant, zone: str) -> DayContent:
    """Returns the morning of a colleague at an instant: what they have themselves, or for those who are away."""
    in_force = await absences.in_force(session, now)
    until = tasks.end_of_day(now, zone)
    theirs = TaskFilter(person=person, stand_ins=in_force, before=now)
    late = await _due(session, theirs, in_force)
    today = await _due(session, replace(theirs, since=now, before=until), in_force)
    news = await session.run_sync(desk_news.load, person, "for_mail")
    kept = [each for each in news if not each.is_over]
    return DayContent(late, today, kept, [each.serial for each in news])


async def _due(session: AsyncSession, filters: TaskFilter, in_force: StandIns) -> list[TaskLine]:
    page = await tasks.list_open(session, filters, limit=_MOST)
    return [line for line in page.lines if not line.paused and _has(line, filters.person or "", in_force)]


def _has(line: TaskLine, person: str, in_force: StandIns) -> bool:
    """Tells whether they have a task themselves: not one in which somebody stands in for them."""
    task = line.task
    holders = [(task.person, task.role)]
    if task.escalated_to is not None:
        holders.append((task.escalated_person, task.escalated_to))
    for holder, role in holders:
        stand_in = in_force.for_task(holder, role, task.customer_id)
        if holder is not None and (stand_in.delegate if stand_in else holder) == person:
            return True
    return False


def _of_task(line: TaskLine, person: str, zone: str, base_url: str) -> MailLine:
    task = line.task
    when = "" if task.due_at is None else f"due {local_time.due_day_of(task.due_at, zone)}"
    if task.agreed_at is not None:
        when = local_time.agreed_time_of(task.agreed_at, task.agreed_minutes, zone)
    return MailLine(task.title, line.customer_name, when, task_url(base_url, person, task.journey_id, task.task))


def _of_news(line: NewsLine, person: str, base_url: str) -> MailLine:
    return MailLine(line.title, line.customer_name, "", news_url(base_url, person, line))


def news_url(base_url: str, person: str, line: NewsLine) -> str:
    """Returns the page with the task that something is about; of an outcome, the customer's."""
    if line.task is None:
        return f"{base_url}/ops/customers/{quote(line.customer, safe='')}"
    return task_url(base_url, person, line.journey, line.task)


def task_url(base_url: str, person: str, journey: str, task: str) -> str:
    """Returns the page of a task on somebody's desk."""
    return f"{base_url}/desk/{quote(person)}?journey={quote(journey)}&task={quote(task)}"
