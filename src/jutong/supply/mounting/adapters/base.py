"""The contract of adapters: test, scan, estimate, sample, stream rows as COPY text, digest them by bucket.

What an adapter cannot do, it declares in `abilities()` and refuses with a typed error; it never does half of it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Final, Protocol, runtime_checkable

from jutong.kernel.crypto import Secret
from jutong.supply.mounting.values import (
    Ability,
    BucketDigest,
    CaptureNames,
    CaptureStanding,
    Chunk,
    ConnectionReport,
    Estimate,
    KeyRange,
    Part,
    SourceKind,
    StreamRequest,
    TableFound,
    TableRef,
    Tls,
)

CONNECT_SECONDS: Final = 8
METADATA_SECONDS: Final = 30
"""How long a scan or sample query may run on the source."""

STREAM_SECONDS: Final = 6 * 3600
"""How long one reading may run on the source; the source's own limit, should it be lower, wins."""

SKETCH_SECONDS: Final = 1800
"""How long the sketch of one column may take on the source: it reads the whole column."""

SILENCE_SECONDS: Final = 300
"""A source that sends nothing for so long counts as lost."""

CHUNK_ROWS: Final = 10_000
CHUNK_BYTES: Final = 4 * 1024 * 1024

Row = tuple[str | None, ...]
Told = Callable[[int, int], None]
"""Called with what is done and the total while a scan goes on."""


@dataclass(frozen=True, slots=True)
class Dial:
    """How to reach a source: the address was judged and is the one to connect to, `host` is for certificates."""

    kind: SourceKind
    host: str
    address: str
    port: int
    database: str
    account: str
    password: Secret
    tls: Tls = Tls.OFF


def ranges_between(bounds: Sequence[Sequence[str]]) -> tuple[KeyRange, ...]:
    """The ranges that these keys, in order, part a table into."""
    ends = [tuple(bound) for bound in bounds]
    return tuple(map(KeyRange, [None, *ends], [*ends, None]))


class Stream(Protocol):
    """Rows of one reading, all of one moment. Iterated once; afterwards `cursor` says where the next one begins.

    `estimate` is the number of rows to expect; `more` says that the batch ended at its limit. `cancel` may be called
    from another thread and makes the iteration raise.
    """

    estimate: int
    cursor: dict[str, Any] | None
    more: bool

    def __iter__(self) -> Iterator[Chunk]: ...

    def cancel(self) -> None: ...


class PartStream:
    """A stream that reads only some rows, and says which they are; known as soon as it is opened."""

    part: Part


@runtime_checkable
class Capturing(Protocol):
    """An adapter whose engine keeps a log of changes that can be read (变更捕获)."""

    def check_capture(self, table: TableFound, key: Sequence[str], names: CaptureNames) -> None:
        """Can changes of the table be captured? Raises CaptureUnready, CaptureUnfit."""
        ...

    def confirm_capture(self, names: CaptureNames, cursor: Mapping[str, Any]) -> CaptureStanding:
        """Let the source forget what lies before the cursor, which the pool has; how it stands after that."""
        ...

    def capture_standing(self, names: CaptureNames, cursor: Mapping[str, Any]) -> CaptureStanding:
        """How the source stands with what it keeps for us."""
        ...

    def end_capture(self, names: CaptureNames) -> None:
        """Have the source keep nothing for us any more."""
        ...


class Adapter(Protocol):
    """A department's database as mounting and exchange see it. Every session only reads.

    All methods raise SourceUnreachable, SourceRefused or SourceFailed.
    """

    def abilities(self) -> tuple[Ability, ...]:
        """What this engine's adapter does and does not do."""
        ...

    def test(self) -> ConnectionReport:
        """Connect, and say what is there."""
        ...

    def scan(self, told: Told) -> tuple[TableFound, ...]:
        """All tables and views the account may read, by schema and name."""
        ...

    def describe(self, table: TableRef) -> TableFound:
        """One table as it is now. Raises TableMissing."""
        ...

    def estimate(self, table: TableRef) -> Estimate:
        """About how many rows and bytes the table holds, from the source's own statistics. Raises TableMissing."""
        ...

    def sample(self, table: TableRef, columns: Sequence[str], limit: int) -> list[Row]:
        """Some rows as text, None for NULL; long values are cut."""
        ...

    def sketch(self, table: TableRef, columns: Sequence[str], key: str, size: int) -> dict[str, list[int]]:
        """For each column the `size` smallest of the keyed hashes of its distinct values, ascending (取值摘要).

        The engine makes them itself, so that no value leaves it: the first 52 bits of MD5 over the key and the value
        as trimmed text, letters in capitals. Empty values are left out. All engines give the same numbers.
        """
        ...

    def check_incremental(self, table: TableFound, watermark_column: str) -> None:
        """Can rows since a cursor be read? Raises WatermarkMissing, WatermarkUnfit or SourceIsReplica."""
        ...

    def split(self, request: StreamRequest, parts: int) -> tuple[KeyRange, ...]:
        """The table in at most so many ranges of its key of about equal size, from the first to the last row.

        Raises TableMissing, KeyMissing, GapInSource.
        """
        ...

    def digest(self, request: StreamRequest) -> Mapping[int, BucketDigest]:
        """The digests of the rows in each bucket that has any, by the request's columns and key, in one reading.

        The same rows give the same numbers at every source and in the pool, whatever their order (`digests`).
        Raises TableMissing, KeyMissing, and GapInSource where the source cannot.
        """
        ...

    def stream(self, request: StreamRequest) -> AbstractContextManager[Stream]:
        """Read rows. Raises TableMissing, CursorLost when the request's cursor no longer holds, and GapInSource."""
        ...
