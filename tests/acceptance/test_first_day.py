"""A company switches Milepost on for the customers it has: from its CRM's export to a month of mail, with all slips."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import httpx
import pytest
from ruamel.yaml import YAML
from sqlalchemy import select

from milepost.customer import Mail
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.state import State
from milepost.settings import Settings
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.database import open_store
from milepost.store.tables import JourneyRow, MessageRow
from tests.acceptance.crm_export import OWNERS, crm_export
from tests.acceptance.first_day import Company
from tests.acceptance.played_time import play
from tests.acceptance.up_process import Up

MAPS = Path(__file__).parents[2] / "maps"
PEOPLE = {
    "Ana Díaz": "ana.diaz@vendor.example",
    "Bo Lärsen": "bo.larsen@vendor.example",
    "Mei Tanaka": "mei@vendor.example",
}
MENDED = {
    "Company size": {"to": "attributes.tier", "values": {"Mid-Market": "mid_market", "Small business": "small"}},
    "Success goal": {"to": "attributes.goal", "values": {"Make money": "make_money", "Save money": "save_money"}},
    "Journey stage": {
        "to": "enters.stage",
        "values": {"Results": "value", "Growth": "growth", "Steady": "steady", "Renewal": "renewal"},
    },
    "In stage since": {"to": "enters.since", "dates": "DD/MM/YYYY"},
    "Owner name": "contacts.owner.name",
    "Owner email": "contacts.owner.email",
}
"""What operations write into the proposal, because no program can know it."""


@pytest.fixture
def company(real_server: None, tmp_path: Path) -> Iterator[Company]:
    company = Company(tmp_path)
    yield company
    company.close()


@pytest.mark.timeout(600)
async def test_a_company_brings_in_its_customers_and_none_gets_a_mail_that_does_not_fit(company: Company) -> None:
    (company.folder / "crm.csv").write_bytes(crm_export(datetime.now(UTC).date()))
    up = Up(company.folder / "data", "--hold-mail", settings=company.settings)
    try:
        up.web()
        company.milepost("publish", MAPS / "midmarket-make-money", MAPS / "small-business-save-money")
        _mend_the_proposal(company)
        _look_before(company)
        _import(company)
        _begin_again(company, up)
        _release_some(company, up)
        _undo_a_slip(company)
        _hand_over(company)
        unsubscribed = _unsubscribe(company, up)
        company.milepost("mail", "free")
        up.process.terminate()
        up.wait(within=60)
    finally:
        up.close()
    settings = company.loaded
    before = len(company.mails)
    await play(company.folder / "data", settings, days=31)
    assert len(company.mails) > before + 30
    assert await _misfits(settings, unsubscribed) == []


def _mend_the_proposal(company: Company) -> None:
    proposal = company.milepost("import", "crm.csv", "--propose")
    mapping = YAML(typ="safe").load(proposal)
    assert mapping["encoding"] == "cp1252"
    assert mapping["defaults"]["language"] == "by country"
    assert mapping["columns"]["Record ID"] == "id"
    assert mapping["columns"]["Renewal Date"] == {"to": "attributes.renews_on", "dates": "DD/MM/YYYY"}
    assert mapping["columns"]["Company owner"] == "team.csm"
    assert tuple(mapping["people"]) == OWNERS
    mapping["columns"] |= MENDED
    mapping["people"] = PEOPLE
    YAML().dump(mapping, company.folder / "ours.yaml")
    said = company.milepost("lint", "ours.yaml", code=1)
    assert "No map has a stage 'renewal' that customers are in" in said
    _mend(company, "Renewal: renewal", "Renewal: value")
    company.milepost("lint", "ours.yaml")


def _mend(company: Company, old: str, new: str) -> None:
    path = company.folder / "ours.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


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
    mapping = YAML(typ="safe").load((company.folder / "ours.yaml").read_text(encoding="utf-8"))
    del mapping["columns"]["Journey stage"]["values"]["Renewal"]
    mapping["columns"]["Journey stage"]["per_map"] = {
        "midmarket-make-money": {"Renewal": "growth"},
        "small-business-save-money": {"Renewal": "steady"},
    }
    YAML().dump(mapping, company.folder / "ours.yaml")
    command = ("import", "crm.csv", "--mapping", "ours.yaml", "--again")
    assert company.objects(*command, "--dry-run")[-1]["again"]["begin"] == 10
    assert company.objects(*command)[-1]["begun_again"] == 10
    up.until(lambda: all(each["stages"] for each in company.objects("customers")))
    stages = [stage["stage"] for each in company.objects("customers") for stage in each["stages"]]
    assert (stages.count("growth"), stages.count("steady")) == (10, 10)
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
    results = company.objects("mail", "send-now", "--all", "--message", "welcome.md", "--by", "ops@vendor.example")
    assert [each["done"] for each in results] == [True] * 30
    up.until(lambda: len(company.mails) == 30)
    assert {mail["Subject"].partition(" ")[0].strip(":") for mail in company.mails} == {"Welcome", "Willkommen"}


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


async def _misfits(settings: Settings, unsubscribed: str) -> list[str]:
    """The mails that don't fit where their customer stood, or its clock, or what its reader asked for."""
    misfits: list[str] = []
    async with open_store(settings.database) as store, store.reading() as session:
        compiled_maps = CompiledMaps(store)
        for row in await session.scalars(select(MessageRow)):
            journey = await session.get_one(JourneyRow, row.journey_id)
            compiled_map = await compiled_maps.of(row.version)
            misfits += [
                f"{row.customer_id}: {row.message} {why}"
                for why in _why_not(row, State.from_json(journey.state), compiled_map, unsubscribed)
            ]
    return misfits


def _why_not(row: MessageRow, state: State, compiled_map: CompiledMap, unsubscribed: str) -> Iterator[str]:
    """Yields what is wrong with a mail that has left."""
    sequence = [stage for stage, each in compiled_map.stages.items() if each.in_sequence]
    first = state.start.enters.stage if state.start and state.start.enters else sequence[0]
    passed_over = sequence[: sequence.index(first or sequence[0])]
    steps = [compiled_map.steps[step] for step in row.steps]
    yield from (f"is about {step.container}, long past" for step in steps if step.container in passed_over)
    is_wanted = all(step.is_let_through(Mail.ESSENTIAL) for step in steps)
    if row.contact == unsubscribed and row.template != "welcome.md" and not is_wanted:
        yield "went to somebody who has unsubscribed"
    due_out = datetime.fromtimestamp(row.at, ZoneInfo(state.customer.timezone))
    if row.template != "welcome.md" and (due_out.weekday() > 4 or not 8 <= due_out.hour < 18):
        yield f"was due out on {due_out:%A, %H:%M} by the customer's clock"
