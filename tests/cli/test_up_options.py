from __future__ import annotations

from collections import Counter
from io import StringIO
from pathlib import Path

import pytest
from pydantic import SecretStr
from rich.console import Console
from typer.testing import CliRunner

from milepost.cli.launch.account_table import print_account
from milepost.cli.launch.programs import environment_of
from milepost.cli.main import app
from milepost.demo.account import Account, CustomerAccount
from milepost.demo.summaries import HIGHLIGHTS, JourneySummary
from milepost.settings import Settings, load

RUN = CliRunner()


@pytest.mark.parametrize("option", [("--speed", "3"), ("--seed", "2")])
def test_options_of_the_sample_are_refused_without_it(tmp_path: Path, option: tuple[str, str]) -> None:
    result = RUN.invoke(app, ["up", "--data", str(tmp_path / "data"), *option])
    assert result.exit_code == 1
    assert "Add --sample." in result.stderr
    assert not (tmp_path / "data").exists()


def test_a_span_that_cannot_be_read_is_a_clear_error(tmp_path: Path) -> None:
    result = RUN.invoke(app, ["up", "--data", str(tmp_path / "data"), "--for", "soon"])
    assert result.exit_code == 1
    assert "Write it as 120s, 2m or 1h." in result.stderr


def test_other_programs_get_the_same_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = ("0123456789abcdef", "fedcba9876543210")
    settings = Settings(data=tmp_path, port=0, api_keys=tuple(map(SecretStr, keys)), smtp_start_tls=False)
    for name, value in environment_of(settings).items():
        monkeypatch.setenv(name, value or "")
    assert load() == settings


def test_settings_with_several_names_reach_other_programs_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {
        "MILEPOST_DATA": str(tmp_path),
        "MILEPOST_SYNC_AUTHORIZATION": "crm.example=Bearer abc,erp.example=Basic xyz",
        "MILEPOST_OIDC_ISSUER": "https://id.vendor.example",
        "MILEPOST_OIDC_CLIENT_ID": "milepost",
        "MILEPOST_OIDC_CLIENT_SECRET": "secret",
        "MILEPOST_OIDC_ROLE_CLAIM": "groups",
        "MILEPOST_OIDC_ROLES": "cs leads=manager,it=admin",
        "MILEPOST_OIDC_DOMAINS": "vendor.example,b.example",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = load()
    for name, value in environment_of(settings).items():
        monkeypatch.setenv(name, value or "")
    assert load() == settings
    assert load().sync_secrets() == {"crm.example": "Bearer abc", "erp.example": "Basic xyz"}


def printed(account: Account, *, complete: bool) -> str:
    out = StringIO()
    print_account(Console(file=out), account, complete=complete)
    return out.getvalue()


def summary(state: str, *highlights: str) -> JourneySummary:
    return JourneySummary("a-map", state, Counter(highlights))


def test_everybody_is_accounted_for_in_the_closing_table() -> None:
    customers = (
        CustomerAccount("Acme", None, (summary("lost", *HIGHLIGHTS),), ()),
        CustomerAccount("Blue", None, (summary("open"),), ("Value",)),
        CustomerAccount("Cyan", "no map is for it", (), ()),
    )
    output = printed(Account(customers, Counter(open=1, done=2)), complete=True)
    assert "3 customers: 2 on a journey, 1 matched by no map. 2 journeys: 1 lost, 1 open." in output
    assert "matches no map" in output
    assert "open: Value" in output
    assert "At least one customer each was verified, disputed" in output


def test_missing_highlights_and_unaccounted_customers_are_reported() -> None:
    customers = (CustomerAccount("Acme", None, (), ()),)
    account = Account(customers, Counter())
    assert account.missing == [*HIGHLIGHTS, "Acme accounted for"]
    assert "not accounted for" in printed(account, complete=True)
    assert "Not seen: verified" in printed(account, complete=True)
    assert "Not seen yet: verified" in printed(account, complete=False)
