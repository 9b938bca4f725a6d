"""The same step of many customers done together: its pane, the form that does it, and the one that undoes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from pydantic import StringConstraints
from starlette.responses import Response

from milepost.explain.titles_of_maps import map_titles
from milepost.intake.fact_admission import IncomingFact
from milepost.intake.facts import FactReceipt
from milepost.planner.enums import TaskStatus
from milepost.planner.fact_errors import RefusedError
from milepost.planner.instants import Instant
from milepost.planner.written_facts import WrittenAgreement, WrittenFact
from milepost.store import books, equal_tasks, tasks
from milepost.store.equal_tasks import EqualTasks, can_be_together
from milepost.store.tables import TaskRow
from milepost.store.tasks import TaskFilter, TaskLine
from milepost.web import forms, undo
from milepost.web.desk.desk_list import Place
from milepost.web.desk.rows import Row, brief_effort, key_of
from milepost.web.form_values import Line, Onward, Text, Token
from milepost.web.identity import Acting, Person, book_of, safe_onward
from milepost.web.pages import back_to
from milepost.web.problems import ProblemError
from milepost.web.services import Served, Services

router = APIRouter(prefix="/desk/together", include_in_schema=False)
FORM = "together"
"""The kind of the forms about tasks that are done together."""
ChosenTasks = Annotated[
    list[Annotated[str, StringConstraints(max_length=1000)]] | None, Form(max_length=equal_tasks.MOST)
]


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A step in the list that is open for many customers; `address` is that of the page with them beside it.

    `map_title` tells it from steps of other maps that have its title; empty where none has.
    """

    of: EqualTasks
    address: str
    is_chosen: bool
    map_title: str = ""

    @property
    def effort(self) -> str:
        return brief_effort(self.of.minutes)


@dataclass(frozen=True, slots=True)
class Batch:
    """What is done together: each task with the token by which it is chosen, and the form around them.

    `results` are those that the step has in every version that it is open in. `is_unowned`: whoever looks at it can
    take the tasks.
    """

    title: str
    lines: tuple[tuple[Row, str], ...]
    results: tuple[str, ...]
    form: str | None
    is_unowned: bool


def batch_of(
    served: Services, viewer: Person | None, lines: Sequence[TaskLine], now: Instant, zone: str
) -> Batch | None:
    """Returns the batch of open tasks of one step; None if there are none any more."""
    if not lines:
        return None
    session = viewer.session if viewer else ""
    chosen = [
        (Row(line, now, zone, "", is_chosen=False), forms.token(served, session, "task", *key_of(line)))
        for line in lines
    ]
    first = lines[0].task
    results = [each for each in first.results if all(each in line.task.results for line in lines)]
    form = forms.token(served, session, FORM) if viewer else None
    is_unowned = all(line.task.person is None for line in lines)
    return Batch(first.title, tuple(chosen), tuple(results), form, is_unowned)


class SentBatch:
    """A checked form about tasks that are done together: who sends it, which tasks, and where to go next."""

    def __init__(
        self,
        served: Served,
        person: Acting,
        form: Token,
        task: ChosenTasks = None,
        onward: Onward = "/desk",
    ) -> None:
        self.served = served
        self.person = person
        self.id = forms.read(served, person.session, form, FORM).id
        self.chosen = [forms.read(served, person.session, each, "task").subject for each in task or ()]
        self.onward = safe_onward(onward)

    async def open_lines(self, fits: Callable[[TaskRow], bool] = can_be_together) -> dict[int, TaskLine]:
        """Returns the chosen tasks that are open, fit and are in their sender's book, each by its place in the form.

        Raises:
            ProblemError: none is chosen.
        """
        if not self.chosen:
            raise ProblemError(422, "nothing_chosen", "No customer is chosen.", "Go back and choose at least one.")
        lines = {}
        async with self.served.store.reading() as session:
            book = await book_of(session, self.served, self.person)
            for number, key in enumerate(dict.fromkeys(self.chosen)):
                line = await tasks.get(session, *key)
                if line is not None and line.task.status == TaskStatus.OPEN and fits(line.task):
                    lines[number] = line
            own = await books.among(session, book, {line.task.customer_id for line in lines.values()})
        return {number: line for number, line in lines.items() if line.task.customer_id in own}

    async def record(self, lines: Mapping[int, TaskLine], fact_of: Callable[[TaskLine], WrittenFact]) -> str:
        """Records a fact about each task; returns the key of the notice about it."""
        by = self.person.address
        incoming = [
            IncomingFact(line.task.customer_id, _identified(fact_of(line), undo.id_in_batch(self.id, number)), by=by)
            for number, line in lines.items()
        ]
        receipts = await self.served.intake.record_facts(incoming, source="desk")
        taken = [
            (each.customer, receipt)
            for receipt, each in zip(receipts, incoming, strict=True)
            if isinstance(receipt, FactReceipt)
        ]
        told = [(customer, receipt.fact_id) for customer, receipt in taken if receipt.delivered]
        await forms.wait_until_taken_in(self.served, told)
        return forms.notice_of(taken[-1][1].status) if taken else "closed"


def _identified(fact: WrittenFact, id_: str) -> WrittenFact:
    return fact.model_copy(update={"id": id_})


@router.post("/take")
async def take(sent: Annotated[SentBatch, Depends()]) -> Response:
    """Gives the chosen tasks to whoever takes them, but for those that somebody has by now."""
    lines = {number: line for number, line in (await sent.open_lines()).items() if line.task.person is None}
    agreement = WrittenAgreement(person=sent.person.address)
    notice = await sent.record(lines, lambda line: WrittenFact(agreed={line.task.step or "": agreement}))
    if notice == "noted":
        notice = "taken" if len(lines) == len(set(sent.chosen)) else "taken_in_part"
    return back_to(sent.onward, notice if lines else "taken_before")


@router.post("/done")
async def done(sent: Annotated[SentBatch, Depends()], result: Line = "", note: Text = "") -> Response:
    """Marks the chosen tasks as done, all with the same result and note."""
    lines = await sent.open_lines()
    if any(line.task.results and result not in line.task.results for line in lines.values()):
        raise ProblemError(422, "result_missing", "These tasks need a result.", "Go back and choose how they ended.")

    def fact_of(line: TaskLine) -> WrittenFact:
        said = {"result": result if line.task.results else None, "note": note or None}
        return WrittenFact(step_done=line.task.step, **said)

    return back_to(sent.onward, await sent.record(lines, fact_of))


@router.post("/undo")
async def undo_batch(served: Served, person: Acting, form: Token, onward: Onward = "/desk") -> Response:
    """Undoes all that was done together, as far as it can be."""
    (batch,) = forms.read(served, person.session, form, undo.BATCH).subject
    refused = 0
    facts = await undo.of_batch(served, person.address, batch)
    for fact in facts:
        try:
            await served.intake.undo_fact(fact.customer_id, fact.id, by=person.address)
        except RefusedError:
            refused += 1
    done_in = "undone" if not refused else "undone_in_part"
    return back_to(safe_onward(onward), done_in if refused < len(facts) else "too_late")


async def groups(served: Services, filters: TaskFilter, place: Place) -> list[GroupRow]:
    """Returns the rows of what is open for many customers, of the tasks that meet the filters."""
    async with served.store.reading() as session:
        steps = await equal_tasks.equal_tasks(session, filters)
    maps_with = Counter(title for title, _ in {(each.title, each.map) for each in steps})
    titles = map_titles(await served.compiled_maps.readable()) if any(many > 1 for many in maps_with.values()) else {}
    return [
        GroupRow(
            each,
            place.of_group(each.map, each.step).address,
            (each.map, each.step) == (place.map, place.together),
            titles.get(each.map, each.map) if maps_with[each.title] > 1 else "",
        )
        for each in steps
    ]


async def chosen(served: Services, filters: TaskFilter, map_id: str, step: str) -> list[TaskLine]:
    """Returns the tasks of a step of a map that can be done together, of those that meet the filters."""
    async with served.store.reading() as session:
        return await equal_tasks.of_step(session, filters, map_id, step)
