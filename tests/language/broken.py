"""A good map, and ways to break it in one place."""

from __future__ import annotations

from pathlib import Path

from milepost.language.lint import lint
from milepost.language.loader import from_files
from milepost.language.problems import Problem

EXAMPLE = (Path(__file__).parent / "example.yaml").read_text(encoding="utf-8")
MESSAGE = "---\nsubject: News for {{ customer.name }}\n---\nHello {{ contact.name }}.\n"
SIDE_FILES = {
    "messages/recap.md": MESSAGE,
    "messages/connect.md": MESSAGE,
    "messages/verify.md": MESSAGE,
    "playbooks/kickoff.md": "Ask {{ customer.name }} what success looks like.\n",
}


def example_with(*changes: tuple[str, str]) -> str:
    """The example with each first text, which stands in it once, replaced by the second."""
    text = EXAMPLE
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the example"
        text = text.replace(old, new)
    return text


def problems_with(*changes: tuple[str, str]) -> list[Problem]:
    """Returns the problems that lint finds in the example with these changes."""
    return problems_of(example_with(*changes))


def problems_of(text: str, **files: str) -> list[Problem]:
    """Returns the problems that lint finds in a map with the example's messages and playbooks."""
    return list(lint(from_files({"map.yaml": text, **SIDE_FILES, **files})))


def address_of(text: str, word: str, nth: int = 1) -> tuple[int, int]:
    """Line and column, from 1, of the nth time that a word stands in a text."""
    at = -1
    for _ in range(nth):
        at = text.index(word, at + 1)
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
