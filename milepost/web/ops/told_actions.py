"""Forms of a customer's page for what was told elsewhere: on the phone, by another system, in a meeting.

Each tells the fact that `milepost tell` does, in its words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Form
from starlette.responses import Response

from milepost.imports.vocabulary import Vocabulary
from milepost.intake.typed_facts import fact_of
from milepost.planner.enums import Wish
from milepost.planner.written_facts import WrittenFact
from milepost.web.form_values import Address, Line, Text, Value, number_or_text, required
from milepost.web.ops.act_route import ActRoute
from milepost.web.ops.actions import SentForm
from milepost.web.ops.customer_tabs import HISTORY, RESULTS
from milepost.web.problems import ProblemError

router = APIRouter(prefix="/ops/customers/{customer}", include_in_schema=False, route_class=ActRoute)
_Flag = Annotated[Literal["", "true"], Form()]
_CHOOSE = "Go back and choose one."


@router.post("/event")
async def event(sent: SentForm, event: Line = "", other: Line = "", fields: Text = "", reason: Text = "") -> Response:
    """Something happened in the product, or elsewhere; its fields are typed as after `milepost tell`."""
    name = required(other or event, "event", "Go back and choose one, or write its name.")
    typed = [line.strip() for line in fields.splitlines() if line.strip()]
    for line in typed:
        if "=" not in line:
            message = f"{line!r} in the fields of {name!r} has no value."
            raise ProblemError(422, "fields_missing", message, "Go back and write NAME=VALUE on each line.")
    return await sent.record(await _fact(sent, "event", [name, *typed]), HISTORY, "timeline", why=reason)


@router.post("/task-done")
async def task_done(sent: SentForm, task: Line = "", note: Text = "") -> Response:
    """A task that Milepost itself gave somebody is done."""
    return await sent.record(WrittenFact(task_done=required(task, "task", _CHOOSE), note=note or None))


@router.post("/answer-completed")
async def complete_answer(
    sent: SentForm,
    outcome: Line = "",
    *,
    value: Value = "",
    comment: Text = "",
    evidence: Text = "",
    emptied: Annotated[list[Literal["value", "comment", "evidence"]] | None, Form()] = None,
    named: Annotated[Literal["", "true", "false"], Form()] = "",
) -> Response:
    """Something is added to the last answer to an outcome, or taken away from it."""
    options = {"value": number_or_text(value), "comment": comment or None, "evidence": evidence or None}
    words = [required(outcome, "outcome", _CHOOSE), *([f"emptied={','.join(emptied)}"] if emptied else [])]
    if not (emptied or named or any(each is not None for each in options.values())):
        message = "Nothing is added to the answer, and nothing taken away."
        raise ProblemError(422, "answer_unchanged", message, "Go back and fill in one of the fields.")
    words += [f"named={named}"] if named else []
    return await sent.record(await _fact(sent, "answer_completed", words, **options), RESULTS, "outcomes")


@router.post("/requested")
async def request(
    sent: SentForm,
    step: Line = "",
    *,
    wish: Line = "",
    due: Line = "",
    name: Line = "",
    email: Address = "",
    note: Text = "",
) -> Response:
    """The customer wants help with a step, another date, or that somebody else does it."""
    words = [required(step, "step", _CHOOSE), f"wish={required(wish, 'wish', _CHOOSE)}"]
    if wish == Wish.DATE:
        words.append(f"due={required(due, 'date', 'Go back and write which date they propose.')}")
    if wish == Wish.PERSON:
        who = required(email, "address", "Go back and write that of whoever does it.")
        words.append(f"person={name} <{who}>" if name else f"person={who}")
    return await sent.record(await _fact(sent, "requested", words, note=note))


@router.post("/replied")
async def reply(sent: SentForm, step: Line = "", note: Text = "", needs_answer: _Flag = "") -> Response:
    """The customer said something about a step; where it needs an answer, somebody gets a task."""
    words = [required(step, "step", _CHOOSE), *([f"needs_answer={needs_answer}"] if needs_answer else [])]
    return await sent.record(await _fact(sent, "replied", words, note=required(note, "note")))


@router.post("/responded")
async def respond(
    sent: SentForm, step: Line = "", *, note: Text = "", declined: _Flag = "", elsewhere: Line = ""
) -> Response:
    """A colleague answers the customer on the plan, perhaps with a no, or says that it is for others."""
    words = [required(step, "step", _CHOOSE)]
    if not note and not elsewhere:
        message = "There are no words for the customer."
        raise ProblemError(422, "note_missing", message, "Go back and write some, or choose whom it is for.")
    words += [f"declined={declined}"] if declined else []
    words += [f"elsewhere={elsewhere}"] if elsewhere else []
    return await sent.record(await _fact(sent, "responded", words, note=note))


async def _fact(sent: SentForm, kind: str, words: Sequence[str], **options: float | str | None) -> WrittenFact:
    """Returns the fact that `milepost tell` would tell after these words.

    Raises:
        TypedFactError: they spell none.
    """
    vocabulary = Vocabulary.of(await sent.served.compiled_maps.readable())
    filled = {name: value if value != "" else None for name, value in options.items()}
    return fact_of(kind, words, filled, vocabulary.types, vocabulary.asks)
