"""Taking one batch of a rollout: its journeys are told to move."""

from __future__ import annotations

from temporalio import activity

from milepost.intake import rollouts
from milepost.intake.context import IntakeContext
from milepost.wire.rollout import BatchDone, BatchOrder


class RolloutActivities:
    """Takes batches. A batch that is taken again changes nothing: each journey is told once."""

    def __init__(self, context: IntakeContext) -> None:
        self._context = context

    @activity.defn
    async def take_batch(self, order: BatchOrder) -> BatchDone:
        """Takes the next batch, unless the rollout is paused or over."""
        return await rollouts.take_batch(self._context, order.number)
