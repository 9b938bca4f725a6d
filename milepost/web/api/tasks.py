"""`GET /api/v1/tasks`: what colleagues have to do."""

from __future__ import annotations

from fastapi import APIRouter

from milepost.planner.instants import text
from milepost.store import customers, tasks
from milepost.web.api import presenters
from milepost.web.api.shapes import TaskList
from milepost.web.services import Served

router = APIRouter(tags=["tasks"])


@router.get("/tasks", summary="List open tasks")
async def list_tasks(
    served: Served, person: str | None = None, customer: str | None = None, role: str | None = None
) -> TaskList:
    """Open tasks, the most urgent first, of one person (including escalated tasks), customer or role."""
    async with served.store.reading() as session:
        if customer is None:
            lines = await tasks.all_open(session)
        else:
            await customers.get_row(session, customer)
            lines = await tasks.of_customer(session, customer)
    if person is not None:
        address = person.strip().lower()
        lines = [line for line in lines if address in (line.task.person, line.task.escalated_person)]
    if role is not None:
        lines = [line for line in lines if role in (line.task.role, line.task.escalated_to)]
    return TaskList(tasks=tuple(presenters.task(line) for line in lines), now=text(served.now()))
