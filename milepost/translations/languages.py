"""The languages that customers can be written to in: those that Milepost ships, and those of the operator's folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from gettext import NullTranslations
from pathlib import Path
from types import MappingProxyType

from babel import Locale
from babel.messages.catalog import Catalog

from milepost.errors import MilepostError
from milepost.places import without_region
from milepost.translations.catalogues import FOLDER, compiled, is_translated, read_catalogue, template
from milepost.translations.reader import ENGLISH, Reader, locale_named


class NoSuchFolderError(MilepostError):
    """There is no folder of catalogues at a path."""

    code = "no_catalogues"

    def __init__(self, folder: Path) -> None:
        hint = "Make it and put files such as fr.po there, or leave MILEPOST_LANGUAGES unset."
        super().__init__(f"There is no folder of translations at {folder}.", hint)


@dataclass(frozen=True, slots=True)
class Languages:
    """Catalogues by their language tag (`de`, `pt-BR`); a regional one goes before that of its language."""

    catalogues: Mapping[str, tuple[Catalog, ...]]
    _translations: Mapping[str, NullTranslations]

    @staticmethod
    def of(*folders: Path) -> Languages:
        """Reads the catalogues of some folders; a text of a later folder goes before that of an earlier one.

        Raises:
            NoSuchFolderError: one of them isn't there.
            CatalogueError: a catalogue can't be used.
        """
        catalogues: dict[str, tuple[Catalog, ...]] = {}
        for folder in folders:
            if not folder.is_dir():
                raise NoSuchFolderError(folder)
            for path in sorted(folder.glob("*.po")):
                catalogue = read_catalogue(path)
                tag = _tag_of(path.stem)
                catalogues[tag] = (catalogue, *catalogues.get(tag, ()))
        chains = {tag: _chain([*catalogues[tag], *_of_the_language(catalogues, tag)]) for tag in catalogues}
        return Languages(MappingProxyType(catalogues), MappingProxyType(chains))

    @property
    def tags(self) -> tuple[str, ...]:
        """The languages, English first."""
        return (ENGLISH.tag, *sorted(set(self.catalogues) - {ENGLISH.tag}))

    def reader(self, language: str | None, country: str | None = None) -> Reader:
        """Returns how somebody reads whose language and country are known, or None.

        `de-AT` reads `de-AT`, else `de`, else English. Dates and numbers are those of the words' language as it is
        written in the country.
        """
        tag = next((each for each in _candidates(language, country) if each in self._translations), ENGLISH.tag)
        return Reader(tag, _locale(tag, language, country), self._translations.get(tag, ENGLISH.translations))

    def of_header(self, accepted: str | None) -> Reader:
        """Returns the reader of a browser, by its header `Accept-Language`; English for one that none of ours fits."""
        for language in _preferred(accepted or ""):
            if any(each in (*self._translations, ENGLISH.tag) for each in _candidates(language, None)):
                return self.reader(language)
        return self.reader(None)

    def missing(self, tag: str) -> list[str]:
        """Returns the texts that a language lacks, which its readers get in English."""
        if tag == ENGLISH.tag:
            return []
        chain = (*self.catalogues[tag], *_of_the_language(self.catalogues, tag))
        have = {_key(message.id, message.context) for each in chain for message in each if is_translated(message)}
        return [text for text, context in template_texts() if (text, context) not in have]


@lru_cache(maxsize=1)
def template_texts() -> tuple[tuple[str, str | None], ...]:
    """Returns every text that can be translated, with the context that tells it from the same words elsewhere."""
    return tuple(_key(message.id, message.context) for message in template() if message.id)


def _key(text: str | tuple[str, ...] | list[str], context: str | None) -> tuple[str, str | None]:
    return (text if isinstance(text, str) else text[0]), context


@lru_cache(maxsize=1)
def shipped() -> Languages:
    """Returns the languages that Milepost ships, read once."""
    return Languages.of(FOLDER)


@lru_cache(maxsize=4)
def languages_in(folder: Path | None) -> Languages:
    """Returns the shipped languages, with those of an operator's folder if there is one, read once.

    Raises:
        NoSuchFolderError: it isn't there.
        CatalogueError: a catalogue can't be used.
    """
    return shipped() if folder is None else Languages.of(FOLDER, folder)


def _chain(catalogues: list[Catalog]) -> NullTranslations:
    """Returns translations that look a text up in one catalogue after the other."""
    first, *others = [compiled(each) for each in catalogues]
    for each in others:
        first.add_fallback(each)
    return first


def _of_the_language(catalogues: Mapping[str, tuple[Catalog, ...]], tag: str) -> tuple[Catalog, ...]:
    """Returns the catalogues of a regional language's own language: those of `pt` for `pt-BR`."""
    language = tag.partition("-")[0]
    return catalogues.get(language, ()) if language != tag else ()


def _tag_of(name: str) -> str:
    locale = locale_named(name)
    assert locale is not None, name
    return str(locale).replace("_", "-")


def _candidates(language: str | None, country: str | None) -> Iterator[str]:
    """Yields the tags of catalogues that fit, the best first."""
    locale = locale_named(language or "") or locale_named((language or "").partition("-")[0])
    if locale is None:
        return
    region = locale.territory or (without_region(country) if country else None)
    script = locale.script
    for parts in ((locale.language, script, region), (locale.language, script), (locale.language, region)):
        if all(parts):
            yield "-".join(part for part in parts if part)
    yield locale.language


@lru_cache(maxsize=1024)
def _locale(tag: str, language: str | None, country: str | None) -> Locale:
    """Returns the locale of a catalogue's language in the reader's country."""
    own = locale_named(language or "")
    regions = (own.territory if own else None, without_region(country) if country else None)
    for region in filter(None, regions):
        locale = locale_named(f"{tag.partition('-')[0]}-{region}")
        if locale is not None:
            return locale
    return locale_named(tag) or ENGLISH.locale


def _preferred(header: str) -> list[str]:
    """Returns the languages of `Accept-Language: de-AT,de;q=0.9,en;q=0.5`, the most preferred first."""
    weights: dict[str, float] = {}
    for part in header[:500].split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            weights.setdefault(tag, float(weight or 1))
        except ValueError:
            continue
    return sorted((tag for tag, weight in weights.items() if weight > 0), key=weights.__getitem__, reverse=True)
