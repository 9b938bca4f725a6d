"""Temporal's sandbox: workflows that read the clock, a file or the environment, or draw lots, fail in it.

Workers run without it, as it costs a third of their time; tests and replays run in it.
"""

from __future__ import annotations

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

LET_THROUGH = (
    "activities",
    "milepost",
    "workflows.retry_policies",
    "workflows.wake_timer",
)


def sandboxed() -> SandboxedWorkflowRunner:
    """The runner that notices what isn't deterministic; our own pure modules are let through."""
    return SandboxedWorkflowRunner(
        restrictions=SandboxRestrictions.default.with_passthrough_modules(*LET_THROUGH),
    )
