"""An import that people follow on pages. Its activity goes on with it, and tells whether there is more to do."""

from __future__ import annotations

from temporalio import workflow

from activities.book_import import ImportActivities
from milepost.wire.book_import import IMPORT, ImportInput, ImportOrder
from workflows.retry_policies import BATCH_RETRY, IMPORT_HEARTBEAT_TIMEOUT, IMPORT_TIMEOUT


@workflow.defn(name=IMPORT)
class BookImport:
    """The clock of an import: of its dry run, and later of the import itself. It ends when there is nothing to do."""

    @workflow.run
    async def run(self, given: ImportInput) -> None:
        for _ in range(given.max_steps):
            step = await workflow.execute_activity_method(
                ImportActivities.go_on,
                ImportOrder(given.number),
                start_to_close_timeout=IMPORT_TIMEOUT,
                heartbeat_timeout=IMPORT_HEARTBEAT_TIMEOUT,
                retry_policy=BATCH_RETRY,
            )
            workflow.set_current_details(f"{step.rows} rows are done with")
            if step.seconds is None:
                return
            await workflow.sleep(step.seconds)
        workflow.continue_as_new(given)
