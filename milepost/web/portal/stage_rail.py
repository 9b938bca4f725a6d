"""Where a plan is: its stages with their dates, in the order in which they come, and what runs beside them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from milepost.explain import local_time
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.enums import StageStatus
from milepost.planner.instants import Instant
from milepost.planner.state import StageState, State
from milepost.planner.timeline import Entry, StageClosed, StageOpened
from milepost.translations.reader import Reader

KINDS = (StageOpened.kind, StageClosed.kind)


@dataclass(frozen=True, slots=True)
class RailStage:
    """A stage on the rail; `when` says its dates in the reader's way, `beside` that it is none of the sequence.

    `title` is for customers.
    """

    stage: str
    title: str
    status: StageStatus
    when: str
    beside: bool


def stage_rail(
    compiled_map: CompiledMap, state: State, entries: Iterable[Entry], reader: Reader, zone: str
) -> list[RailStage]:
    """Returns the stages, without those that the journey skipped; `entries` are of their openings and closings."""
    closed = {each.stage: each.at for each in entries if isinstance(each, StageClosed)}
    sequence = [stage_id for stage_id, stage in compiled_map.stages.items() if stage.in_sequence]
    come_to = max(
        (at for at, stage_id in enumerate(sequence) if state.stage(stage_id).status is not StageStatus.WAITING),
        default=0,
    )
    passed = {stage_id for stage_id in sequence[:come_to] if state.stage(stage_id).status is StageStatus.WAITING}
    return [
        RailStage(
            stage_id,
            stage.stage.title_for_customers,
            state.stage(stage_id).status,
            _when(state.stage(stage_id), closed.get(stage_id), reader, zone),
            not stage.in_sequence,
        )
        for stage_id, stage in compiled_map.stages.items()
        if stage_id not in passed
    ]


def _when(record: StageState, closed_at: Instant | None, reader: Reader, zone: str) -> str:
    if record.status is StageStatus.WAITING:
        return reader.pgettext("stage", "later")
    if record.opened_at is None:  # whoever entered in the middle was past it already
        return reader.pgettext("stage", "finished")
    since = reader.short_day(local_time.local(record.opened_at, zone).date())
    if not record.is_open:
        if closed_at is None:
            return reader.pgettext("stage", "finished")
        until = reader.short_day(local_time.local(closed_at, zone).date())
        return since if since == until else reader.gettext("%(since)s to %(until)s", since=since, until=until)
    if record.target_at is None:
        return reader.gettext("since %(since)s", since=since)
    until = reader.short_day(local_time.due_date(record.target_at, zone))
    return reader.gettext("%(since)s to about %(until)s", since=since, until=until)
