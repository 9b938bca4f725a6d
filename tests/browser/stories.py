"""A company on the real stack, for stories: `milepost up` with its embedded Temporal, and a mail server."""

from __future__ import annotations

import asyncio
import re
import time
from email.message import EmailMessage
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Page, ViewportSize

from tests.acceptance.first_day import Company
from tests.acceptance.up_process import Up
from tests.browser.layout import cut_texts, sideways
from tests.browser.screens import axe_complaints, picture
from tests.ports import free_port

PASSWORD = "the desk of stories"
ANA = "ana.ruiz@borealis.example"
LOOKS = {"desk": ViewportSize(width=1280, height=800), "phone": ViewportSize(width=390, height=844)}
DAY_AND_NIGHT = '{days: [mon, tue, wed, thu, fri, sat, sun], from: "00:00", to: "24:00"}'
MAP = f"""
map: reporting
title: Reports that build themselves
outcome: save_time
owner: {ANA}
segment: {{where: customer.tier == "story"}}
attributes:
  tier: {{type: text}}
roles:
  csm: {{title: Customer success manager}}
personas:
  sponsor: {{title: Executive sponsor}}
  coordinator: {{title: Coordinator}}
contact_policy: {{window: {DAY_AND_NIGHT}}}
working_time: {{timezone: UTC}}
stages:
  - stage: start
    title: Getting started
    target: 30 days
    actions:
      - action: connect
        title: Connect the first system
        persona: coordinator
        message: connect.md
        due: 5 business days
        how: Open **Settings**, choose *Connect*, and sign in once.
      - action: hours
        title: Tell us where your hours go
        persona: coordinator
        due: 6 business days
        asks:
          - {{field: hours, title: Hours a week, type: number}}
          - {{field: kind, title: Which reports, type: choice, one_of: [Sales, Finance]}}
      - action: contract
        title: Send the signed contract
        persona: coordinator
        due: 7 business days
        asks: [{{field: contract, title: The signed contract, type: file}}]
      - action: launch
        title: Choose the day of the launch
        persona: coordinator
        due: 10 business days
        how: Any day on which most of your team is there.
        asks:
          - {{field: day, title: The day, type: date}}
          - {{field: room, title: Where to meet, type: text, optional: true}}
    outcomes:
      - outcome: faster
        type: save_time
        statement: Reports are made in half the time.
        metric: {{name: hours saved a week, unit: h, baseline: 0, target: 10}}
        persona: sponsor
        after: connect
        message: verify.md
        within: 5 business days
        then:
          partial: {{play: rescue}}
          disputed: {{play: rescue}}
plays:
  - play: rescue
    kind: risk
    title: Rescue an account at risk
    touchpoints:
      - {{touchpoint: rescue_call, title: Hear what is missing, role: csm, due: 1 business day}}
    actions:
      - action: say_when
        title: Tell us when we can call you
        persona: sponsor
        due: 2 business days
        asks:
          - {{field: hour, title: A good time, type: text}}
    outcomes:
      - outcome: put_right
        type: save_time
        statement: What was missing is there now.
        persona: sponsor
        after: rescue_call
        message: put_right.md
        within: 5 business days
"""
FILES = {
    "map.yaml": MAP,
    "messages/connect.md": "---\nsubject: Your first step\n---\nHello {{ contact.first_name }},\n\n"
    "please connect your first system.\n\n**[Connect it]({{ plan_url }})**\n\n{{ csm.name }}\n",
    "messages/connect.de.md": "---\nsubject: Ihr erster Schritt\n---\nGuten Tag {{ contact.name }},\n\n"
    "bitte verbinden Sie Ihr erstes System.\n\n**[Verbinden]({{ plan_url }})**\n\n{{ csm.name }}\n",
    "messages/verify.md": "---\nsubject: Is it faster?\n---\n{{ contact.first_name }}, {{ step.statement }}\n\n"
    "**[Yes, partly, or not yet]({{ verify_url }})**\n\n{{ csm.name }}\n",
    "messages/put_right.md": "---\nsubject: Is it there now?\n---\n{{ contact.first_name }}, {{ step.statement }}\n\n"
    "**[Yes, partly, or not yet]({{ verify_url }})**\n\n{{ csm.name }}\n",
    "messages/put_right.de.md": "---\nsubject: Ist es nun da?\n---\nGuten Tag {{ contact.name }}, ist das so?\n\n"
    "**[Ja, teilweise oder noch nicht]({{ verify_url }})**\n\n{{ csm.name }}\n",
    "messages/verify.de.md": "---\nsubject: Geht es schneller?\n---\nGuten Tag {{ contact.name }}, ist das so?\n\n"
    "**[Ja, teilweise oder noch nicht]({{ verify_url }})**\n\n{{ csm.name }}\n",
}


class Stories:
    """The company, its customers, and what arrives in their mailboxes; each customer has a Kim and a Sam."""

    def __init__(self, folder: Path, customers: dict[str, str]) -> None:
        """`customers` are their ids with the languages that their people read."""
        port = free_port()
        self.company = Company(folder)
        self.company.base_url = self.base_url = f"http://127.0.0.1:{port}"
        settings = self.company.settings | {"MILEPOST_UNDO_MINUTES": "0", "MILEPOST_COMPANY": "Borealis"}
        settings["MILEPOST_DESK_PASSWORD"] = PASSWORD
        self.up = Up(folder / "data", "--port", str(port), settings=settings)
        self.up.web()
        for name, text in FILES.items():
            (folder / "map" / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / "map" / name).write_text(text, encoding="utf-8")
        rows = [
            f"{id_},{id_.title()} Ltd,Europe/Berlin,{language},"
            f"Kim Lo <kim@{id_}.example> coordinator; Sam Poe <sam@{id_}.example> sponsor,csm={ANA},story"
            for id_, language in customers.items()
        ]
        head = "id,name,timezone,language,contacts,team,tier"
        (folder / "book.csv").write_text("\n".join((head, *rows)) + "\n", encoding="utf-8")
        self.company.milepost("publish", folder / "map")
        self.company.milepost("import", "book.csv")

    def close(self) -> None:
        self.up.close()
        self.company.close()

    async def mail(self, address: str, words: str = "") -> EmailMessage:
        """The first mail to this address with these words; it is waited for."""
        give_up_at = time.monotonic() + 40
        while time.monotonic() < give_up_at:
            for mail in self.company.mails:
                if address in str(mail["to"]) and words in str(mail["subject"]):
                    return mail
            await asyncio.sleep(0.1)
        raise AssertionError(f"no mail to {address}: {[str(each['to']) for each in self.company.mails]}")


def html_of(mail: EmailMessage) -> str:
    body = mail.get_body(preferencelist=("html",))
    assert body is not None
    return str(body.get_content())


def link_of(mail: EmailMessage, what: str) -> str:
    """The first address in a mail that leads to `what`, such as `/plan/`."""
    match = re.search(rf'href="(http[^"]*{what}[^"]*)"', html_of(mail))
    assert match, f"no {what} in the mail"
    return match[1].replace("&amp;", "&")


async def opened(browser: Browser, stories: Stories, look: str, *, scripts: bool, **more: str) -> BrowserContext:
    """A window as somebody has it who was never here."""
    context = await browser.new_context(
        base_url=stories.base_url,
        viewport=LOOKS[look],
        java_script_enabled=scripts,
        reduced_motion="reduce",
        locale=more.get("locale", "en-US"),
    )
    context.set_default_timeout(4_000)
    return context


async def looked_at(page: Page, name: str, *, scripts: bool) -> None:
    """Keeps a picture, and checks the page: whole, nothing cut, accessible in light and dark.

    axe-core is a script itself: of a window without them it looks at a copy of the page's HTML, without its scripts.
    """
    await picture(page, f"{name}-{'scripts' if scripts else 'plain'}")
    if scripts:
        assert await _complaints(page) == []
        return
    copy = await page.context.browser.new_page(viewport=page.viewport_size, reduced_motion="reduce")  # type: ignore[union-attr]
    await copy.set_content(re.sub(r"<script.*?</script>", "", await page.content()).replace("<head>", _head(page), 1))
    assert await _complaints(copy) == []
    await copy.close()


def _head(page: Page) -> str:
    return f'<head><base href="{page.url}">'


async def _complaints(page: Page) -> list[str]:
    return [*await sideways(page), *await cut_texts(page), *await axe_complaints(page)]
