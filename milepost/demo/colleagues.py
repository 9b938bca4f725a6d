"""The demo's colleagues: diligent people who do their tasks and record the results. Pure: a seed decides."""

from __future__ import annotations

from collections.abc import Iterator

from milepost.demo.personalities import Personality, Renewal, Temperament
from milepost.demo.views import DAY, HOUR, OpenTask, PlannedFact
from milepost.people.draws import Chance, Draws
from milepost.planner.instants import Instant

_LATE = 0.07  # of all tasks
_WITHOUT_DUE = 3 * DAY
_NOTES = ("Went well.", "Short and to the point.", "They had good questions.", "Agreed on the next step.")
ENDINGS = {
    Renewal.RENEWED: ("renewed", "accepted", "stays"),
    Renewal.PERSUADED: ("at_risk", "accepted", "stays"),
    Renewal.LOST: ("lost", "declined", "leaves"),
    Renewal.GIVEN_UP: ("at_risk", "declined", "leaves"),
}
REACHED = ("reached", "delegated", "moved_on", "helped")
NOT_REACHED = ("not_reached", "unhappy")


def task_done(task: OpenTask, personality: Personality, chance: Chance) -> Iterator[PlannedFact]:
    """Yields when a colleague does a task, and how it ends with a customer of this personality."""
    draws = chance("task", task.key)
    fact = {"id": f"{task.key} done", "by": task.person or task.role}
    at = _done_at(task, draws)
    if task.step is None:
        fact |= {"task_done": task.task, "note": "Looked after."}
    else:
        fact |= {"step_done": task.step, "note": draws.choice(_NOTES)}
    if task.results:
        fact["result"] = _result(task.results, personality, draws)
    yield PlannedFact(at, task.customer, fact, task.key, whose=task.person)


def _result(results: tuple[str, ...], personality: Personality, draws: Draws) -> str:
    """Chooses one of the results of a task."""
    likely = [*ENDINGS[personality.renewal], "interested" if personality.interested else "not_now"]
    silent = personality.temperament is Temperament.SILENT
    likely += NOT_REACHED if silent and draws.random() < 0.5 else REACHED  # noqa: PLR2004
    return next((result for result in likely if result in results), results[0])


def _done_at(task: OpenTask, draws: Draws) -> Instant:
    span = max(task.due_at - task.opened_at, 2 * HOUR) if task.due_at else _WITHOUT_DUE
    share = draws.uniform(1.2, 1.6) if draws.random() < _LATE else draws.uniform(0.1, 0.75)
    return task.opened_at + int(span * share)
