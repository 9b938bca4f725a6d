"""There is no Docker engine in the tests: what the compose file says is held against what the code reads."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from dotenv import dotenv_values
from fastapi import APIRouter
from ruamel.yaml import YAML

import worker as worker_module
from milepost.cli import main as cli
from milepost.settings import PREFIX, Settings
from milepost.web import health
from milepost.wire.search_attributes import ALL

ROOT = Path(__file__).parents[2]
COMPOSE = (ROOT / "docker-compose.yml").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()
EXAMPLE = ROOT / ".env.example"
VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)(?:(:[-?])([^}]*))?\}")
SECRET = re.compile(r"PASSWORD|PWD|SECRET|KEYS?$", re.IGNORECASE)
METRICS, PORT = ("MILEPOST_METRICS_TOKEN", "MILEPOST_WORKER_METRICS"), "MILEPOST_PORT"
REQUIRED_BY_US = {"DATABASE_PASSWORD", "TEMPORAL_DATABASE_PASSWORD", "POSTGRES_PASSWORD"}
FILLED_IN = {
    "DATABASE_PASSWORD": "0123456789abcdef",
    "MILEPOST_SECRET_KEY": "0123456789abcdef0123456789abcdef",
    "MILEPOST_API_KEYS": "0123456789abcdef0123",
    "MILEPOST_DESK_PASSWORD": "open sesame",
    "MILEPOST_BASE_URL": "https://plans.example.com",
}


@cache
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe", pure=True).load(COMPOSE)
    return loaded


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose()["services"]
    return found


def ours() -> dict[str, dict[str, Any]]:
    return {name: service for name, service in services().items() if service["image"].startswith("milepost:")}


def filled_in(text: str) -> str:
    """What compose puts in the place of variables, with a filled in env file."""

    def value(found: re.Match[str]) -> str:
        name, operator, other = found.groups()
        return FILLED_IN.get(name) or (other if operator == ":-" else "")

    return VARIABLE.sub(value, text)


def one_shot(service: dict[str, Any]) -> bool:
    return str(service["restart"]).startswith("on-failure")


def test_all_parts_of_a_small_production_are_there() -> None:
    assert set(services()) == {
        "postgres", "temporal-schema", "temporal", "temporal-namespace", "temporal-ui", "migrate", "worker", "web",
        "prometheus", "grafana",
    }  # fmt: skip
    assert services()["worker"]["deploy"]["replicas"] == 2


@pytest.mark.parametrize("name", ["migrate", "worker", "web"])
def test_every_variable_that_is_given_to_us_is_a_setting(name: str) -> None:
    known = {PREFIX + field.upper() for field in Settings.model_fields}
    given = set(services()[name]["environment"])
    assert given <= known


@pytest.mark.parametrize("name", ["migrate", "worker", "web"])
def test_a_filled_in_env_file_makes_settings_that_can_be_used(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in services()[name]["environment"].items():
        monkeypatch.setenv(variable, filled_in(str(value)))
    settings = Settings()
    assert settings.database.startswith("postgresql://milepost:0123456789abcdef@postgres:5432/")
    assert settings.temporal_address == "temporal:7233"
    assert settings.channel == "outbox"
    assert settings.smtp_port == Settings.model_fields["smtp_port"].default
    assert settings.signing_key() == FILLED_IN["MILEPOST_SECRET_KEY"]
    if name == "web":
        assert (settings.host, settings.port) == ("0.0.0.0", 8080)


def test_mail_webhook_and_a_provider_can_be_switched_on_from_the_env_file() -> None:
    given = set(services()["worker"]["environment"])
    for field in Settings.model_fields:
        if field.startswith(("oidc_", "smtp_", "webhook_")):
            assert PREFIX + field.upper() in given


def test_every_variable_of_the_compose_file_is_in_the_example_and_the_other_way_round() -> None:
    assert {found[0] for found in VARIABLE.findall(COMPOSE)} == set(dotenv_values(EXAMPLE))


def test_what_cannot_be_guessed_is_required_and_says_what_to_do() -> None:
    asked = {name: (operator, said) for name, operator, said in VARIABLE.findall(COMPOSE)}
    for name in REQUIRED_BY_US | {"MILEPOST_SECRET_KEY", "MILEPOST_API_KEYS"}:
        operator, said = asked[name]
        assert operator == ":?", name
        assert len(said) > 10, name


def test_no_password_stands_in_any_file() -> None:
    for name, value in dotenv_values(EXAMPLE).items():
        assert not (SECRET.search(name) and value), name
    for service in services().values():
        for name, value in service.get("environment", {}).items():
            if SECRET.search(name):
                assert re.fullmatch(r"\$\{\w+:(\?[^}]+|-)\}", str(value)), name
    assert not re.findall(r"://\w+:[^$@/]+@", COMPOSE)
    for script in (ROOT / "deploy").rglob("*.sh"):
        assert not re.search(r"PASSWORD\s*=?\s*'[^':]+'", script.read_text()), script


def test_image_tags_are_pinned_to_a_release() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    images = [service["image"] for service in services().values()] + bases
    for image in images:
        assert re.fullmatch(r"[\w/-]+:v?\d+\.\d+(\.\d+)?(-[\w-]+)?", image), image
    assert not [image for image in images if "auto-setup" in image]


def test_server_and_tools_of_temporal_are_of_one_version() -> None:
    server = services()["temporal"]["image"].partition(":")[2]
    assert {services()[name]["image"] for name in ("temporal-schema", "temporal-namespace")} == {
        f"temporalio/admin-tools:{server}",
    }


def test_our_image_carries_our_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert {service["image"] for service in ours().values()} == {f"milepost:{version}"}


def test_commands_in_the_compose_file_exist() -> None:
    known = {listed.name for listed in cli.LISTED}
    assert {service["command"][0] for service in ours().values()} <= known
    assert 'ENTRYPOINT ["milepost"]' in DOCKERFILE


def test_everything_that_stays_is_asked_for_its_health_and_started_again() -> None:
    for name, service in services().items():
        if one_shot(service):
            assert "healthcheck" not in service, name
        else:
            assert service["restart"] == "unless-stopped", name
            assert service["healthcheck"]["test"][0] == "CMD", name


def test_the_health_of_web_and_worker_is_asked_where_they_answer() -> None:
    assert isinstance(health.router, APIRouter)
    asked = re.search(r"127\.0\.0\.1:(\d+)(/[\w/]+)'", " ".join(services()["web"]["healthcheck"]["test"]))
    assert asked is not None
    assert asked[2] in {getattr(route, "path", None) for route in health.router.routes}
    assert asked[1] == str(services()["web"]["environment"]["MILEPOST_PORT"])
    module, flag = services()["worker"]["healthcheck"]["test"][-2:]
    assert module == worker_module.__name__
    assert f'"{flag}"' in Path(str(worker_module.__file__)).read_text()


def test_nothing_starts_before_what_it_needs() -> None:
    for name, service in services().items():
        for needed, how in service.get("depends_on", {}).items():
            wanted = "service_completed_successfully" if one_shot(services()[needed]) else "service_healthy"
            assert how["condition"] == wanted, f"{name} needs {needed}"
    assert {"migrate", "temporal-namespace", "temporal"} <= set(services()["worker"]["depends_on"])
    assert "temporal-schema" in services()["temporal"]["depends_on"]


def test_only_the_web_application_is_published_and_the_ui_on_this_machine_alone() -> None:
    assert {name for name, service in services().items() if "ports" in service} == {"web", "temporal-ui", "grafana"}
    for name in ("temporal-ui", "grafana"):
        assert all(port.startswith("127.0.0.1:") for port in services()[name]["ports"])


def test_the_image_runs_as_nobody_in_particular_and_has_every_package() -> None:
    users = re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE)
    assert users
    assert not users[-1].startswith(("0", "root"))
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    for name in (*wheel["only-include"], *wheel["force-include"]):
        assert f"COPY {name} {'./' if name.endswith('.py') else name}\n" in DOCKERFILE
        assert f"!{name}" in ignored


def test_metrics_are_an_extra_that_only_their_profile_starts() -> None:
    assert {name for name, service in services().items() if "profiles" in service} == {"prometheus", "grafana"}
    assert {filled_in(str(services()["web"]["environment"][name])) for name in METRICS} == {""}
    configuration = YAML(typ="safe", pure=True).load((ROOT / "deploy/metrics/prometheus.yml").read_text())
    jobs = {job["job_name"]: job for job in configuration["scrape_configs"]}
    [secret] = services()["prometheus"]["secrets"]
    assert jobs["milepost-web"]["authorization"]["credentials_file"] == f"/run/secrets/{secret}"
    assert compose()["secrets"][secret] == {"environment": METRICS[0]}
    assert jobs["milepost-web"]["static_configs"][0]["targets"] == [f"web:{services()['web']['environment'][PORT]}"]


def test_what_is_mounted_is_there_or_is_a_volume() -> None:
    for service in services().values():
        for mount in service.get("volumes", []):
            source = mount.partition(":")[0]
            assert (ROOT / source).exists() if source.startswith(".") else source in compose()["volumes"], mount


def test_the_namespace_gets_every_search_attribute_of_journeys() -> None:
    script = (ROOT / "deploy/temporal/namespace.sh").read_text()
    registered = dict(re.findall(r"^register (\w+) (\w+)$", script, re.MULTILINE))
    assert registered == {key.name: key.indexed_value_type.name.title().replace("_", "") for key in ALL}
