"""The cells of a book of customers: contacts, teams and attributes as one line of text each."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date
from email.utils import parseaddr
from typing import Any

from babel import Locale, UnknownLocaleError
from email_validator import EmailNotValidError, validate_email

from milepost.customer import Contact
from milepost.language.model import AttributeType
from milepost.language.names import nearest

_ID = re.compile(r"\w[\w.:-]{0,99}")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_NAMED = 12  # values that are told where none is near
_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def read_id(text: str) -> str:
    """A customer's id: letters, digits, and `_ . : -`, up to 100; it goes into links and the ids of workflows.

    Raises:
        ValueError: the text is none.
    """
    if not text:
        raise ValueError("The customer has no id; give one that is unique and stays the same")
    if not _ID.fullmatch(text):
        raise ValueError(f"{text!r} cannot be an id; use letters, digits and _ . : - only, at most 100")
    return text


def read_email(text: str) -> str:
    """An address as it is written, checked for its form only.

    Raises:
        ValueError: the text is none.
    """
    try:
        # The test environment lets through names such as example.test; whether the domain takes mail is not asked.
        return validate_email(text.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise ValueError(f"{text.strip()!r} is no mail address: {str(error).rstrip('.')}") from error


def read_language(text: str) -> str:
    """A language tag such as `de` or `pt-BR`, spelled the usual way.

    Raises:
        ValueError: there is no such language.
    """
    try:
        locale = Locale.parse(text.replace("_", "-"), sep="-")
    except (ValueError, UnknownLocaleError) as error:
        raise ValueError(f"Unknown language {text!r}; write its code, such as 'de' or 'pt-BR'") from error
    return "-".join(part for part in (locale.language, locale.script, locale.territory) if part)


def read_contacts(text: str) -> tuple[Contact, ...]:
    """Contacts written as `Name <email> persona+persona; Name <email> persona`.

    Raises:
        ValueError: one of them cannot be read.
    """
    return tuple(_contact(part.strip()) for part in text.split(";") if part.strip())


def _contact(text: str) -> Contact:
    name, opens, rest = text.partition("<")
    address, closes, personas = rest.partition(">")
    if not opens or not closes:
        raise ValueError(f"{text!r} is no contact; write 'Name <email> persona+persona'")
    named = tuple(persona.strip() for persona in personas.split("+") if persona.strip())
    for persona in named:
        if not _NAME.fullmatch(persona):
            raise ValueError(f"{persona!r} is no persona; write its id as in the map, several joined by '+'")
    email = read_email(address)
    return Contact(parseaddr(f"{name.strip()} <x@x>")[0] or name.strip().strip('"') or email, email, named)


def read_team(text: str) -> dict[str, str]:
    """A team written as `role=email; role=email`.

    Raises:
        ValueError: it cannot be read, or names a role twice.
    """
    team: dict[str, str] = {}
    for part in (part.strip() for part in text.split(";")):
        if not part:
            continue
        role, equals, address = (piece.strip() for piece in part.partition("="))
        if not equals or not _NAME.fullmatch(role):
            raise ValueError(f"{part!r} is nobody on a team; write 'role=email', the role as in the map")
        if role in team:
            raise ValueError(f"The role {role!r} is given twice; one person has it")
        team[role] = read_email(address)
    return team


def read_attribute(text: str, kind: AttributeType | None) -> Any:
    """The value of an attribute of this type; of an attribute that no map declares (None), the text.

    Raises:
        ValueError: the text is no value of the type.
    """
    match kind:
        case AttributeType.NUMBER:
            return _number(text)
        case AttributeType.DATE:
            return _date(text)
        case AttributeType.FLAG:
            if text.lower() not in _FLAGS:
                raise ValueError(f"{text!r} is no flag; write yes or no")
            return _FLAGS[text.lower()]
        case _:
            return text


def read_choice(text: str, kind: AttributeType | None, allowed: Sequence[Any]) -> Any:
    """The value of an attribute that has one of these values only.

    Raises:
        ValueError: the text is no value of the type, or none of those allowed; the nearest is named.
    """
    value = read_attribute(text, kind)
    if value in allowed:
        return value
    known = {str(each): each for each in allowed}
    near = nearest(text, known) or nearest(text.lower().replace(" ", "_"), known)
    hint = f"did you mean {near!r}?" if near else f"it is one of: {', '.join(list(known)[:_NAMED])}"
    raise ValueError(f"{text!r} is not among the values that the maps allow; {hint}")


def _number(text: str) -> int | float:
    try:
        value = int(text) if re.fullmatch(r"[+-]?\d{1,15}", text) else float(text.replace("_", "x"))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"{text!r} is no number; write digits with a point for the fraction, such as 1234.5")
    return value


def _date(text: str) -> str:
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    raise ValueError(f"{text!r} is no date; write it as YYYY-MM-DD")
