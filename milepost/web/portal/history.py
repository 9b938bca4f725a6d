"""What is left of a plan after its end: the stages, what was done and when, and what was confirmed. Read-only."""

from __future__ import annotations

from typing import Any

from milepost.explain import local_time
from milepost.explain.agreement import is_shown
from milepost.explain.sentences import Wording
from milepost.language.steps import Outcome
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.enums import StageStatus
from milepost.planner.instants import Instant
from milepost.planner.timeline import StepDone
from milepost.store import files, outcomes, timeline
from milepost.web.portal.file_answers import files_of_plan
from milepost.web.portal.plan_link import Opened
from milepost.web.portal.results import Result, ResultWords, results
from milepost.web.services import Services


async def history(served: Services, opened: Opened) -> dict[str, Any]:
    """Returns the values of the page: the plan's end, its stages, results, and what was done, the latest first.

    `own` are the outcomes to whose answer the reader may add something.
    """
    say = Wording(opened.compiled_map, opened.zone)
    async with served.store.reading() as session:
        rows = await timeline.of_kind(session, opened.journey, StepDone.kind)
        records = await outcomes.of_journey(session, opened.journey)
        sent = await files.of_journeys(session, [opened.journey])
    ended_at, may_complete = opened.state.ended_at, opened.may_complete(served.now())
    answered = [each for each in results(opened.compiled_map, opened.state, records) if each.answer]
    return {
        "opened": opened,
        "ended": "" if ended_at is None else _day(opened, ended_at),
        "stages": list(_stages(opened)),
        "words": ResultWords(opened.reader, opened.zone, opened.state.customer),
        "results": answered,
        "own": {each.outcome for each in answered if may_complete and _is_readers(opened, each)},
        "files": [] if opened.is_preview else files_of_plan(opened, sent, records),
        "done": [
            (say.step(entry.step), _day(opened, entry.at))
            for entry in reversed([timeline.entry_of(row) for row in rows])
            if isinstance(entry, StepDone) and _may_be_shown(opened.compiled_map, entry.step)
        ],
    }


def _is_readers(opened: Opened, result: Result) -> bool:
    return result.answer is not None and opened.contact.has_address(result.answer.by or "")


def _stages(opened: Opened) -> list[str]:
    """Returns the titles of the stages that the journey has been in."""
    return [
        stage.stage.title_for_customers
        for stage_id, stage in opened.compiled_map.stages.items()
        if opened.state.stage(stage_id).status is not StageStatus.WAITING
    ]


def _may_be_shown(compiled_map: CompiledMap, step_id: str) -> bool:
    step = compiled_map.step_of(step_id)
    return step is not None and not isinstance(step.step, Outcome) and is_shown(step)


def _day(opened: Opened, at: Instant) -> str:
    return opened.reader.weekday(local_time.local(at, opened.zone).date())
