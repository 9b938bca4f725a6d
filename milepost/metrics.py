"""The figures that Milepost counts, in one place: names, units, labels. docs/metrics.md explains each.

They cost nothing unless somebody asks for them; `milepost.temporal.exporter` shows them to Prometheus. Labels take few
values, and never an id: figures name nobody.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry.metrics import Histogram, get_meter

_meter = get_meter("milepost")
_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 90.0]


def _seconds(name: str, description: str) -> Histogram:
    return _meter.create_histogram(
        name, unit="s", description=description, explicit_bucket_boundaries_advisory=_SECONDS
    )


FACTS = _meter.create_counter("milepost.facts", description="Facts that came in, by outcome.")
ADVANCES = _seconds("milepost.advance.duration", "How long advances of journeys took, by outcome.")
DELIVERIES = _meter.create_counter("milepost.deliveries", description="Attempts to deliver, by channel and outcome.")
STORE_WAIT = _seconds("milepost.store.wait.duration", "How long writes waited for their turn.")
STORE_WRITE = _seconds("milepost.store.write.duration", "How long transactions took, their commit included.")

STORE_UP = _meter.create_gauge("milepost.store.up", description="1 while the database answers, 0 while it doesn't.")
JOURNEYS = _meter.create_gauge("milepost.journeys", description="Journeys that haven't ended, by state.")
INBOX_FACTS = _meter.create_gauge("milepost.inbox.facts", description="Facts that wait for their journeys.")
INBOX_OLDEST = _meter.create_gauge("milepost.inbox.oldest.age", unit="s", description="How long the oldest waits.")
FAILED_DELIVERIES = _meter.create_gauge(
    "milepost.deliveries.failed", description="Messages that failed for good in the last 7 days."
)


@contextmanager
def timed(histogram: Histogram) -> Iterator[dict[str, str]]:
    """Records how long the block takes, in seconds, with the labels that it puts into the mapping."""
    labels: dict[str, str] = {}
    begin = time.perf_counter()
    try:
        yield labels
    finally:
        histogram.record(time.perf_counter() - begin, labels)
