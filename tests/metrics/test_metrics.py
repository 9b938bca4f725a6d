"""Every metric that the docs list is shown by a real worker or web application, and the dashboard asks for no other."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from milepost.temporal import exporter
from tests.channels.loopback_servers import Mailbox, mail_server
from tests.ports import free_port
from tests.programs import KEY, address_of, programs
from tests.workflows.real_server import enrolled, has, intake_at, real_client
from tests.workflows.rig import eventually

ROOT = Path(__file__).parents[2]
TOKEN = "a token for tests alone"
DOCUMENTED = re.compile(r"^\| `(\w+)`(?: \(([\w, ]+)\))? \| (web|worker|both) \|", re.MULTILINE)
NAME = re.compile(r"\b(?:http_server|milepost|temporal|process)_\w+")
REAL_SPEED = 1 / 86_400


def documented() -> dict[str, tuple[set[str], str]]:
    """Returns each metric of the page, with its labels and the program that shows it."""
    page = (ROOT / "docs/metrics.md").read_text()
    return {name: (set(filter(None, labels.split(", "))), where) for name, labels, where in DOCUMENTED.findall(page)}


def asked_by_dashboard() -> set[str]:
    dashboard = json.loads((ROOT / "deploy/metrics/dashboard.json").read_text())
    return {
        name
        for panel in dashboard["panels"]
        for target in panel.get("targets", [])
        for name in NAME.findall(target["expr"])
    }


def samples(text: str) -> dict[str, set[str]]:
    """Returns the names of all samples, with their labels."""
    names: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            names.setdefault(sample.name, set()).update(set(sample.labels) - {"le", "service_name"})
    return names


@pytest.mark.timeout(240)
@pytest.mark.usefixtures("real_server")
async def test_every_documented_metric_is_shown_and_the_dashboard_asks_for_no_other(
    sqlite_url: str, tmp_path: Path
) -> None:
    port = free_port()
    shown = {"metrics_token": TOKEN, "worker_metrics": f"127.0.0.1:{port}"}
    async with (
        real_client() as client,
        mail_server(Mailbox()) as mail_port,
        intake_at(sqlite_url, client, REAL_SPEED) as intake,
        programs(tmp_path, sqlite_url, client.service_client.config.target_host, mail_port, **shown) as running,
        httpx.AsyncClient(base_url=await address_of(running), trust_env=False, timeout=60) as browser,
    ):
        journey = await enrolled(intake)
        fact = {"customer": "acme", "step_done": "kickoff", "result": "held", "by": "sam@acme.example"}
        await browser.post("/api/v1/facts", json=fact, headers={"Authorization": f"Bearer {KEY}"})
        await eventually(has(intake, journey, "message_sent"), within=60)

        async def worker() -> str | None:
            text = (await browser.get(f"http://127.0.0.1:{port}/metrics")).text
            return text if "milepost_deliveries_total" in text else None

        of_worker = await eventually(worker, within=60)
        await browser.get("/plan/somebodys-link-to-a-plan")
        of_web = (await browser.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})).text
        assert (await browser.get("/metrics")).status_code == 401
        assert (await browser.get("/metrics", headers={"Authorization": f"Bearer {KEY}"})).status_code == 401
    there = {"web": samples(of_web), "worker": samples(of_worker)}
    endings = {"": "", "_seconds": "_bucket"}
    for name, (labels, where) in documented().items():
        ending = endings.get("_seconds" if name.endswith("duration_seconds") or "latency" in name else "", "")
        for program in ("web", "worker") if where == "both" else (where,):
            assert there[program].get(f"{name}{ending}") == labels, (name, program, there[program].get(name))
    all_names = set(there["web"]) | set(there["worker"])
    assert asked_by_dashboard() <= all_names
    ours = {name.removesuffix("_bucket") for name in all_names if name.startswith("milepost_")}
    assert {name for name in ours if not name.endswith(("_sum", "_count", "_created"))} == {
        name for name in documented() if name.startswith("milepost_")
    }
    assert not re.search(r"acme|sam@|ana\.ruiz|somebodys-link", of_web + of_worker)


def test_without_the_extra_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    exporter.switch_on.cache_clear()
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.prometheus", None)
    with pytest.raises(exporter.MetricsMissingError, match="extra `metrics`"):
        exporter.switch_on()
