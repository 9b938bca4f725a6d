"""Parsers of the cells of a customer file: ids, addresses, contacts, teams and attributes, a line of text each."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError
from email_validator import EmailNotValidError, validate_email

from milepost import places
from milepost.customer import Contact, Mail
from milepost.language.attribute_values import YEARS, parse_date
from milepost.language.field_types import AttributeType
from milepost.numbers import Decimal, read_number
from milepost.text import parse_flag

_ID = re.compile(r"\w[\w.:-]{0,99}")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_CONTACT_FIELD = re.compile(r"(?:^|\s)(first_name|last_name|salutation|mail|timezone|country|language)=")
_QUOTES = '"'
_ADDRESS_IN_ANGLES = re.compile(r"(.*)<([^<>]*)>(.*)")
_ADDRESS_BEHIND = re.compile(r"(.*)[(\[]\s*(\S+@\S+?)\s*[)\]]")


def read_id(text: str) -> str:
    """Reads a customer's id: letters, digits and `_ . : -`, at most 100; it becomes part of links and workflow ids.

    Raises:
        ValueError: the text can't be an id.
    """
    if not text:
        raise ValueError("The customer has no id; give one that is unique and stays the same")
    if not _ID.fullmatch(text):
        raise ValueError(f"{text!r} cannot be an id; use letters, digits and _ . : - only, at most 100")
    return text


@lru_cache(maxsize=4096)
def read_email(text: str) -> str:
    """Reads a mail address and checks its form, not whether its domain takes mail.

    Raises:
        ValueError: the text isn't an address.
    """
    try:
        # The test environment allows names such as example.test.
        return validate_email(text.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise ValueError(f"{text.strip()!r} isn't a mail address: {str(error).rstrip('.')}") from error


def read_language(text: str) -> str:
    """Reads a language tag such as `de` or `pt-BR`, and returns it in its usual spelling.

    Raises:
        ValueError: there is no such language.
    """
    try:
        locale = Locale.parse(text.replace("_", "-"), sep="-")
    except (ValueError, UnknownLocaleError) as error:
        raise ValueError(f"Unknown language {text!r}; write its code, such as 'de' or 'pt-BR'") from error
    return "-".join(part for part in (locale.language, locale.script, locale.territory) if part)


def read_contacts(text: str, *, separator: str = ";", personas: tuple[str, ...] = ()) -> tuple[Contact, ...]:
    """Reads contacts written as `Name <email> persona+persona mail=none salutation=Dear Sam; Name (email); email`.

    A name with a separator in it stands in quotes. `personas` are those of contacts that are named without one.

    Raises:
        ValueError: one of them can't be read.
    """
    line = " ".join(text.splitlines())
    parts = next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])
    return tuple(_contact(part.strip(), personas) for part in parts if part.strip())


def _contact(text: str, default: tuple[str, ...]) -> Contact:
    name, address, rest = _parts(text)
    persona_list, *more = _CONTACT_FIELD.split(rest)
    personas = tuple(each.strip() for each in persona_list.split("+") if each.strip())
    for each in personas:
        if not _NAME.fullmatch(each):
            raise ValueError(f"{each!r} isn't a persona; write its id as in the map, several joined by '+'")
    email = read_email(address)
    shown = name.strip().strip(_QUOTES).strip() or email
    return Contact(shown, email, personas or default, **_contact_fields(more))


def _parts(text: str) -> tuple[str, str, str]:
    """Returns the name and the address of a contact, and what stands behind them."""
    if match := _ADDRESS_IN_ANGLES.fullmatch(text):
        return match[1], match[2], match[3]
    if match := _ADDRESS_BEHIND.fullmatch(text):
        return match[1], match[2], ""
    if "@" in text and " " not in text:
        return "", text, ""
    raise ValueError(f"{text!r} isn't a contact; write 'Name <email> persona+persona'")


def _contact_fields(parts: Sequence[str]) -> dict[str, Any]:
    """Reads the fields behind a contact's personas; `parts` are their names and values in turn."""
    values: dict[str, Any] = {name: value.strip() for name, value in zip(parts[::2], parts[1::2], strict=True)}
    for name, read in (("mail", read_mail), ("timezone", places.timezone), ("country", places.country)):
        if name in values:
            values[name] = read(values[name])
    if "language" in values:
        values["language"] = read_language(values["language"])
    return {name: value for name, value in values.items() if value}


def read_mail(text: str) -> Mail:
    """Reads which mail a contact wants.

    Raises:
        ValueError: the text is neither `all`, `essential` nor `none`.
    """
    try:
        return Mail(text.strip().lower() or Mail.ALL)
    except ValueError:
        raise ValueError(f"{text!r} isn't a setting of 'mail'; write all, essential or none") from None


def read_person(text: str, addresses: Mapping[str, str] | None = None) -> str:
    """Reads the address of one person, written as `Name <email>`, `Name (email)`, the address, or a name.

    `addresses` are those of known people by their names, whose case doesn't count.

    Raises:
        ValueError: there is no address in it, and the name isn't known.
    """
    known = {name.casefold(): address for name, address in (addresses or {}).items()}
    if (address := known.get(text.strip().casefold())) is not None:
        return address
    if "@" in text:
        return read_email(_parts(text.strip())[1])
    if not text.strip():
        raise ValueError("The address is missing")
    raise ValueError(f"{text.strip()!r} is a name without an address; add it to 'people' of the mapping")


def read_team(text: str) -> dict[str, str]:
    """Reads a team written as `role=email; role=email`.

    Raises:
        ValueError: it can't be read, or names a role twice.
    """
    team: dict[str, str] = {}
    for part in (part.strip() for part in text.split(";")):
        if not part:
            continue
        role, equals, address = (piece.strip() for piece in part.partition("="))
        if not equals or not _NAME.fullmatch(role):
            raise ValueError(f"{part!r} isn't a member of a team; write 'role=email', the role as in the map")
        if role in team:
            raise ValueError(f"The role {role!r} is given twice; only one person can have it")
        team[role] = read_email(address)
    return team


def read_attribute(
    text: str, kind: AttributeType | None, *, decimal: Decimal | None = None, locale: str | None = None
) -> Any:
    """Reads the value of an attribute of this type; an attribute that no map declares (None) stays text.

    `decimal` and `locale` decide how a number with two readings is meant (`milepost.numbers`).

    Raises:
        ValueError: the text isn't a value of the type.
    """
    match kind:
        case AttributeType.NUMBER:
            return read_number(text, locale, decimal=decimal)
        case AttributeType.DATE:
            return read_date(text).isoformat()
        case AttributeType.FLAG:
            flag = parse_flag(text)
            if flag is None:
                raise ValueError(f"{text!r} is neither yes nor no; write yes or no")
            return flag
        case _:
            return text


def read_date(text: str) -> date:
    """Reads a date written as YYYY-MM-DD.

    Raises:
        ValueError: there is no such date, or its year is before 1900 or after 2999.
    """
    day = parse_date(text.strip())
    if day is None:
        way = f"write it as YYYY-MM-DD, in a year from {YEARS[0]} to {YEARS[-1]}"
        raise ValueError(f"{text!r} isn't a date; {way}")
    return day
