"""`milepost up --sample` as a newcomer runs it."""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest

from milepost.customer import Customer
from milepost.demo.summaries import HIGHLIGHTS
from milepost.store.database import open_store
from tests.acceptance.equality import hold
from tests.acceptance.up_process import Up


@pytest.mark.timeout(170)
async def test_the_sample_shows_every_highlight_and_accounts_for_everybody(
    start: Callable[..., Up], book: dict[str, Customer]
) -> None:
    up = start("--sample", "--for", "70s")
    code = up.wait(within=150)
    output = up.output
    assert code == 0, output[-4000:]

    assert "At least one customer each was verified, disputed, silent, rescued, expanded, renewed and lost." in output
    assert "40 customers: 38 on a journey, 2 matched by no map. 38 journeys:" in output
    table = output[output.index("Every customer") :]
    for customer in book.values():
        assert customer.name in table
    assert table.count("matches no map") == 2
    for highlight in HIGHLIGHTS:
        assert highlight in table
    for link in ("/desk", "/ops/customers", "/ops/mail", "/api/docs"):
        assert link in output
    assert " was done by Ana Diaz" in output

    store = open_store(f"sqlite:///{up.folder / 'milepost.db'}")
    try:
        for journey in await hold(store, book):
            assert journey.written == journey.simulated, journey.journey
    finally:
        await store.close()


def test_up_without_the_sample_says_what_to_do_next_and_ends_when_asked(start: Callable[..., Up]) -> None:
    up = start("--hold-mail", "--first", "2")
    up.until(lambda: "milepost publish" in up.output)
    up.process.send_signal(signal.SIGINT)
    assert up.wait(within=30) == 0
    assert "All mail is held until somebody releases it" in up.output
    assert up.count("mail_switches", "mail = 'held' AND first = 2") == 1


def test_real_time_and_the_demo_are_not_mixed_in_one_folder(start: Callable[..., Up]) -> None:
    demo = start("--sample", "--for", "1s")
    assert demo.wait(within=60) == 1
    assert "Not seen: verified" in demo.output
    real = start()
    assert real.wait(within=30) == 1
    assert "This data folder holds the demo" in real.output
    assert "--data FOLDER" in real.output


def test_a_taken_port_and_a_second_owner_are_clear_errors(start: Callable[..., Up]) -> None:
    first = start()
    port = first.web().rpartition(":")[2]
    second = start()
    assert second.wait(within=30) == 1
    assert "is in use by another `milepost up`" in second.output
    third = start("--data", str(first.folder.with_name("other")), "--port", port)
    assert third.wait(within=30) == 1
    assert "--port PORT" in third.output
