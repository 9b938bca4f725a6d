"""A picture says with which result a task must end for a step to open."""

from __future__ import annotations

from milepost.drawing.map_text import content_of
from milepost.language.loader import from_files
from tests.language.broken import EXAMPLE, SIDE_FILES


def test_a_card_says_which_result_its_step_waits_for() -> None:
    loaded = from_files({"map.yaml": EXAMPLE, **SIDE_FILES})
    assert loaded.map is not None
    cards = {card.id: card for column in content_of(loaded.map).stages for card in column.cards}
    assert "renewal_talk" in cards["sign"].after
    assert any("ends with renewed" in line.text for line in cards["sign"].lines)
