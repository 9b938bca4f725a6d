"""Routes of the forms on a customer's page: one that is refused comes back with what was typed, and says why."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.datastructures import FormData
from starlette.responses import Response

from milepost.planner.fact_errors import RefusedError
from milepost.web.identity import who_acts
from milepost.web.ops.customer import RefusedAct, customer_page
from milepost.web.ops.customer_acts import GROUPS
from milepost.web.problems import Problem, ProblemError, problem_for
from milepost.web.services import services

_KEYS = {act.key for group in GROUPS for act in group.acts}
_GO_BACK = re.compile(r"Go back(?:, reload the page)?(?: and |\. |; )")


class ActRoute(APIRoute):
    """A route whose last part is the key of an act."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Returns the handler, which shows the form again where its act is refused."""
        handle = super().get_route_handler()
        key = next((each for each in _KEYS if self.path.endswith(f"/{each}")), None)

        async def handler(request: Request) -> Response:
            try:
                return await handle(request)
            except (ProblemError, RefusedError, RequestValidationError) as error:
                if key is None:
                    raise
                return await refused_page(request, key, problem_for(request, error))

        return handler


async def refused_page(request: Request, key: str, problem: Problem) -> Response:
    """Returns the customer's page with the form of an act that was refused, as it was filled in."""
    served = services(request)
    person = await who_acts(request, served)
    refused = RefusedAct(key, await _typed(request), in_place(problem))
    return await customer_page(request, served, person, request.path_params["customer"], refused=refused)


def in_place(problem: Problem) -> Problem:
    """Returns the problem as a page says it that has the form itself: nobody has to go back."""
    words = _GO_BACK.sub("", problem.hint or "", count=1)
    return replace(problem, hint=f"{words[:1].upper()}{words[1:]}" or None)


async def _typed(request: Request) -> FormData:
    """Returns what was typed in a form that has been read; one with files has its own words for what is wrong."""
    is_plain = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    return await request.form() if is_plain else FormData()
