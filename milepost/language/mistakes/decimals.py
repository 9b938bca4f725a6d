"""Decimal commas: within braces a comma ends a value, so that `{target: 5,5}` holds a field called '5'."""

from __future__ import annotations

import re

from ruamel.yaml.nodes import Node, ScalarNode

_THOUSAND = 3
"""So many digits after a comma may as well be thousands."""


def decimal_comma(before: Node, key: Node, value: Node) -> str | None:
    """What to say of a field without a value that is the rest of the number before it; nothing where it is none."""
    if not all(isinstance(each, ScalarNode) and each.style is None for each in (before, key, value)):
        return None
    whole, rest = re.search(r"(?<![\w.,])-?\d+$", before.value), re.match(r"\d+(?![\w.])", key.value)
    if whole is None or rest is None or value.value or key.start_mark.index != before.end_mark.index + 1:
        return None
    way = f"{whole[0]}.{rest[0]}"
    if len(rest[0]) == _THOUSAND:
        way = f"{whole[0]}{rest[0]} or {way}"
    return f"{rest[0]!r} looks like what follows a decimal comma: write {way}"
