"""Answers to requests that fail: one JSON shape for programs, a friendly page for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError, DBAPIError
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from milepost import limits
from milepost.errors import MilepostError
from milepost.files.places import FilesUnreachableError
from milepost.intake.errors import UnknownMapError
from milepost.planner.fact_errors import RefusedError
from milepost.planner.fact_words import fact_called
from milepost.store import errors as store_errors
from milepost.store.failures import cause_of
from milepost.text import shortened
from milepost.translations.reader import translatable
from milepost.web.doors import NotAllowedError
from milepost.web.forms import FormRefusedError
from milepost.web.identity import SignInNeededError
from milepost.web.pages import Values, render, render_for
from milepost.web.problem_frame import frame_of
from milepost.web.readers import reader_of
from milepost.web.request_limits import API
from milepost.web.security import add_headers, is_by_link
from milepost.web.services import services

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Problem:
    """An answer to a request that failed: `code` for programs, `message` and `hint` for people."""

    status: int
    code: str
    message: str
    hint: str | None = None


class ProblemError(MilepostError):
    """A request that can't be carried out; `problem` is the answer to it."""

    code = "problem"

    def __init__(self, status: int, code: str, message: str, hint: str | None = None) -> None:
        self.problem = Problem(status, code, message, hint)
        super().__init__(message, hint)


_CODES = {
    400: ("bad_request", "The body can't be read.", "Send JSON in UTF-8, with the header Content-Type."),
    401: ("unauthorized", "No key was given, or not the right one.", "Send the header `Authorization: Bearer KEY`."),
    403: ("forbidden", "This is not allowed.", "Go back to our own page and send the form from there."),
    404: ("not_found", "There is nothing at this address.", "Look at /api/docs for what there is."),
    429: (
        "too_many_requests",
        "That was too often in a minute.",
        "Try again after the seconds of `Retry-After`.",
    ),
    405: ("method_not_allowed", "This address does not take that method.", "Look at /api/docs for what there is."),
    408: ("request_timeout", "The request did not arrive in time.", "Send it again, or less in several requests."),
    431: ("headers_too_large", "The address and the headers are too long.", "Send less in them."),
    413: ("too_large", "That is too much at once.", "Send less, in several requests."),
}
_MOST = 50  # problems that one answer names
_LONGEST = 600  # characters of a problem: what was sent may be in it
ALTERNATIVES = ("one", "many")
"""The names of the forms that a body may have; the places of its fields leave them out."""

_TRY_AGAIN = Problem(
    503,
    "database_away",
    "The database does not answer; nothing was written.",
    "Try again in a moment; `/health` says when it is back.",
)
_UNUSABLE = Problem(
    503,
    "database_unusable",
    "The database can't be used; nothing was written.",
    "The log of the web process says why; whoever runs Milepost has to put it right.",
)
_UNSTORABLE = Problem(
    422,
    "invalid",
    "The database can't hold one of the values; nothing was written.",
    "Look at /api/docs for the fields and their form.",
)
_BROKEN = Problem(
    500,
    "internal",
    "Something went wrong on our side.",
    "Try again; if it happens again, look into the log of the web process.",
)
_FOR_CUSTOMERS = {
    "not_found": (
        translatable("There is nothing at this address."),
        translatable("Please open the link from our message again."),
    ),
    "too_large": (
        translatable("That is too much at once; nothing was changed."),
        translatable("Go back and write less."),
    ),
    "broken": (
        translatable("Something went wrong on our side."),
        translatable("Please go back and try again in a moment."),
    ),
    "refused": (
        translatable("That didn't work; nothing was changed."),
        translatable("Go back, reload the page and try again."),
    ),
}
"""What customers are told instead, by the code of the problem."""
_FOR_COLLEAGUES = {
    400: "Go back, reload the page and try again.",
    404: "See that the address is whole, or begin at the start page.",
    405: "Go back to the page that you came from, and reload it.",
    413: "Go back and send less.",
    429: "Wait a minute, then try again.",
}
"""What to do, by status, for whoever reads a page: the others are for programs."""
_STATUS: dict[str, int] = {
    "form_refused": 403,
    "unknown_key": 404,
    "unknown_customer": 404,
    "unknown_sync": 404,
    "unknown_fact": 404,
    "not_yours": 403,
    "last_admin": 409,
    "already_undone": 409,
    "not_steerable": 409,
    "grace_over": 409,
    "message_left": 409,
    "fell_due": 409,
    "not_undoable": 409,
    "journey_began_since": 409,
    "journey_merged": 409,
    "cannot_replan": 409,
    "no_open_journey": 409,
    "journey_already_open": 409,
    "entry_refused": 409,
    "merge_refused": 409,
    "id_taken": 409,
    "absence_refused": 409,
    "not_their_customers": 409,
    "unknown_colleague": 404,
    "unknown_contact": 404,
    "unknown_link": 404,
    "unknown_file": 404,
}


def _http_problem(error: HTTPException) -> Problem:
    answer = _CODES.get(error.status_code)
    standard = HTTPStatus(error.status_code).phrase
    if answer is None:
        return Problem(error.status_code, standard.lower().replace(" ", "_"), f"{standard}.")
    code, message, hint = answer
    detail = str(error.detail) if error.detail and error.detail != standard else message
    return Problem(error.status_code, code, detail, hint)


def _validation_problem(errors: Sequence[Any]) -> Problem:
    """Returns one answer that names everything that is wrong with the request."""
    if any(each["type"] == "json_invalid" for each in errors):
        return Problem(400, *_CODES[400])
    return Problem(422, "invalid", *describe_invalid([{**each, "loc": each["loc"][1:]} for each in errors]))


def describe_invalid(errors: Sequence[Any]) -> tuple[str, str]:
    """Returns, for people, everything that pydantic found wrong with a body, and where to look."""
    places = (".".join(str(part) for part in each["loc"] if part not in ALTERNATIVES) for each in errors)
    messages = (each["msg"].removeprefix("Value error, ").rstrip(".") + _meant(each) for each in errors)
    pairs = (
        (shortened(place, limits.NAME), shortened(text, _LONGEST)) for place, text in zip(places, messages, strict=True)
    )
    problems = [": ".join(filter(None, pair)) for pair in pairs]
    more = f"; and {len(problems) - _MOST} more" if len(problems) > _MOST else ""
    return "; ".join(problems[:_MOST]) + more + ".", "Look at /api/docs for the fields and their form."


def _meant(error: Mapping[str, Any]) -> str:
    """Returns a hint for a field that is another word for a fact."""
    meant = fact_called(str(error["loc"][-1])) if error["type"] == "extra_forbidden" and error["loc"] else None
    return f"; for what happened, write {meant!r}" if meant else ""


async def respond(request: Request, problem: Problem, headers: Any = None) -> Response:
    """Sends the problem as JSON to programs, and as a page to people."""
    if _is_for_programs(request):
        body = {"error": {"code": problem.code, "message": problem.message, "hint": problem.hint}}
        return JSONResponse(body, problem.status, headers=headers)
    if not is_by_link(request.url.path) and (frame := await _frame(request, problem)) is not None:
        return render("problem.html", {"heading": problem.message, "message": problem.hint}, frame, problem.status)
    reader = reader_of(request)
    page = {"heading": reader.gettext(problem.message), "message": problem.hint and reader.gettext(problem.hint)}
    template = "portal/closed.html" if is_by_link(request.url.path) else "problem_stranger.html"
    return render_for(services(request), reader, template, page, status=problem.status)


async def _frame(request: Request, problem: Problem) -> Values | None:
    """Returns the frame of colleagues for whoever is one; None where making it might fail as the page itself did."""
    is_ours = problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return None if is_ours else await frame_of(request, problem.message)


def _is_for_programs(request: Request) -> bool:
    return request.url.path.startswith((API, "/health"))


def _problem_of(error: Exception) -> Problem:
    match error:
        case HTTPException():
            return _http_problem(error)
        case RequestValidationError():
            return _validation_problem(error.errors())
        case ProblemError():
            return error.problem
        case FilesUnreachableError():
            return Problem(503, error.code, error.message, error.hint)
        case RefusedError() | FormRefusedError():
            return Problem(_STATUS.get(error.code, 422), error.code, error.message, error.hint)
        case (
            store_errors.UnknownJourneyError()
            | store_errors.UnknownMessageError()
            | store_errors.UnknownVersionError()
            | store_errors.UnknownAbsenceError()
            | store_errors.UnknownHandOverError()
            | store_errors.UnknownImportError()
            | store_errors.UnknownRehearsalError()
            | store_errors.UnknownRolloutError()
            | store_errors.UnknownCandidateError()
        ):
            return Problem(404, "not_found", str(error))
        case store_errors.StoreDamagedError() | store_errors.StoreUnwritableError():
            return _UNUSABLE
        case DataError():
            return _UNSTORABLE
        case store_errors.StoreUnreachableError() | DBAPIError():
            return _TRY_AGAIN
        case store_errors.InvalidCursorError():
            return Problem(422, error.code, error.message, error.hint)
        case store_errors.UnreadableVersionError():
            return Problem(409, "refused", error.message, error.hint)
        case store_errors.StoreError():
            return Problem(409, "refused", str(error))
        case _:
            return _BROKEN


def _for_colleagues(error: Exception, problem: Problem) -> Problem:
    """Returns an answer without the words of programs."""
    match error:
        case RequestValidationError() if any(each["loc"][0] == "path" for each in error.errors()):
            return replace(problem, status=404, message=_CODES[404][1], hint=_FOR_COLLEAGUES[404])
        case RequestValidationError():
            message = " ".join(dict.fromkeys(map(_unreadable, error.errors()[:_MOST])))
            return replace(problem, message=message, hint="Go back and correct it.")
        case HTTPException():
            return replace(problem, hint=_FOR_COLLEAGUES.get(error.status_code, problem.hint))
        case store_errors.UnknownCustomerError():
            return replace(problem, hint=problem.hint or "Search the page Customers for the name: it leads to the id.")
        case UnknownMapError():
            hint = problem.hint or "The page Maps has those that there are."
            return replace(problem, status=404, hint=hint)
        case store_errors.InvalidCursorError():
            message = "This address doesn't lead to a place in the list."
            return replace(problem, message=message, hint="Open the list from its beginning.")
        case _:
            return problem


def _unreadable(wrong: Mapping[str, Any]) -> str:
    """Says which field of a form, or of an address, can't be read."""
    field = str(next((part for part in wrong["loc"][1:] if isinstance(part, str)), "")).replace("_", " ")
    name = shortened(field.capitalize(), limits.NAME) or "The form"
    if wrong["type"] == "missing" or not isinstance(wrong["input"], str):
        return f"{name} is missing or can't be read."
    return f"{name} can't be “{shortened(wrong['input'], 60)}”."


def problem_for(request: Request, error: Exception) -> Problem:
    """Returns the answer to whoever sent a request; customers are told nothing of programs and fields."""
    problem = _problem_of(error)
    if _is_for_programs(request):
        return problem
    if not is_by_link(request.url.path):
        return _for_colleagues(error, problem)
    if isinstance(error, ProblemError | FormRefusedError):
        return problem
    kind = "broken" if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR else problem.code
    message, hint = _FOR_CUSTOMERS.get(kind, _FOR_CUSTOMERS["refused"])
    return replace(problem, message=message, hint=hint)


async def on_error(request: Request, error: Exception) -> Response:
    """Answers a request that failed with one of the errors that are expected."""
    if isinstance(error, DBAPIError):
        log.error("the database does not answer", route=_route(request), why=cause_of(error))
    elif isinstance(error, store_errors.StoreUnreachableError):
        log.error("the database can't be used", route=_route(request), why=str(error))
    return await respond(
        request, problem_for(request, error), error.headers if isinstance(error, HTTPException) else None
    )


def _route(request: Request) -> str | None:
    """Returns the pattern of the request's address: the address itself may be somebody's link."""
    return getattr(request.scope.get("route"), "path", None)


async def _on_not_allowed(request: Request, error: Exception) -> Response:
    assert isinstance(error, NotAllowedError)
    page = {"heading": error.heading, "message": error.message, "hint": error.hint}
    return render("not_allowed.html", page, await frame_of(request, error.heading), 403)


async def _on_sign_in(request: Request, error: Exception) -> Response:
    assert isinstance(error, SignInNeededError)
    told = {} if request.method == "GET" else {"told": "nothing_saved"}
    return RedirectResponse(f"/sign-in?{urlencode({'next': error.onward, **told})}", 303)


async def _on_anything(request: Request, error: Exception) -> Response:
    log.error("a request failed", route=_route(request), exc_info=error)
    response = await respond(request, problem_for(request, error))
    add_headers(MutableHeaders(raw=response.raw_headers), request.url.path)
    return response


def add_handlers(app: FastAPI) -> None:
    """Adds the handlers of all errors to an application."""
    for kind in (
        HTTPException,
        RequestValidationError,
        ProblemError,
        RefusedError,
        FormRefusedError,
        FilesUnreachableError,
        store_errors.StoreError,
        DBAPIError,
    ):
        app.add_exception_handler(kind, on_error)
    app.add_exception_handler(SignInNeededError, _on_sign_in)
    app.add_exception_handler(NotAllowedError, _on_not_allowed)
    app.add_exception_handler(Exception, _on_anything)
