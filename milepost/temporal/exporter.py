"""Shows our metrics to Prometheus, those of Temporal's core among them. It needs the extra `metrics`."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

import httpx

from milepost.errors import MilepostError

if TYPE_CHECKING:
    from prometheus_client import Metric

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_LOOPBACK = "127.0.0.1"
_PATIENCE = 2.0  # seconds


class MetricsMissingError(MilepostError):
    """The extra isn't installed."""

    code = "metrics_missing"

    def __init__(self) -> None:
        super().__init__("Metrics need the extra `metrics`.", "Install it: pip install 'milepost[metrics]'.")


class MetricsAddressError(MilepostError):
    """The worker can't show its metrics at this address."""

    code = "metrics_address"

    def __init__(self, address: str, why: str) -> None:
        self.address = address
        super().__init__(f"Metrics can't be shown at {address}: {why}.", "Set MILEPOST_WORKER_METRICS to another one.")


@lru_cache
def switch_on() -> None:
    """Begins to count, for the rest of the process.

    Raises:
        MetricsMissingError: the extra isn't installed.
    """
    try:
        from opentelemetry.exporter.prometheus import PrometheusMetricReader  # noqa: PLC0415 - an extra
        from opentelemetry.metrics import set_meter_provider  # noqa: PLC0415
        from opentelemetry.sdk.metrics import MeterProvider  # noqa: PLC0415
    except ImportError as error:
        raise MetricsMissingError from error
    reader = PrometheusMetricReader(disable_target_info=True, scope_info_enabled=False)
    set_meter_provider(MeterProvider(metric_readers=[reader]))


def exposition() -> bytes:
    """Returns all metrics of this process as Prometheus reads them."""
    from prometheus_client import generate_latest  # noqa: PLC0415 - an extra

    return generate_latest()


def serve(address: str) -> str:
    """Shows the metrics of this process at HOST:PORT; returns where Temporal's core is to show its own to us.

    Raises:
        MetricsMissingError: the extra isn't installed.
        MetricsAddressError: the address is taken, or isn't this machine's.
    """
    switch_on()
    from prometheus_client import REGISTRY, start_http_server  # noqa: PLC0415 - an extra

    core = f"{_LOOPBACK}:{_free_port()}"
    host, _, port = address.rpartition(":")
    try:
        start_http_server(int(port), host)
    except OSError as error:
        raise MetricsAddressError(address, error.strerror or str(error)) from error
    REGISTRY.register(_Core(core))
    return core


class _Core:
    """The metrics of Temporal's core, read from its own endpoint at each scrape."""

    def __init__(self, address: str) -> None:
        self._url = f"http://{address}/metrics"

    def describe(self) -> Iterable[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        from prometheus_client.parser import text_string_to_metric_families  # noqa: PLC0415 - an extra

        try:
            with httpx.Client(trust_env=False, timeout=_PATIENCE) as client:
                text = client.get(self._url).text
        except httpx.HTTPError:
            return  # the core hasn't been started yet
        yield from text_string_to_metric_families(text)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port
