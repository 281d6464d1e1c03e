"""When the platform is ready, degraded or failed; how probes and metrics behave."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jutong.foundation.operations import api, domain, queries
from jutong.foundation.operations.values import Answer, Finding, Probe, Sample, State


def answer(state: State, *, vital: bool = True) -> Answer:
    return Answer(Probe("p", "探针", lambda: None, vital), Finding(state), 0.0)


@pytest.fixture
def own_probes(monkeypatch):
    monkeypatch.setattr(queries, "PROBES", {})
    monkeypatch.setattr(queries, "METRICS", [])


def test_all_fine_is_ok():
    assert domain.overall([answer(State.OK), answer(State.OK, vital=False)]) is State.OK
    assert domain.overall([]) is State.OK


def test_a_failed_vital_part_fails_the_whole():
    assert domain.overall([answer(State.OK), answer(State.FAILED)]) is State.FAILED


def test_a_failed_part_that_is_not_vital_degrades_it():
    assert domain.overall([answer(State.FAILED, vital=False)]) is State.DEGRADED
    assert domain.overall([answer(State.DEGRADED)]) is State.DEGRADED


@given(st.lists(st.tuples(st.sampled_from(State), st.booleans()), max_size=6))
def test_the_order_of_answers_does_not_matter(told):
    answers = [answer(state, vital=vital) for state, vital in told]

    assert domain.overall(answers) is domain.overall(reversed(answers))


def test_an_emptying_disk_warns_before_it_fails():
    states = [domain.judge_disk(free).state for free in (10 * 2**30, 4 * 2**30, 100 * 2**20)]

    assert states == [State.OK, State.DEGRADED, State.FAILED]


@pytest.mark.parametrize(
    ("age", "state"), [(None, State.FAILED), (0.5, State.OK), (14.9, State.OK), (15.1, State.FAILED)]
)
def test_a_worker_without_heartbeat_is_missing(age, state):
    assert domain.judge_heartbeat(age).state is state


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (5 * 2**30, "5.0 GiB"), (3 * 2**40, "3.0 TiB")],
)
def test_sizes_are_told_in_binary_units(number, words):
    assert domain.size(number) == words


def test_findings_speak_with_their_details():
    finding = domain.judge_disk(100 * 2**20)

    assert "100.0 MiB" in finding.words()
    assert finding.words(lambda text: "only {free}") == "only 100.0 MiB"


def test_a_probe_that_raises_has_failed_and_keeps_its_reason_to_the_log(own_probes, caplog):
    def broken() -> None:
        raise RuntimeError("password=geheim")

    api.register_probe("broken", broken, title="坏")
    [found] = api.look()

    assert found.finding.state is State.FAILED
    assert "geheim" not in found.finding.words()
    assert "geheim" in caplog.text


def test_a_probe_that_says_nothing_is_fine(own_probes):
    api.register_probe("quiet", lambda: None)

    [found] = api.look()

    assert found.finding.state is State.OK
    assert found.seconds >= 0


def test_one_probe_can_be_asked_alone(own_probes):
    asked = []
    for name in ("a", "b"):
        api.register_probe(name, lambda name=name: asked.append(name))

    assert [found.probe.name for found in api.look(["b", "unknown"])] == ["b"]
    assert asked == ["b"]


def test_a_source_of_metrics_that_fails_hides_no_other(own_probes):
    counter = itertools.count(1)
    api.register_metrics(lambda: 1 / 0)
    api.register_metrics(lambda: [Sample("calls", "Calls.", (), {(): float(next(counter))})])

    assert [sample.values for sample in queries.read_metrics()] == [{(): 1.0}]
    assert [sample.values for sample in queries.read_metrics()] == [{(): 2.0}]


def test_a_source_registered_twice_is_read_once(own_probes):
    def source() -> list[Sample]:
        return [Sample("one", "One.", (), {(): 1.0})]

    api.register_metrics(source)
    api.register_metrics(source)

    assert len(queries.read_metrics()) == 1
