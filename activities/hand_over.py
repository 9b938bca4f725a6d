"""Going on with a hand-over: the customers that are left of it."""

from __future__ import annotations

from temporalio import activity

from milepost.intake import hand_over_runs
from milepost.intake.context import IntakeContext
from milepost.wire.hand_over import HandOverInput, HandOverStep


class HandOverActivities:
    """Goes on with hand-overs. One that is gone on with twice, or from the middle, moves each customer once."""

    def __init__(self, context: IntakeContext) -> None:
        self._context = context

    @activity.defn
    async def hand_over(self, given: HandOverInput) -> HandOverStep:
        """Hands over what is left, up to the end or until the worker stops."""
        return HandOverStep(await hand_over_runs.go_on(self._context, given.number, activity.heartbeat))
