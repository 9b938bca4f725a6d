"""Routes of the forms about a task: one that is refused comes back with what was typed, and says why."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.datastructures import FormData
from starlette.responses import Response

from milepost.web import forms
from milepost.web.desk.day import Visit, day_page, queues_page
from milepost.web.desk.desk_list import Look
from milepost.web.desk.pane import RefusedForm
from milepost.web.identity import who_acts
from milepost.web.refused_forms import REFUSALS, problem_in_place, typed_in
from milepost.web.services import services

_DESK, _QUEUES = "/desk/", "queues"


class TaskRoute(APIRoute):
    """A route of a form about a task, which is sent from a desk."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Returns the handler, which shows the desk with the form again where it is refused."""
        handle, name = super().get_route_handler(), PurePosixPath(self.path).name

        async def handler(request: Request) -> Response:
            try:
                return await handle(request)
            except REFUSALS as error:
                typed = await typed_in(request)
                if not (typed.get("form") and str(typed.get("next", "")).startswith(_DESK)):
                    raise
                return await _desk(request, RefusedForm(name, typed, problem_in_place(request, error)))

        return handler


async def _desk(request: Request, refused: RefusedForm) -> Response:
    """Returns the page of the desk that a refused form was sent from, with the task that it is about.

    Raises:
        FormRefusedError: it is no form of ours.
        ProblemError: why it was refused, where its task isn't on that desk any more.
    """
    served = services(request)
    viewer = await who_acts(request, served)
    onward = urlsplit(_text(refused.typed, "next"))
    journey, task = forms.read(served, viewer.session, _text(refused.typed, "form"), "task").subject
    look = Look.model_validate({**dict(parse_qsl(onward.query)), "journey": journey, "task": task, "together": ""})
    visit = Visit(request, served, viewer, refused)
    whose = unquote(onward.path.removeprefix(_DESK))
    return await (queues_page(visit, look) if whose == _QUEUES else day_page(visit, whose, look))


def _text(typed: FormData, name: str) -> str:
    return str(typed.get(name, ""))
