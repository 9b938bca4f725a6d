"""The logs of programs that run on their own: on standard error, for people or as one JSON object per line."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog
from temporalio.runtime import Runtime

from milepost.settings import Settings
from milepost.temporal.core_logs import runtime

_NOISY = ("alembic", "httpx", "httpcore", "uvicorn.access")  # at info they log every request and table


def write_logs(settings: Settings) -> None:
    """Log as the settings say, including the logs of libraries and of Temporal's core."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderers(settings)],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in _NOISY:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    Runtime.set_default(runtime("WARN"), error_if_already_set=False)


def keep_quiet() -> None:
    """Log only errors, on standard error: commands print their own output."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    Runtime.set_default(runtime("ERROR"), error_if_already_set=False)


def _renderers(settings: Settings) -> list[Any]:
    if settings.log_format == "json":
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    return [
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
    ]
