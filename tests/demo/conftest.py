from __future__ import annotations

from collections.abc import Mapping

import pytest

from milepost.demo.setup import BOOK, shipped_maps
from milepost.imports.customer_book import read_book
from milepost.imports.vocabulary import Vocabulary
from milepost.planner.compiled_map import CompiledMap


@pytest.fixture(scope="session")
def compiled_maps() -> Mapping[str, CompiledMap]:
    """The shipped maps, compiled, by id."""
    return {each.map: CompiledMap.of(each, each.map) for each in shipped_maps()}


@pytest.fixture(scope="session")
def book(compiled_maps: Mapping[str, CompiledMap]):
    """The shipped book, held against what the shipped maps know."""
    return read_book(BOOK.read_bytes(), Vocabulary.of(compiled_maps.values()))
