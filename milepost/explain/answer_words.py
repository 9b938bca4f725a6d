"""How an answer to an outcome was told, and for whom, in words."""

from __future__ import annotations

from milepost.explain.colleague_sentences import Names
from milepost.explain.vocabulary import METHODS
from milepost.planner.facts import KEY


def method_text(method: str) -> str:
    """Returns how an answer was told: `on the shared plan`, `told with the key crm`."""
    return f"told with the key {method.removeprefix(KEY)}" if method.startswith(KEY) else METHODS.get(method, method)


def answered_by(say: Names, by: str, on_behalf_of: str | None, why: str | None) -> str:
    """Returns who answered, for whom, and why: `Kim Lo on behalf of Sam Poe (Sam is on leave)`."""
    if on_behalf_of is None:
        return say.person(by)
    return f"{say.person(by)} on behalf of {say.person(on_behalf_of)}{f' ({why})' if why else ''}"
