"""`milepost mail`: what waits, and what people do with it."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Acmes, Milepost, advance, lines

GRACE = timedelta(minutes=5)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def held(milepost: Milepost, acmes: Acmes, data: Path) -> str:
    """The id of a mail that waits for a release, of acme0."""
    acmes(2)
    assert milepost("mail", "hold", "--reason", "We begin today").exit_code == 0
    for customer in ("acme0", "acme1"):
        milepost("tell", customer, "step_done", "handoff")
    advance(data, GRACE)
    waiting = lines(milepost("mail", "--customer", "acme0", "--json"))
    assert waiting
    return str(waiting[0]["message"])


def test_what_is_held_is_listed_with_its_text(milepost: Milepost, held: str) -> None:
    listed = milepost("mail").stdout
    assert f"acme0  {held}  held since" in listed
    assert re.search(r"“[^”]+”: opening, \w+\.md, to Sam Poe <sam@acme\.example> of Acme", listed)
    assert re.search(r"waits: a person is to look at it before it goes; goes .+ if it is released( now)?\n", listed)
    assert "All mail is held" in listed
    assert "We begin today" in listed
    shown = milepost("mail", "show", "acme0", held, "--json")
    [data] = lines(shown)
    assert data["subject"]
    assert "Acme" in data["text"] or "Sam" in data["text"]


def test_a_released_mail_waits_for_its_hours_or_goes(milepost: Milepost, held: str, data: Path) -> None:
    done = milepost("mail", "release", "acme0", held, "--by", "ops@vendor.example")
    assert "1 message released" in done.stdout
    assert re.search(rf"acme0  {re.escape(held)}  goes (today|\w+ \d+ \w+ \d+) \d\d:\d\d in New York\n", done.stdout)
    advance(data, GRACE)
    assert lines(milepost("mail", "--customer", "acme0", "--json")) == []
    assert lines(milepost("mail", "--customer", "acme0", "--status", "released", "--json")) or lines(
        milepost("mail", "--customer", "acme0", "--status", "queued", "--json")
    )
    again = milepost("mail", "release", "acme0", held)
    assert again.exit_code == 1
    assert "Nothing was done" in again.stderr


def test_what_was_released_is_held_again_until_it_has_left(milepost: Milepost, held: str, data: Path) -> None:
    released = milepost("mail", "release", "--all")
    assert "2 messages released" in released.stdout
    assert "`milepost mail hold` holds it again" in released.stdout
    advance(data, GRACE)

    again = milepost("mail", "hold", "--customer", "acme0")

    assert "1 message that was let go and hasn't left waits for a release." in again.stdout
    advance(data, GRACE)
    assert [each["message"] for each in lines(milepost("mail", "--json"))] == [held]
    assert lines(milepost("mail", "hold", "--json"))[0]["held_again"] == 1
    advance(data, GRACE)
    assert len(lines(milepost("mail", "--json"))) == 2


def test_a_hold_takes_back_a_release_that_no_journey_has_heard_of(milepost: Milepost, held: str, data: Path) -> None:
    milepost("mail", "release", "acme0", held)
    assert "What was let go and hasn't left waits for a release." in milepost("mail", "hold").stdout
    advance(data, GRACE)
    assert held in [each["message"] for each in lines(milepost("mail", "--customer", "acme0", "--json"))]
    assert "changed nothing: mail was held since" in " ".join(milepost("show", "acme0").stdout.split())


def test_a_release_is_undone_for_the_grace_and_its_mail_waits_again(milepost: Milepost, held: str, data: Path) -> None:
    milepost("mail", "release", "acme0", held)
    advance(data, GRACE)
    [told, *_] = lines(milepost("undo", "acme0", "--json"))
    assert told["kind"] == "message_released"

    assert "Undone: message_released" in milepost("undo", "acme0", told["fact"]).stdout

    advance(data, GRACE)
    assert [each["message"] for each in lines(milepost("mail", "--customer", "acme0", "--json"))] == [held]


def test_without_by_it_is_whoever_works_on_this_machine(
    milepost: Milepost, held: str, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "ines")
    milepost("mail", "release", "acme0", held)
    advance(data, GRACE)
    assert "was released by terminal/ines" in " ".join(milepost("show", "acme0").stdout.split())
    milepost("mail", "hold")
    assert lines(milepost("mail", "switches", "--json"))[0]["by"] == "terminal/ines"


def test_all_that_the_filters_leave_is_sent_now(milepost: Milepost, held: str, data: Path) -> None:
    done = lines(milepost("mail", "send-now", "--all", "--customer", "acme1", "--json"))
    assert [(each["customer"], each["done"]) for each in done] == [("acme1", True)]
    advance(data, GRACE)
    assert lines(milepost("mail", "--customer", "acme1", "--json")) == []
    assert [each["status"] for each in lines(milepost("mail", "list", "--status", "queued", "--json"))] == ["queued"]
    assert lines(milepost("mail", "--customer", "acme0", "--json"))[0]["message"] == held


def test_a_cancelled_mail_is_gone_and_on_record(milepost: Milepost, held: str, data: Path) -> None:
    milepost("mail", "cancel", "acme0", held, "--reason", "They know us", "--by", "ops@vendor.example")
    advance(data, GRACE)
    assert lines(milepost("mail", "--customer", "acme0", "--json")) == []
    shown = " ".join(milepost("show", "acme0").stdout.split())
    assert "somebody cancelled it by Ops: They know us" in shown


def test_freeing_a_customer_lets_its_mail_go_and_holding_all_takes_it_back(
    milepost: Milepost, held: str, data: Path
) -> None:
    assert "1 message that waited will go" in milepost("mail", "free", "--customer", "acme0").stdout
    advance(data, GRACE)
    assert "release" not in [each["why"] for each in lines(milepost("mail", "--customer", "acme0", "--json"))]
    assert "acme0 goes by itself" in milepost("mail").stdout
    milepost("mail", "hold")
    assert "goes by itself" not in milepost("mail").stdout
    assert held


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["mail", "frobnicate"], "nothing that can be done with mail"),
        (["mail", "release"], "--all"),
        (["mail", "release", "acme0"], "--all"),
        (["mail", "--why", "odd"], "is no reason"),
        (["mail", "free", "--first", "3"], "--first is for"),
        (["mail", "hold", "--map", "nothere"], "Unknown map"),
        (["mail", "hold", "--customer", "nobody"], "nobody"),
        (["mail", "hold", "--customer", "acme0", "--map", "enterprise-save-time"], "Give --customer or --map"),
        (["mail", "show", "acme0", "x/1/opening/1"], "has no message"),
        (["up", "--first", "3"], "Add --hold-mail"),
    ],
)
def test_what_cannot_be_is_refused_with_a_hint(milepost: Milepost, acmes: Acmes, words: list[str], says: str) -> None:
    acmes(1)
    refused = milepost(*words)
    assert refused.exit_code == 1
    assert says in " ".join(refused.stderr.split())


def test_a_mail_on_its_way_is_cancelled_by_the_beginning_of_its_id(milepost: Milepost, held: str, data: Path) -> None:
    milepost("mail", "send-now", "acme0", held)
    advance(data, GRACE)
    assert [each["message"] for each in lines(milepost("mail", "--status", "queued", "--json"))] == [held]
    nothing = milepost("mail", "cancel", "acme0", "nothing")
    assert "no such message waits" in nothing.stderr

    done = milepost("mail", "cancel", "acme0", held[:8], "--reason", "They know us")

    assert "1 message cancelled" in done.stdout
    advance(data, GRACE)
    assert [each["message"] for each in lines(milepost("mail", "--status", "returned", "--json"))] == [held]
    assert lines(milepost("mail", "--customer", "acme0", "--json")) == []
    assert "They know us" in " ".join(milepost("show", "acme0").stdout.split())


def test_a_beginning_that_several_messages_have_names_them(
    milepost: Milepost, held: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert lines(milepost("mail", "show", "acme0", held[:8], "--json"))[0]["message"] == held

    async def two(*_: object) -> list[str]:
        return [held, f"{held}0"]

    monkeypatch.setattr("milepost.store.held_mail.ids_of_customer", two)
    several = milepost("mail", "show", "acme0", held[:8])
    assert several.exit_code == 1
    assert f"Write one of {held} and {held}0" in " ".join(several.stderr.split())
    assert milepost("mail", "show", "acme0", held).exit_code == 0


def test_who_held_and_freed_mail_is_listed(milepost: Milepost, held: str) -> None:
    assert held
    freed = milepost("mail", "free", "--customer", "acme1", "--reason", "They asked", "--by", "ops@vendor.example")
    assert freed.exit_code == 0, freed.output
    turns = lines(milepost("mail", "switches", "--json"))
    assert [(each["customer"], each["mail"], each["why"], each["current"]) for each in turns] == [
        ("acme1", "free", "They asked", True),
        (None, "held", "We begin today", True),
    ]
    assert "They asked" in milepost("mail", "switches").stdout
