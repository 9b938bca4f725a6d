"""A book in step: only what changed is taken in, nobody is ended, and a book that can't be believed isn't."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

from milepost import limits
from milepost.intake.erasure import forget
from milepost.intake.sync import books
from milepost.intake.sync.errors import InvalidSyncError, UnknownSyncError
from milepost.intake.sync.run import SyncRun
from milepost.store import customers, journeys
from milepost.store.customers import get_row
from milepost.store.syncs import RunStatus
from tests.intake.conftest import Hands
from tests.intake.sync.conftest import Export

ROWS = ("a1,Acme,other", "b2,Bolt,", "c3,Cog,", "d4,Dot,")


async def test_only_rows_that_changed_are_taken_in(export: Export, wall: Hands) -> None:
    export.write(*ROWS)
    await export.keep()
    first = await export.run()
    assert (first.status, first.counts["new"], first.counts["same"]) == (RunStatus.DONE, 4, 0)
    assert (await export.run()).status == RunStatus.UNCHANGED

    wall.at += 60
    export.write("a1,Acme Inc,other", *ROWS[1:], "e5,Ems,")
    second = await export.run()
    assert {name: second.counts[name] for name in ("new", "changed", "unchanged", "same")} == {
        "new": 1, "changed": 1, "unchanged": 0, "same": 3,
    }  # fmt: skip
    async with export.intake.context.store.reading() as session:
        written = {each: (await get_row(session, each)).updated_at for each in ("a1", "b2", "e5")}
    assert written == {"a1": int(wall.at), "b2": int(wall.at) - 60, "e5": int(wall.at)}


async def test_a_row_that_did_not_change_is_left_as_people_changed_the_customer(export: Export) -> None:
    export.write(*ROWS)
    await export.keep()
    await export.run()
    await export.intake.change_customer("b2", lambda customer: customer.having(name="Bolt, our friends"))
    export.write(*ROWS, "e5,Ems,")
    await export.run()
    assert (await export.names())["b2"] == "Bolt, our friends"


async def test_who_vanishes_is_listed_never_ended_and_comes_back_quietly(export: Export, wall: Hands) -> None:
    export.write(*ROWS)
    await export.keep()
    await export.run()
    await export.intake.enrol("a1", map_id="pilot")
    export.write(*ROWS[1:])
    gone = await export.run()
    assert (gone.counts["vanished"], gone.vanished) == (1, ["a1"])
    status = await export.status()
    assert [each["customer"] for each in status["vanished"]] == ["a1"]
    assert status["customers"] == 3
    async with export.intake.context.store.reading() as session:
        journey, *_ = await journeys.of_customer(session, "a1")
    assert journey.ended_at is None

    wall.at += 3600
    export.write(*ROWS[1:], "e5,Ems,")
    assert (await export.run()).counts["vanished"] == 0  # told once
    export.write(*ROWS, "e5,Ems,")
    back = await export.run()
    assert (back.counts["returned"], back.counts["changed"], back.counts["new"]) == (1, 0, 0)
    assert (await export.status())["vanished"] == []


def _workbook() -> bytes:
    file = io.BytesIO()
    book = Workbook()
    for row in (("id", "name", "tier"), ("a1", "Acme GmbH", "other")):
        book.active.append(row)
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "'book.csv' is empty."),
        (b"id,name,tier\n", "There is no row below the headings."),
        (b"id,name,tier\na1,Acme GmbH,other\nb2,Bolt,\nc3,Cog,\nd4,D", "ends in the middle of a line, after 53 bytes"),
        (b"id,name,tier\na1,Acme GmbH,other\nb2,Bolt,\nc3,Cog,\nd4,Dot\n", "ends in the middle of row 5."),
        (b'id,name,tier\na1,Acme GmbH,other\nb2,Bolt,\nc3,Cog,\nd4,"Dot,\n', "ends in the middle of row 5."),
        (b"id,name,tier\na1,Acme GmbH,other\nb2,Bolt,\n", "2 of 4 customers are missing in the book, 50 % or more."),
        (b"key,name,tier\na1,Acme GmbH,other\nb2,Bolt,\nc3,Cog,\nd4,Dot,\n", "'book.csv', column id: The first row"),
        (_workbook()[:-400], "'book.csv': The file isn't a workbook (XLSX) that can be read."),
        (_workbook(), "3 of 4 customers are missing"),
    ],
)  # fmt: skip
async def test_a_book_that_cannot_be_believed_is_refused_and_nothing_of_it_taken(
    export: Export, content: bytes, says: str
) -> None:
    export.write(*ROWS)
    await export.keep(every="1h")
    await export.run()
    export.put(content)
    result = await export.run()
    assert result.status == RunStatus.REFUSED
    assert says in str(result.why)
    assert (await export.names())["a1"] == "Acme"
    status = await export.status()
    assert (status["failures"], status["vanished_count"], status["customers"]) == (1, 0, 4)
    assert status["runs"][0]["status"] == "refused"
    assert says in status["runs"][0]["why"]
    export.write(*ROWS, "e5,Ems,")
    assert (await export.run()).status == RunStatus.DONE
    assert (await export.status())["failures"] == 0


async def test_a_book_that_lacks_many_is_taken_in_if_somebody_says_so(export: Export) -> None:
    export.write(*ROWS)
    await export.keep()
    await export.run()
    export.write(ROWS[0])
    assert (await export.run()).status == RunStatus.REFUSED
    result = await export.run(accept_vanished=True)
    assert (result.status, result.counts["vanished"]) == (RunStatus.DONE, 3)
    export.write(*ROWS[:2])
    assert (await export.run()).status == RunStatus.DONE


async def test_how_many_may_vanish_can_be_set(export: Export) -> None:
    export.write(*ROWS)
    await export.keep(most_vanished=25)
    await export.run()
    export.write(*ROWS[1:])
    assert (await export.run()).status == RunStatus.REFUSED
    await export.keep(most_vanished=26)
    assert (await export.run()).status == RunStatus.DONE


async def test_refused_rows_are_told_without_their_cells_and_their_customers_have_not_vanished(export: Export) -> None:
    export.write(*ROWS)
    await export.keep()
    await export.run()
    export.write("a1,Acme GmbH,other", "b2,Bolt,", "c3,Cog,", "c3,Cog of Sam Poe,", "d 4,Dot,", heading="id,name,tier")
    result = await export.run()
    assert (result.status, result.counts["refused"], result.counts["vanished"]) == (RunStatus.DONE, 2, 1)
    (run, *_) = (await export.status())["runs"]
    assert run["problems"] == [
        {"file": "book.csv", "row": 5, "column": "id", "kind": "refused"},
        {"file": "book.csv", "row": 6, "column": "id", "kind": "refused"},
    ]
    assert (await export.names())["c3"] == "Cog"


async def test_a_row_that_cannot_be_read_is_no_customer_who_vanished(export: Export) -> None:
    heading = "id,name,timezone"
    export.write("a1,Acme,", "b2,Bolt,", heading=heading)
    await export.keep()
    await export.run()
    export.write("a1,Acme,Nowhere", "b2,Bolt,", heading=heading)
    result = await export.run()
    assert (result.counts["refused"], result.counts["vanished"]) == (1, 0)
    export.write("a1,Acme,", "b2,Bolt AG,", heading=heading)
    assert (await export.run()).counts["changed"] == 1  # the row is as it was before


async def test_all_files_of_a_folder_are_one_book_or_the_newest_is(export: Export) -> None:
    export.write(*ROWS[:2], name="east.csv")
    export.write(*ROWS[2:], name="west.csv")
    export.write("x,Nobody,", name=".hidden.csv")
    export.write("x,Nobody,", name="east.refused.csv")
    await export.keep()
    assert (await export.run()).counts["new"] == 4
    export.write(*ROWS[2:], ROWS[0], name="west.csv")
    result = await export.run()
    assert [(file, problem.row) for file, problem in result.problems] == [("west.csv", 4)]
    assert "already in row 2 of 'east.csv'" in result.problems[0][1].message
    await export.keep(newest=True, most_vanished=60)
    assert (await export.run()).vanished == ["b2"]


async def test_a_file_of_contacts_that_changes_changes_the_customers_that_it_names(export: Export) -> None:
    mapping = (
        "mapping: CRM\ncolumns: {id: id, name: name}\n"
        "contacts: {columns: {company: customer, mail: email, name: name, role: personas}}\n"
    )
    people = export.folder / "people"
    people.mkdir()
    export.write(*ROWS)
    heading = "company,mail,name,role"
    export.write("a1,sam@acme.example,Sam Poe,sponsor", name="people/people.csv", heading=heading)
    await export.keep(mapping=mapping, contacts=str(people))
    await export.run()
    export.write(
        "a1,sam@acme.example,Sam Poe,sponsor",
        "b2,eva@bolt.example,Eva,sponsor",
        name="people/people.csv",
        heading=heading,
    )
    result = await export.run()
    assert (result.counts["changed"], result.counts["same"]) == (1, 3)
    async with export.intake.context.store.reading() as session:
        assert [each.email for each in (await customers.get(session, "b2")).contacts] == ["eva@bolt.example"]
    export.put(b"", "people/people.csv")
    assert (await export.run()).status == RunStatus.REFUSED
    export.write(name="people/people.csv", heading=heading)
    assert "there is no contact in it" in str((await export.run()).why)


async def test_numbers_are_read_as_in_the_whole_book_though_one_row_changed(export: Export) -> None:
    heading = "id,name,health"
    export.write('a1,Acme,"1.234,5"', "b2,Bolt,2", heading=heading)
    mapping = "mapping: CRM\ncolumns: {id: id, name: name, health: attributes.health}\n"
    await export.keep(mapping=mapping)
    await export.run()
    export.write('a1,Acme,"1.234,5"', "b2,Bolt,1.000", heading=heading)
    assert (await export.run()).counts["changed"] == 1


async def test_who_was_forgotten_does_not_come_back_by_a_book(export: Export) -> None:
    export.write(*ROWS)
    await export.keep()
    await export.run()
    await forget(export.intake.context, "b2")
    export.write("a1,Acme,other", "b2,Bolt AG,", *ROWS[2:])
    result = await export.run()
    assert (result.counts["forgotten"], result.counts["new"], result.counts["vanished"]) == (1, 0, 0)
    assert "b2" not in await export.names()


async def test_a_new_mapping_and_new_maps_read_every_row_again(export: Export) -> None:
    export.write(*ROWS)
    await export.keep()
    await export.run()
    await export.keep(mapping="mapping: CRM\ncolumns: {id: id, name: name}\n")
    result = await export.run()
    assert (result.counts["unchanged"], result.counts["same"]) == (4, 0)


async def test_a_dry_run_says_what_would_happen_and_writes_nothing(export: Export) -> None:
    export.write(*ROWS)
    await export.keep()
    await export.run()
    before = await export.status()
    export.write("a1,Acme Inc,other", *ROWS[2:], "e5,Ems,")
    run = SyncRun(export.intake, await books.get(export.intake, "crm"), {})
    result = await run.preview()
    assert (result.counts["changed"], result.counts["new"], result.vanished) == (1, 1, ["b2"])
    assert await export.status() == before
    assert (await export.names())["a1"] == "Acme"


async def test_a_book_can_be_stopped_and_removed_and_its_customers_stay(export: Export) -> None:
    export.write(*ROWS)
    await export.keep(every="1h")
    await export.run()
    await books.stop(export.intake, "crm")
    assert (await export.status())["next_at"] is None
    await books.remove(export.intake, "crm")
    assert len(await export.names()) == 5
    with pytest.raises(UnknownSyncError, match="No book 'crm' is kept in step"):
        await export.status()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"mapping": "mapping: X\ncolumns: {A: name}\n"}, "No column fills 'id'"),
        ({"contacts": "people"}, "needs a mapping with a section 'contacts'"),
        ({"source": "https://sam:secret@crm.example/book.csv"}, "has a password in it"),
        ({"source": "http://crm.example/book.csv"}, "would be sent its secret unencrypted"),
        ({"most_vanished": 0}, "isn't a percentage"),
        ({"every": "often"}, "'often' doesn't say how often"),
    ],
)
async def test_what_cannot_be_kept_in_step_is_refused(export: Export, change: dict[str, str], says: str) -> None:
    export.secrets = {"crm.example": "Bearer abc"}
    with pytest.raises(InvalidSyncError) as refused:
        await export.keep(**change)  # type: ignore[arg-type]
    assert says in str(refused.value)


@pytest.mark.parametrize("take_away", [lambda file: file.unlink(), lambda file: file.rename(file.with_suffix(".part"))])
async def test_a_folder_without_a_file_is_away_and_looked_at_again(
    export: Export, take_away: Callable[[Path], object], wall: Hands
) -> None:
    file = export.write(*ROWS)
    await export.keep(every="1d")
    await export.run()
    take_away(file)
    for minutes in (1, 2, 4):
        result = await export.run()
        assert (result.status, result.why) == (
            RunStatus.AWAY, f"There is no CSV or XLSX file in {str(export.folder)!r}.",
        )  # fmt: skip
        row = await books.get(export.intake, "crm")
        assert row.next_at == int(wall.at) + minutes * 60
    assert (await export.status())["vanished_count"] == 0


async def test_of_many_refused_rows_the_first_are_told_and_the_rest_counted(
    export: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "REFUSED_ROWS", 2)
    export.write(*ROWS, *("a1,Again," for _ in range(3)), ",Nobody,")
    await export.keep()
    result = await export.run()
    assert (len(result.problems), result.more_problems) == (2, result.counts["refused"] - 2)
    assert result.more_problems > 0
    assert result.to_json()["more_problems"] == result.more_problems
