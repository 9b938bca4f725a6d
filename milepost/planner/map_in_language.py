"""A compiled map in the words of a reader's language: what pages and mails show to customers."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from milepost.language.map_texts import reworded
from milepost.language.map_translations import key_of
from milepost.planner.compiled_map import CompiledMap


def in_language(compiled_map: CompiledMap, language: str | None) -> CompiledMap:
    """Returns a map as customers read it who read `language`, such as `de-AT`: the same steps, with other words.

    Where the map has no such words, it is the map itself. Tasks that were added to a journey aren't in it.

    Raises:
        CatalogueError: a catalogue of the map can't be read; a map without lint errors has none such.
    """
    return _in_language(compiled_map.without_added or compiled_map, language)


@lru_cache(maxsize=128)
def _in_language(compiled_map: CompiledMap, language: str | None) -> CompiledMap:
    texts = compiled_map.translations.texts(language)
    if not texts:
        return compiled_map

    def translate(text: str) -> str:
        return texts.get(key_of(text), text)

    worded = CompiledMap.of(reworded(compiled_map.map, lambda text, _: translate(text)), compiled_map.version)
    return replace(
        worded,
        translations=compiled_map.translations,
        message_needs=compiled_map.message_needs,
        translate=translate,
    )
