"""A company switches Milepost on for the customers it has: from its CRM's export to a month of mail, with all slips."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from ruamel.yaml import YAML

from tests.acceptance.crm_export import OWNERS, crm_export, crm_rows
from tests.acceptance.first_day import Company
from tests.acceptance.mail_oracle import BookFacts, MapFacts, TakenMail, misfits
from tests.acceptance.played_time import play
from tests.acceptance.taken_mail import Taken, book_facts, taken_mails
from tests.acceptance.up_process import Up

MAPS = Path(__file__).parents[2] / "maps"
MIDMARKET, SMALL = "midmarket-make-money", "small-business-save-money"
PEOPLE = {
    "Ana Díaz": "ana.diaz@vendor.example",
    "Bo Lärsen": "bo.larsen@vendor.example",
    "Mei Tanaka": "mei@vendor.example",
}
STAGES = {
    MIDMARKET: {"Adoption": "first_quotes", "Results": "value", "Renewal": "renewal"},
    SMALL: {"Adoption": "first_savings", "Results": "value", "Renewal": "renewal"},
}
"""What operations take the CRM's stages for; the last one is a mistake of theirs."""
RENEWING = {MIDMARKET: "growth", SMALL: "steady"}
CONNECTED, CALLED = "9000001", "9000004"
"""New customers: one connects the bank before it is asked to; the other one has had its first call."""


@pytest.fixture
def company(real_server: None, tmp_path: Path) -> Iterator[Company]:
    company = Company(tmp_path)
    yield company
    company.close()


@pytest.mark.timeout(600)
async def test_a_company_brings_in_its_customers_and_none_gets_a_mail_that_does_not_fit(company: Company) -> None:
    rows = crm_rows(datetime.now(UTC).date())
    (company.folder / "crm.csv").write_bytes(crm_export(rows))
    up = Up(company.folder / "data", "--hold-mail", settings=company.settings)
    try:
        up.web()
        company.milepost("publish", MAPS / MIDMARKET, MAPS / SMALL)
        _mend_the_proposal(company)
        _look_before(company)
        _import(company)
        _begin_again(company, up)
        _release_some(company, up)
        _go_on_meanwhile(company)
        _undo_a_slip(company)
        _hand_over(company)
        unsubscribed = _unsubscribe(company, up)
        company.milepost("mail", "free")
        up.process.terminate()
        up.wait(within=60)
    finally:
        up.close()
    await play(company.folder / "data", company.loaded, days=31)
    taken = await taken_mails(company.loaded, company.mails, {name: MapFacts(MAPS / name) for name in STAGES})
    _there_is_something_to_look_at(taken)
    _who_unsubscribed_gets_less_than_others(taken, unsubscribed)
    _who_has_left_signs_no_more(taken, rows)
    assert misfits(taken.mails, _books(rows), taken.unknown) == []


def _mend_the_proposal(company: Company) -> None:
    """Operations decide what is in doubt, and nothing else."""
    proposal = company.milepost("import", "crm.csv", "--propose")
    doubts = [line.partition(":")[0].strip() for line in proposal.splitlines() if "# doubt" in line]
    assert doubts == ["people", '"Journey stage"']
    mapping = YAML(typ="safe").load(proposal)
    assert mapping["encoding"] == "cp1252"
    assert mapping["defaults"]["language"] == "by country"
    assert tuple(mapping["people"]) == OWNERS
    mapping["people"] = PEOPLE
    assert {name: set(stages) for name, stages in mapping["columns"]["Journey stage"]["per_map"].items()} == {
        name: set(stages) for name, stages in STAGES.items()
    }
    mapping["columns"]["Journey stage"]["per_map"] = STAGES
    YAML().dump(mapping, company.folder / "ours.yaml")
    said = company.milepost("lint", "ours.yaml", code=1)
    assert "'renewal'" in said
    _take_renewal_for(company, dict.fromkeys(STAGES, "value"))
    company.milepost("lint", "ours.yaml")


def _take_renewal_for(company: Company, stages: Mapping[str, str]) -> None:
    path = company.folder / "ours.yaml"
    mapping = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    for name, stage in stages.items():
        mapping["columns"]["Journey stage"]["per_map"][name]["Renewal"] = stage
    YAML().dump(mapping, path)


def _look_before(company: Company) -> None:
    """Everybody has a journey, and those alone are welcomed who have just signed."""
    said = company.objects("import", "crm.csv", "--mapping", "ours.yaml", "--dry-run")
    customers, summary = [each for each in said if each["kind"] == "customer"], said[-1]
    assert (summary["customers"]["new"], summary["customers"]["journeys"], summary["refused"]) == (60, 60, 0)
    welcomed = [each["customer"] for each in customers if "welcome.md" in str(each["mails"])]
    assert len(welcomed) == 30
    assert company.objects("customers") == []


def _import(company: Company) -> None:
    summary = company.objects("import", "crm.csv", "--mapping", "ours.yaml")[-1]
    assert (summary["imported"], summary["enrolled"], summary["refused"]) == (60, 60, 0)
    again = company.objects("import", "crm.csv", "--mapping", "ours.yaml")[-1]
    assert again["unchanged"] == 60


def _begin_again(company: Company, up: Up) -> None:
    """Whoever renews is in the last stage of each map, and was brought in one before: the mapping is mended."""
    up.until(lambda: all(each["stages"] for each in company.objects("customers")))
    _take_renewal_for(company, RENEWING)
    command = ("import", "crm.csv", "--mapping", "ours.yaml", "--again")
    assert company.objects(*command, "--dry-run")[-1]["again"]["begin"] == 6
    assert company.objects(*command)[-1]["begun_again"] == 6
    up.until(lambda: all(each["stages"] for each in company.objects("customers")))
    stages = [stage["stage"] for each in company.objects("customers") for stage in each["stages"]]
    assert (stages.count("growth"), stages.count("steady")) == (9, 9)  # with two who had confirmed the result before
    assert "begun_again" not in company.objects(*command)[-1]


def _release_some(company: Company, up: Up) -> None:
    """Nothing leaves by itself; who has just signed is welcomed, and nobody else."""
    up.until(lambda: len(company.objects("mail", "list", "--message", "welcome.md")) == 30)
    held = company.objects("mail", "list")
    standing = {each["customer"] for each in held if each["template"] != "welcome.md"}
    assert not standing & {each["customer"] for each in held if each["template"] == "welcome.md"}
    assert company.mails == []
    welcome = next(each for each in held if each["template"] == "welcome.md")
    text = company.milepost("mail", "show", welcome["customer"], welcome["message"])
    assert "Welcome" in text
    by = ("--by", "ops@vendor.example")
    company.milepost("mail", "send-now", welcome["customer"], welcome["message"], *by)  # does mail arrive at all?
    up.until(lambda: company.mails)
    results = company.objects("mail", "release", "--all", "--message", "welcome.md", *by)
    assert [each["done"] for each in results] == [True] * 29
    assert company.objects("mail", "list", "--message", "welcome.md") == []


def _go_on_meanwhile(company: Company) -> None:
    """What customers and colleagues do in the first days, before a mail asks for it."""
    company.milepost("tell", CONNECTED, "event", "bank_connected")
    company.milepost("tell", CALLED, "step_done", "first_call", "--by", PEOPLE["Bo Lärsen"])
    company.milepost("tell", CALLED, "event", "price_list_imported")


def _undo_a_slip(company: Company) -> None:
    """Somebody ends a journey in the wrong row."""
    customer = "9000002"
    before = _standing(company, customer)
    company.milepost("tell", customer, "ended", "churned", "--by", PEOPLE["Ana Díaz"])
    assert _standing(company, customer) != before
    [slip] = [each for each in company.objects("undo", customer) if each["kind"] == "ended"]
    company.milepost("undo", customer, slip["fact"], "--by", PEOPLE["Ana Díaz"])
    assert _standing(company, customer) == before


def _standing(company: Company, customer: str) -> dict[str, object]:
    journey = company.objects("show", customer)[0]["journey"]
    return {name: journey[name] for name in ("status", "reason", "stages", "steps", "tasks", "outcomes")}


def _hand_over(company: Company) -> None:
    """Ana leaves; Bo takes over what she has."""
    ana, bo = PEOPLE["Ana Díaz"], PEOPLE["Bo Lärsen"]
    seen = company.objects("hand-over", ana, bo, "--dry-run")[-1]
    assert len(seen["customers"]) == 20
    company.milepost("hand-over", ana, bo)
    assert company.objects("hand-over", ana, bo, "--dry-run")[-1]["customers"] == []


def _unsubscribe(company: Company, up: Up) -> str:
    """A reader clicks on *Unsubscribe* in the mail program; returns the address."""
    mail = company.mails[0]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = urlsplit(mail["List-Unsubscribe"].strip("<>"))
    assert link.hostname == urlsplit(company.base_url).hostname
    with httpx.Client(trust_env=False) as reader:
        answer = reader.post(up.web() + link.path, data={"List-Unsubscribe": "One-Click"})
    assert answer.is_success, answer.text
    address = mail["To"].addresses[0].addr_spec
    assert address in company.milepost("export", "--opt-outs")
    return str(address)


def _there_is_something_to_look_at(taken: Taken) -> None:
    """A month without a wrong mail shows little if the right ones didn't leave, either."""
    mails = [mail for mail, _ in taken.mails]
    templates = {template for mail in mails for template in mail.templates}
    assert len(mails) > 60
    assert templates >= {
        *("welcome.md", "connect_bank.md", "agree_number.md", "send_quotes.md", "cancel_three.md"),
        *("verify_more_wins.md", "verify_money_saved.md", "orders_won.md", "renewal_notice.md"),
    }
    assert {mail.language.partition("-")[0] for mail in mails} >= {"de", "en"}
    assert {mail.persona for mail in mails} >= {"owner", "sales_lead"}
    assert _templates_of(mails, CONNECTED).isdisjoint({"connect_bank.md", "connect_bank_reminder.md"})
    assert "agree_number.md" in _templates_of(mails, CALLED)


def _who_unsubscribed_gets_less_than_others(taken: Taken, unsubscribed: str) -> None:
    """The journeys have heard of the click, too: of what isn't essential nothing follows the welcome."""
    [own_map] = {of_map for mail, of_map in taken.mails if mail.address == unsubscribed}
    reached = {
        mail.address
        for mail, of_map in taken.mails
        if of_map is own_map and "welcome.md" not in mail.templates and not all(map(of_map.is_essential, mail.steps))
    }
    assert reached
    assert unsubscribed not in reached


def _who_has_left_signs_no_more(taken: Taken, rows: list[dict[str, str]]) -> None:
    """All but the welcomes left after Ana had handed over: to those who were her customers Bo writes."""
    were_anas = {row["Record ID"] for row in rows if row["Company owner"] == "Ana Díaz"}
    later = [mail for mail, _ in taken.mails if mail.customer in were_anas and "welcome.md" not in mail.templates]
    assert {name for mail in later for name in PEOPLE if name in mail.text} == {"Bo Lärsen"}


def _templates_of(mails: list[TakenMail], customer: str) -> set[str]:
    return {template for mail in mails if mail.customer == customer for template in mail.templates}


def _books(rows: list[dict[str, str]]) -> dict[str, BookFacts]:
    """What the book says of each customer, as operations took it in the end."""
    books = {}
    for row in rows:
        name = MIDMARKET if row["Company size"] == "Mid-Market" else SMALL
        stages = STAGES[name] | {"Growth": "growth", "Steady": "steady", "Renewal": RENEWING[name]}
        books[row["Record ID"]] = book_facts(row, stages)
    return books
