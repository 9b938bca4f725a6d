from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milepost.language.cel_text import conjuncts
from milepost.language.condition_errors import ConditionError
from milepost.language.conditions import compile_condition
from milepost.language.field_types import AttributeType
from milepost.language.names import BUILT_IN, Names

NAMES = Names(
    attributes={
        "health": AttributeType.NUMBER,
        "tier": AttributeType.TEXT,
        "renews_on": AttributeType.DATE,
        "pilot": AttributeType.FLAG,
        **BUILT_IN,
    },
    steps=frozenset({"kickoff", "talk"}),
    results=frozenset({"talk"}),
    outcomes=frozenset({"saved"}),
    plays=frozenset({"rescue"}),
    stages=frozenset({"value"}),
)
TODAY = date(2026, 3, 1)
CUSTOMER = {"health": 40, "tier": "enterprise", "renews_on": "2026-03-11", "pilot": True}
VIEW: dict[str, dict[str, Any]] = {
    "customer": CUSTOMER,
    "steps": {"kickoff": "done", "talk": "open"},
    "results": {},
    "outcomes": {"saved": "partial"},
    "plays": {"rescue": "open"},
    "stages": {"value": "closed"},
    "event": {"rooms": 3, "lines": [{"price": 2}]},
}


def holds(text: str, **view: Any) -> bool:
    return compile_condition(text, NAMES, event=True).is_true({**VIEW, **view}, TODAY)


def refusal(text: str, *, event: bool = False, waited: bool = False) -> ConditionError:
    with pytest.raises(ConditionError) as caught:
        compile_condition(text, NAMES, event=event, waited=waited)
    return caught.value


@pytest.mark.parametrize(
    "text",
    [
        "customer.health <= 40",
        "customer.health == 40.0",
        "customer.health * 2 + 1 == 81",
        "customer.health in [1, 40]",
        "customer.health / 4 == 10",
        "customer.health / -2 == -20",
        "customer.health / size(customer.tier) == 4",
        "customer.health / (1 + 1) == 20",
        "customer.health / event.lines[0].price == 20",
        "customer.health / 0.5 == 80",
        "3 < 400 / customer.health",
        "days_since(customer.renews_on) == -10",
        "-customer.health < -39",
        "int(customer.health) % 2 == 0",
        "size(customer.tier) > 3 && customer.health > 3",
        "customer.tier.size() == 10",
        'customer.tier == "enterprise" && customer.pilot',
        'customer.tier.startsWith("ent")',
        'customer.renews_on > "2026-03-10"',
        'steps.kickoff == "done" && outcomes.saved == "partial"',
        'plays.rescue == "open" && stages.value == "closed"',
        "event.rooms > 2 && event.lines[0].price == 2",
        "event.lines.exists(line, line.price * 2 > 3)",
        "days_until(customer.renews_on) == 10 && days_since(customer.renews_on) == -10",
        'days_until("2026-03-02") == 1',
        "has(customer.health) && !has(customer.country) && !has(results.talk) && has(event.rooms)",
        'customer.name == "a / 0 and 40" || true  // 40 / 0',
    ],
)
def test_a_condition_that_holds_is_true(text: str) -> None:
    assert holds(text) is True


@pytest.mark.parametrize("value", [40, 40.0])
def test_whole_numbers_and_decimals_are_the_same_number(value: float) -> None:
    assert holds("customer.health == 40 && customer.health * 2 == 80.0", customer={"health": value})
    assert holds("event.rooms == 40 && event.rooms / 8 == 5", event={"rooms": value})


@pytest.mark.parametrize(
    "text",
    [
        'customer.country == "AT"',
        'customer.country != "AT"',
        '!(customer.country == "AT")',
        'results.talk != "lost"',
        "event.other == 1",
        "customer.health / 0 > 1",
        "customer.health / (customer.health - 40) > 1",
        'event.rooms > "a"',
        "days_until(customer.name) < 3",
    ],
)
def test_an_unknown_value_is_not_true(text: str) -> None:
    text = text.replace("days_until(customer.name)", "days_until(event.rooms)")
    assert holds(text) is False


def test_unknown_does_not_spoil_what_is_decided_without_it() -> None:
    assert holds('customer.country == "AT" || customer.health == 40')
    assert not holds('customer.country == "AT" && customer.health == 40')


@pytest.mark.parametrize("value", ["40", None, True, [40], {"a": 1}, object(), float("nan")])
def test_a_value_of_the_wrong_type_is_unknown(value: Any) -> None:
    assert not holds("customer.health <= 40", customer={"health": value})
    assert not holds("customer.health > 40", customer={"health": value})


def test_a_garbled_date_is_unknown_and_so_is_a_day_without_today() -> None:
    assert not holds("days_until(customer.renews_on) < 1000", customer={"renews_on": "soon"})
    condition = compile_condition("days_until(customer.renews_on) < 1000", NAMES)
    assert condition.is_true(VIEW, TODAY)
    assert not condition.is_true(VIEW)


def test_a_condition_names_its_references() -> None:
    condition = compile_condition('customer.health < 40 && has(customer.tier) && steps.kickoff == "done"', NAMES)
    assert condition.references == {("customer", "health"), ("customer", "tier"), ("steps", "kickoff")}


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers(), max_size=3)


@given(st.dictionaries(st.sampled_from(["health", "tier", "renews_on", "pilot"]), scalars), scalars)
def test_nothing_in_a_view_makes_a_condition_raise(customer: dict[str, Any], rooms: Any) -> None:
    text = 'customer.health / event.rooms > 1 || days_until(customer.renews_on) > 3 && customer.tier != "x"'
    assert holds(text, customer=customer, event={"rooms": rooms}) in (True, False)


@pytest.mark.parametrize(
    ("text", "column", "length", "suggestion"),
    [
        ("customer.helth < 3", 1, 14, "customer.health"),
        ('customer.tier == "x" && customer.teir == "y"', 25, 13, "customer.tier"),
        ("has(customer.peers)", 5, 14, None),
        ('plays.rescu == "open"', 1, 11, "plays.rescue"),
        ('steps.kickof == "done"', 1, 12, "steps.kickoff"),
        ('outcomes.savd == "verified"', 1, 13, "outcomes.saved"),
        ('stages.valu == "open"', 1, 11, "stages.value"),
        ('results.kickoff == "x"', 1, 15, None),
        ("customer.tier < 40", 15, 1, None),
        ('40 < 50 && customer.health == "40"', 28, 2, None),
        ("customer.pilot == 1", 16, 2, None),
        ("customer.health == null", 17, 2, None),
        ("customer.health <", 18, 1, None),
        ("customer.health", 1, 15, None),
        ('customer["health"] < 3', 1, 8, None),
        ("helth < 3 && customer.health > 3", 1, 5, "customer.health"),
        ("days_until(customer.tier) < 3", 21, 4, None),
        ("event.rooms > 2", 1, 11, None),
        ("(" * 40 + "true" + ")" * 40, 1, 84, None),
    ],
)
def test_a_bad_condition_is_refused_with_the_place_and_the_nearest_name(
    text: str, column: int, length: int, suggestion: str | None
) -> None:
    error = refusal(text)
    assert (error.column, error.length, error.suggestion) == (column, length, suggestion)


def test_places_are_those_of_the_text_as_written_however_it_was_rewritten() -> None:
    text = "has(customer.health) && 1 < 2 && size(customer.tier) / 3 > 1 && customer.tier == 5"
    assert refusal(text).column == text.index("== 5") + 1


def test_days_are_counted_only_where_a_condition_is_looked_at_once() -> None:
    compile_condition("days_until(customer.renews_on) < 30", NAMES)
    error = refusal("customer.pilot && days_until(customer.renews_on) < 30", waited=True)
    assert (error.column, error.length) == (19, 10)
    assert "anchor" in error.message


@pytest.mark.parametrize(
    ("text", "column", "way"),
    [
        ('customer.tier = "x"', 15, "compare with '=='"),
        ('customer.tier === "x"', 15, "compare with '=='"),
        ('customer.tier is "x"', 15, "compare with '=='"),
        ('customer.tier <> "x"', 15, "write '!='"),
        ("customer.health => 3", 17, "write '>='"),
        ("customer.pilot and customer.health > 3", 16, "join with '&&'"),
        ('customer.tier == "and" OR customer.pilot', 24, "join with '||'"),
        ("customer.pilot & customer.pilot", 16, "write '&&'"),
        ("not customer.pilot", 1, "write '!(...)'"),
        ("not(customer.pilot)", 1, "write '!(...)'"),
        ("if customer.pilot", 1, "write the condition alone"),
        ("customer.health > 40%", 21, "write the number alone"),
        ("int(customer.health) % 2 = 0", 26, "compare with '=='"),
        ("customer.health > 1,000", 19, "without a comma: 1000"),
        ("customer.health > 40;", 21, "ends without it"),
        ("customer.tier == “x”", 18, "write straight ones"),
        ('customer.tier == "x', 18, 'write " at the end of the text'),
        ("customer.tier == 'x\"", 18, "write ' at the end of the text"),
        ("(customer.pilot", 1, "write ')' where it ends"),
        ("customer.pilot)", 15, "remove it"),
        ("customer.health <", 18, "write what it is compared with"),
        ("< 40", 1, "write what is compared"),
        ('customer.tier "x"', 15, "write '==' to compare"),
        ('customer.tier in ("a", "b")', 18, "write in [...]"),
        ('customer.tier contains "x"', 15, '.contains("TEXT")'),
        ('customer.tier.startWith("x")', 15, "did you mean 'startsWith'?"),
        ("customer.pilot == True", 19, "write true"),
        ('customer.pilot == "yes"', 16, "write true, without quotes"),
        ('customer.health == "40"', 17, "a number is written without quotes: 40"),
        ("customer.tier < 40", 15, 'in quotes: "40"'),
        ("customer.tier == small", 18, '"small" in quotes if it is text'),
        ("customer.renews_on < 2027-10-11", 20, 'a date is written in quotes: "2027-03-01"'),
        ('customer.tier == "a" || "b"', 22, 'x == "a" || x == "b"'),
        ("customer.health == null", 17, "has(customer.X)"),
        ("customer.health /", 18, "Something is missing after '/'"),
        ("customer.health / -", 20, "Something is missing after '-'"),
        ("size(customer.tier", 5, "write ')' where it ends"),
        ("customer.tier.foo", 14, "cannot be the operand of a select operation"),
        ("customer.tier.contains(1)", 23, "'contains' doesn't work on text and a number"),
        ("customer.tier.size(1) == 2", 15, "Unknown function 'size'; there are has, size"),
        ("!customer.health", 1, "'!' doesn't work on a number"),
        ("has(customer)", 5, "'customer' needs a name; write customer.NAME"),
        ("{1: 2}", 1, "not true or false; compare it with something"),
        ("{1.5: 2}", 1, "The condition can't be read"),
        ("customer.health ? 3", 20, "write comparisons such as customer.health < 40"),
    ],
)
def test_syntax_of_other_tools_is_refused_with_how_it_is_written_here(text: str, column: int, way: str) -> None:
    error = refusal(text)
    assert way in error.message
    assert error.column == column


def test_mismatches_are_reported_in_plain_words() -> None:
    assert refusal("customer.tier < 40").message.startswith("'<' doesn't work between text and a number;")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("1 < 2", ["1 < 2"]),
        ("1 < 2 && (a || b) && [c && d] == e", ["1 < 2", "(a || b)", "[c && d] == e"]),
        ("a && b || c", ["a && b || c"]),
        ("a ? b : c && d", ["a ? b : c && d"]),
    ],
)
def test_a_condition_is_taken_apart_where_all_parts_must_be_true(text: str, parts: list[str]) -> None:
    assert conjuncts(text) == parts
