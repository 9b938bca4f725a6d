"""The logs of programs that run on their own: on standard error, for people or as one JSON object per line.

Nothing personal gets into them. The words of an error may hold anything (a database quotes the values that it refuses),
so that a traceback here has kinds and places, and no words.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from typing import Any, TextIO

import structlog
from structlog.typing import ExcInfo
from temporalio.runtime import Runtime

from milepost.settings import Settings
from milepost.temporal.core_logs import runtime

_OURS = ("__main__", "activities", "milepost", "worker", "workflows")
_NOISY = ("alembic", "httpx", "httpcore", "uvicorn.access")  # at info they log every request and table


def write_logs(settings: Settings, core_metrics_at: str | None = None) -> None:
    """Log as the settings say, including the logs of libraries and of Temporal's core.

    Libraries log no more than `info`: in detail, they log statements with their values. `core_metrics_at` is where the
    core is to show its metrics, HOST:PORT.
    """
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
        foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name, _without_objects],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderers(settings)],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    logging.basicConfig(handlers=[handler], level=max(level, logging.INFO), force=True)
    for name in _OURS:
        logging.getLogger(name).setLevel(level)
    for name in _NOISY:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    Runtime.set_default(runtime("WARN", core_metrics_at), error_if_already_set=False)


def keep_quiet() -> None:
    """Log only errors, on standard error: commands print their own output."""
    structlog.configure(
        processors=[structlog.processors.add_log_level, _console()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    Runtime.set_default(runtime("ERROR"), error_if_already_set=False)


def _renderers(settings: Settings) -> list[Any]:
    if settings.log_format == "json":
        traces = structlog.processors.ExceptionRenderer(lambda trace: "".join(_places(trace[1])))
        return [traces, structlog.processors.JSONRenderer(ensure_ascii=False)]
    return [_console()]


def _console() -> structlog.dev.ConsoleRenderer:
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=_write_places)


def _write_places(stream: TextIO, trace: ExcInfo) -> None:
    stream.write("\n" + "".join(_places(trace[1])))


def _places(error: BaseException | None) -> Iterator[str]:
    """Yields an error and its causes as kinds and places, the latest first."""
    while error is not None:
        yield f"{type(error).__module__}.{type(error).__qualname__}\n"
        yield from traceback.format_tb(error.__traceback__)
        if isinstance(error, BaseExceptionGroup):
            for inner in error.exceptions:
                yield from _places(inner)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _without_objects(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Cuts the objects off that asyncio shows below its messages, errors with their words among them."""
    if event.get("logger") == "asyncio":
        event["event"] = str(event["event"]).partition("\n")[0]
    return event
