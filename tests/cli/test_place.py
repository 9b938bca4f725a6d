"""Where commands look for Temporal."""

from __future__ import annotations

from pathlib import Path

import pytest

from milepost.devserver.data_folder import DataFolder, address_of
from milepost.settings import load


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MILEPOST_TEMPORAL_ADDRESS")


def test_the_server_of_a_running_milepost_up_is_found_by_its_folder(tmp_path: Path) -> None:
    settings = load(data=tmp_path / "data")
    with DataFolder.open(settings.data) as folder:
        folder.announce(temporal="127.0.0.1:4242", web="http://127.0.0.1:8080")
        place = address_of(settings)
        assert (place.address, place.alone) == ("127.0.0.1:4242", True)
    assert address_of(settings).address is None


def test_a_named_server_counts_before_the_running_one(tmp_path: Path) -> None:
    settings = load(data=tmp_path / "data", temporal_address="temporal.example:7233", temporal_namespace="cs")
    with DataFolder.open(settings.data) as folder:
        folder.announce(temporal="127.0.0.1:4242")
        place = address_of(settings)
    assert (place.address, place.namespace, place.alone) == ("temporal.example:7233", "cs", False)
