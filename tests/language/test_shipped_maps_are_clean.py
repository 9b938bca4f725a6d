"""Maps and patterns that come along have no errors and no warnings: their mails promise nothing that isn't there.

Before a renewal, the maps show what the customer confirmed, to them and to whoever calls.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from milepost.language.lint import lint
from milepost.language.loader import load
from milepost.shipped import patterns, shipped_maps

FOLDERS = {**shipped_maps(), **patterns()}
RESULTS = "{{ proof_url }}"
UNRENEWED = {"early-market"}
"""Maps of projects, whose contract isn't one that renews."""


@pytest.mark.parametrize("name", FOLDERS)
def test_a_map_that_comes_along_is_clean(name: str) -> None:
    assert lint(load(Path(FOLDERS[name]))) == ()


@pytest.mark.parametrize("name", FOLDERS)
def test_a_renewal_shows_the_results_in_a_message_and_a_playbook(name: str) -> None:
    loaded = load(Path(FOLDERS[name]))
    assert loaded.map is not None
    assert loaded.files is not None
    renewals = [stage for stage in loaded.map.stages if stage.stage == "renewal"]
    assert len(renewals) == (0 if name in UNRENEWED else 1)
    shown = {file for file, text in loaded.files.items() if RESULTS in text}
    for renewal in renewals:
        messages = {step.message for step in (*renewal.touchpoints, *renewal.actions) if step.message}
        playbooks = {step.playbook for step in renewal.touchpoints if step.playbook}

        assert shown & {f"playbooks/{each}" for each in playbooks}
        with_results = {message for message in messages if f"messages/{message}" in shown}
        assert with_results
        for message in with_results:
            stem = message.removesuffix(".md")
            variants = {file for file in loaded.files if file.startswith(f"messages/{stem}.")}
            assert variants <= shown, "each language shows them"
