"""Customers whose journey had ended before they were imported: none begins for them by itself, on both databases."""

from __future__ import annotations

import io

import pytest

from milepost.imports.customer_book import read_book
from milepost.intake.book import enrol_all, import_customers
from milepost.intake.enrolment import Enrolment, NoEnrolment
from milepost.intake.errors import EntryRefusedError
from milepost.intake.exported_book import export_book
from milepost.intake.import_preview import preview_import
from milepost.intake.intake import Intake
from milepost.intake.merges import MergeOrder, merge
from milepost.intake.renames import rename
from milepost.planner.entry_point import JourneyStart

HEADER = "id,name,timezone,tier,enters.ended,enters.stage\n"
BETA = "beta,Beta,UTC,pilot,churned,\n"


async def bring_in(intake: Intake, *rows: str, header: str = HEADER) -> list[str]:
    """Imports rows; returns what became of each."""
    read = read_book(header + "".join(rows))
    return [each.became async for each in import_customers(intake, read.read, read.places)]


async def left_alone(intake: Intake) -> dict[str, str | None]:
    """Enrols everybody; returns who got no journey, with the reason for which theirs had ended."""
    results = [each async for each in enrol_all(intake)]
    return {each.customer: each.ended_before for each in results if isinstance(each, NoEnrolment)}


async def test_no_journey_begins_for_them_and_the_reason_is_said(intake: Intake) -> None:
    assert await bring_in(intake, BETA, "gamma,Gamma,UTC,other,,\n") == ["imported", "imported"]

    results = {each.customer: each async for each in enrol_all(intake)}

    assert isinstance(results["acme"], Enrolment)
    assert results["beta"] == NoEnrolment("beta", "its journey had ended before it was imported (churned)", "churned")
    assert isinstance(results["gamma"], NoEnrolment)
    assert results["gamma"].ended_before is None


async def test_whoever_was_in_the_book_before_it_said_so_is_left_alone_too(intake: Intake) -> None:
    assert await bring_in(intake, "beta,Beta,UTC,other,,\n") == ["imported"]
    assert await bring_in(intake, "beta,Beta,UTC,other,churned,\n") == ["unchanged"]
    assert await left_alone(intake) == {"beta": "churned"}


async def test_a_file_that_says_so_no_more_takes_it_back_and_one_without_the_column_does_not(intake: Intake) -> None:
    await bring_in(intake, BETA)
    await bring_in(intake, "beta,Beta,UTC,pilot\n", header="id,name,timezone,tier\n")
    assert await left_alone(intake) == {"beta": "churned"}

    await bring_in(intake, "beta,Beta,UTC,pilot,,\n")

    assert await left_alone(intake) == {}


async def test_a_change_of_the_record_begins_none_before_the_map_takes_anybody_again(intake: Intake) -> None:
    await bring_in(intake, "beta,Beta,UTC,other,churned,\n")

    changed = await bring_in(intake, BETA)
    again = await intake.change_customer("beta", lambda record: record.having(name="Beta Inc."))

    assert changed == ["changed"]
    assert not isinstance(again.enrolment, Enrolment)
    matches = await intake.change_customer("beta", lambda record: record.having(attributes={"tier": "other"}))
    assert isinstance(matches.enrolment, NoEnrolment)
    back = await intake.change_customer("beta", lambda record: record.having(attributes={"tier": "pilot"}))
    assert isinstance(back.enrolment, NoEnrolment)
    assert "takes the customer again from" in back.enrolment.why


async def test_the_dry_run_foresees_that_none_begins(intake: Intake) -> None:
    await bring_in(intake, "beta,Beta,UTC,other,churned,\n")
    read = read_book("id,name,timezone,tier\nbeta,Beta,UTC,pilot\n")
    (previewed,) = [each async for each in preview_import(intake, read.read, read.places)]
    assert previewed.journey is None
    assert "takes the customer again from" in (previewed.why_not or "")


async def test_by_hand_one_begins_with_a_reason_and_the_mark_counts_no_more(intake: Intake) -> None:
    await bring_in(intake, BETA)
    with pytest.raises(EntryRefusedError):
        await intake.enrol("beta")

    begun = await intake.enrol("beta", start=JourneyStart(again="They came back"))

    assert isinstance(begun, Enrolment)
    assert await left_alone(intake) == {}


async def test_it_is_so_under_another_id_and_after_a_merge(intake: Intake) -> None:
    await bring_in(intake, BETA, "delta,Delta,UTC,other,,\n", "eps,Epsilon,UTC,pilot,lost,\n")
    await rename(intake.context, "beta", "crm-7")
    await merge(intake.context, MergeOrder("eps", "delta"))

    assert await left_alone(intake) == {"crm-7": "churned", "delta": "lost"}


async def test_the_export_says_so_again(intake: Intake) -> None:
    await bring_in(intake, BETA)
    file = io.StringIO(newline="")
    await export_book(intake, file)
    read = read_book(file.getvalue())
    assert {row.customer.id: row.ended for row in read.read} == {"acme": None, "beta": "churned"}
