"""Writes the table of roles: `python -m tests.web.roles_reference > docs/reference/roles.md`."""

from __future__ import annotations

import sys

from milepost.roles import Role
from milepost.web.doors import DOORS

_HEAD = """# Which role gets in where

Every page and form of colleagues, with the roles that may open or send it. This page is made from the program and held
against it by a test, which asks for each address as each role. What each role is for: [people and roles](../people.md).
Customers' pages open by a personal link, and the API by a key; neither has a role.

"""


def reference() -> str:
    """Returns the page."""
    names = " | ".join(Role)
    lines = [f"| address | {names} |", "|---|" + ":-:|" * len(Role)]
    for (method, path), needed in sorted(DOORS.items(), key=lambda door: (door[0][1], door[0][0])):
        marks = " | ".join("yes" if role.includes(needed) else "" for role in Role)
        lines.append(f"| `{method} {path}` | {marks} |")
    return _HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(reference())
