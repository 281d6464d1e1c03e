"""Which nonces were used within the time window (防重放)."""

import struct
from hashlib import blake2b
from pathlib import Path

from jutong.delivery.gateway.plane.shared.mapped import HEADER_BYTES, MappedFile
from jutong.delivery.gateway.values.scheme import WINDOW_SECONDS

SLICE_MS = 30_000
# The window reaches over 21 slices; one more is always outside it and may be begun anew.
SLICES = 2 * WINDOW_SECONDS * 1000 // SLICE_MS + 2

_TAG = 16
_BUCKET_SLOTS = 16
_BUCKET = _TAG * _BUCKET_SLOTS
_PROBES = 8
_EMPTY = bytes(_TAG)
_EPOCH = struct.Struct("<Q")
_EPOCHS_AT = 1024


class NonceTableFull(Exception):
    """No room for another nonce; the call must be refused, because its replay could not be noticed."""


class NonceTable:
    """Remembers each (key, nonce) as long as its timestamp is inside the window.

    A replay bears the timestamp of its original, so it is looked for in the time slice of that timestamp only, and a
    slice that left the window is wiped as a whole. Inside a slice: buckets of 16 tags, linear probing, no deletion.
    `not_before_ms` is the moment this table began; of earlier timestamps it cannot know whether they were used.
    """

    def __init__(self, path: Path, *, per_slice: int, shared: bool, now_ms: int):
        self._buckets = max(_PROBES, per_slice // _BUCKET_SLOTS)
        self._slice_bytes = self._buckets * _BUCKET
        self._file = MappedFile(path, b"JTNONCE1", SLICES * self._slice_bytes, shared=shared, now_ms=now_ms)
        self._map = self._file.map
        self._shared = shared
        self._keyed = blake2b(digest_size=_TAG, key=self._file.key)
        self._entered = [-1] * SLICES
        self.intact = self._file.intact
        self.not_before_ms = self._file.begun_ms

    def use(self, key_id: bytes, nonce: bytes, timestamp_ms: int) -> bool:
        """Use a nonce up; False when it was used before. Raises NonceTableFull."""
        hashed = self._keyed.copy()
        hashed.update(key_id + b"\0" + nonce)
        # The last bit is set, so that no tag looks like an empty place.
        tag = hashed.digest()[:-1] + b"\x01"
        if not self._shared:
            return self._use(tag, timestamp_ms // SLICE_MS)
        self._file.lock()
        try:
            return self._use(tag, timestamp_ms // SLICE_MS)
        finally:
            self._file.unlock()

    def _use(self, tag: bytes, epoch: int) -> bool:
        slice_no = epoch % SLICES
        # Once entered, a slice stays ours as long as its timestamps are inside the window, whatever others do.
        if self._entered[slice_no] != epoch and not self._enter(epoch, slice_no):
            return False
        return self._insert(HEADER_BYTES + slice_no * self._slice_bytes, tag)

    def _enter(self, epoch: int, slice_no: int) -> bool:
        """Make the slice of this epoch current. False when a later one holds its place: then it is out of time."""
        at = _EPOCHS_AT + slice_no * _EPOCH.size
        (held,) = _EPOCH.unpack_from(self._map, at)
        if held > epoch:
            return False
        if held < epoch:
            begin = HEADER_BYTES + slice_no * self._slice_bytes
            self._map[begin : begin + self._slice_bytes] = bytes(self._slice_bytes)
            # After the wiping: killed in between, the slice is wiped again.
            _EPOCH.pack_into(self._map, at, epoch)
        self._entered[slice_no] = epoch
        return True

    def _insert(self, begin: int, tag: bytes) -> bool:
        bucket = int.from_bytes(tag[:6], "little") % self._buckets
        for _ in range(_PROBES):
            at = begin + bucket * _BUCKET
            tags = self._map[at : at + _BUCKET]
            if tag in tags:
                return False
            free = tags.find(_EMPTY)
            if free >= 0:
                # A bucket fills from its front, and the zeros found may begin inside the last tag.
                at += -(-free // _TAG) * _TAG
                self._map[at : at + _TAG] = tag
                return True
            bucket = (bucket + 1) % self._buckets
        raise NonceTableFull

    def close(self) -> None:
        self._file.close()
