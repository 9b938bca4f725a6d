"""Messages that will go as one mail are shown as that: on the page, by the API and by `milepost mail`."""

from __future__ import annotations

import pytest

from milepost.cli.support.mail_text import print_line
from milepost.intake.mail_list import MailFilter, mail_page
from tests.web.api_calls import V1
from tests.web.conftest import World, sign_in, text_of
from tests.web.example import ANA, FILES

SECOND = """      - action: people
        title: Name your people
        persona: coordinator
        after: kickoff
        message: people.md
        due: 5 business days
"""
MESSAGE = "---\nsubject: Who is who\n---\nPlease name your people.\n"
TWO = {
    **FILES,
    "map.yaml": FILES["map.yaml"].replace("    outcomes:\n", f"{SECOND}    outcomes:\n", 1),
    "messages/people.md": MESSAGE,
}


@pytest.fixture
async def two(empty_world: World) -> World:
    """Two mails to one coordinator that wait for a release."""
    await empty_world.publish(TWO)
    await empty_world.add()
    async with empty_world.api() as api:
        assert (await api.post(f"{V1}/mail/switch", json={"mail": "held"})).status_code == 200
    await empty_world.tell(step_done="kickoff", result="held")
    return empty_world


async def test_the_page_says_what_will_be_one_mail_and_shows_its_text(two: World) -> None:
    async with two.client() as browser:
        await sign_in(browser, ANA)
        listed = text_of(await browser.get("/ops/mail"))
        one = text_of(await browser.get("/ops/mail/acme/1/people/1/opening/1"))

    assert "It will be one mail with “Name your people”, if all are released." in listed
    assert "It will be one mail with “Connect the first system”, if all are released." in listed
    assert "the text below has all of them" in one
    assert "please connect your first system by" in one
    assert "Please name your people." in one


async def test_the_api_and_the_command_name_them(two: World, capsys: pytest.CaptureFixture[str]) -> None:
    async with two.api() as api:
        listed = (await api.get(f"{V1}/mail")).json()["mail"]
    together = {each["message"]: each["together"] for each in listed}
    assert together["connect/1/opening/1"] == [{"message": "people/1/opening/1", "about": "Name your people"}]

    for line in (await mail_page(two.intake.context, MailFilter(), "UTC")).lines:
        print_line(line, two.intake.context.now())

    assert "    It will be one mail with “Name your people”, if all are released." in capsys.readouterr().out


async def test_once_released_together_they_are_one_mail(two: World) -> None:
    async with two.api() as api:
        messages = [{"customer": "acme", "message": f"{step}/1/opening/1"} for step in ("connect", "people")]
        await api.post(f"{V1}/mail", json={"action": "release", "messages": messages, "by": ANA})
        sent = (await api.get(f"{V1}/mail", params={"status": "sent"})).json()["mail"]

    assert [(each["message"], each["together"]) for each in sent] == [("connect/1/opening/1", [])]
