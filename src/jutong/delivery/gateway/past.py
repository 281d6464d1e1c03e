"""A log of calls that were answered before this platform was there: sealed segments of a gateway of its own name.

Written, signed and shipped by the code that does it for a running gateway; only the clock is another.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jutong.delivery.gateway.plane.journal.journal import Durable
from jutong.delivery.gateway.plane.journal.records import frame
from jutong.delivery.gateway.plane.journal.segments import Chain, Segment
from jutong.delivery.gateway.plane.shipping import Shipper
from jutong.kernel.crypto import SigningKey


@dataclass(frozen=True, slots=True)
class PastSegment:
    """One segment to be: when it was opened and sealed, and its records as JSON without line breaks."""

    opened_at: datetime
    sealed_at: datetime
    records: Sequence[bytes]


@dataclass
class _Sealed:
    """What the shipper must know of a log that nobody writes any more."""

    folder: Path
    gateway: str
    durable: Durable


def keep_past_log(
    segments: Iterable[PastSegment], *, folder: Path, gateway: str, key: SigningKey, database_url: str
) -> int:
    """Write segments in order as the log of `gateway` below `folder`, and ship them; how many records there are.

    Raises FileExistsError: there is a log of that name already.
    """
    place = folder / gateway
    place.mkdir(parents=True)
    chain = Chain(1, 1, "")
    for wanted in segments:
        if not wanted.records:
            continue
        segment = Segment(place, gateway, chain, _ms(wanted.opened_at))
        lines = b"".join(frame(number, record) for number, record in enumerate(wanted.records, start=chain.number))
        segment.append(lines, len(wanted.records))
        seal = segment.seal(key, _ms(wanted.sealed_at))
        chain = Chain(seal.segment + 1, seal.last + 1, seal.own_digest)
    sealed = _Sealed(place, gateway, Durable(chain.segment, 0, chain.number - 1))
    shipper = Shipper(database_url, sealed, every_seconds=1, kept_days=3 * 366)
    asyncio.run(shipper.ship_all())
    return chain.number - 1


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
