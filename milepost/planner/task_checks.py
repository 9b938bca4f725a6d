"""Validates a task that somebody adds to a journey."""

from __future__ import annotations

from collections.abc import Callable

from milepost.language.attribute_values import parse_date
from milepost.language.durations import Duration, TimeTextError, any_duration
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.enums import IgnoreReason
from milepost.planner.fact_errors import InvalidFactError, UnknownRoleError
from milepost.planner.facts import TaskAdded


def check_added_task(compiled_map: CompiledMap, task: TaskAdded) -> None:
    """Check a task that somebody adds: for whom it is, and when it is due."""
    roles = {*compiled_map.map.roles, compiled_map.map.csm}
    if task.role is not None and task.role not in roles:
        raise UnknownRoleError(task.role, roles, f" in map {compiled_map.map.map!r}")
    if task.due is not None and parse_date(task.due) is None:
        _check_duration("due", task.due, any_duration, "a date, 2026-03-02, or a duration, 3 business days")
    if task.effort is not None:
        _check_duration("effort", task.effort, Duration.parse, "a duration, such as 45 minutes")


def _check_duration(field: str, text: str, parse: Callable[[str], Duration], hint: str) -> None:
    try:
        parse(text)
    except TimeTextError:
        raise InvalidFactError(f"{field!r} of the task is {text!r}.", f"Write {hint}.", IgnoreReason.DUE) from None
