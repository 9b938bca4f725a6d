"""How workflow code is run: in Temporal's sandbox, with our own deterministic modules let through.

Without that, every journey would import them again.
"""

from __future__ import annotations

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

LET_THROUGH = (
    "activities",
    "milepost",
    "workflows.retry_policies",
    "workflows.wake_timer",
)


def workflow_runner() -> SandboxedWorkflowRunner:
    """The runner for workers and for replays."""
    return SandboxedWorkflowRunner(
        restrictions=SandboxRestrictions.default.with_passthrough_modules(*LET_THROUGH),
    )
