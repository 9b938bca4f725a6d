"""Going on with an import: its dry run, or its rows, from where they were left."""

from __future__ import annotations

from temporalio import activity

from milepost.intake import import_runs
from milepost.intake.intake import Intake
from milepost.wire.book_import import ImportOrder, ImportStep


class ImportActivities:
    """Goes on with imports. One that is gone on with twice, or from the middle, saves and counts each row once."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    @activity.defn
    async def go_on(self, order: ImportOrder) -> ImportStep:
        """Does what is next with an import, up to its end or until the worker stops."""
        return await import_runs.go_on(self._intake, order.number, activity.heartbeat)
