"""How colleagues act: diligent people who do their tasks and say how they ended. Pure: a seed decides."""

from __future__ import annotations

from random import Random

from milepost.demo.actions import DAY, HOUR, Act, OpenTask
from milepost.demo.chance import Chance
from milepost.demo.personalities import Part, Renewal, Temperament
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


def does(task: OpenTask, part: Part, chance: Chance) -> Act:
    """What a colleague does about a task."""
    draws = chance.of("task", task.about)
    fact = {"id": f"{task.about} done", "by": task.person or task.role}
    at = _when(task, draws)
    if task.step is None:
        return Act(at, task.customer, {**fact, "task_done": task.task, "note": "Looked after."}, task.about)
    fact |= {"step_done": task.step, "note": draws.choice(_NOTES)}
    if task.results:
        fact["result"] = chosen(task.results, part, draws)
    return Act(at, task.customer, fact, task.about)


def chosen(results: tuple[str, ...], part: Part, draws: Random) -> str:
    """How a task ends, of the ways that it can end in: as the customer's part has it."""
    wanted = [*ENDINGS[part.renewal], "interested" if part.interested else "not_now"]
    wanted += NOT_REACHED if part.temperament is Temperament.SILENT and draws.random() < 0.5 else REACHED  # noqa: PLR2004
    return next((result for result in wanted if result in results), results[0])


def _when(task: OpenTask, draws: Random) -> Instant:
    given = max(task.due_at - task.opened_at, 2 * HOUR) if task.due_at else _WITHOUT_DUE
    share = draws.uniform(1.2, 1.6) if draws.random() < _LATE else draws.uniform(0.1, 0.75)
    return task.opened_at + int(given * share)
