"""The Prometheus text format: request counters of this process, samples of the moment, probes.

With several portal processes their counters are added up through files (PROMETHEUS_MULTIPROC_DIR, which `jutong portal`
sets before this module is imported).
"""

import os
from collections.abc import Iterator
from importlib.metadata import version

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from jutong.foundation.operations import queries
from jutong.foundation.operations.values import State

__all__ = ["CONTENT_TYPE_LATEST", "REQUESTS", "SECONDS", "exposition"]

_REGISTRY = CollectorRegistry()
REQUESTS = Counter(
    "jutong_http_requests", "Requests answered, by view, method and status.", ("view", "method", "status"),
    registry=_REGISTRY,
)  # fmt: skip
SECONDS = Histogram(
    "jutong_http_request_seconds", "Time to answer, by view.", ("view",), registry=_REGISTRY,
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)  # fmt: skip


class _Moment(Collector):
    """What is read at the moment of the scrape."""

    def collect(self) -> Iterator[Metric]:
        build = GaugeMetricFamily("jutong_build", "The running version.", labels=("version",))
        build.add_metric((version("jutong"),), 1)
        yield build
        up = GaugeMetricFamily("jutong_probe_up", "1 when the probe found nothing wrong.", labels=("probe",))
        took = GaugeMetricFamily("jutong_probe_seconds", "How long the probe took.", labels=("probe",))
        for answer in queries.ask():
            up.add_metric((answer.probe.name,), float(answer.finding.state is State.OK))
            took.add_metric((answer.probe.name,), answer.seconds)
        yield up
        yield took
        for sample in queries.read_metrics():
            family = GaugeMetricFamily(f"jutong_{sample.name}", sample.help, labels=sample.labels)
            for labels, value in sample.values.items():
                family.add_metric(labels, value)
            yield family


def exposition() -> bytes:
    """All metrics of the portal as text."""
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)
    else:
        registry.register(_REGISTRY)
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
    registry.register(_Moment())
    return generate_latest(registry)
