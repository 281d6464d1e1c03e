"""Refusals of strangers: a few a second are logged singly, the rest counted, so that nobody can fill the disk."""

from time import monotonic


class Sampler:
    """A bucket per second for single records, and counts by code for the rest."""

    def __init__(self, per_second: int):
        self._per_second = per_second
        self._tokens = float(per_second)
        self._stamp = monotonic()
        self._counts: dict[str, int] = {}

    def takes(self, code: str) -> bool:
        """May this one be logged singly? If not, it is counted."""
        now = monotonic()
        self._tokens = min(float(self._per_second), self._tokens + (now - self._stamp) * self._per_second)
        self._stamp = now
        if self._tokens >= 1:
            self._tokens -= 1
            return True
        self.count(code)
        return False

    def count(self, code: str) -> None:
        self._counts[code] = self._counts.get(code, 0) + 1

    def counted(self) -> dict[str, int]:
        """The counts since the last time."""
        counts, self._counts = self._counts, {}
        return counts
