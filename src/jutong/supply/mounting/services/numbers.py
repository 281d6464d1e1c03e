"""Numbers that people can say: SJY000001 for sources, WJ000001 for files."""

from jutong.supply.mounting.models import Counter

_PREFIXES = {"source": "SJY", "file": "WJ"}


def next_number(kind: str) -> str:
    """The next number of a kind; the counter's row stays locked until the transaction ends."""
    Counter.objects.get_or_create(kind=kind)
    counter = Counter.objects.select_for_update().get(kind=kind)
    counter.last_no += 1
    counter.save(update_fields=["last_no"])
    return f"{_PREFIXES[kind]}{counter.last_no:06d}"
