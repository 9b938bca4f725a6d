"""The files that the customers of the demo send with their forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from milepost.demo.api import Api
from milepost.demo.views import PlannedFact

_CONTENT = "What,How many\nAs we talked about,12\n"


async def with_files(api: Api, planned: PlannedFact) -> Mapping[str, Any]:
    """Sends the files of a fact; returns it with the answers that name them."""
    if not planned.files:
        return planned.fact
    about = {"step": str(planned.fact["step_done"]), "by": str(planned.fact["by"])}
    sent = {
        field: await api.send_file(planned.customer, {**about, "field": field}, f"{field}.csv", _CONTENT.encode())
        for field in planned.files
    }
    return {**planned.fact, "answers": {**planned.fact["answers"], **sent}}
