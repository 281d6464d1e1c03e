"""`make proof` runs every part, whatever becomes of the others, and fails when one did."""

from types import SimpleNamespace

import pytest

from tests.support import campaign


@pytest.fixture
def ran(monkeypatch):
    """The parts that were run; `reminders` fails."""
    modules: list[str] = []

    def run(command, **_):
        modules.append(command[-1])
        return SimpleNamespace(returncode=int(command[-1].endswith("reminders")))

    monkeypatch.setattr(campaign.subprocess, "run", run)
    return modules


def test_a_part_that_fails_hides_none_that_come_after_it(ran, capsys):
    code = campaign.run_all("tests.proof", [])

    said = capsys.readouterr().out
    assert ran == [f"tests.proof.{name}" for name in campaign.parts_of("tests.proof")]
    assert code == 1
    assert "not passed: reminders" in said
    assert said.count("passed") == len(ran), "each part has its line, and one line names what failed"


def test_a_part_that_is_not_there_is_told_before_anything_runs(ran):
    assert campaign.run_all("tests.proof", ["cases", "casses"]) == 2
    assert ran == []


def test_those_named_are_run_and_no_others(ran):
    assert campaign.run_all("tests.proof", ["secrecy"]) == 0
    assert ran == ["tests.proof.secrecy"]
