"""How workflow code is run: in Temporal's sandbox, with our own deterministic modules let through.

Without that, every journey would import them anew.
"""

from __future__ import annotations

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

LET_THROUGH = (
    "activities",
    "channels",
    "journeys",
    "store",
    "workflows.agenda",
    "workflows.alarm",
    "workflows.patience",
    "workflows.search_attributes",
    "workflows.types",
)


def workflow_runner() -> SandboxedWorkflowRunner:
    """The runner for workers and for replays."""
    return SandboxedWorkflowRunner(
        restrictions=SandboxRestrictions.default.with_passthrough_modules(*LET_THROUGH),
    )
