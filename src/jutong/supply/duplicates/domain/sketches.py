"""Sketches of columns: enough to tell how far two columns hold the same values, too little to tell one of them.

A sketch keeps the K smallest of the keyed hashes of a column's distinct values (bottom-K, the MinHash of one function):
the K-th smallest also tells how many distinct values there are. It is made where the values lie.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

SKETCH_SIZE: Final = 128
HASH_BITS: Final = 52
"""So that a hash fits a float and a MySQL number without loss."""

Hashes = NDArray[np.uint64]
Shares = NDArray[np.float64]

NOTHING: Final = np.uint64(2**63)
"""Fills the places a small column leaves empty; no hash is so large."""


def padded(hashes: Sequence[int]) -> Hashes:
    """A sketch as a row of SKETCH_SIZE numbers, ascending."""
    row = np.full(SKETCH_SIZE, NOTHING, dtype=np.uint64)
    kept = np.sort(np.asarray(hashes[:SKETCH_SIZE], dtype=np.uint64))
    row[: len(kept)] = kept
    return row


def distinct(rows: Hashes) -> Shares:
    """About how many distinct values each sketched column has."""
    filled = (rows != NOTHING).sum(axis=1)
    largest = rows[np.arange(len(rows)), np.maximum(filled - 1, 0)].astype(np.float64)
    estimated = (SKETCH_SIZE - 1) * 2.0**HASH_BITS / np.maximum(largest, 1.0)
    return np.where(filled < SKETCH_SIZE, filled, estimated)


def contained(ones: Hashes, others: Hashes) -> Shares:
    """For each pair of columns, which share of the smaller one's values the other one has too, 0 to 1."""
    both = np.sort(np.concatenate([ones, others], axis=1), axis=1)
    again = (both[:, 1:] == both[:, :-1]) & (both[:, 1:] != NOTHING)
    real = both != NOTHING
    first = np.concatenate([np.ones((len(both), 1), dtype=bool), ~again], axis=1) & real
    rank = np.cumsum(first, axis=1)
    # Below the smaller of the two largest kept hashes both sketches are complete.
    limit = np.minimum(_reach(ones), _reach(others))[:, None]
    seen = (both <= limit) & real
    union = (first & seen).sum(axis=1)
    shared = (again & seen[:, 1:] & (rank[:, 1:] > 0)).sum(axis=1)
    likeness = shared / np.maximum(union, 1)
    sizes_one, sizes_other = distinct(ones), distinct(others)
    # |A ∪ B| follows from the two sizes and the likeness.
    together = (sizes_one + sizes_other) / (1 + likeness)
    return np.minimum(1.0, likeness * together / np.maximum(np.minimum(sizes_one, sizes_other), 1.0))


def _reach(rows: Hashes) -> Hashes:
    """Up to which hash a sketch tells everything: its largest, or all of them when it is not full."""
    full = rows[:, -1] != NOTHING
    return np.where(full, rows[:, -1], NOTHING - np.uint64(1))
