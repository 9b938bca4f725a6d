"""W214 and W218: messages that need what a customer may not have, and languages that some messages lack."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from milepost.language import cel_text
from milepost.language.findings import Finding
from milepost.language.lint.outline import MapOutline, PlacedStep, is_unreadable
from milepost.language.loader import Loaded
from milepost.language.model import Stage
from milepost.language.problems import Problem
from milepost.language.templates.needs import Need, needed_by, needs_of
from milepost.language.templates.source import pick_variant, read_message, variant_language, variants_of
from milepost.text import listing

_FOLDER = "messages/"
_MOST_FILES = 4
_OF_A_HAND_OVER = ("former.", "successor.")
_NOT_SURE = frozenset({"||", "?", "!", "has"})


def check_messages(outline: MapOutline, loaded: Loaded) -> Iterator[Problem]:
    """Warnings about the messages that steps send; a map without a folder has none to check."""
    if loaded.files is None:
        return
    texts = {name.removeprefix(_FOLDER): text for name, text in loaded.files.items() if name.startswith(_FOLDER)}
    yield from _Messages(outline, loaded, texts).problems()


class _Messages:
    def __init__(self, outline: MapOutline, loaded: Loaded, texts: dict[str, str]) -> None:
        self._outline, self._loaded, self._texts = outline, loaded, texts

    def problems(self) -> Iterator[Problem]:
        for template, steps in sorted(self._senders.items()):
            for file in variants_of(self._texts, template):
                for need in needs_of(self._texts[file]):
                    yield from self._unsure(file, need, steps)
        for template in self._pointers:
            for file in variants_of(self._texts, template):
                for need in needs_of(self._texts[file]):
                    yield from self._unsure_in_pointer(file, need)
        yield from (each.problem(self._outline.data, self._loaded.file) for each in self._languages())

    @cached_property
    def _senders(self) -> dict[str, list[PlacedStep]]:
        """The steps that send each message, as opening mail, request or reminder."""
        senders: dict[str, list[PlacedStep]] = {}
        for placed in self._outline.steps:
            names: set[str | None] = {placed.step.message, getattr(placed.step, "reminder", None)}
            for name in names:
                if name is not None and not is_unreadable(name) and name in self._texts:
                    senders.setdefault(name, []).append(placed)
        return senders

    @cached_property
    def _pointers(self) -> list[str]:
        """The messages that point customers elsewhere."""
        names = {pointer.message for pointer in self._outline.map.pointers.values()}
        return sorted(name for name in names if not is_unreadable(name) and name in self._texts)

    def _unsure_in_pointer(self, file: str, need: Need) -> Iterator[Problem]:
        """A pointer waits for nobody: what it needs must be there for every customer, whichever step it is about."""
        names = [name for name in need.names if self._is_defined(name)]
        if names and not self._known.intersection(names):
            yield self._lacking(file, need, names, "the mail could not be written")

    def _unsure(self, file: str, need: Need, steps: list[PlacedStep]) -> Iterator[Problem]:
        for placed in steps:
            names = [name for name in needed_by(placed.step, need) if self._is_defined(name)]
            if placed.container.id == self._outline.map.introduction:
                names = [name for name in names if not name.startswith(_OF_A_HAND_OVER)]
            if names and not self._known.union(_dates_of(placed)).intersection(names):
                yield self._lacking(file, need, names, "it would wait until somebody tells")
                return

    def _lacking(self, file: str, need: Need, names: list[str], what_then: str) -> Problem:
        values = listing([repr(name) for name in names], last="or")
        message = (
            f"The message needs {values}, which a customer may not have; {what_then}. "
            "Put {% if %} around it, or add | default('...')"
        )
        return Problem(self._loaded.name_of(f"{_FOLDER}{file}"), need.line, 1, "W214", message)

    def _is_defined(self, name: str) -> bool:
        """Returns whether the map has such a value; one that it hasn't is M110.

        Answers are left out: whoever writes about a form knows that it may not have been sent.
        """
        root, _, attribute = name.partition(".")
        return root != "answers" and (root != "customer" or attribute in self._outline.names.attributes)

    @cached_property
    def _known(self) -> frozenset[str]:
        """The attributes that every customer has whom the segment lets in."""
        where = self._outline.map.segment.where
        known: set[str] = set()
        for part in () if is_unreadable(where) else cel_text.conjuncts(where):
            tokens = cel_text.tokenize(part)
            if not _NOT_SURE.intersection(token.text for token in tokens) or _is_has(tokens):
                known.update(f"customer.{each.name}" for each in cel_text.references(tokens) if each.root == "customer")
        return frozenset(known)

    def _languages(self) -> Iterator[Finding]:
        have = {template: self._languages_of(template) for template in (*self._senders, *self._pointers)}
        for language in sorted(set().union(*have.values())):
            lacking = sorted(template for template in have if not self._speaks(template, language))
            if lacking:
                files = listing([repr(name) for name in lacking], most=_MOST_FILES)
                message = (
                    f"Some messages are written in {language!r}, but not {files}: whoever reads {language} gets both "
                    f"languages; write the variants, such as '{lacking[0].removesuffix('.md')}.{language}.md'"
                )
                yield Finding(("map",), "W218", message, key=True)

    def _languages_of(self, template: str) -> set[str]:
        """Returns the languages of a message's variants, and the one that its plain file names."""
        languages = {variant_language(file) for file in variants_of(self._texts, template)}
        return {language for language in languages if language}

    def _speaks(self, template: str, language: str) -> bool:
        """Returns whether somebody who reads a language gets this message in it."""
        file = pick_variant(self._texts, template, language)
        message, _ = read_message(self._texts[file])
        written_in = variant_language(file) or (message.language if message else None) or ""
        return written_in.split("-")[0].casefold() == language.split("-", maxsplit=1)[0].casefold()


def _is_has(tokens: list[cel_text.Token]) -> bool:
    """Returns whether a condition is `has(customer.ATTRIBUTE)` and nothing else."""
    return [token.text for token in tokens][:2] == ["has", "("] and cel_text.shape(tokens[2:]) == "name.name)"


def _dates_of(placed: PlacedStep) -> set[str]:
    """Returns the customer's dates at which the step, or its stage, opens: without them nothing is sent."""
    container = placed.container
    stage_opens = container.opens.at if isinstance(container, Stage) and container.opens else None
    return {f"customer.{anchor.attribute}" for anchor in (placed.step.at, stage_opens) if anchor is not None}
