"""What Temporal learns of a failure: its kind, and nothing that could name a person."""

from __future__ import annotations

from typing import Any

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory, is_cancelled_exception
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from milepost.store.errors import StoreUnreachableError

log = structlog.get_logger()


class NamelessFailures(Interceptor):
    """Keeps the texts of unexpected errors out of Temporal's histories, which are never erased on request."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002
        return _Nameless(next)


class _Nameless(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002
        try:
            return await super().execute_activity(input)
        except ApplicationError:
            raise
        except Exception as error:
            if is_cancelled_exception(error):
                raise
            kind = type(error).__name__
            name = activity.info().activity_type
            if isinstance(error, StoreUnreachableError):
                log.warning("activity failed, the database can't be used", activity=name, why=str(error))
            else:
                log.warning("activity failed", activity=name, error=kind, where=_place(error))
            # Benign: the SDK would log it again, with its traceback.
            category = ApplicationErrorCategory.BENIGN
            raise ApplicationError(f"{kind}, see the worker's log", type=kind, category=category) from None


def _place(error: Exception) -> str | None:
    """Returns where an error was raised: FILE:LINE. Its text may hold anything, and is left out."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return None if trace is None else f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
