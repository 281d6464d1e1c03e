"""`make proof` and `make bench`: each part can start, and none hides what became of the others."""

import importlib
import sys

import pytest

from tests.support import campaign

GOOD = "from tests.support import figures\ndef main():\n    figures.record('good', 7.0, 's')\n"
PARTS = {"a_ends_everything": "import os\ndef main():\n    os._exit(3)\n", "b_passes": GOOD}
FAILURES = {
    "raises": "def main():\n    raise AssertionError('the page was blank')\n",
    "fails_as_pytest_does": "import pytest\ndef main():\n    pytest.fail('a row was lost')\n",
    "ends": "import sys\ndef main():\n    sys.exit(0)\n",
    "cannot_be_read": "import nothing_of_that_name\n",
}


@pytest.fixture
def package(tmp_path, monkeypatch):
    folder = tmp_path / "measured_here"
    folder.mkdir()
    for name, text in {"__init__": "", **PARTS, **{f"_{name}": text for name, text in FAILURES.items()}}.items():
        (folder / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    yield folder.name
    for name in [name for name in sys.modules if name.startswith(folder.name)]:
        del sys.modules[name]


@pytest.fixture
def figures_here(tmp_path, monkeypatch):
    """Figures of this process are kept apart; those of a part's process are taken away again."""
    file = campaign.figures.FILE
    before = file.read_bytes() if file.exists() else None
    yield
    if before is None:
        file.unlink(missing_ok=True)
    else:
        file.write_bytes(before)


def test_every_part_is_run_and_those_that_failed_are_named_at_the_end(package, figures_here, capsys):
    code = campaign.run_all(package, [])

    said = capsys.readouterr().out
    assert code == 1
    assert "good" in said, "the figures of those that came through"
    assert "failed (exit code 3)" in said
    assert "passed" in said
    assert said.splitlines()[-1] == "not passed: a_ends_everything"


@pytest.mark.parametrize("failure", FAILURES)
def test_whatever_ends_a_part_counts_as_failed(package, failure, capsys):
    assert campaign.main(f"{package}._{failure}") == 1
    assert "Traceback" in capsys.readouterr().err


def test_a_name_that_is_no_part_is_not_taken_for_success(package, capsys):
    assert campaign.run_all(package, ["b_pases"]) == 2
    assert "b_passes" in capsys.readouterr().out


@pytest.mark.parametrize("package", ["tests.proof", "tests.benchmarks"])
def test_every_part_of_the_real_ones_can_be_loaded(package):
    names = campaign.parts_of(package)

    assert len(names) >= 6
    for name in names:
        assert callable(importlib.import_module(f"{package}.{name}").main), name
