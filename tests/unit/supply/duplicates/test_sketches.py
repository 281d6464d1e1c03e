"""Sketches tell sizes and overlaps within their error."""

import numpy as np
import pytest

from jutong.supply.duplicates.domain import sketches

CHANCE = np.random.default_rng(5)
HASHES = np.sort(CHANCE.integers(0, 1 << sketches.HASH_BITS, 40_000, dtype=np.uint64))


def sketch(rows):
    return sketches.padded(np.sort(rows)[: sketches.SKETCH_SIZE].tolist())[None, :]


@pytest.mark.parametrize("size", [3, 127, 128, 5_000, 40_000])
def test_the_number_of_distinct_values_is_told_within_a_quarter(size):
    chosen = CHANCE.choice(HASHES, size, replace=False)

    assert sketches.distinct(sketch(chosen))[0] == pytest.approx(size, rel=0.25)


@pytest.mark.parametrize(("size", "share"), [(60, 1.0), (2_000, 0.0), (2_000, 0.5), (2_000, 1.0), (200, 0.9)])
def test_the_share_in_common_is_told_whatever_the_sizes(size, share):
    """A small column inside a twice as large one."""
    shuffled = CHANCE.permutation(HASHES)
    small, large = shuffled[:size], shuffled[round(size * (1 - share)) : round(size * (1 - share)) + 2 * size]

    assert sketches.contained(sketch(small), sketch(large))[0] == pytest.approx(share, abs=0.25)


def test_empty_columns_have_nothing_in_common():
    empty = sketches.padded([])[None, :]

    assert sketches.contained(empty, empty)[0] == 0
    assert sketches.distinct(empty)[0] == 0
