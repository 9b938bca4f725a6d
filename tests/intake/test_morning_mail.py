"""The morning mail: when it comes, what it has, and that it comes once."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest

from milepost.channels.protocol import OutgoingMessage, Receipt, TemporaryDeliveryError, UndeliverableError
from milepost.intake import absences, people
from milepost.intake.absences import NewAbsence
from milepost.intake.desk_choices import InvalidChoiceError, Morning, choose_morning
from milepost.intake.mail_hold import turn
from milepost.intake.morning_days import next_morning
from milepost.planner.enums import MailSwitch
from milepost.planner.instants import moment, parse
from milepost.store import desk_messages, erasure
from milepost.store import morning_mails as stored_mails
from milepost.store.database import Store
from milepost.store.mail_switches import Scope, Switch
from tests.intake.told_colleagues import BASE, NEW_YORK, Colleagues
from tests.web.example import ANA, BO, DAY, HOUR, LEA, START

TUESDAY = parse("2026-03-03T13:00:00Z")  # 8:00 in New York
WEDNESDAY = TUESDAY + DAY
FRIDAY = TUESDAY + 3 * DAY


@pytest.fixture
async def colleagues(store: Store) -> Colleagues:
    return await Colleagues.at_work(store)


async def test_the_mail_has_the_day_each_task_with_its_page(colleagues: Colleagues) -> None:
    await colleagues.add()
    await colleagues.wants_mail()
    await colleagues.move_to(WEDNESDAY)

    assert await colleagues.mornings.send_due() == 1
    [mail] = colleagues.mails
    assert (mail.to_address, mail.subject) == (ANA, "Your day: 1 today")
    assert "Wed 4 Mar 2026" in mail.text
    assert "Kickoff call, Acme Ltd (due Wed 4 Mar 2026)" in mail.text
    address = f"{BASE}/desk/ana.ruiz%40vendor.example?journey=acme/1&task=kickoff/1"
    assert address in mail.text
    assert address.replace("&", "&amp;") in mail.html
    [row] = await colleagues.sent()
    assert (row.day, row.status, row.late, row.today) == ("2026-03-04", "sent", 0, 1)


async def test_what_is_late_comes_first(colleagues: Colleagues) -> None:
    await colleagues.add()
    await colleagues.wants_mail()
    await colleagues.move_to(WEDNESDAY + DAY)

    await colleagues.mornings.send_due()

    [mail] = colleagues.mails
    assert mail.subject == "Your day: 1 late"
    assert mail.text.index("Late (1)") < mail.text.index("Kickoff call")


async def test_no_mail_comes_when_there_is_nothing(colleagues: Colleagues) -> None:
    await colleagues.add()
    await colleagues.wants_mail()
    await colleagues.move_to(TUESDAY)

    assert await colleagues.mornings.send_due() == 0
    assert colleagues.mails == []
    assert [each.status for each in await colleagues.sent()] == ["empty"]


async def test_who_chose_nothing_gets_nothing(colleagues: Colleagues) -> None:
    await colleagues.add()
    await colleagues.move_to(FRIDAY)

    assert await colleagues.mornings.send_due() == 0


async def test_two_workers_send_one_mail(colleagues: Colleagues) -> None:
    await colleagues.add()
    await colleagues.wants_mail()
    await colleagues.move_to(WEDNESDAY)

    sent = await asyncio.gather(*(colleagues.another_morning().send_due() for _ in range(4)))

    assert sum(sent) == 1
    assert len(colleagues.channel.attempts) == 1


async def test_a_restart_sends_no_second_mail_of_the_day(colleagues: Colleagues) -> None:
    await colleagues.add()
    await colleagues.wants_mail()
    await colleagues.move_to(WEDNESDAY)
    await colleagues.mornings.send_due()
    await colleagues.wants_mail(hour=9)  # and another hour makes no second one either
    await colleagues.move_to(WEDNESDAY + HOUR)

    assert await Colleagues(colleagues.store).another_morning().send_due() == 0
    assert await colleagues.another_morning().send_due() == 0
    assert len(colleagues.mails) == 1
    assert (await colleagues.chosen()).next_at == WEDNESDAY + DAY + HOUR


class DeadError(BaseException):
    """The worker is dead."""


class Dies:
    """A channel whose worker dies while it delivers."""

    name = "dies"

    async def deliver(self, message: OutgoingMessage) -> Receipt:  # noqa: ARG002 - the protocol's
        raise DeadError


async def test_a_mail_that_may_be_out_is_not_sent_again(colleagues: Colleagues) -> None:
    await colleagues.add()
    await colleagues.wants_mail()
    await colleagues.move_to(WEDNESDAY)
    colleagues.mornings._channel = Dies()
    with pytest.raises(DeadError):
        await colleagues.mornings.send_due()

    for minutes in (1, 5, 30):
        colleagues.at = WEDNESDAY + minutes * 60
        assert await colleagues.another_morning().send_due() == 0
    [row] = await colleagues.sent()
    assert (row.status, row.why) == ("failed", stored_mails.INTERRUPTED)


async def test_a_worker_that_dies_before_it_sends_leaves_the_mail_to_the_next(colleagues: Colleagues) -> None:
    await colleagues.add()
    await colleagues.wants_mail()
    await colleagues.move_to(WEDNESDAY)
    await colleagues.store.write(colleagues.mornings._begin)
    taken = await colleagues.store.write(lambda session: stored_mails.take(session, int(colleagues.at)))
    assert taken == (ANA, "2026-03-04")
    assert await colleagues.another_morning().send_due() == 0

    colleagues.at += desk_messages.LEASE + 1

    assert await colleagues.another_morning().send_due() == 1


async def test_a_server_that_is_away_is_tried_again_and_given_up_in_the_end(colleagues: Colleagues) -> None:
    await colleagues.add()
    await colleagues.wants_mail()
    await colleagues.move_to(WEDNESDAY)
    colleagues.channel.fail_next(TemporaryDeliveryError("the server is away"))
    assert await colleagues.mornings.send_due() == 0
    assert await colleagues.mornings.send_due() == 0
    colleagues.at += 61
    assert await colleagues.mornings.send_due() == 1

    await colleagues.move_to(WEDNESDAY + DAY)
    colleagues.channel.fail_always(TemporaryDeliveryError("the server is away"))
    for _ in range(40):
        await colleagues.mornings.send_due()
        colleagues.at += 1800
    assert len(colleagues.mails) == 1
    latest = (await colleagues.sent())[0]
    assert (latest.day, latest.status, latest.why) == ("2026-03-05", "failed", "the server is away")


async def test_a_mail_that_is_refused_says_why(colleagues: Colleagues) -> None:
    await colleagues.add()
    await colleagues.wants_mail()
    await colleagues.move_to(WEDNESDAY)
    colleagues.channel.fail_next(UndeliverableError("no such mailbox"))

    await colleagues.mornings.send_due()

    [row] = await colleagues.sent()
    assert (row.status, row.why) == ("failed", "no such mailbox")


async def test_a_morning_that_is_long_over_brings_no_mail(colleagues: Colleagues) -> None:
    await colleagues.add()
    await colleagues.wants_mail()
    await colleagues.move_to(WEDNESDAY + 7 * HOUR)

    assert await colleagues.mornings.send_due() == 0
    assert {each.status for each in await colleagues.sent()} <= {"late"}
    assert (await colleagues.chosen()).next_at == WEDNESDAY + DAY


async def test_who_is_away_gets_none_and_the_delegate_sees_the_tasks(colleagues: Colleagues) -> None:
    await colleagues.add()
    await colleagues.wants_mail()
    await colleagues.wants_mail(BO)
    await absences.record(colleagues.context, NewAbsence(ANA, BO, date(2026, 3, 20), date(2026, 3, 3)), by=ANA)
    await colleagues.move_to(WEDNESDAY)

    assert await colleagues.mornings.send_due() == 1
    [mail] = colleagues.mails
    assert mail.to_address == BO
    assert "Kickoff call" in mail.text
    assert "/desk/bo.ek%40vendor.example?" in mail.text
    assert [each.status for each in await colleagues.sent()] == ["away"]


async def test_what_was_escalated_or_disputed_is_told_once(colleagues: Colleagues) -> None:
    await colleagues.add(team={"csm": ANA, "lead": LEA})
    await colleagues.wants_mail(LEA)
    await colleagues.move_to(FRIDAY + 3 * DAY)  # Monday: the kickoff is two business days late
    await colleagues.mornings.send_due()

    [mail] = colleagues.mails
    assert "Escalated to you since the last mail (1)\n- Kickoff call, Acme Ltd" in mail.text

    await colleagues.move_to(FRIDAY + 4 * DAY)
    await colleagues.mornings.send_due()
    assert "Escalated" not in colleagues.mails[-1].text
    assert "Kickoff call" in colleagues.mails[-1].text  # still late, and hers


async def test_a_disputed_result_is_told_to_the_team(colleagues: Colleagues) -> None:
    await colleagues.add()
    await colleagues.wants_mail()
    await colleagues.tell(step_done="kickoff", result="held")
    await colleagues.tell(event="connected")
    await colleagues.tell(answer="faster", verdict="disputed", by="sam@acme.example")
    await colleagues.move_to(TUESDAY)

    assert await colleagues.mornings.send_due() == 1
    assert "disputed (1)" in colleagues.mails[0].text
    assert "Reports are made in half the time., Acme Ltd" in colleagues.mails[0].text
    assert f"{BASE}/ops/customers/acme" in colleagues.mails[0].text


async def test_mail_waits_while_everything_is_held_and_not_while_one_map_is(colleagues: Colleagues) -> None:
    await colleagues.add()
    await colleagues.wants_mail()
    await turn(colleagues.context, Scope(map="pilot"), Switch(MailSwitch.HELD), by="ops@vendor.example")
    await colleagues.move_to(WEDNESDAY)
    assert await colleagues.mornings.send_due() == 1

    await turn(colleagues.context, Scope(), Switch(MailSwitch.HELD), by="ops@vendor.example")
    await colleagues.move_to(WEDNESDAY + DAY)
    assert await colleagues.mornings.send_due() == 0
    assert [each.status for each in await colleagues.sent()] == ["held", "sent"]


async def test_who_left_gets_nothing_any_more(colleagues: Colleagues) -> None:
    await colleagues.add()
    await colleagues.wants_mail()
    await people.change(colleagues.context, ANA, left=True)
    await colleagues.move_to(WEDNESDAY)

    assert await colleagues.mornings.send_due() == 0
    async with colleagues.store.reading() as session:
        assert await desk_messages.of_person(session, ANA) is None


async def test_the_lines_of_a_forgotten_customer_go_with_it(colleagues: Colleagues) -> None:
    await colleagues.add()
    await colleagues.wants_mail()
    await colleagues.move_to(WEDNESDAY)
    await colleagues.mornings.send_due()
    async with colleagues.store.reading() as session:
        [line] = await stored_mails.lines_of(session, ANA, "2026-03-04")
    assert (line.part, line.title, line.customer_name) == ("today", "Kickoff call", "Acme Ltd")

    await erasure.forget(colleagues.store, "acme")

    async with colleagues.store.reading() as session:
        assert await stored_mails.lines_of(session, ANA, "2026-03-04") == []


@pytest.mark.parametrize(
    ("after", "zone", "country", "hour", "expected"),
    [
        ("2026-03-06T14:00:00Z", NEW_YORK, None, 8, "2026-03-09T12:00:00Z"),  # over a weekend, and to summer time
        ("2026-07-02T14:00:00Z", NEW_YORK, "US", 8, "2026-07-06T12:00:00Z"),  # the 4th is a Saturday, kept on Friday
        ("2026-07-02T14:00:00Z", NEW_YORK, None, 8, "2026-07-03T12:00:00Z"),
        ("2026-03-28T12:00:00Z", "Europe/Berlin", "DE", 2, "2026-03-30T00:00:00Z"),
        ("2026-03-02T13:00:00Z", NEW_YORK, None, 8, "2026-03-03T13:00:00Z"),  # not at the instant itself
    ],
)
def test_the_next_morning_is_by_ones_own_clock(
    after: str, zone: str, country: str | None, hour: int, expected: str
) -> None:
    found = next_morning(parse(after), timezone=zone, country=country, days=(0, 1, 2, 3, 4), hour=hour)
    assert found is not None
    assert moment(found) == moment(parse(expected))


async def test_a_choice_that_makes_no_sense_is_refused(colleagues: Colleagues) -> None:
    wrong = {
        "timezone": Morning(wanted=True, timezone="Berlin-ish"),
        "country": Morning(wanted=True, timezone="UTC", country="Atlantis"),
        "hour": Morning(wanted=True, timezone="UTC", hour=24),
        "days": Morning(wanted=True, timezone="UTC", days=()),
    }
    for field, morning in wrong.items():
        with pytest.raises(InvalidChoiceError) as refused:
            await choose_morning(colleagues.context, ANA, morning)
        assert refused.value.field == field
    async with colleagues.store.reading() as session:
        assert await desk_messages.of_person(session, ANA) is None
    assert START < TUESDAY
