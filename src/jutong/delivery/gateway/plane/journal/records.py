"""One record, one line."""

from collections.abc import Iterator
from zlib import crc32


def frame(number: int, payload: bytes) -> bytes:
    """The line of a record; its CRC covers number and payload, which holds no line break."""
    head = b"%d" % number
    return b"%b\t%08x\t%b\n" % (head, crc32(payload, crc32(head)), payload)


def unframe(line: bytes) -> tuple[int, bytes] | None:
    """Number and payload of a whole, unharmed line; None of any other."""
    if not line.endswith(b"\n"):
        return None
    head, _, rest = line[:-1].partition(b"\t")
    code, _, payload = rest.partition(b"\t")
    if not head.isdigit() or len(code) != 8 or b"%08x" % crc32(payload, crc32(head)) != code:
        return None
    return int(head), payload


def whole_records(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Records from the start of `data` up to the first harmed or missing one, as (end offset, number, payload)."""
    at = 0
    while at < len(data):
        end = data.find(b"\n", at) + 1
        record = unframe(data[at:end]) if end else None
        if record is None:
            return
        at = end
        yield end, *record
