"""Long files of tests go whole to one worker and are begun first; the others keep their order."""

from types import SimpleNamespace

import pytest

from tests.support.distribution import LAST, LONGEST_FIRST, LongFilesWhole, file_of, in_order
from tests.support.platforms import CHECKOUT

FIRST, SECOND = LONGEST_FIRST[:2]
IDS = [
    "tests/integration/b.py::test_1",
    f"{LAST[0]}::test_1",
    f"{SECOND}::test_1",
    "tests/integration/a.py::TestA::test_2",
    f"{FIRST}::test_1[x::y]",
    f"{SECOND}::test_2",
    "tests/integration/b.py::test_3",
    f"{FIRST}::test_2",
    f"{FIRST}::test_3",
    f"{SECOND}::test_3",
]
ORDERED = [
    f"{FIRST}::test_1[x::y]", f"{FIRST}::test_2", f"{FIRST}::test_3",
    f"{SECOND}::test_1", f"{SECOND}::test_2", f"{SECOND}::test_3",
    "tests/integration/b.py::test_1", "tests/integration/a.py::TestA::test_2", "tests/integration/b.py::test_3",
    f"{LAST[0]}::test_1",
]  # fmt: skip


class Node:
    """A worker as its scheduler sees it."""

    gateway = SimpleNamespace(id="gw")
    shutting_down = False

    def __init__(self):
        self.sent = []

    def send_runtest_some(self, indices):
        self.sent += indices

    def shutdown(self):
        self.shutting_down = True


def test_long_files_come_first_and_the_others_keep_their_order():
    ordered = in_order([SimpleNamespace(nodeid=nodeid) for nodeid in IDS])

    assert [item.nodeid for item in ordered] == ORDERED


def test_a_long_file_is_run_by_one_worker_and_the_others_are_shared_in_their_order():
    options = SimpleNamespace(tx=["2*popen"], px=[], loadscopereorder=False)
    config = SimpleNamespace(option=options, getvalue=lambda name: options.__dict__[name])
    scheduler = LongFilesWhole(config, SimpleNamespace(loadscopesched=print))
    nodes = (Node(), Node())
    for node in nodes:
        scheduler.add_node(node)
        scheduler.add_node_collection(node, ORDERED)

    scheduler.schedule()
    done = set()
    for node in nodes * len(ORDERED):
        for index in [index for index in node.sent if index not in done][:1]:
            done.add(index)
            scheduler.mark_test_complete(node, index)

    ran = [[ORDERED[index] for index in node.sent] for node in nodes]
    assert sorted(ran[0] + ran[1]) == sorted(ORDERED)
    assert [file_of(nodeid) for nodeid in ran[0][:3]] == [FIRST] * 3
    assert [file_of(nodeid) for nodeid in ran[1][:3]] == [SECOND] * 3
    for each in ran:
        assert each == sorted(each, key=ORDERED.index)


@pytest.mark.parametrize("file", LONGEST_FIRST + LAST)
def test_the_files_named_are_there(file):
    assert (CHECKOUT / file).is_file()
