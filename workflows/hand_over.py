"""A hand-over that goes on behind its page: one activity, begun again until nothing is left."""

from __future__ import annotations

from temporalio import workflow

from activities.hand_over import HandOverActivities
from milepost.wire.hand_over import HAND_OVER, HandOverInput
from workflows.retry_policies import BATCH_RETRY, IMPORT_HEARTBEAT_TIMEOUT, IMPORT_TIMEOUT


@workflow.defn(name=HAND_OVER)
class HandOver:
    """Sees a hand-over through, whichever workers die meanwhile."""

    @workflow.run
    async def run(self, given: HandOverInput) -> None:
        step = await workflow.execute_activity_method(
            HandOverActivities.hand_over,
            given,
            start_to_close_timeout=IMPORT_TIMEOUT,
            heartbeat_timeout=IMPORT_HEARTBEAT_TIMEOUT,
            retry_policy=BATCH_RETRY,
        )
        workflow.set_current_details(f"{step.moved} customers moved")
