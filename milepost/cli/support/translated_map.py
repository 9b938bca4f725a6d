"""A map's translations as `milepost languages --map` lists, begins and updates them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from babel import Locale

from milepost.cli.support.errors import CommandError, file_errors
from milepost.cli.support.map_folders import sound_map
from milepost.cli.support.output import aside
from milepost.language.map_translations import (
    MapTranslations,
    file_of,
    map_catalogue,
    read_map_catalogue,
    tags_of,
    translatable_texts,
)
from milepost.language.model import Map
from milepost.text import count_of
from milepost.translations.reader import locale_named


def locale_for(language: str) -> Locale:
    """Returns the locale of a language that somebody typed.

    Raises:
        CommandError: it is none.
    """
    locale = locale_named(language)
    if locale is None:
        raise CommandError(f"{language!r} is no language.", "Write its code, such as fr or pt-BR.")
    return locale


@dataclass(frozen=True, slots=True)
class TranslatedMap:
    """A map in its folder, with the languages that customers can read it in."""

    folder: Path
    map: Map
    translations: MapTranslations
    tags: tuple[str, ...]

    @staticmethod
    def at(path: Path) -> TranslatedMap:
        """Reads a map.

        Raises:
            CommandError: it has errors.
        """
        map_, loaded = sound_map(path, "Correct the map first, then translate it.")
        files = loaded.files or {}
        return TranslatedMap(loaded.folder or path, map_, MapTranslations.of(files), tuple(tags_of(files)))

    @property
    def count(self) -> int:
        """How many texts the map has."""
        return len(translatable_texts(self.map))

    def missing(self, tag: str) -> list[str]:
        """Returns the texts that a language lacks."""
        return self.translations.missing(self.map, tag)

    def begin(self, language: str) -> None:
        """Writes the file of a language, without any translation.

        Raises:
            CommandError: it is no language, or there is such a file.
        """
        locale = locale_for(language)
        path = self.folder / file_of(str(locale).replace("_", "-"))
        if path.exists():
            raise CommandError(f"There is {path} already.", "Edit it, or bring it in step with the map by --update.")
        with file_errors("write", path, "Name a map in a folder that may be written to."):
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(map_catalogue(self.map, locale))
        aside(f"Written to {path}: {count_of(self.count, 'text')} to translate. Publish the map when you are done.")

    def update(self) -> None:
        """Brings the files of all languages in step with the map; what is translated stays."""
        if not self.tags:
            raise CommandError(f"{self.folder} has no translations.", "Begin with one: --init de.")
        for tag in self.tags:
            path = self.folder / file_of(tag)
            with file_errors("write", path, "Name a map in a folder that may be written to."):
                earlier = read_map_catalogue(str(path), path.read_text(encoding="utf-8-sig"))
                path.write_bytes(map_catalogue(self.map, locale_for(tag), earlier))
            missing = len(self.missing(tag))
            aside(f"{path}: {count_of(missing, 'text')} to translate." if missing else f"{path}: complete.")
