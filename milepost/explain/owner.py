"""The colleague who looks after a customer."""

from __future__ import annotations

from collections.abc import Mapping

from milepost.explain.people_names import colleague_name
from milepost.planner.compiled_map import CompiledMap


def owner_of(team: Mapping[str, str], compiled_map: CompiledMap | None) -> tuple[str, str] | None:
    """Returns address, in lower case, and name of whoever has the role that the map names; None where nobody does.

    Without a map the first of the team looks after the customer.
    """
    role = compiled_map.map.csm if compiled_map else next(iter(team), "")
    address = team.get(role)
    return (address.lower(), colleague_name(address)) if address else None
