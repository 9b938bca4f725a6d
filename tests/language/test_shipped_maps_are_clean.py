"""Maps and patterns that come along have no errors and no warnings: their mails promise nothing that isn't there."""

from __future__ import annotations

from pathlib import Path

import pytest

from milepost.language.lint import lint
from milepost.language.loader import load
from milepost.shipped import patterns, shipped_maps

FOLDERS = {**shipped_maps(), **patterns()}


@pytest.mark.parametrize("name", FOLDERS)
def test_a_map_that_comes_along_is_clean(name: str) -> None:
    assert lint(load(Path(FOLDERS[name]))) == ()
