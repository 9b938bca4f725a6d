from __future__ import annotations

from typing import Any

from milepost.planner.instants import text
from workflows.fact_inbox import FactInbox


def fact(name: str, at: int) -> dict[str, Any]:
    return {"kind": "event", "id": name, "at": text(at), "event": "used"}


def names(facts: list[dict[str, Any]]) -> list[str]:
    return [each["id"] for each in facts]


def test_facts_are_taken_in_the_order_of_their_instants_and_then_of_their_arrival() -> None:
    agenda = FactInbox([fact("c", 30), fact("a", 10), fact("b", 10)], None)

    assert names(agenda.take(30)) == ["a", "b", "c"]
    assert len(agenda) == 0


def test_a_fact_that_is_ahead_stays() -> None:
    agenda = FactInbox([fact("a", 10), fact("b", 20)], None)

    assert names(agenda.take(19)) == ["a"]
    assert (names(agenda.facts), agenda.next) == (["b"], 20)


def test_the_next_instant_is_the_earlier_of_the_wake_up_and_the_first_fact() -> None:
    agenda = FactInbox([], 100)
    assert agenda.next == 100

    agenda.add(fact("a", 50))
    assert agenda.next == 50

    agenda.take(50)
    agenda.wake_at = None
    assert agenda.next is None


def test_a_fact_that_waits_already_is_not_added_again() -> None:
    agenda = FactInbox([fact("a", 10)], None)
    agenda.add(fact("a", 5))

    assert (len(agenda), agenda.next) == (1, 10)


def test_what_is_no_fact_is_left_out() -> None:
    agenda = FactInbox([{}, {"id": "a"}, {"id": "b", "at": "soon"}, {"at": text(3)}, {"id": [], "at": text(3)}], None)

    assert (len(agenda), agenda.next) == (0, None)
