"""Sends the log of Temporal's core to Python's logging; by default it would write to standard output."""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Literal

from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)


@lru_cache
def runtime(level: Literal["WARN", "ERROR"] = "WARN", metrics_at: str | None = None) -> Runtime:
    """The Temporal runtime of this process; the core's log lines below `level` are dropped.

    `metrics_at` is the address, HOST:PORT, at which the core shows its metrics to us.
    """
    forwarding = LogForwardingConfig(logging.getLogger("temporalio.core"))
    logs = LoggingConfig(TelemetryFilter(core_level=level, other_level="ERROR"), forwarding=forwarding)
    metrics = None
    if metrics_at is not None:
        metrics = PrometheusConfig(
            bind_address=metrics_at, counters_total_suffix=True, unit_suffix=True, durations_as_seconds=True
        )
    return Runtime(telemetry=TelemetryConfig(logging=logs, metrics=metrics))
