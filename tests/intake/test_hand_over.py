"""A hand-over moves everything of a colleague, customer by customer, and can be cut off and go on."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from milepost.customer import Customer
from milepost.imports.row_reader import BookRow
from milepost.intake import hand_over_runs
from milepost.intake.book import ImportedCustomer, import_customers, import_row
from milepost.intake.errors import NotTheirCustomersError, UnknownColleagueError
from milepost.intake.hand_over import HandOver, preview
from milepost.intake.hand_over_runs import carry_out, go_on, hand_over_next, order, result_of
from milepost.intake.import_account import ImportAccount
from milepost.intake.import_preview import ImportPreview, preview_import
from milepost.intake.intake import Intake
from milepost.intake.kept_roles import KeptRole
from milepost.planner.fact_errors import InvalidFactError
from milepost.planner.instants import parse
from milepost.planner.written_facts import WrittenAgreement, WrittenFact
from milepost.store import customers, hand_over_orders, maps
from milepost.store.errors import UnknownCustomerError
from tests.intake.book_of_ana import ANA, BO, CLEO, LEA, BookOfAna
from tests.intake.conftest import Hands
from tests.workflows.example import CUSTOMER, FILES, MAP, START


@pytest.fixture
async def book(intake: Intake, wall: Hands) -> BookOfAna:
    return await BookOfAna.of(intake, wall)


async def test_what_would_move_is_shown_and_nothing_moves(book: BookOfAna) -> None:
    await book.add("of-bo", {"csm": BO})
    await book.intake.record_fact("of-bo", WrittenFact(task_added="Ask their lawyer", person=ANA, effort="2 hours"))
    await book.advance()
    shown = await preview(book.context, HandOver("ANA@vendor.example", BO, introduce=True))
    assert [(each.customer, each.roles, len(each.tasks)) for each in shown.customers] == [
        ("c0", ("csm",), 1), ("c1", ("csm",), 1), ("c2", ("csm",), 1), ("of-bo", (), 1),
    ]  # fmt: skip
    assert shown.customers[3].agreed == ("task/1",)
    assert (shown.minutes, shown.roles, shown.without_introduction) == (3 * 30 + 120, {"csm": 3}, 4)
    assert (shown.load.customers, shown.load.tasks) == (1, 1)
    assert await book.team("c0") == {"csm": ANA, "lead": LEA}


async def test_roles_tasks_and_agreements_move(book: BookOfAna) -> None:
    await book.intake.record_fact("c1", WrittenFact(task_added="Ask their lawyer", person=ANA))
    await book.advance()
    result = await carry_out(book.context, HandOver(ANA, BO), by=LEA)
    assert await book.team("c0") == {"csm": BO, "lead": LEA}  # before the journey has heard of it
    await book.advance()
    assert (result.done, result.failed) == (["c0", "c1", "c2"], {})
    assert await book.tasks(ANA) == []
    assert await book.tasks(BO) == ["c0", "c1", "c1", "c2"]
    for customer in result.done:
        [line] = await book.lines(customer, "handed_over", "customer_changed")
        assert (line["former"], line["to"], line["roles"], line["by"]) == (ANA, BO, ["csm"], LEA)


async def test_one_role_of_some_customers(book: BookOfAna) -> None:
    await carry_out(book.context, HandOver(LEA, CLEO, ("lead",), ("c1",)))
    assert [await book.team(f"c{number}") for number in range(3)] == [
        {"csm": ANA, "lead": LEA}, {"csm": ANA, "lead": CLEO}, {"csm": ANA, "lead": LEA},
    ]  # fmt: skip


async def test_customers_without_a_journey_move_too(book: BookOfAna) -> None:
    async with book.context.store.transaction() as session:
        await customers.save(session, [CUSTOMER.having(id="quiet", team={"csm": ANA})], START)
    result = await carry_out(book.context, HandOver(ANA, BO))
    assert "quiet" in result.done
    assert await book.team("quiet") == {"csm": BO}


async def test_meetings_that_were_agreed_on_are_named(intake: Intake, wall: Hands) -> None:
    text_of_map = MAP.replace(
        "        effort: 30 minutes\n", "        effort: 30 minutes\n        invite: sponsor\n", 1
    )
    async with intake.context.store.transaction() as session:
        await maps.publish(session, "pilot", "Pilot", FILES | {"map.yaml": text_of_map}, START)
    book = await BookOfAna.of(intake, wall)
    agreed = WrittenFact(agreed={"kickoff": WrittenAgreement(due="2026-03-20")})
    await book.intake.record_fact("c0", agreed)
    await book.advance()
    [meeting] = (await preview(book.context, HandOver(ANA, BO))).meetings
    assert (meeting.customer, meeting.title, meeting.due_at) == ("c0", "Kickoff call", parse("2026-03-20T21:00:00Z"))


async def test_cut_off_in_between_it_goes_on_with_what_is_left(
    book: BookOfAna, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hand_over_runs, "BATCH", 2)
    write, written = book.context.store.write, []

    async def write_once(work: object) -> object:
        if len(written) == 2:  # who succeeds, and the first batch
            raise KeyboardInterrupt  # as if the process was killed
        written.append(work)
        return await write(work)  # type: ignore[arg-type]

    monkeypatch.setattr(book.context.store, "write", write_once)
    with pytest.raises(KeyboardInterrupt):
        await carry_out(book.context, HandOver(ANA, BO))
    monkeypatch.undo()
    await book.advance()
    assert [(await book.team(f"c{number}"))["csm"] for number in range(3)] == [BO, BO, ANA]
    async with book.context.store.reading() as session:
        assert await hand_over_orders.at_work(session) == [1]
    assert [await go_on(book.context, 1) for _ in range(2)] == [1, 0]
    await book.advance()
    assert (await result_of(book.context, 1)).done == ["c0", "c1", "c2"]
    assert [len(await book.lines(f"c{number}", "handed_over")) for number in range(3)] == [1, 1, 1]


async def test_sent_again_before_a_worker_went_on_nobody_moves_twice(
    book: BookOfAna, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hand_over_runs, "BATCH", 2)
    number = await order(book.context, HandOver(ANA, BO), form="left", by=ANA, source="desk")
    await hand_over_next(book.context, number)
    await book.advance()
    assert (await carry_out(book.context, HandOver(ANA, BO))).done == ["c2"]
    await book.advance()

    assert await go_on(book.context, number) == 0

    await book.advance()
    async with book.context.store.reading() as session:
        assert (await hand_over_orders.progress(session, number)).parts == {"moved": 2, "gone": 1}
    assert [len(await book.lines(f"c{number}", "handed_over")) for number in range(3)] == [1, 1, 1]


async def test_two_who_go_on_with_one_order_move_each_customer_once(
    book: BookOfAna, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hand_over_runs, "BATCH", 1)
    number = await order(book.context, HandOver(ANA, BO), form="one", by=ANA, source="desk")
    moved = await asyncio.gather(*(go_on(book.context, number) for _ in range(2)))
    await book.advance()
    assert sum(moved) == 3
    assert [len(await book.lines(f"c{each}", "handed_over")) for each in range(3)] == [1, 1, 1]


async def test_an_order_is_removed_a_week_after_it_was_done(book: BookOfAna) -> None:
    await carry_out(book.context, HandOver(ANA, BO))
    for days, left in ((6, 1), (2, 0)):
        book.wall.at += days * 86_400
        await book.intake.sweeper.remove_uploads()
        async with book.context.store.reading() as session:
            assert len(await hand_over_orders.latest(session, limit=5)) == left


async def test_what_fails_is_named_and_the_others_move(book: BookOfAna, monkeypatch: pytest.MonkeyPatch) -> None:
    hand_over = customers.hand_over

    def fail_at_c1(session: Session, customer: str, *rest: object) -> bool:
        if customer == "c1":
            session.execute(text("INSERT INTO contacts (customer_id) VALUES (NULL)"))
        return hand_over(session, customer, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(customers, "hand_over", fail_at_c1)
    result = await carry_out(book.context, HandOver(ANA, BO))
    assert (result.done, list(result.failed)) == (["c0", "c2"], ["c1"])
    assert await book.team("c1") == {"csm": ANA, "lead": LEA}


async def test_two_at_once_leave_each_customer_with_one_of_them(book: BookOfAna) -> None:
    await asyncio.gather(*(carry_out(book.context, HandOver(ANA, to)) for to in (BO, CLEO)))
    await book.advance()
    teams = [(await book.team(f"c{number}"))["csm"] for number in range(3)]
    assert set(teams) <= {BO, CLEO}
    assert sorted(await book.tasks(BO) + await book.tasks(CLEO)) == ["c0", "c1", "c2"]


async def test_a_second_time_there_is_nothing_to_move(book: BookOfAna) -> None:
    await carry_out(book.context, HandOver(ANA, BO))
    await book.advance()
    assert (await preview(book.context, HandOver(ANA, BO))).customers == ()


@pytest.mark.parametrize(
    ("wish", "error", "says"),
    [
        (HandOver(ANA, "Ana@vendor.example"), InvalidFactError, "themselves"),
        (HandOver(ANA, "bo@"), InvalidFactError, "isn't a mail address"),
        (HandOver("anna@vendor.example", BO), UnknownColleagueError, "Unknown colleague"),
        (HandOver(ANA, BO, customers=("c9",)), UnknownCustomerError, "c9"),
        (HandOver(ANA, BO, customers=("of-bo",)), NotTheirCustomersError, "of-bo"),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_moves(
    book: BookOfAna, wish: HandOver, error: type[Exception], says: str
) -> None:
    await book.add("of-bo", {"csm": BO})
    with pytest.raises(error, match=says):
        await carry_out(book.context, wish)
    assert await book.team("c0") == {"csm": ANA, "lead": LEA}


# A book that is older than a hand-over.


async def imported(book: BookOfAna, csm: str, places: tuple[str, ...] = ("team.csm",)) -> ImportedCustomer:
    record = CUSTOMER.having(id="c0", name="C0", team={"csm": csm})
    return await import_row(book.intake, BookRow(2, record), places)


async def test_a_file_that_still_names_the_former_colleague_takes_nothing_back_and_says_so(book: BookOfAna) -> None:
    await carry_out(book.context, HandOver(ANA, BO))
    for _ in range(2):
        result = await imported(book, ANA)
        assert (result.became, result.changes, result.kept) == ("unchanged", (), (KeptRole("csm", BO, ANA),))
        assert str(result.kept[0]) == f"csm stays {BO} (the file still names {ANA}, who handed over)"
    await book.advance()
    assert (await book.team("c0"))["csm"] == BO
    assert await book.tasks(BO) == ["c0", "c1", "c2"]


async def test_what_stays_is_one_sentence_of_an_import_and_no_change(book: BookOfAna) -> None:
    await carry_out(book.context, HandOver(ANA, BO))
    rows = [BookRow(2, CUSTOMER.having(id=each, team={"csm": ANA})) for each in ("c0", "c1", "c2")]
    account, preview = ImportAccount(), ImportPreview()
    async for seen in preview_import(book.intake, rows, ("team.csm",)):
        preview.add(seen)
    async for each in import_customers(book.intake, rows, ("team.csm",)):
        account.add(each)
    read = ImportAccount.from_json(account.to_json())
    assert (read.counts["unchanged"], read.counts["changed"], read.changes) == (3, 0, {})
    assert not account.has_changed_anything
    sentence = f"At 3 customers Bo ({BO}) stays csm: the file still names Ana ({ANA}), who handed over."
    assert preview.notes == read.about_colleagues == [sentence]


async def test_a_file_that_has_named_the_new_colleague_decides_again(book: BookOfAna) -> None:
    await carry_out(book.context, HandOver(ANA, BO))
    assert (await imported(book, BO)).became == "unchanged"
    assert (await imported(book, ANA)).became == "changed"
    assert (await book.team("c0"))["csm"] == ANA


async def test_a_file_that_names_somebody_else_decides(book: BookOfAna) -> None:
    await carry_out(book.context, HandOver(ANA, BO))
    assert (await imported(book, CLEO)).became == "changed"
    assert (await book.team("c0"))["csm"] == CLEO


async def test_handed_back_a_file_that_names_them_is_right(book: BookOfAna) -> None:
    await carry_out(book.context, HandOver(ANA, BO))
    await carry_out(book.context, HandOver(BO, ANA))
    assert await imported(book, ANA) == ImportedCustomer("unchanged", await record_of(book), changes=())
    assert (await imported(book, BO)).changes != ()


async def record_of(book: BookOfAna) -> Customer:
    async with book.context.store.reading() as session:
        return await customers.get(session, "c0")


async def test_a_row_that_was_read_before_the_hand_over_takes_nothing_back(book: BookOfAna) -> None:
    before = await record_of(book)
    await carry_out(book.context, HandOver(ANA, BO))
    await book.intake.upsert_customer(before.having(name="New name"), source="import")
    await book.advance()
    after = await record_of(book)
    assert (after.name, after.team["csm"]) == ("New name", BO)
