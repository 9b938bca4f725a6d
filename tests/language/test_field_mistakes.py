"""Each mistake in a field gets its code, at its place, with what to write instead."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from milepost.language.durations import Duration, Unit
from milepost.language.steps import Escalate, Trigger
from tests.language.broken import address_of, example_with, problems_of

LONG = "x" * 200


@pytest.mark.parametrize(
    ("old", "new", "code", "word", "message"),
    [
        ("title: Sign\n", 'title: "Sign \\ud800"\n', "M103", '"Sign', "The text holds half a character"),
        ("title: Sign\n", "title: !loud Sign\n", "M103", "!loud", "The tag '!loud' has no meaning in a map"),
        ("priority: 20", "priority: !!int x", "M103", "!!int", "'x' can't be read; put it in quotes"),
        ("priority: 20", "priority: .inf", "M103", ".inf", "takes a number that is not infinite, not inf"),
        ("owner: cs", "? [a]\n: 1\nowner: cs", "M103", "[a]", "a bracket where the name of a field belongs"),
        ("map: clinics", "map: Clinics", "M103", "Clinics-", "isn't a map's id; write lower-case letters"),
        ("playbook: kickoff.md", "playbook: kickoff.txt", "M103", "kickoff.txt", "isn't a file name"),
        ("value_from: customer.health", "value_from: health", "M103", "health\n", "write customer.ATTRIBUTE"),
        ("count: 2}", "count: 0}", "M103", "0}", "takes a number of at least 1, not 0"),
        ("count: 2}", "count: 2000000}", "M103", "2000000", "takes a number of at most 1e+06, not 2000000"),
        ("title: Sign\n", f"title: {'x' * 2001}\n", "M103", "xxx", "takes text of at most 2000 letters"),
        ("title: Sign\n", 'title: ""\n', "M103", '""', "takes text of at least one letter"),
        ("essential: true", "essential: 2", "M103", "2\n    actions", "takes true or false, not 2"),
        ("pilot: true}", "pilot: [1]}", "M103", "[1]", "takes text, a number, or true or false, not a list"),
        ("personas:\n  sponsor", "personas: []\nxs:\n  sponsor", "M103", "[]", "takes fields, each with a name"),
        ("persona: coordinator\n", "persona: 5\n", "M103", "5\n        after: recap", "takes text (in quotes"),
        ("type: save_time\n", "type: save_tiem\n", "M103", "save_tiem", "did you mean 'save_time'?"),
        ('to: "17:00", timezone', "to: 17, timezone", "M103", "17, timezone", "17 is not a clock time"),
        ('to: "17:00", timezone', "to: five, timezone", "M103", "five", "'five' is not a clock time"),
        ("days: [mon, tue, wed, thu], from", "days: [], from", "M103", "[]", "name at least one of mon, tue"),
        ("sponsor: {title: Medical director}", f"sponsor: {LONG}", "M103", LONG, "takes fields"),
        ("review: 1 quarter", f"review: {LONG}", "M106", LONG, "is too long; write something like '5 business days'"),
        ("review: 1 quarter", "review: 101 years", "M106", "101", "is longer than 100 years"),
        ("{after: 30 days,", "{after: null,", "M106", "null", "Nothing isn't allowed here; write text"),
        ("limit: 3 per 7 days", "limit: 0 per 7 days", "M106", "0 per", "lets no message through"),
        ("limit: 3 per 7 days", "limit: 3 per 0 days", "M106", "3 per 0", "has an empty period"),
        ("limit: 3 per 7 days", "limit: three", "M106", "three", "such as '3 per 7 days'"),
        (
            "[3 business days before, on",
            "[3 business days, on",
            "M106",
            "3 business days, on",
            "such as '3 business days before'",
        ),
        ("[3 business days before, on", "[2 Weeks, on", "M106", "2 Weeks", "such as '2 weeks before'"),
        (
            "at: 120 days before customer.renews_on",
            "at: on renews_on",
            "M106",
            "on renews_on}",
            "'on customer.renews_on'",
        ),
        ("at: 120 days before customer.renews_on", "at: renewal", "M106", "renewal}", "'on customer.DATE'"),
        ("count: 2}", "count: 2, after: x}", "M101", "after: x", "it may have event, if or count"),
        ("{event: champion_left}", "{}", "M102", "{}", "A trigger needs 'event' or 'if'"),
        ("{event: champion_left}", "{if: 1 > 2, count: 2}", "M102", "count: 2}]", "'count' counts events"),
        ("to: coordinator\n        after", "after", "M102", "message: recap", "A mail needs 'to' beside 'message'"),
        (
            "message: recap.md\n        to",
            "to",
            "M102",
            "to: coordinator\n        after",
            "needs 'message' beside 'to'",
        ),
        (
            "effort: 60 minutes",
            "essential: true",
            "M102",
            "essential: true\n        results",
            "'essential' is for mails",
        ),
        ("effort: 60 minutes", "done_when: {event: x}", "M102", "done_when: {event: x", "'results' and 'done_when'"),
        (
            "after: kickoff\n",
            "after: kickoff\n        results: {a: {end: a}}\n",
            "M102",
            "results: {a",
            "this is a mail",
        ),
        ("opens: {at: 120 days before customer.renews_on}", "opens: {}", "M102", "opens: {}", "'opens' needs 'at' or"),
        (
            "before customer.renews_on}",
            "before customer.renews_on, when: {event: x}}",
            "M102",
            "when: {event: x",
            "exclude",
        ),
    ],
)
def test_a_mistake_in_a_field_is_reported_at_its_place(old: str, new: str, code: str, word: str, message: str) -> None:
    text = example_with((old, new))
    problems = [each for each in problems_of(text) if message in each.message]
    assert [(each.code, each.line, each.column) for each in problems] == [(code, *address_of(text, word))]


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("personas:\n", "personas: []\nstages_: 1\nroles_:\n", "stages_"),
        ("reenter: after 90 days", "reenter: after 90 days\nprioritty: 1", "prioritty"),
        ("{set: {pilot: true}}]", "{set: {pilot: {a: {b: 1}}}}]\n          when: 1", "when: 1"),
        ("  priority: 20", "  prio: {a: 1}\nwhere_: 1", "where_"),
    ],
)
def test_a_field_that_belongs_nowhere_is_reported_without_a_home(old: str, new: str, word: str) -> None:
    text = example_with((old, new))
    unknown = [(each.line, each.column, each.message) for each in problems_of(text) if each.code == "M101"]
    (message,) = [message for line, column, message in unknown if (line, column) == address_of(text, word)]
    assert "indent it" not in message


def test_conditions_are_not_blamed_for_attributes_that_can_not_be_read() -> None:
    text = example_with(("attributes:\n", "attributes: 5\nx_attributes:\n"))
    assert {each.code for each in problems_of(text)} == {"M101", "M103"}


def test_fields_that_exclude_each_other_are_refused_outside_of_files_too() -> None:
    with pytest.raises(ValidationError, match="A trigger needs 'event' or 'if'"):
        Trigger()


def test_a_duration_that_is_read_already_is_taken_as_it_is() -> None:
    month = Duration(1, Unit.MONTH)
    assert Escalate(after=month, to="manager").after is month
