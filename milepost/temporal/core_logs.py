"""What Temporal's core has to say goes into Python's logs; left alone, it writes on standard output."""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Literal

from temporalio.runtime import LogForwardingConfig, LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter


@lru_cache
def runtime(level: Literal["WARN", "ERROR"] = "WARN") -> Runtime:
    """The runtime of this process for all that runs on Temporal; what the core logs below `level` is dropped."""
    forwarding = LogForwardingConfig(logging.getLogger("temporalio.core"))
    heard = LoggingConfig(TelemetryFilter(core_level=level, other_level="ERROR"), forwarding=forwarding)
    return Runtime(telemetry=TelemetryConfig(logging=heard))
