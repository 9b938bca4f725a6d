"""Sends the log of Temporal's core to Python's logging; by default it would write to standard output."""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Literal

from temporalio.runtime import LogForwardingConfig, LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter


@lru_cache
def runtime(level: Literal["WARN", "ERROR"] = "WARN") -> Runtime:
    """The Temporal runtime of this process; the core's log lines below `level` are dropped."""
    forwarding = LogForwardingConfig(logging.getLogger("temporalio.core"))
    logs = LoggingConfig(TelemetryFilter(core_level=level, other_level="ERROR"), forwarding=forwarding)
    return Runtime(telemetry=TelemetryConfig(logging=logs))
