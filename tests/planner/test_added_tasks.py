"""Tasks of one customer: what the state keeps of them, and for how long."""

from __future__ import annotations

from milepost.customer import Customer
from milepost.planner.added_tasks import MOST_OPEN, with_added_tasks
from milepost.planner.facts import Ended, Fact, StepDone, TaskAdded
from milepost.planner.open_tasks import open_tasks
from milepost.planner.plan import plan
from milepost.planner.state import State
from tests.planner.test_fact_checks import MAP, map_of

START = 1_772_445_600
SMALL = map_of(MAP)
CUSTOMER = Customer(id="acme", name="Acme", team={"csm": "ana@vendor.example"})


def after(*facts: Fact) -> State:
    return plan(SMALL, State.begin(CUSTOMER, "small", "v1", START), facts, START + 60).state


def added(number: int) -> TaskAdded:
    return TaskAdded(id=f"t{number}", at=START + 60, title=f"Call {number}", effort="30 minutes")


def test_an_open_task_has_all_that_a_colleague_needs_to_know() -> None:
    [task] = [each for each in open_tasks(SMALL, after(added(1))) if each.step == "task/1"]
    assert (task.task, task.title, task.role, task.person) == ("task/1/1", "Call 1", "csm", "ana@vendor.example")
    assert task.effort_minutes == 30
    assert task.due_at is not None


def test_nothing_is_kept_of_a_task_that_is_closed_but_its_number() -> None:
    state = after(added(1), StepDone(id="d", at=START + 60, step="task/1"), added(2))
    assert list(state.added) == ["task/2"]
    assert "task/1" not in state.steps
    assert after(added(1), Ended(id="e", at=START + 60, reason="left")).added == {}


def test_a_customer_has_so_many_open_tasks_and_no_more() -> None:
    state = after(*(added(number) for number in range(MOST_OPEN + 5)))
    assert len(state.added) == MOST_OPEN
    assert State.from_json(state.to_json()) == state


def test_the_map_of_a_journey_is_made_once_for_the_same_tasks() -> None:
    state = after(added(1))
    with_tasks = with_added_tasks(SMALL, state)
    assert with_added_tasks(with_tasks, state) is with_tasks
    assert with_added_tasks(with_tasks, after()) is SMALL
