"""The address to which `milepost tell` sends what somebody typed, so that it needn't load the engine itself."""

from __future__ import annotations

from fastapi.responses import JSONResponse
from pydantic import BaseModel

from milepost.intake import typed_facts
from milepost.planner.fact_errors import RefusedError
from milepost.settings import UNNAMED_KEY
from milepost.web.api.keys import KeyUsed
from milepost.web.api.routes import api_router
from milepost.web.problems import ProblemError
from milepost.web.services import Served

router = api_router()


class TypedFact(BaseModel):
    """What stands on the command line: the words as they were typed, the options by the fields that they fill."""

    customer: str
    kind: str
    words: list[str]
    options: dict[str, str | None]


@router.post("/typed-facts", include_in_schema=False)
async def tell(served: Served, typed: TypedFact, key: KeyUsed) -> JSONResponse:
    """Record a fact as it was typed; with 200, `told` says what came of it, or `refused` why it wasn't recorded.

    Raises:
        ProblemError: the key is a program's, which would pass for somebody at this machine.
    """
    if key.name != UNNAMED_KEY:
        message = f"The key {key.name!r} is a program's, and this address is for the commands of this machine."
        raise ProblemError(403, "not_for_programs", message, "Tell it with POST /api/v1/facts.")
    try:
        told = await typed_facts.tell(served.intake, typed.customer, typed.kind, typed.words, typed.options)
    except RefusedError as error:
        return JSONResponse({"refused": {"message": error.message, "hint": error.hint}})
    return JSONResponse({"told": told})
