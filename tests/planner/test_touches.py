"""What counts as a touch: people who really had to do with each other, and nothing that Milepost does by itself."""

from __future__ import annotations

import pytest
from ruamel.yaml import YAML

from milepost.language.model import Map
from milepost.planner import facts
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.facts import Fact
from milepost.planner.state import State
from milepost.planner.timeline import Entry
from milepost.planner.touches import is_touch
from tests.simulation import simulate
from tests.web.example import ANA, CONNECT, DAY, HOUR, KIM, MAP, SAM, START, VERIFY, customer

INTERNAL = MAP.replace("title: Set up the workspace,", "title: Set up the workspace, internal: true,")
FILES = {"map.yaml": INTERNAL, "messages/connect.md": CONNECT, "messages/verify.md": VERIFY}
LATER = START + HOUR
COMPILED = CompiledMap.of(Map.model_validate(YAML(typ="safe", pure=True).load(INTERNAL)), "hash", FILES)


def touches(*told: Fact, until: int = START + DAY) -> list[Entry]:
    """The touches of a journey that these facts were told, of which the state knows the last."""
    run = simulate(COMPILED, customer(), START, list(told), until)
    found = [(number, entry) for number, entry in enumerate(run.timeline) if is_touch(entry, COMPILED, run.state)]
    number, last = found[-1] if found else (None, None)
    assert (run.state.touched_entry, run.state.touched_at) == (number, last and last.at)
    assert State.from_json(run.state.to_json()) == run.state
    return [entry for _, entry in found]


kickoff = facts.StepDone(id="kickoff", at=LATER, by=ANA, step="kickoff", result="held")
connected = facts.StepDone(id="connected", at=LATER + 1, by=KIM, step="connect")


@pytest.mark.parametrize(
    ("told", "kinds"),
    [
        ((), []),
        ((kickoff,), ["step_done"]),
        ((facts.StepDone(id="a", at=LATER, by=ANA, step="set_up"),), []),
        ((kickoff, connected), ["step_done", "step_done"]),
        ((kickoff, facts.EventHappened(id="a", at=LATER + 1, event="connected")), ["step_done"]),
        (
            (kickoff, connected, facts.Answered(id="a", at=LATER + 2, by=SAM, outcome="faster", verdict="disputed")),
            ["step_done", "step_done", "outcome_answered"],
        ),
        (
            (kickoff, facts.Requested(id="a", at=LATER + 1, by=KIM, step="connect", wish="help")),
            ["step_done", "requested"],
        ),
        ((kickoff, facts.Replied(id="a", at=LATER + 1, by=KIM, step="connect", note="soon")), ["step_done", "replied"]),
        ((facts.Noted(id="a", at=LATER, by=ANA, text="Call: they are fine"),), ["note"]),
        ((facts.Noted(id="a", at=LATER, by=ANA, text="Their budget is cut"),), []),
        ((facts.Noted(id="a", at=LATER, by=ANA, text="We met", about=SAM),), ["note"]),
        ((facts.Noted(id="a", at=LATER, by=ANA, text="We talked", about=ANA),), []),
        ((facts.Noted(id="a", at=LATER, by=SAM, text="Thank you"),), ["note"]),
        ((facts.Snoozed(id="a", at=LATER, by=ANA, step="kickoff", until="2026-03-20"),), []),
        ((facts.TaskAdded(id="a", at=LATER, by=ANA, title="Lunch", role="csm"),), []),
        ((facts.AgreementMailed(id="a", at=LATER, by=ANA, people=[SAM]),), ["message_sent"]),
    ],
)
def test_people_who_had_to_do_with_each_other_are_a_touch_and_nothing_else(
    told: tuple[Fact, ...], kinds: list[str]
) -> None:
    assert [entry.kind for entry in touches(*told)] == kinds


def test_mails_that_milepost_sends_by_itself_are_none() -> None:
    until = START + 30 * DAY
    run = simulate(COMPILED, customer(), START, [kickoff], until)

    assert sum(entry.kind == "message_sent" for entry in run.timeline) > 1
    assert [entry.kind for entry in touches(kickoff, until=until)] == ["step_done"]


def test_a_touch_stays_one_when_the_person_is_no_longer_among_the_contacts() -> None:
    thanks = facts.Noted(id="thanks", at=LATER, by=SAM, text="Thank you")
    gone = facts.ContactsGiven(id="gone", at=LATER + 1, by=ANA, contacts=customer().contacts[1:])
    run = simulate(COMPILED, customer(), START, [thanks, gone], START + DAY)

    assert run.state.touched_at == LATER
    assert run.timeline[run.state.touched_entry or 0].kind == "note"
