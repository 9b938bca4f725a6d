"""Puts a pseudonym in the place of a person, in texts and plain data: pure, without the database."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from milepost.customer import FORGOTTEN, address_key, name_of

NAME = "Forgotten person"
"""Stands for a name; the address beside it tells people apart who were forgotten."""
WORD = "[forgotten]"
"""Stands for a part of a name in a text, and for a message's words."""

# fmt: off
_NAMES_OF_THE_MAP = frozenset({
    "id", "kind", "step", "steps", "stage", "play", "outcome", "verdict", "map", "version", "message", "template",
    "templates", "persona", "personas", "role", "roles", "escalated_to", "status", "track", "method", "result",
    "results", "timezone", "country", "language", "mail", "at", "source", "channel", "invite", "title", "statement",
    "metric", "playbook", "purpose",
})
# fmt: on
"""Columns and keys with ids and texts of the map, enumerations and places, where a word like `will` is no name."""
_CONTACT_NAMES = ("name", "first_name", "last_name", "salutation")
_NAME_KEYS = (("name",), ("first_name", "last_name"))
_ANY_ADDRESS = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
_NOT_AFTER_LETTER, _NOT_BEFORE_LETTER = r"(?<![^\W_])", r"(?![^\W_])"
_SHORT = 2  # letters; so short a part of a name counts only as it is written


@dataclass(frozen=True, slots=True)
class Person:
    """A person: an address, in whatever case, and the names beside which it was met."""

    address: str
    names: frozenset[str] = frozenset()

    def is_at(self, address: object) -> bool:
        """Returns whether this is the person's address."""
        return isinstance(address, str) and address_key(address) == address_key(self.address)

    def is_in(self, text: object) -> bool:
        """Returns whether a text has the address in it."""
        return isinstance(text, str) and address_key(self.address) in text.casefold()

    def all_names(self) -> set[str]:
        """Returns the names, with the one that the address spells out."""
        spelled = name_of(self.address)
        return {*self.names, *([spelled] if " " in spelled else [])}

    def parts(self) -> set[str]:
        """Returns the parts of the names, and that of the address before the @ if it has some of them."""
        parts = {part for name in self.all_names() for part in _parts(name)}
        local = self.address.partition("@")[0]
        if any(part.lower() in local.lower() for part in parts):
            parts.add(local)
        return parts


def names_beside(address: str, data: Any) -> Iterator[str]:
    """Yields the names that stand beside an address in plain data."""
    if isinstance(data, list):
        for item in data:
            yield from names_beside(address, item)
    elif isinstance(data, Mapping):
        if Person(address).is_at(data.get("email")):
            yield from (" ".join(part for key in keys if isinstance(part := data.get(key), str)) for keys in _NAME_KEYS)
        for item in data.values():
            yield from names_beside(address, item)


@dataclass(frozen=True, slots=True)
class Pseudonymiser:
    """Replaces one person by the `pseudonym`, an address at nowhere.

    `others` are names that stay though a part of the person's is in them: of the customer, of colleagues, of the other
    contacts.
    """

    person: Person
    pseudonym: str
    others: Collection[str] = ()
    _instead: dict[str, str] = field(init=False, repr=False, default_factory=dict)
    _strict: re.Pattern[str] = field(init=False, repr=False)
    _loose: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        names, parts = self.person.all_names(), self.person.parts()
        others = {_key(name) for name in self.others}
        self._instead.update({_key(part): WORD for part in parts if _key(part) not in others})
        self._instead.update({_key(name): NAME for name in names})
        object.__setattr__(self, "_strict", self._pattern({*self.others, *names}))
        object.__setattr__(self, "_loose", self._pattern({*self.others, *names, *parts}))

    def _pattern(self, words: Iterable[str]) -> re.Pattern[str]:
        """Returns what finds the address, any other address, and these words, the longest first."""
        longest_first = sorted(filter(str.strip, words), key=lambda text: (-len(text), text))
        address = f"(?P<address>{_address(self.person.address)})"
        return re.compile("|".join([address, _ANY_ADDRESS, *map(_words, longest_first)]), re.IGNORECASE)

    def rewritten(self, data: Any, key: str = "") -> Any:
        """Returns plain data, which stands under `key`, without the person; all that counts stays as it is.

        Parts of a name are replaced in texts alone, not in ids of the map's things.
        """
        match data:
            case str():
                return self.text(data, strictly=key in _NAMES_OF_THE_MAP)
            case list():
                return [self.rewritten(item, key) for item in data]
            case dict():
                return self._table(data)
            case _:
                return data

    def text(self, text: str, *, strictly: bool = False) -> str:
        """Returns the text without the person: `strictly` only the address and whole names are replaced."""
        return (self._strict if strictly else self._loose).sub(self._replacement, text)

    def _replacement(self, match: re.Match[str]) -> str:
        return self.pseudonym if match["address"] else self._instead.get(_key(match[0]), match[0])

    def _table(self, data: dict[str, Any]) -> dict[str, Any]:
        table = {self.text(name, strictly=True): self.rewritten(value, name) for name, value in data.items()}
        email = data.get("email")
        if isinstance(email, str) and self.pseudonym in table["email"] and self.pseudonym not in email:
            table |= {"email": self.pseudonym, "name": NAME}
            table |= {key: WORD for key in _CONTACT_NAMES[1:] if data.get(key) is not None}
        elif "email" in data:  # another contact, who may bear the same name
            own = ("email", *_CONTACT_NAMES)
            table |= {key: data[key] for key in own if key in data and not self.person.is_in(data[key])}
        if self.person.is_at(data.get("contact")):  # the words of a message were written to the person
            table |= {key: WORD for key in ("subject", "text", "html") if data.get(key) is not None}
        return table


def new_pseudonym(token: str) -> str:
    """Returns an address that stands for a forgotten person; `token` is a random one, so that nothing leads back."""
    return f"forgotten-{token}{FORGOTTEN}"


def _key(text: str) -> str:
    return " ".join(text.split()).casefold()


def _parts(name: str) -> Iterator[str]:
    """Yields the parts that tell a person: no initials, titles, or particles such as `van`."""
    has_capitals = name != name.lower()
    for word in re.split(r"[\s,;()\"]+", name):
        if len(word) < _SHORT or word.endswith(".") or (has_capitals and word[0].islower()):
            continue
        yield word
        yield from (part for part in word.split("-") if len(part) > _SHORT and part != word)


def _address(address: str) -> str:
    variants = "|".join(re.escape(each) for each in (address.strip(), quote(address.strip(), safe="")))
    return rf"(?<![\w.+-])(?:{variants})(?![\w-]|\.\w)"


def _words(text: str) -> str:
    words = r"\s+".join(re.escape(word) for word in text.split())
    words = words if len(text) > _SHORT else f"(?-i:{words})"
    return f"{_NOT_AFTER_LETTER}{words}{_NOT_BEFORE_LETTER}"
