"""What a map says to customers in other languages: gettext catalogues beside it, such as `languages/de.po`.

A text is looked up as it stands in the map, without regard to where its lines break. What a language lacks is read in
the words of the map.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from types import MappingProxyType

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from milepost.language.loader import LANGUAGES
from milepost.language.map_texts import texts_of
from milepost.language.model import Map
from milepost.language.templates.source import folded
from milepost.translations.catalogues import is_translated, originals_of, parse_catalogue, translations_of

_WIDTH = 118


def file_of(tag: str) -> str:
    """Returns the name, beside the map, of the file of a language."""
    return f"{LANGUAGES}/{tag}.po"


def tags_of(files: Mapping[str, str]) -> list[str]:
    """Returns the languages that a map's files have catalogues for."""
    return sorted(Path(name).stem for name in files if name.startswith(f"{LANGUAGES}/"))


@dataclass(frozen=True, slots=True)
class MapTranslations:
    """The catalogues of a map, by their language as others are compared with it: `de`, `pt-br`."""

    files: Mapping[str, tuple[str, str]]

    @staticmethod
    def of(files: Mapping[str, str]) -> MapTranslations:
        """Finds the catalogues among the files of a map."""
        paths = [(Path(name), text) for name, text in files.items() if name.startswith(f"{LANGUAGES}/")]
        return MapTranslations({folded(path.stem): (str(path), text) for path, text in paths})

    def texts(self, language: str | None) -> Mapping[str, str]:
        """Returns the translations for somebody who reads `language`; those of `de-AT` go before those of `de`.

        Raises:
            CatalogueError: a catalogue can't be read; a map without lint errors has none such.
        """
        parts = folded(language or "").split("-")
        found: dict[str, str] = {}
        for length in range(1, len(parts) + 1):
            if (file := self.files.get("-".join(parts[:length]))) is not None:
                found.update(_translations(*file))
        return found

    def missing(self, map: Map, language: str) -> list[str]:  # noqa: A002 - the field's word
        """Returns the texts of a map that a language lacks, each once, in the order of the map.

        Addresses aren't counted: one that isn't translated leads where it leads.
        """
        have = self.texts(language)
        return [text for text in translatable_texts(map) if key_of(text) not in have]


def translatable_texts(map: Map) -> list[str]:  # noqa: A002 - the field's word
    """Returns the texts of a map that need a translation, each once, in the order of the map."""
    return list(dict.fromkeys(text for text, place in texts_of(map) if not place.is_address))


def key_of(text: str) -> str:
    """Returns a text as translations know it: however its lines are broken."""
    return " ".join(text.split())


@lru_cache(maxsize=256)
def _translations(name: str, text: str) -> Mapping[str, str]:
    catalogue = read_map_catalogue(name, text)
    return MappingProxyType(
        {key_of(originals_of(each)[0]): translations_of(each)[0] for each in catalogue if is_translated(each)}
    )


def read_map_catalogue(name: str, text: str) -> Catalog:
    """Reads a catalogue beside a map; `name` is that of its file.

    Raises:
        CatalogueError: the name is no language, or the text isn't a catalogue.
    """
    return parse_catalogue(Path(name), text.encode())


def map_catalogue(map: Map, locale: Locale, earlier: Catalog | None = None) -> bytes:  # noqa: A002 - the field's word
    """Returns a .po file with every text of a map, and the translations of an `earlier` one.

    A text that changed keeps the translation of the nearest earlier one, marked as fuzzy: it doesn't count before
    somebody has looked at it. What isn't used any more stands at the end, as a comment.
    """
    template = Catalog(fuzzy=False)
    places: dict[str, list[str]] = {}
    for text, place in texts_of(map):
        places.setdefault(text.strip(), []).append(place.name)
    for text, where in places.items():
        template.add(text, auto_comments=where)
    catalogue = earlier if earlier is not None else _empty(locale)
    catalogue.update(template, update_creation_date=False)
    file = BytesIO()
    write_po(file, catalogue, width=_WIDTH)
    return file.getvalue()


def _empty(locale: Locale) -> Catalog:
    """Returns a catalogue that doesn't name its map, so that a copy of the map takes it along as it is."""
    about = f"# What customers read of this map, in {locale.get_display_name('en')}."
    return Catalog(locale, project="Map", header_comment=about, msgid_bugs_address="", fuzzy=False)
