"""A yardstick: 60 user tasks in sequence, in memory and saved at every step, by SpiffWorkflow and by the planner."""

from __future__ import annotations

import json
from collections.abc import Iterator

from benchmarks.customers import START
from benchmarks.figures import Figure, best_seconds
from milepost.language.model import Map
from milepost.people.sample_customer import made_up_customer
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.facts import StepDone
from milepost.planner.plan import plan
from milepost.planner.state import State

TASKS = 60


def figures() -> Iterator[Figure]:
    """Both engines side by side; without SpiffWorkflow (the bench extra) only ours."""
    compiled_map = _chart()
    yield Figure(
        f"{TASKS} tasks in sequence: Milepost, in memory", best_seconds(lambda: _ours(compiled_map)) * 1e3, "ms"
    )
    saved = best_seconds(lambda: _ours(compiled_map, saved=True)) * 1e3
    yield Figure(f"{TASKS} tasks in sequence: Milepost, saved at every step", saved, "ms")
    try:
        import SpiffWorkflow  # noqa: F401, PLC0415 - only the bench extra has it
    except ImportError:
        return
    yield Figure(f"{TASKS} tasks in sequence: SpiffWorkflow, in memory", best_seconds(_spiff) * 1e3, "ms")
    saved = best_seconds(lambda: _spiff(saved=True)) * 1e3
    yield Figure(f"{TASKS} tasks in sequence: SpiffWorkflow, saved at every step", saved, "ms")


def _chart() -> CompiledMap:
    steps = [
        {"touchpoint": f"t{number}", "title": "Task", "role": "csm", **({"after": f"t{number - 1}"} if number else {})}
        for number in range(TASKS)
    ]
    data = {
        "map": "sequence",
        "title": "Sequence",
        "outcome": "save_time",
        "owner": "somebody",
        "segment": {"where": "true"},
        "roles": {"csm": "CSM"},
        "personas": {"lead": {"title": "Lead"}},
        "stages": [{"stage": "one", "title": "One", "touchpoints": steps}],
    }
    return CompiledMap.of(Map.model_validate(data), "v1")


def _ours(compiled_map: CompiledMap, *, saved: bool = False) -> None:
    customer = made_up_customer(compiled_map.map, START)
    state = plan(compiled_map, State.begin(customer, "sequence", "v1", START), (), START).state
    for number in range(TASKS):
        fact = StepDone(id=f"f{number}", at=START + number + 1, step=f"t{number}")
        state = plan(compiled_map, state, (fact,), fact.at).state
        if saved:
            state = State.from_json(json.loads(json.dumps(state.to_json())))
    assert state.ended


def _spiff(*, saved: bool = False) -> None:
    from SpiffWorkflow import TaskState  # noqa: PLC0415 - only the bench extra has it
    from SpiffWorkflow.serializer.json import JSONSerializer  # noqa: PLC0415
    from SpiffWorkflow.specs.Simple import Simple  # noqa: PLC0415
    from SpiffWorkflow.specs.WorkflowSpec import WorkflowSpec  # noqa: PLC0415
    from SpiffWorkflow.workflow import Workflow  # noqa: PLC0415

    spec = WorkflowSpec(name="sequence", addstart=True)
    last = spec.start
    for number in range(TASKS):
        task = Simple(spec, f"t{number}", manual=True)
        last.connect(task)
        last = task
    workflow, serializer = Workflow(spec), JSONSerializer()
    while not workflow.is_completed():
        for task in workflow.get_tasks(state=TaskState.READY):
            task.run()
        if saved:
            workflow = Workflow.deserialize(serializer, workflow.serialize(serializer))
