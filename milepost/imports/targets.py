"""Targets: the fields of a customer that a column of a file may fill, as a mapping writes them.

`id`, `name`, `timezone`, `country`, `city`, `language`, `contacts`, `team`, `attributes.NAME`, `team.ROLE` and
`contacts.PERSONA.FIELD`, with the fields of a contact. Where a customer stands that enters in the middle is said by
`enters.stage`, `enters.since`, `enters.ended`, `enters.paused`, `enters.done.STEP`, `enters.result.STEP`,
`enters.skipped.STEP`, `enters.plays.PLAY`, `enters.open.STEP`, `enters.due.STEP`, `enters.agreed.STEP.due` (and
`person`), `enters.outcomes.ID.verdict` (and `value`, `at`) and `enters.counts.EVENT`.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from milepost.text import did_you_mean, nearest

PLAIN = ("id", "name", "timezone", "country", "city", "language", "contacts", "team")
CONTACT_FIELDS = (
    "email", "name", "first_name", "last_name", "salutation", "mail", "timezone", "country", "language",
)  # fmt: skip
PERSON_FIELDS = ("customer", "personas", *CONTACT_FIELDS)
"""The targets of a file with one person a row: `customer` is whose contact it is."""
_NAME = "[A-Za-z_][A-Za-z0-9_]*"
_OF_STEP = rf"(done|result|skipped|plays|open|due)\.{_NAME}|agreed\.{_NAME}\.(due|at|minutes|person)"
_ENTRY = rf"enters\.(stage|since|ended|paused|{_OF_STEP}|counts\..{{1,120}}|outcomes\.{_NAME}\.(verdict|value|at))"
_CONTACT = rf"contacts\.{_NAME}\.({'|'.join(CONTACT_FIELDS)})"
_PATTERN = rf"({'|'.join(PLAIN)}|attributes\.{_NAME}|team\.{_NAME}|{_CONTACT}|{_ENTRY})"


class Target(NamedTuple):
    """A field that a column fills; `name` is an attribute, role or persona, `field` that of the persona's contact.

    Of an entry, `name` is its field, and `field` the step, outcome or event.
    """

    kind: str
    name: str = ""
    field: str = ""

    def __str__(self) -> str:
        return ".".join(filter(None, self))

    @property
    def place(self) -> str:
        """What of a customer a file with such a column decides: a contact is decided as a whole."""
        return ".".join(filter(None, (self.kind, self.name)))


def parse_target(text: Any) -> Target:
    """Reads a target of a file with one customer a row.

    Raises:
        ValueError: there is no such target; says what was probably meant.
    """
    if isinstance(text, Target):
        return text
    if isinstance(text, str) and re.fullmatch(_PATTERN, text):
        return Target(*text.split(".", 2))
    names = (*PLAIN, "attributes.NAME", "team.ROLE", "contacts.PERSONA.email", "enters.stage")
    near = nearest(str(text), PLAIN)
    if near is None and isinstance(text, str) and re.fullmatch(_NAME, text):
        near = f"attributes.{text}"
    hint = did_you_mean(near) or "; write one of " + ", ".join(names)
    raise ValueError(f"{text!r} is no field of a customer{hint}")


def parse_person_target(text: Any) -> Target:
    """Reads a target of a file with one person a row.

    Raises:
        ValueError: there is no such target; says what was probably meant.
    """
    if isinstance(text, Target):
        return text
    if text in PERSON_FIELDS:
        return Target(str(text))
    near = did_you_mean(nearest(str(text), PERSON_FIELDS)) or f"; write one of {', '.join(PERSON_FIELDS)}"
    raise ValueError(f"{text!r} is no field of a person{near}")


_AS_TEXT = PlainSerializer(str)
CUSTOMER_TARGETS = {"type": "string", "pattern": f"^{_PATTERN}$"}
PERSON_TARGETS = {"enum": list(PERSON_FIELDS)}
CustomerTarget = Annotated[Target, BeforeValidator(parse_target), _AS_TEXT, WithJsonSchema(CUSTOMER_TARGETS)]
PersonTarget = Annotated[Target, BeforeValidator(parse_person_target), _AS_TEXT, WithJsonSchema(PERSON_TARGETS)]
