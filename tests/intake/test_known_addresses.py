"""Colleagues whose addresses were told once need not be told again for the next file that only names them."""

from __future__ import annotations

from milepost.intake import people, uploads
from milepost.intake.context import IntakeContext
from milepost.intake.import_sources import ImportOptions
from milepost.intake.intake import Intake
from milepost.intake.uploads import UploadedFile
from milepost.store import imports
from milepost.store.import_tables import ImportRow
from tests.intake.test_uploads import COMPANIES


async def send(context: IntakeContext, file: UploadedFile) -> int:
    return (await uploads.receive(context, file.name, file, None, by=None)).number


async def row(context: IntakeContext, number: int) -> ImportRow:
    async with context.store.reading() as session:
        return await imports.get(session, number)


async def test_addresses_of_colleagues_are_known_from_earlier_mappings_and_from_the_list_of_people(
    intake: Intake,
) -> None:
    context = intake.context
    first = await send(context, UploadedFile("a.csv", COMPANIES.replace("ana@vendor.example", "Ana Díaz").encode()))
    text = str((await row(context, first)).mapping)
    assert '"Ana Díaz": ""' in text
    filled = text.replace('"Ana Díaz": ""', '"Ana Díaz": ana@vendor.example')
    await uploads.choose(context, first, ImportOptions("edited"), filled)
    await people.change(context, "bo@vendor.example", name="Bo Berg")
    for address in ("cy@vendor.example", "cy.lee@vendor.example"):
        await people.change(context, address, name="Cy Lee")

    rows = [f"{number},Acme {number},US,," + name for number, name in enumerate(["ana díaz", "Bo  Berg", "Cy Lee"])]
    again = await send(context, UploadedFile("b.csv", "\n".join([COMPANIES.splitlines()[0], *rows]).encode()))

    text = str((await row(context, again)).mapping)
    assert '"ana díaz": "ana@vendor.example"  # known from before' in text
    assert '"Bo  Berg": "bo@vendor.example"  # known from before' in text
    assert '"Cy Lee": ""' in text  # there are two
