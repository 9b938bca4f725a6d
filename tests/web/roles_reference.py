"""Writes the table of roles: `python -m tests.web.roles_reference > docs/reference/roles.md`."""

from __future__ import annotations

import sys

from milepost.roles import Role
from milepost.scopes import Scope
from milepost.web.api.scopes import ADDRESSES, FACTS
from milepost.web.doors import DOORS

_HEAD = """# Which role gets in where

Every page and form of colleagues, with the roles that may open or send it. This page is made from the program and held
against it by a test, which asks for each address as each role. What each role is for: [people and roles](../people.md).
Customers' pages open by a personal link, and the API by a key; neither has a role.

"""
_API = """
## Which key may do what

Every address of the API, with the scope that a [key](../keys.md) needs for it. Keys in the settings have all of them.
`/api/v1/typed-facts` is for the commands of the machine, and takes no key that has a name.

"""


def reference() -> str:
    """Returns the page."""
    names = " | ".join(Role)
    lines = [f"| address | {names} |", "|---|" + ":-:|" * len(Role)]
    for (method, path), needed in sorted(DOORS.items(), key=lambda door: (door[0][1], door[0][0])):
        marks = " | ".join("yes" if role.includes(needed) else "" for role in Role)
        lines.append(f"| `{method} {path}` | {marks} |")
    return _HEAD + "\n".join(lines) + "\n" + _API + "\n".join(_scopes()) + "\n"


def _scopes() -> list[str]:
    lines = [f"| address | {' | '.join(Scope)} |", "|---|" + ":-:|" * len(Scope)]
    for (method, path), needed in sorted(ADDRESSES.items(), key=lambda address: (address[0][1], address[0][0])):
        marks = " | ".join("yes" if scope is needed else "" for scope in Scope)
        lines.append(f"| `{method} {path}` | {marks} |")
    lines += ["", "Facts that need another scope beside `tell`, told alone, in a list or undone:", ""]
    lines += [f"| fact | {' | '.join(Scope)} |", "|---|" + ":-:|" * len(Scope)]
    for kind, needed in sorted(FACTS.items()):
        marks = " | ".join("yes" if scope in (Scope.TELL, needed) else "" for scope in Scope)
        lines.append(f"| `{kind}` | {marks} |")
    return lines


if __name__ == "__main__":
    sys.stdout.write(reference())
