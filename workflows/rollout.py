"""A rollout: batch after batch of journeys is told to move. Its activity decides which, and whether to go on."""

from __future__ import annotations

from temporalio import workflow

from activities.rollout import RolloutActivities
from milepost.wire.rollout import ROLLOUT, BatchOrder, RolloutInput
from workflows.retry_policies import BATCH_RETRY, BATCH_TIMEOUT


@workflow.defn(name=ROLLOUT)
class Rollout:
    """The clock of a rollout. It ends when the rollout is over or paused; to resume is to start it anew."""

    @workflow.run
    async def run(self, given: RolloutInput) -> None:
        for batch in range(1, given.max_batches + 1):
            done = await workflow.execute_activity_method(
                RolloutActivities.take_batch,
                BatchOrder(given.number),
                start_to_close_timeout=BATCH_TIMEOUT,
                retry_policy=BATCH_RETRY,
            )
            workflow.set_current_details(f"batch {batch} of this run: {done.journeys} journeys")
            if done.seconds is None:
                return
            await workflow.sleep(done.seconds)
        workflow.continue_as_new(given)
