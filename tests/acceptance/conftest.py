from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from milepost.customer import Customer
from milepost.demo.setup import BOOK, shipped_maps
from milepost.imports.customer_book import read_book
from milepost.imports.vocabulary import Vocabulary
from tests.acceptance.up_process import Up


@pytest.fixture
def start(real_server: None, tmp_path: Path) -> Iterator[Callable[..., Up]]:
    """Starts `milepost up` with these options, always on the same data folder."""
    started: list[Up] = []

    def run(*options: str) -> Up:
        started.append(Up(tmp_path / "data", *options))
        return started[-1]

    yield run
    for up in started:
        up.close()


@pytest.fixture(scope="session")
def book() -> dict[str, Customer]:
    """The sample's customers as they are imported, by id."""
    attributes = {name: (attribute,) for each in shipped_maps() for name, attribute in each.attributes.items()}
    return {customer.id: customer for customer in read_book(BOOK.read_bytes(), Vocabulary(attributes)).customers}
