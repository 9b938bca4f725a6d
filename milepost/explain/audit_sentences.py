"""The audit in sentences: what somebody changed, and who that was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from milepost.actor import TERMINAL
from milepost.audit_kinds import Kind
from milepost.explain.people_names import colleague_name
from milepost.explain.sentences import spaced
from milepost.planner.facts import KEY
from milepost.text import count_of, listing

_WAYS = {
    "machine": "by a choice from the list",
    "password": "with the password",
    "mail": "by a mailed link",
    "terminal": "by a printed link",
    "oidc": "with the company's accounts",
}
_FIELDS = {"hours_per_week": "hours a week", "booking_link": "page to book a time"}


def who(by: str | None) -> str:
    """Says who acted, of a `milepost.actor.actor`."""
    if by is None:
        return "Milepost"
    if by.startswith(KEY):
        return f"the key {by.removeprefix(KEY)}"
    if by.startswith(TERMINAL):
        return f"{by.removeprefix(TERMINAL)} at the terminal"
    return colleague_name(by)


def what(kind: str, about: str | None, details: Mapping[str, Any]) -> str:
    """Says what was done, as the rest of a sentence that begins with who did it; its reason is not in it."""
    name = "" if about is None else about
    match kind:
        case Kind.SIGNED_IN:
            return f"signed in {_way(details)}"
        case Kind.SIGNED_OUT:
            return "signed out"
        case Kind.SIGN_IN_LINK_MADE if about is None:
            return "made a link for whoever runs Milepost to sign in with"
        case Kind.SIGN_IN_LINK_MADE:
            return f"made a link for {colleague_name(name)} to sign in with"
        case Kind.PERSON_CHANGED:
            return f"changed {colleague_name(name)}: {_changes(details)}"
        case Kind.PERSON_LEFT:
            return f"said that {colleague_name(name)} has left"
        case Kind.PERSON_RETURNED:
            return f"said that {colleague_name(name)} is a colleague again"
        case Kind.KEY_MADE:
            return f"made the key {name}, for {listing(details['scopes'])}"
        case Kind.KEY_ENDED:
            return f"ended the key {name}"
        case Kind.MAIL_SWITCHED:
            return _switched(name, details)
        case _:
            return _of_many(kind, name, details)


def _of_many(kind: str, name: str, details: Mapping[str, Any]) -> str:
    """Says what was done about many customers at once, or to the records."""
    match kind:
        case Kind.MAP_PUBLISHED:
            again = "" if details["new"] else " again"
            return f"published {name}, version {details['version']}{again}"
        case Kind.WALL_LINK_MADE:
            return f"made a link to {name} on the wall"
        case Kind.WALL_LINK_ENDED:
            return f"ended a link to {name} on the wall"
        case Kind.ROLLOUT_STARTED if "back_of" in details:
            return f"began to move the customers of rollout {details['back_of']} of {name} back"
        case Kind.ROLLOUT_STARTED:
            return f"began to move the customers on {name} to its newest version ({spaced(details['policy'])})"
        case Kind.ROLLOUT_CHANGED:
            return f"{details['wish']} rollout {details['number']} of {name}"
        case Kind.IMPORT_STARTED:
            return f"let import {name} go, of {details['file']}"
        case Kind.IMPORT_CANCELLED:
            return f"cancelled import {name}"
        case Kind.CUSTOMER_FORGOTTEN:
            return f"had a customer forgotten, {count_of(details['rows'], 'row')}"
        case Kind.PERSON_FORGOTTEN:
            return f"had a person forgotten, who is {name} now"
        case _:
            return spaced(kind)


def _way(details: Mapping[str, Any]) -> str:
    return _WAYS.get(details["way"], f"by {spaced(details['way'])}")


def _changes(details: Mapping[str, Any]) -> str:
    return "; ".join(
        f"{_FIELDS.get(field, field)} {_value(before)} → {_value(after)}" for field, (before, after) in details.items()
    )


def _value(value: Any) -> str:
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _switched(name: str, details: Mapping[str, Any]) -> str:
    whose = f"of {name}" if name else "of all maps"
    if details["mail"] != "held":
        return f"let the mail {whose} go by itself"
    return f"held the mail {whose}" + (f", the first {details['first']} of each text" if details["first"] else "")
