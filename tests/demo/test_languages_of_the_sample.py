"""Every customer of the sample reads a whole plan in their own language: the pages' words, and those of their map."""

from __future__ import annotations

from milepost.demo.clock import BEGINS
from milepost.language.loader import load
from milepost.language.map_translations import MapTranslations
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.segment_match import best_map
from milepost.shipped import MAPS
from milepost.translations.languages import shipped


def test_each_customer_finds_their_map_in_their_language(compiled_maps, book) -> None:
    lacking = {}
    of_another_language = [each for each in book.customers if each.language not in (None, "en")]
    for customer in of_another_language:
        found, language = best_map(compiled_maps.values(), customer, BEGINS), str(customer.language)
        assert isinstance(found, CompiledMap), customer.id
        translations = MapTranslations.of(load(MAPS / found.map.map).files or {})
        texts = translations.missing(found.map, language)
        if texts or shipped().missing(language):
            lacking[customer.id] = (found.map.map, language, len(texts))

    assert lacking == {}
    assert {customer.language for customer in of_another_language} >= {"de", "es", "fr", "ja", "pt"}
