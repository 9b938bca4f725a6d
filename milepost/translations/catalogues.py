"""Catalogues of translations: .po files, read as translators write them and checked against their originals."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from gettext import c2py
from importlib.metadata import version
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po, write_po
from babel.support import Translations

from milepost.errors import MilepostError
from milepost.text import listing, shortened
from milepost.translations.reader import locale_named

FOLDER = Path(__file__).parent / "catalogues"
"""The folder of the shipped catalogues."""
TEMPLATE = FOLDER / "messages.pot"
"""Every text that can be translated, as it stands in the code and the templates."""
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%%|%")
_TAG = re.compile(r"</?\w[^>]*>|<|>")
_SHOWN = 60  # characters of a text in an error
_MOST = 20  # problems that one error lists


class CatalogueError(MilepostError):
    """A catalogue can't be used; `problems` has one line for each reason."""

    code = "catalogue"

    def __init__(self, path: Path, problems: list[str]) -> None:
        self.problems = tuple(problems)
        more = [f"and {len(problems) - _MOST} more"] if len(problems) > _MOST else []
        lines = "\n".join(f"  {line}" for line in (*problems[:_MOST], *more))
        super().__init__(
            f"The translations in {path} can't be used:\n{lines}", "Correct the file, or take it out of the folder."
        )


@lru_cache(maxsize=1)
def template() -> Catalog:
    """Returns every text that can be translated."""
    with TEMPLATE.open("rb") as file:
        return read_po(file)


def new_catalogue(locale: Locale) -> bytes:
    """Returns a .po file of a language, without any translation yet."""
    catalogue = Catalog(locale, project="Milepost", version=version("milepost"), fuzzy=False)
    catalogue.update(template(), no_fuzzy_matching=True)
    file = BytesIO()
    write_po(file, catalogue, width=118)
    return file.getvalue()


def read_catalogue(path: Path) -> Catalog:
    """Reads a file named after its language, such as `de.po`; every text in it is checked against the original.

    Raises:
        CatalogueError: the name is no language, the file can't be read, or translations don't fit their originals.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise CatalogueError(path, [f"it can't be read: {error.strerror}"]) from error
    catalogue = parse_catalogue(path, text)
    problems = [f"{_place(message)}{problem}" for message in catalogue for problem in problems_of(message)]
    if problems:
        raise CatalogueError(path, problems)
    return catalogue


def parse_catalogue(path: Path, text: bytes) -> Catalog:
    """Reads the text of a file named after its language, whatever it translates.

    Raises:
        CatalogueError: the name is no language, or the text isn't a catalogue.
    """
    locale = locale_named(path.stem)
    if locale is None:
        raise CatalogueError(
            path, [f"{path.stem!r} is no language; name the file after one, such as fr.po or pt-BR.po"]
        )
    try:
        catalogue = read_po(BytesIO(text), str(locale), abort_invalid=True)
        c2py(catalogue.plural_expr)
    except (PoFileError, ValueError, LookupError) as error:
        raise CatalogueError(path, [f"it can't be read as a .po file: {error}"]) from error
    return catalogue


def _place(message: Message) -> str:
    text = message.id if isinstance(message.id, str) else message.id[0]
    return f"{f'line {message.lineno}, ' if message.lineno else ''}{shortened(text, _SHOWN)!r}: "


def originals_of(message: Message) -> tuple[str, ...]:
    """Returns the original of a message: one text, or the singular and the plural."""
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def translations_of(message: Message) -> tuple[str, ...]:
    """Returns the translation of a message: one text, or one for each plural form of the language."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def is_translated(message: Message) -> bool:
    """Returns whether a message has its translation, in every plural form, and a person has looked at it."""
    return bool(message.id and message.string) and not message.fuzzy and all(translations_of(message))


def problems_of(message: Message) -> Iterator[str]:
    """Yields what is wrong with a translation: values (`%(name)s`) and markup must be those of its original."""
    if not is_translated(message):
        return
    originals, translations = originals_of(message), translations_of(message)
    values = {name for text in originals for name in values_of(text)}
    for text in translations:
        if unknown := sorted(values_of(text) - values):
            yield f"the translation has {listing(unknown)}, which the original doesn't have"
        if not message.pluralizable and (missing := sorted(values - values_of(text))):
            yield f"the translation lacks {listing(missing)}"
        if _tags(text) not in [_tags(original) for original in originals]:
            yield "the translation has other markup (<...>) than the original"


def values_of(text: str) -> set[str]:
    """Returns the values that a text takes, as they stand in it; a `%` that begins none counts as one."""
    return {match[0] for match in _PLACEHOLDER.finditer(text)} - {"%%"}


def _tags(text: str) -> Counter[str]:
    return Counter(_TAG.findall(text))


def compiled(catalogue: Catalog) -> Translations:
    """Returns the translations as gettext looks them up; texts without one, or with a fuzzy one, are left out."""
    for message in list(catalogue):
        if message.id and not is_translated(message):
            catalogue.delete(message.id, message.context)
    file = BytesIO()
    write_mo(file, catalogue)
    file.seek(0)
    return Translations(file)
