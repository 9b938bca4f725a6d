"""How many statements the road of a fact takes: it must not grow unnoticed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from activities.journey import JourneyActivities
from milepost.intake.intake import Intake
from milepost.planner.written_facts import WrittenFact
from milepost.wire.activities import AdvanceOrder
from tests.intake.conftest import Hands


@contextmanager
def statements(intake: Intake) -> Iterator[list[str]]:
    """The statements of the writer meanwhile, without those that begin and end transactions."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
            seen.append(statement)

    engine = intake.context.store._writer._engine  # type: ignore[attr-defined]
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


async def test_a_fact_takes_three_statements_and_an_advance_that_sends_a_message_eleven(
    intake: Intake, wall: Hands
) -> None:
    advance = JourneyActivities(intake.context.store, intake.context.compiled_maps).advance
    await intake.enrol("acme")
    await advance(AdvanceOrder("acme/1", 1, int(wall.at)))

    with statements(intake) as recorded:
        await intake.record_fact("acme", WrittenFact(step_done="kickoff", result="held"))
    wall.at += 60
    with statements(intake) as advanced:
        assert (await advance(AdvanceOrder("acme/1", 2, int(wall.at)))).deliver == ["connect/1/opening/1"]

    await intake.record_fact("acme", WrittenFact(play_started="rescue"))
    wall.at += 60
    with statements(intake) as opened:
        await advance(AdvanceOrder("acme/1", 3, int(wall.at)))

    assert len(recorded) == 3, recorded
    assert any("INSERT INTO tasks" in statement for statement in opened)
    assert len(opened) <= 9, opened  # one for the play, one for the switch that holds mail, one for who is to be told
    assert len(advanced) <= 11, advanced  # two of them for the attribute that the result sets, one for the switch
