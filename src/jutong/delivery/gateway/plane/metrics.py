"""Counts and times of the plane, in Prometheus' text form."""

from bisect import bisect_left
from collections.abc import Mapping

_BOUNDS_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """What is counted for each call. Gauges are asked for when somebody looks."""

    def __init__(self) -> None:
        self.outcomes: dict[str, int] = {}
        self.unlogged = 0
        self._buckets = [0] * (len(_BOUNDS_SECONDS) + 1)
        self._seconds = 0.0

    def count(self, outcome: str, seconds: float) -> None:
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1
        self._buckets[bisect_left(_BOUNDS_SECONDS, seconds)] += 1
        self._seconds += seconds

    def text(self, gauges: Mapping[str, float]) -> bytes:
        lines = ["# TYPE jutong_gateway_calls_total counter"]
        lines += [
            f'jutong_gateway_calls_total{{outcome="{outcome}"}} {number}'
            for outcome, number in sorted(self.outcomes.items())
        ]
        lines += ["# TYPE jutong_gateway_refusals_sampled_out_total counter"]
        lines += [f"jutong_gateway_refusals_sampled_out_total {self.unlogged}"]
        lines += ["# TYPE jutong_gateway_call_seconds histogram", *self._histogram()]
        for name, value in gauges.items():
            lines += [f"# TYPE jutong_gateway_{name} gauge", f"jutong_gateway_{name} {value:g}"]
        return "\n".join(lines).encode() + b"\n"

    def _histogram(self) -> list[str]:
        lines, total = [], 0
        for bound, number in zip((*_BOUNDS_SECONDS, "+Inf"), self._buckets, strict=True):
            total += number
            lines.append(f'jutong_gateway_call_seconds_bucket{{le="{bound}"}} {total}')
        return [
            *lines,
            f"jutong_gateway_call_seconds_sum {self._seconds:.6f}",
            f"jutong_gateway_call_seconds_count {total}",
        ]
