"""Where programs that run on their own write their logs: standard error, for people or a JSON object a line."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog
from temporalio.runtime import Runtime

from milepost.settings import Settings
from milepost.temporal.core_logs import runtime

_NOISY = ("alembic", "httpx", "httpcore", "uvicorn.access")  # at info they tell of every request and table


def write_logs(settings: Settings) -> None:
    """Log as the settings say; what libraries and Temporal's core log goes the same way."""
    before: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    shown = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*before, structlog.stdlib.add_logger_name],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_last(settings)],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(shown)
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in _NOISY:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    Runtime.set_default(runtime("WARN"), error_if_already_set=False)


def keep_quiet() -> None:
    """Log errors alone, on standard error: what commands have to say they print themselves."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    Runtime.set_default(runtime("ERROR"), error_if_already_set=False)


def _last(settings: Settings) -> list[Any]:
    if settings.log_format == "json":
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    return [
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
    ]
