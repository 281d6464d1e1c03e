"""Our tree against pymerkle, and our proofs against the RFC's own algorithms in the stand-alone verifier."""

import pymerkle
import pytest
from hypothesis import given
from hypothesis import strategies as st

import jutong_verify
from jutong.foundation.audit.domain.tree import (
    EMPTY_ROOT,
    Frontier,
    consistency_spans,
    fold,
    hash_spans,
    inclusion_spans,
    leaf_hash,
    peaks,
    places_of,
    root_from_path,
)

SIZE = 70
LEAVES = [f"entry {number}".encode() for number in range(SIZE)]


class Oracle:
    """A pymerkle tree over the same leaves."""

    def __init__(self):
        self.tree = pymerkle.InmemoryTree(algorithm="sha256")
        for leaf in LEAVES:
            self.tree.append_entry(leaf)

    def root(self, size):
        return self.tree.get_root(size)


@pytest.fixture(scope="module")
def oracle():
    return Oracle()


@pytest.fixture(scope="module")
def stored():
    """All perfect subtrees, as the store would hold them."""
    frontier, nodes = Frontier(), {}
    for leaf in LEAVES:
        nodes.update({node.place: node.hash for node in frontier.append(leaf_hash(leaf))})
    return nodes


def hashes(spans, stored):
    return hash_spans(spans, {place: stored[place] for place in places_of(spans)})


def test_every_root_is_that_of_the_oracle(oracle):
    frontier = Frontier()
    assert frontier.root() == EMPTY_ROOT

    for size, leaf in enumerate(LEAVES, 1):
        frontier.append(leaf_hash(leaf))
        assert frontier.root() == oracle.root(size)


def test_a_tree_goes_on_from_its_peaks(oracle, stored):
    for size in range(SIZE):
        frontier = Frontier(size, [stored[place] for place in peaks((0, size))])
        frontier.append(leaf_hash(LEAVES[size]))
        assert frontier.root() == oracle.root(size + 1)


def test_every_inclusion_proof_is_that_of_the_oracle_and_leads_to_the_root(oracle, stored):
    for size in range(1, SIZE + 1):
        for index in range(size):
            path = hashes(inclusion_spans(index, size), stored)

            assert list(path) == oracle.tree.prove_inclusion(index + 1, size).path[1:]
            leaf = leaf_hash(LEAVES[index])
            assert root_from_path(index, size, leaf, path) == oracle.root(size)
            assert jutong_verify.root_from_inclusion(index, size, leaf, path) == oracle.root(size)


def test_every_consistency_proof_holds_for_the_rfc_s_own_algorithm(oracle, stored):
    for second in range(1, SIZE + 1):
        for first in range(1, second + 1):
            path = hashes(consistency_spans(first, second), stored)

            assert jutong_verify.is_consistent(first, second, oracle.root(first), oracle.root(second), path)


@given(st.integers(2, SIZE), st.data())
def test_a_proof_with_one_bit_changed_proves_nothing(oracle, stored, size, data):
    index = data.draw(st.integers(0, size - 1))
    path = list(hashes(inclusion_spans(index, size), stored))
    place, bit = data.draw(st.integers(0, len(path) - 1)), data.draw(st.integers(0, 255))
    path[place] = (int.from_bytes(path[place]) ^ (1 << bit)).to_bytes(32)

    assert jutong_verify.root_from_inclusion(index, size, leaf_hash(LEAVES[index]), path) != oracle.root(size)


@given(st.integers(1, SIZE - 1), st.data())
def test_another_history_is_not_consistent(oracle, stored, first, data):
    second = data.draw(st.integers(first + 1, SIZE))
    path = hashes(consistency_spans(first, second), stored)
    other_root = fold([leaf_hash(b"rewritten")])

    assert not jutong_verify.is_consistent(first, second, other_root, oracle.root(second), path)
    assert not jutong_verify.is_consistent(first, second, oracle.root(first), other_root, path)
    assert not jutong_verify.is_consistent(first, second, oracle.root(first), oracle.root(second), path[:-1])


@given(st.integers(0, 10**12))
def test_peaks_cover_the_tree_without_gap_or_overlap(size):
    end = 0
    for level, position in peaks((0, size)):
        assert position << level == end
        end += 1 << level
    assert end == size


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 4), (4, 4)])
def test_no_proof_of_a_leaf_outside_the_tree(index, size):
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_spans(index, size)


@pytest.mark.parametrize(("first", "second"), [(0, 4), (5, 4)])
def test_no_proof_from_nothing_or_backwards(first, second):
    with pytest.raises(ValueError, match="no proof"):
        consistency_spans(first, second)


def test_a_path_of_another_length_is_refused():
    with pytest.raises(ValueError, match="belong"):
        root_from_path(0, 4, b"x" * 32, [b"y" * 32])
