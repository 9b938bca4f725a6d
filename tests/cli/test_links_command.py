"""`milepost links`: who has a link to a customer's plan, and making one void."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from milepost.store import links
from milepost.store.database import open_store
from tests.cli.conftest import Milepost, lines

pytestmark = pytest.mark.usefixtures("with_acme")
SAM = "sam@acme.example"
LINK = "AnIdOfALink123"


@pytest.fixture
def sams_link(tmp_path: Path) -> str:
    """A link that Sam got."""

    async def keep() -> None:
        async with open_store(f"sqlite:///{tmp_path / 'data' / 'milepost.db'}") as store:
            await store.write(lambda session: links.keep(session, LINK, "acme/1", SAM, time.time()))

    asyncio.run(keep())
    return LINK


def test_links_are_listed_and_made_void_with_the_reason(milepost: Milepost, sams_link: str) -> None:
    [listed] = lines(milepost("links", "acme", "--json"))
    assert (listed["link"], listed["contact"], listed["status"], listed["used_on"]) == (sams_link, SAM, "works", None)
    assert f"milepost links acme --void {sams_link}" in milepost("links", "acme").stdout

    void = milepost("links", "acme", "--void", sams_link, "--reason", "Forwarded", "--by", "ana@vendor.example")
    assert (void.exit_code, void.stdout.strip()) == (0, "1 link made void.")
    [listed] = lines(milepost("links", "acme", "--json"))
    assert (listed["status"], listed["voided_by"], listed["voided_why"]) == ("void", "ana@vendor.example", "Forwarded")
    assert "that was void before" in milepost("links", "acme", "--void", sams_link).stdout


def test_an_address_stands_for_all_links_of_a_person(milepost: Milepost, sams_link: str) -> None:
    [void] = lines(milepost("links", "acme", "--void", SAM.upper(), "--json"))
    assert (void["link"], void["status"]) == (sams_link, "void")


def test_what_is_not_there_is_said(milepost: Milepost) -> None:
    assert "Nobody at acme has got a link so far." in milepost("links", "acme").stdout
    unknown, nobody = milepost("links", "acme", "--void", "nothing"), milepost("links", "acne")
    assert (unknown.exit_code, nobody.exit_code) == (1, 1)
    assert "has no link 'nothing'" in unknown.stderr
    assert "acme" in nobody.stderr
    alone = milepost("links", "acme", "--reason", "Forwarded")
    assert alone.exit_code == 1
    assert "belong to --void" in alone.stderr
