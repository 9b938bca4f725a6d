from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest

from milepost import settings
from milepost.settings import Settings, SettingsError, load

KEY = "k" * 24


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch):
    for name in list(settings.os.environ):
        if name.startswith(settings.PREFIX):
            monkeypatch.delenv(name)


def problems(**given):
    with pytest.raises(SettingsError) as raised:
        load(**given)
    return raised.value.problems


def test_without_any_setting_everything_is_local_and_kept_in_the_data_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = load()
    assert (found.host, found.port, found.channel) == ("127.0.0.1", 8080, "outbox")
    assert found.database == f"sqlite:///{tmp_path / '.milepost' / 'milepost.db'}"
    assert found.links_begin_with == "http://127.0.0.1:8080"
    assert list(tmp_path.iterdir()) == []


def test_what_is_given_overrides_the_environment_which_overrides_the_file(tmp_path, monkeypatch):
    file = tmp_path / "milepost.env"
    file.write_text(
        "# production\nMILEPOST_PORT=1001\nMILEPOST_HOST=0.0.0.0\nMILEPOST_LOG_FORMAT=json\nPOSTGRES_PASSWORD=x\n"
    )
    monkeypatch.setenv("MILEPOST_SETTINGS", str(file))
    monkeypatch.setenv("MILEPOST_PORT", "1002")
    monkeypatch.setenv("MILEPOST_HOST", "")
    found = load(port=None, log_format="console")
    assert (found.port, found.host, found.log_format) == (1002, "0.0.0.0", "console")
    assert load(port=1003).port == 1003


def test_a_settings_file_that_is_not_there_is_named(tmp_path):
    assert "nowhere.env" in problems(file=tmp_path / "nowhere.env")[0]


def test_a_secret_that_is_too_short_is_told_in_characters(monkeypatch):
    monkeypatch.setenv("MILEPOST_DESK_PASSWORD", "secret")
    monkeypatch.setenv("MILEPOST_SECRET_KEY", "short")
    assert problems() == (
        "MILEPOST_SECRET_KEY: it must have at least 16 characters",
        "MILEPOST_DESK_PASSWORD: it must have at least 8 characters",
    )


def test_all_problems_are_said_at_once_with_the_nearest_name(monkeypatch):
    monkeypatch.setenv("MILEPOST_DATABSE_URL", "sqlite:///x.db")
    monkeypatch.setenv("MILEPOST_PORT", "http")
    monkeypatch.setenv("MILEPOST_CHANNEL", "pigeon")
    said = problems()
    assert [line.partition(":")[0] for line in said] == ["MILEPOST_DATABSE_URL", "MILEPOST_PORT", "MILEPOST_CHANNEL"]
    assert "Did you mean MILEPOST_DATABASE_URL?" in said[0]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"port": 70_000}, "MILEPOST_PORT"),
        ({"secret_key": "short"}, "MILEPOST_SECRET_KEY"),
        ({"api_keys": f"{KEY},short"}, "openssl rand"),
        ({"base_url": "milepost.example"}, "MILEPOST_BASE_URL"),
        ({"temporal_address": "temporal"}, "MILEPOST_TEMPORAL_ADDRESS"),
        ({"channel": "smtp"}, "MILEPOST_SMTP_HOST and MILEPOST_SMTP_FROM"),
        ({"channel": "webhook", "webhook_url": "https://x.example"}, "MILEPOST_WEBHOOK_SECRET"),
        ({"temporal_tls_cert": "cert.pem"}, "set both or none"),
    ],
)
def test_what_cannot_be_is_refused_and_says_why(given, says):
    (problem,) = problems(**given)
    assert says in problem


def test_secrets_are_not_shown_where_settings_or_their_problems_are_printed(monkeypatch):
    monkeypatch.setenv("MILEPOST_API_KEYS", f"{KEY}, {KEY}2")
    monkeypatch.setenv("MILEPOST_SECRET_KEY", KEY)
    found = load()
    assert found.accepted_api_keys() == (KEY, f"{KEY}2")
    assert found.signing_key() == KEY
    assert KEY not in repr(found)
    assert "tooshort" not in "".join(problems(secret_key="tooshort"))


def test_a_key_that_is_not_set_is_made_once_for_the_eyes_of_its_owner_only(tmp_path):
    found = load(data=tmp_path / "data")
    key = found.signing_key()
    (api_key,) = found.accepted_api_keys()
    assert len(key) > 30
    assert key != api_key
    assert load(data=tmp_path / "data").signing_key() == key
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "data").iterdir()} == {
        "secret_key": 0o600,
        "api_key": 0o600,
    }


def test_processes_that_need_a_key_at_once_agree_on_one(tmp_path):
    found, keys = load(data=tmp_path), []
    threads = [threading.Thread(target=lambda: keys.append(found.signing_key())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert len(set(keys)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_links_begin_with_the_base_url_without_its_last_slash():
    assert load(base_url="https://plan.example/success/").links_begin_with == "https://plan.example/success"


def test_every_setting_says_what_it_is_for():
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
    assert Path(load().data) == Path(".milepost")


OIDC = {
    "MILEPOST_OIDC_ISSUER": "https://id.vendor.example",
    "MILEPOST_OIDC_CLIENT_ID": "milepost",
    "MILEPOST_OIDC_CLIENT_SECRET": "secret",
}


def set_oidc(monkeypatch, **changes):
    for name, value in (OIDC | {f"MILEPOST_OIDC_{name.upper()}": value for name, value in changes.items()}).items():
        monkeypatch.setenv(name, value)


def test_a_provider_is_called_by_its_host_or_its_name(monkeypatch):
    set_oidc(monkeypatch)
    assert load().oidc_called == "id.vendor.example"
    set_oidc(monkeypatch, name="Vendor accounts")
    assert load().oidc_called == "Vendor accounts"


def test_groups_get_roles_and_domains_are_in_small_letters(monkeypatch):
    set_oidc(monkeypatch, role_claim="groups", roles="cs leads=manager, a=b=admin", domains="Vendor.example, b.example")
    found = load()
    assert found.oidc_roles == {"cs leads": "manager", "a=b": "admin"}
    assert found.oidc_domains == ("vendor.example", "b.example")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"issuer": "id.vendor.example"}, "write the provider's issuer"),
        ({"issuer": "http://id.vendor.example"}, "write an https address"),
        ({"issuer": "https://id.vendor.example?x=1"}, "write the provider's issuer"),
        ({"issuer": "https://login.microsoftonline.com/common/v2.0"}, "write the id of your tenant"),
        ({"issuer": "https://accounts.google.com"}, "MILEPOST_OIDC_DOMAINS says who gets in"),
        (
            {"issuer": "https://accounts.google.com", "domains": "v.example", "trust_addresses": "true"},
            "MILEPOST_OIDC_TRUST_ADDRESSES can't be set",
        ),
        ({"issuer": ""}, "without MILEPOST_OIDC_ISSUER does nothing"),
        ({"client_secret": ""}, "needs MILEPOST_OIDC_CLIENT_ID and MILEPOST_OIDC_CLIENT_SECRET"),
        ({"domains": "ana@vendor.example"}, "write domains such as vendor.example"),
        ({"role_claim": "groups"}, "MILEPOST_OIDC_ROLE_CLAIM and MILEPOST_OIDC_ROLES go together"),
        ({"role_claim": "groups", "roles": "it=boss"}, "the roles are colleague, manager, operations and admin"),
        ({"roles": "admin"}, "write GROUP=ROLE"),
        ({"scopes": "email profile"}, "`openid` has to be among the scopes"),
    ],
)
def test_a_provider_that_would_let_in_the_wrong_people_or_nobody_is_refused(monkeypatch, changes, said):
    set_oidc(monkeypatch, **changes)
    assert said in "\n".join(problems())


def test_a_provider_needs_to_know_where_to_lead_people_back_to(monkeypatch):
    set_oidc(monkeypatch)
    assert "MILEPOST_OIDC_ISSUER needs MILEPOST_BASE_URL" in problems(host="0.0.0.0")[0]
    assert load(host="0.0.0.0", base_url="https://plans.example.com").oidc_issuer


def test_the_address_of_the_document_is_taken_for_the_issuer(monkeypatch):
    set_oidc(monkeypatch, issuer="https://id.vendor.example/.well-known/openid-configuration")
    assert load().oidc_issuer == "https://id.vendor.example"
