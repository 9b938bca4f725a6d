"""What pages need to show a form again that was refused: what was typed, and why in words that stand beside it."""

from __future__ import annotations

import re
from dataclasses import replace

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import FormData

from milepost.planner.fact_errors import RefusedError
from milepost.web.problems import Problem, ProblemError, problem_for

REFUSALS = (ProblemError, RefusedError, RequestValidationError)
"""The errors of a form that can be filled in otherwise."""
_GO_BACK = re.compile(r"Go back(?:, reload the page)?(?: and |\. |; )")


def problem_in_place(request: Request, error: Exception) -> Problem:
    """Returns the problem as a page says it that has the form itself: nobody has to go back."""
    return in_place(problem_for(request, error))


def in_place(problem: Problem) -> Problem:
    """Returns the same problem without the advice to go back."""
    words = _GO_BACK.sub("", problem.hint or "", count=1)
    return replace(problem, hint=f"{words[:1].upper()}{words[1:]}" or None)


async def typed_in(request: Request) -> FormData:
    """Returns what was typed in a form that has been read; one with files has its own words for what is wrong."""
    is_plain = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    return await request.form() if is_plain else FormData()
