from __future__ import annotations

from collections.abc import Mapping

import pytest

from milepost.demo.map_outline import Script, read_script
from milepost.demo.setup import BOOK, shipped_maps
from milepost.imports.csv_book import read_book
from milepost.imports.vocabulary import Vocabulary
from milepost.planner.compiled_map import Chart


@pytest.fixture(scope="session")
def charts() -> Mapping[str, Chart]:
    """The shipped maps, compiled, by id."""
    return {each.map: Chart.of(each, each.map) for each in shipped_maps()}


@pytest.fixture(scope="session")
def scripts() -> Mapping[str, Script]:
    """The shipped maps as the cast reads them, by id."""
    return {each.map: read_script(each) for each in shipped_maps()}


@pytest.fixture(scope="session")
def book(charts: Mapping[str, Chart]):
    """The shipped book, held against what the shipped maps know."""
    return read_book(BOOK.read_bytes(), Vocabulary.of(charts.values()))
