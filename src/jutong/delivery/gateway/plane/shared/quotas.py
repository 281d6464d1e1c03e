"""How much of its quota a grant has used: a bucket per second, a count per day (Asia/Shanghai)."""

import struct
from hashlib import blake2b
from pathlib import Path

from jutong.delivery.gateway.plane.shared.mapped import HEADER_BYTES, MappedFile

_SLOT = struct.Struct("<16sIIdd8x")
_SLOTS = 65_536
_FREE = bytes(16)
# Asia/Shanghai has had one offset since 1991; a day's number needs no calendar here.
_OFFSET_SECONDS = 8 * 3600
_DAY_SECONDS = 86_400


class QuotaTable:
    """Counts of all grants; they survive a restart, so a kill does not hand out a new day."""

    def __init__(self, path: Path, *, shared: bool, now_ms: int):
        self._file = MappedFile(path, b"JTQUOTA1", _SLOTS * _SLOT.size, shared=shared, now_ms=now_ms)
        self._map = self._file.map
        self._slots: dict[str, tuple[int, bytes]] = {}

    def take(self, grant_no: str, per_second: int, per_day: int, now: float) -> tuple[str, int]:
        """Take one call. Returns ("", 0), or which quota is spent and the seconds until it is worth trying again."""
        day = int(now + _OFFSET_SECONDS) // _DAY_SECONDS
        self._file.lock()
        try:
            at, tag = self._slot(grant_no, day)
            _, counted_on, used, tokens, stamp = _SLOT.unpack_from(self._map, at)
            if counted_on != day:
                used = 0
            if used >= per_day:
                return "per_day", int((day + 1) * _DAY_SECONDS - _OFFSET_SECONDS - now) + 1
            tokens = min(float(per_second), tokens + max(0.0, now - stamp) * per_second)
            if tokens < 1:
                return "per_second", 1
            _SLOT.pack_into(self._map, at, tag, day, used + 1, tokens - 1, now)
            return "", 0
        finally:
            self._file.unlock()

    def used_today(self, grant_no: str, now: float) -> int:
        day = int(now + _OFFSET_SECONDS) // _DAY_SECONDS
        at, _ = self._slot(grant_no, day)
        _, counted_on, used, _, _ = _SLOT.unpack_from(self._map, at)
        return int(used) if counted_on == day else 0

    def _slot(self, grant_no: str, day: int) -> tuple[int, bytes]:
        known = self._slots.get(grant_no)
        # Another worker may have given a slot away that nobody had used since yesterday.
        if known is not None and self._map[known[0] : known[0] + 16] == known[1]:
            return known
        tag = blake2b(grant_no.encode(), digest_size=16).digest()
        found = self._find(tag, day), tag
        self._slots[grant_no] = found
        return found

    def _find(self, tag: bytes, day: int) -> int:
        """The slot of this tag; else a free one, else one last used before today. Begins it with a full bucket."""
        first = int.from_bytes(tag[:6], "little") % _SLOTS
        stale = -1
        for step in range(_SLOTS):
            at = HEADER_BYTES + (first + step) % _SLOTS * _SLOT.size
            held, counted_on, *_ = _SLOT.unpack_from(self._map, at)
            if held == tag:
                return at
            if held == _FREE:
                stale = at if stale < 0 else stale
                break
            if stale < 0 and counted_on < day:
                stale = at
        if stale < 0:
            raise OverflowError(f"more than {_SLOTS} grants are called on one day")
        _SLOT.pack_into(self._map, stale, tag, day, 0, float("inf"), 0.0)
        return stale

    def close(self) -> None:
        self._file.close()
