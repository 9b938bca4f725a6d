"""W220: languages that lack texts of the map. M103 and M110: catalogues that can't be read or used."""

from __future__ import annotations

from collections.abc import Iterator

from babel.messages.catalog import Catalog

from milepost.language.findings import Finding
from milepost.language.lint.outline import MapOutline
from milepost.language.loader import LANGUAGES, Loaded
from milepost.language.map_texts import texts_of
from milepost.language.map_translations import MapTranslations, file_of, key_of, read_map_catalogue, tags_of
from milepost.language.problems import Problem
from milepost.language.templates.checks import check_text
from milepost.language.templates.source import folded, variant_language
from milepost.text import count_of, shortened
from milepost.translations.catalogues import CatalogueError, is_translated, originals_of, translations_of

_MESSAGES = "messages/"
_SHOWN = 60  # characters of a text


def check_translations(outline: MapOutline, loaded: Loaded) -> Iterator[Problem]:
    """Checks the catalogues beside a map, and warns of texts that a language of the map lacks.

    A map without a folder has none to check; one whose own fields are wrong is only read.
    """
    names = [name for name in loaded.files or {} if name.startswith(f"{LANGUAGES}/")]
    readable: dict[str, str] = {}
    for name in names:
        text = (loaded.files or {})[name]
        try:
            catalogue = read_map_catalogue(name, text)
        except CatalogueError as error:
            yield Problem(loaded.name_of(name), 1, 1, "M103", f"The translations can't be used: {error.problems[0]}")
        else:
            readable[name] = text
            yield from _templates(outline, loaded.name_of(name), catalogue)
    if not outline.repaired and len(readable) == len(names):
        translations = MapTranslations.of(readable)
        for finding in _missing(outline, translations, _languages(loaded)):
            yield finding.problem(outline.data, loaded.file)


def _templates(outline: MapOutline, file: str, catalogue: Catalog) -> Iterator[Problem]:
    """Checks the translations of templates, with the names that a message may use."""
    templates = {key_of(text) for text, place in texts_of(outline.map) if place.is_template}
    for message in catalogue:
        original = key_of(originals_of(message)[0])
        if is_translated(message) and original in templates:
            for problem in check_text(translations_of(message)[0], outline.map.attributes, outline.names.answers):
                what = f"{problem.message} (in the translation of {_shown(original)})"
                yield Problem(file, message.lineno or 1, 1, "M110", what, problem.suggestion)


def _missing(outline: MapOutline, translations: MapTranslations, languages: list[str]) -> Iterator[Finding]:
    for language in languages:
        if missing := translations.missing(outline.map, language):
            message = (
                f"{file_of(language)} lacks {count_of(len(missing), 'text')} of the map, such as {_shown(missing[0])}: "
                f"whoever reads {language!r} gets both languages on the plan; `milepost languages --map` writes the "
                "file to translate"
            )
            yield Finding(("map",), "W220", message, key=True)


def _languages(loaded: Loaded) -> list[str]:
    """Returns the languages that some customers are written to in: those of messages, and of catalogues."""
    of_messages = (variant_language(name) for name in loaded.files or {} if name.startswith(_MESSAGES))
    return sorted({folded(each): each for each in (*of_messages, *tags_of(loaded.files or {})) if each}.values())


def _shown(text: str) -> str:
    return repr(shortened(key_of(text), _SHOWN))
