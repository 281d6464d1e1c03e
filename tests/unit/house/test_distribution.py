"""Files of tests go whole to one worker, those that take longest first."""

from types import SimpleNamespace

import pytest
from xdist.scheduler import LoadFileScheduling

from tests.support.distribution import LAST, LONGEST_FIRST, in_order
from tests.support.platforms import CHECKOUT


def a_test(nodeid, *, emptying=False):
    return SimpleNamespace(
        nodeid=nodeid,
        fixturenames=["transactional_db"] if emptying else [],
        get_closest_marker=lambda name: None,
    )


TESTS = [
    a_test("tests/integration/a.py::test_1"),
    a_test("tests/integration/b.py::test_1"),
    a_test("tests/integration/b.py::test_2[x::y]"),
    a_test(f"{LAST[0]}::test_1"),
    a_test(f"{LONGEST_FIRST[1]}::test_1"),
    a_test("tests/integration/a.py::TestA::test_2", emptying=True),
    a_test(f"{LONGEST_FIRST[0]}::test_1"),
    a_test(f"{LONGEST_FIRST[1]}::test_2"),
    a_test("tests/integration/c.py::test_1"),
]
FILES = [LONGEST_FIRST[0], LONGEST_FIRST[1], "tests/integration/b.py", "tests/integration/c.py",
         "tests/integration/a.py", LAST[0]]  # fmt: skip


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


def test_tests_of_a_file_stay_together_and_in_their_order():
    ids = [test.nodeid for test in in_order(TESTS)]

    assert list(dict.fromkeys(nodeid.partition("::")[0] for nodeid in ids)) == FILES
    assert [nodeid.partition("::")[2] for nodeid in ids if "/b.py" in nodeid] == ["test_1", "test_2[x::y]"]


def test_a_worker_runs_a_file_whole_and_no_two_run_the_same():
    options = SimpleNamespace(tx=["2*popen"], px=[], loadscopereorder=False)
    config = SimpleNamespace(option=options, getvalue=lambda name: options.__dict__[name])
    scheduler = LoadFileScheduling(config, SimpleNamespace(loadscopesched=print, loadfilesched=print))
    nodes, ids = (Node(), Node()), [test.nodeid for test in in_order(TESTS)]
    for node in nodes:
        scheduler.add_node(node)
        scheduler.add_node_collection(node, ids)

    scheduler.schedule()
    for node in nodes * len(ids):
        for index in node.sent:
            scheduler.mark_test_complete(node, index)

    ran = [{ids[index].partition("::")[0] for index in node.sent} for node in nodes]
    assert ran[0] | ran[1] == set(FILES)
    assert not ran[0] & ran[1]
    assert (ids[nodes[0].sent[0]], ids[nodes[1].sent[0]]) == (f"{FILES[0]}::test_1", f"{FILES[1]}::test_1")


@pytest.mark.parametrize("file", LONGEST_FIRST + LAST)
def test_the_files_named_are_there(file):
    assert (CHECKOUT / file).is_file()
