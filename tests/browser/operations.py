"""What the pages of operations show, put there as people put it: imports, rehearsals, books in step, held mail."""

from __future__ import annotations

from pathlib import Path

import httpx

from milepost.customer import Contact, Mail
from milepost.intake import mail_hold
from milepost.intake.sync import books
from milepost.intake.sync.recipe import Recipe
from milepost.planner.enums import MailSwitch
from milepost.store.mail_switches import Scope, Switch
from milepost.store.rehearsals import RehearsalStatus
from tests.store.book import stored_rehearsal
from tests.web.conftest import World, sign_in
from tests.web.example import ANA, KIM, SAM, START, customer
from tests.web.test_hand_over_pages import DAYS, send
from tests.web.test_import_pages import BOOK, OURS, post, uploaded, work, workbook

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
CONCERNS = (
    ("stuck", "Kunde 0 & Söhne", "It has been in Getting started for 44 days; its target is 30 days."),
    ("no map", LONG, "tier is other, and no map is for it."),
)
ACCOUNT = {
    "customers": 6,
    "journeys": {"open": 4, "completed": 2},
    "mails": [{"map": "pilot", "message": "connect.md", "sent": 12}],
    "tasks": [{"week": "2026-03-02", "role": "csm", "tasks": 6, "minutes": 540}],
    "outcomes": [{"outcome": "faster", "status": "verified", "count": 3}],
    "concerns": [{"what": what, "customer_id": "c0", "customer": name, "why": why} for what, name, why in CONCERNS],
}


async def fill(world: World, folder: Path) -> dict[str, str]:
    """Fills an installation; returns the addresses of its pages, by what they show."""
    async with world.client() as client:
        await sign_in(client, ANA)
        imports = await _imports(world, client)
        await _rehearsals(world)
        await _book_in_step(world, folder)
        other = customer("acme-old", f"ACME {LONG}", contacts=(Contact("Kim L.", KIM, ("admin",), mail=Mail.NONE),))
        await world.add(other)
        await send(client, **DAYS)
    await mail_hold.turn(world.intake.context, Scope(), Switch(MailSwitch.HELD), by=ANA, why="until we have looked")
    await world.tell(step_done="kickoff", result="held")
    identity = "/ops/customers/acme-old/identity"
    return {
        **imports,
        "rehearsals": "/ops/rehearsals",
        "a new rehearsal": "/ops/rehearsals/new?book=1",
        "a rehearsal that is over": "/ops/rehearsals/1",
        "a rehearsal that was lost": "/ops/rehearsals/2",
        "books in step": "/ops/syncs",
        "mail": "/ops/mail",
        "sent mail": "/ops/mail?status=sent",
        "handing over": "/desk/hand-over",
        "what is handed over": f"/desk/hand-over?former={ANA}&to=bo@vendor.example",
        "who is away": "/desk/away",
        "an identity": identity,
        "a merge": f"{identity}?into=acme",
        "a rename": f"{identity}?new_id=acme-2",
        "preferences": f"/preferences/{world.links.preferences_token('acme/1', SAM)}",
    }


async def _imports(world: World, client: httpx.AsyncClient) -> dict[str, str]:
    mapped = await uploaded(client, OURS.encode("cp1252"))
    looked = await uploaded(client, BOOK.replace("bad,Bad", f"bad,{LONG}"))
    done = await uploaded(client)
    row = ["c1", "Client", "Europe/Berlin"]
    sheets = workbook(Notes=[["About this book"]], Book=[["id", "name", "timezone"], row])
    for path in (looked, done):
        await post(client, path, "look")
        await work(world, path)
    await post(client, done, "go")
    await work(world, done)
    return {
        "imports": "/ops/imports",
        "an import to be mapped": mapped,
        "a dry run": looked,
        "an import with refused rows": done,
        "an import of the wrong sheet": await uploaded(client, sheets),
    }


async def _rehearsals(world: World) -> None:
    over, lost = stored_rehearsal(ANA, START), stored_rehearsal(ANA, START)
    over.account = ACCOUNT
    lost.form, lost.status, lost.played = "lost", RehearsalStatus.LOST, 7
    async with world.store.transaction() as session:
        session.add(over)
        await session.flush()
        session.add(lost)


async def _book_in_step(world: World, folder: Path) -> None:
    file = folder / "crm.csv"
    file.write_text("id,name\na1,Acme\nb2,Bolt\nc3,Cog & Söhne\n", encoding="utf-8")
    await books.register(world.intake, "crm", Recipe(str(file)), "1h", {}, by=None)
    await books.run_now(world.intake, "crm", {})
    file.write_text("id,name\na1,Acme Inc\nb2,Bolt\nb2,Bolt again\n", encoding="utf-8")
    await books.run_now(world.intake, "crm", {})
    file.unlink()
    await books.run_now(world.intake, "crm", {})
