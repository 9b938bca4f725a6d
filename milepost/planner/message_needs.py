"""The values that each message of a map needs, by language: worked out once a version, looked at before a mail goes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from milepost.customer import Contact, Customer
from milepost.language.steps import AnyStep
from milepost.language.templates.needs import needed_by, needs_of
from milepost.language.templates.source import pick_variant, variants_of
from milepost.planner.introduction import Introduction

_FOLDER = "messages/"
Answers = Mapping[str, Mapping[str, Any]]
Needed = tuple[tuple[str, ...], ...]
"""Values that must be known: of each group of names, such as `customer.seats`, one is enough."""


@dataclass(frozen=True, slots=True)
class _Variants:
    """A message of a step, and what each of its files needs."""

    template: str
    needs: Mapping[str, Needed]

    def for_language(self, language: str | None) -> Needed:
        return self.needs[pick_variant(self.needs, self.template, language)]


@dataclass(frozen=True, slots=True)
class MessageNeeds:
    """What the messages of one version of a map need. Most need nothing that may be unknown: those aren't kept."""

    _by_message: Mapping[tuple[str, str], _Variants] = field(default_factory=dict)

    @staticmethod
    def of(steps: Iterable[AnyStep], files: Mapping[str, str]) -> MessageNeeds:
        """Works out the needs of a map's messages, from its files by relative name."""
        texts = {name.removeprefix(_FOLDER): text for name, text in files.items() if name.startswith(_FOLDER)}
        by_message: dict[tuple[str, str], _Variants] = {}
        for step in steps:
            for template in {step.message, getattr(step, "reminder", None)}:
                if template is not None and template in texts:
                    needs = {file: _needs(step, texts[file]) for file in variants_of(texts, template)}
                    if any(needs.values()):
                        by_message[step.id, template] = _Variants(template, needs)
        return MessageNeeds(by_message)

    def __bool__(self) -> bool:
        return bool(self._by_message)

    def messages(self) -> Iterator[tuple[str, str]]:
        """Yields the steps and files of the messages that need something."""
        yield from self._by_message

    def missing(
        self,
        step: str,
        template: str,
        customer: Customer,
        contact: Contact,
        *,
        csm: str,
        answers: Answers,
        introduction: Introduction | None = None,
    ) -> tuple[str, ...]:
        """Returns the names of the values that a message to a contact lacks now.

        `csm` is the role of that name, `answers` are the forms that were sent, by step and field,
        `introduction` the people of a hand-over.
        """
        variants = self._by_message.get((step, template))
        if variants is None:
            return ()
        needed = variants.for_language(contact.language or customer.language)
        introduced = _introduced(introduction)
        return tuple(
            names[0]
            for names in needed
            if not any(name in introduced or _is_known(name, customer, contact, csm, answers) for name in names)
        )


def _introduced(introduction: Introduction | None) -> frozenset[str]:
    """The names of the values that an introduction has."""
    people = ("former", "successor") if introduction and introduction.successor else ("former",)
    return frozenset(f"{each}.{name}" for each in people for name in ("name", "email")) if introduction else frozenset()


def _needs(step: AnyStep, text: str) -> Needed:
    needed = (needed_by(step, need) for need in needs_of(text))
    return tuple(dict.fromkeys(names for names in needed if names))


def _is_known(name: str, customer: Customer, contact: Contact, csm: str, answers: Answers) -> bool:
    root, _, field_name = name.partition(".")
    match root:
        case "customer":
            value = customer.attributes.get(field_name, getattr(customer, field_name, None))
            return value is not None
        case "contact":
            return bool(getattr(contact, field_name, None))
        case "csm":
            return bool(customer.team.get(csm))
        case "answers":
            step, _, asked = field_name.partition(".")
            return asked in answers.get(step, {})
        case _:  # a figure that the outcome's metric doesn't have
            return False
