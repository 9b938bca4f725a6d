"""The map's `introduction` names a play; messages of that play know the two people of a hand-over, others may not."""

from __future__ import annotations

from milepost.language.loader import from_files
from milepost.people.map_check import check_map
from tests.workflows.example import FILES, MAP

INTRODUCING = MAP.replace(
    "plays:\n",
    """introduction: introduce
plays:
  - play: introduce
    kind: other
    title: Introduce
    touchpoints: [{touchpoint: hello, title: Hello, message: hello.md, to: sponsor}]
""",
)
HELLO = '---\nsubject: "{{ successor.name }}"\n---\nAfter {{ former.name }} it is {{ successor.name }}.\n'


def problems(map_text: str, **messages: str) -> list[str]:
    files = FILES | {"map.yaml": map_text} | {f"messages/{name}.md": text for name, text in messages.items()}
    return [f"{each.code} {each.message}" for each in check_map(from_files(files))]


def test_a_play_that_is_not_there_is_an_error_with_the_nearest() -> None:
    found = problems(INTRODUCING.replace("introduction: introduce", "introduction: introduec"), hello=HELLO)
    assert any(each.startswith("M105") and "'introduec'" in each and "'introduce'" in each for each in found), found


def test_the_messages_of_the_introduction_may_use_both_people() -> None:
    assert not [each for each in problems(INTRODUCING, hello=HELLO) if "former" in each or "successor" in each]


def test_another_message_that_uses_them_would_wait_and_lint_says_so() -> None:
    elsewhere = problems(INTRODUCING, hello=HELLO, connect=HELLO)
    assert [each for each in elsewhere if each.startswith("W214") and "former.name" in each], elsewhere


def test_a_field_that_they_have_not_is_an_error() -> None:
    found = problems(INTRODUCING, hello=HELLO.replace("former.name", "former.nmae"))
    assert [each for each in found if each.startswith("M110") and "nmae" in each], found
