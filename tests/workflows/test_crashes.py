from __future__ import annotations

from temporalio.testing import WorkflowEnvironment

from milepost.channels.protocol import TemporaryDeliveryError
from milepost.planner.written_facts import WrittenFact
from milepost.store.database import Store
from tests.workflows.crashes import CrashAfter
from tests.workflows.example import START
from tests.workflows.rig import eventually, rig_on

HOUR = 3600


async def test_an_advance_that_crashed_after_its_commit_is_done_again_and_doubles_nothing(
    server: WorkflowEnvironment, store: Store
) -> None:
    crash = CrashAfter("advance", spared=1)
    async with rig_on(server, store, interceptors=[crash]) as rig:
        await rig.enrol()
        await rig.intake.record_fact("acme", WrittenFact(step_done="kickoff", result="held"))
        await rig.settled()
        await rig.pass_time(START + 24 * HOUR)

        assert crash.crashed == 1
        kinds = await rig.kinds()
        assert kinds.count("step_done") == 1
        assert kinds.count("message_sent") == 1
        assert await rig.timeline() == await rig.simulated()


async def test_a_delivery_that_crashed_after_it_was_recorded_is_not_sent_again(
    server: WorkflowEnvironment, store: Store
) -> None:
    crash = CrashAfter("deliver")
    async with rig_on(server, store, interceptors=[crash]) as rig:
        await rig.enrol()
        await rig.intake.record_fact("acme", WrittenFact(step_done="kickoff", result="held"))
        await rig.settled()
        await rig.pass_time(START + 24 * HOUR)

        async def over() -> bool:
            return not (await rig.status()).in_flight

        await eventually(over)
        assert crash.crashed == 1
        assert len(rig.channel.attempts) == 1


async def test_a_failure_that_crashed_after_it_was_recorded_gives_one_task(
    server: WorkflowEnvironment, store: Store
) -> None:
    crash = CrashAfter("deliver")
    async with rig_on(server, store, interceptors=[crash]) as rig:
        rig.channel.fail_always(TemporaryDeliveryError("away", retry_after=6 * 24 * 3600.0))
        await rig.enrol()
        await rig.intake.record_fact("acme", WrittenFact(step_done="kickoff", result="held"))
        await rig.settled()
        await rig.pass_time(START + 6 * 24 * HOUR)

        async def failed() -> bool:
            return "task_opened" in await rig.kinds()

        await eventually(failed)
        assert crash.crashed == 1
        assert (await rig.kinds()).count("task_opened") == 1
