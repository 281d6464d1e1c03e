"""The Merkle tree of RFC 6962, kept as its perfect subtrees.

A `Place` is one perfect subtree: level 0 are leaves, and the subtree at (level, position) covers the leaves
`position << level` up to, not including, `(position + 1) << level`. Once complete it never changes, so the store only
ever gains rows. The root of any size and any proof are folded from few of them.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple


class Place(NamedTuple):
    """Where a perfect subtree stands."""

    level: int
    position: int


class Node(NamedTuple):
    """A perfect subtree with its hash."""

    place: Place
    hash: bytes


Span = tuple[int, int]
"""Leaves from the first up to, not including, the second."""

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\0" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def peaks(span: Span) -> tuple[Place, ...]:
    """The perfect subtrees that make up a span, left to right, for spans as they occur in trees and proofs."""
    begin, end = span
    found = []
    while begin < end:
        level = (end - begin).bit_length() - 1
        if begin:
            level = min(level, (begin & -begin).bit_length() - 1)
        found.append(Place(level, begin >> level))
        begin += 1 << level
    return tuple(found)


def fold(hashes: Sequence[bytes]) -> bytes:
    """The hash of a span from those of its peaks."""
    if not hashes:
        return EMPTY_ROOT
    folded = hashes[-1]
    for left in reversed(hashes[:-1]):
        folded = node_hash(left, folded)
    return folded


def inclusion_spans(index: int, size: int) -> tuple[Span, ...]:
    """The spans whose hashes prove the leaf `index` in the tree of `size` leaves, from the leaf upward."""
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    spans: list[Span] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _largest_power_below(end - begin)
        if index < middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((begin, middle))
            begin = middle
    return tuple(reversed(spans))


def consistency_spans(first: int, second: int) -> tuple[Span, ...]:
    """The spans whose hashes prove that the tree of `first` leaves is the beginning of that of `second`."""
    if not 0 < first <= second:
        raise ValueError(f"no proof from {first} to {second} leaves")
    spans: list[Span] = []
    begin, end = 0, second
    old_root_is_known = True
    while first != end:
        middle = begin + _largest_power_below(end - begin)
        if first <= middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((begin, middle))
            begin = middle
            old_root_is_known = False
    if not old_root_is_known:
        spans.append((begin, end))
    return tuple(reversed(spans))


def places_of(spans: Iterable[Span]) -> frozenset[Place]:
    """All subtrees that must be fetched to hash these spans."""
    return frozenset(place for span in spans for place in peaks(span))


def hash_spans(spans: Iterable[Span], hashes: Mapping[Place, bytes]) -> tuple[bytes, ...]:
    """The hash of each span, from its fetched subtrees."""
    return tuple(fold([hashes[place] for place in peaks(span)]) for span in spans)


def root_from_path(index: int, size: int, leaf: bytes, path: Sequence[bytes]) -> bytes:
    """The root to which an inclusion proof leads."""
    spans = inclusion_spans(index, size)
    if len(spans) != len(path):
        raise ValueError(f"{len(path)} hashes where {len(spans)} belong")
    folded = leaf
    for (begin, _), sibling in zip(spans, path, strict=True):
        folded = node_hash(sibling, folded) if begin < index else node_hash(folded, sibling)
    return folded


class Frontier:
    """The right edge of a growing tree: what must be known to append, and nothing more."""

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()):
        """`hashes` are those of the peaks of a tree of this size."""
        self.size = size
        self._by_level = dict(zip((place.level for place in peaks((0, size))), hashes, strict=True))

    def append(self, leaf: bytes) -> list[Node]:
        """Add a leaf by its hash; the perfect subtrees that this completes, from the leaf upward."""
        level, position, node = 0, self.size, leaf
        completed = [Node(Place(level, position), node)]
        while position & 1:
            node = node_hash(self._by_level.pop(level), node)
            level, position = level + 1, position >> 1
            completed.append(Node(Place(level, position), node))
        self._by_level[level] = node
        self.size += 1
        return completed

    @property
    def hashes(self) -> tuple[bytes, ...]:
        """The hashes of the peaks, left to right."""
        return tuple(self._by_level[level] for level in sorted(self._by_level, reverse=True))

    def root(self) -> bytes:
        return fold(self.hashes)


def _largest_power_below(count: int) -> int:
    """The largest power of two smaller than a count of at least two."""
    return 1 << ((count - 1).bit_length() - 1)
