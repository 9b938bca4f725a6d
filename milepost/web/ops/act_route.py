"""Routes of the forms on a customer's page: one that is refused comes back with what was typed, and says why."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from milepost.web.identity import who_acts
from milepost.web.ops.customer import RefusedAct, customer_page
from milepost.web.ops.customer_acts import GROUPS
from milepost.web.problems import Problem
from milepost.web.refused_forms import REFUSALS, problem_in_place, typed_in
from milepost.web.services import services

_KEYS = {act.key for group in GROUPS for act in group.acts}


class ActRoute(APIRoute):
    """A route whose last part is the key of an act."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Returns the handler, which shows the form again where its act is refused."""
        handle = super().get_route_handler()
        key = next((each for each in _KEYS if self.path.endswith(f"/{each}")), None)

        async def handler(request: Request) -> Response:
            try:
                return await handle(request)
            except REFUSALS as error:
                if key is None:
                    raise
                return await refused_page(request, key, problem_in_place(request, error))

        return handler


async def refused_page(request: Request, key: str, problem: Problem) -> Response:
    """Returns the customer's page with the form of an act that was refused, as it was filled in."""
    served = services(request)
    person = await who_acts(request, served)
    refused = RefusedAct(key, await typed_in(request), problem)
    return await customer_page(request, served, person, request.path_params["customer"], refused=refused)
