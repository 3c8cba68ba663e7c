"""The list of guards fits the code, so that ``make mutants`` always has something to remove."""

from dataclasses import replace

import pytest

from tools.scripts.mutants import LISTS, Bench, Mutant, find_tests, problems, read

MUTANT = Mutant(
    why="A line ends.",
    file="tools/scripts/mutants.py",
    text='    if lost := problems(mutants):\n',
    instead="",
    test="test_every_guard_of_the_list_is_there_once",
)  # fmt: skip


def test_every_guard_of_the_list_is_there_once():
    mutants = read(LISTS)

    assert problems(mutants) == []
    assert len(set(mutants)) == len(mutants)
    assert [m.why for m in mutants if not m.why.endswith(".") or m.text == m.instead] == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"text": "not there"}, "found 0 times"),
        ({"text": "return"}, "once is right"),
        ({"file": "tools/scripts/gone.py"}, "found 0 times"),
        ({"test": "test_nobody_wrote"}, "0 tests have this name"),
    ],
    ids=["gone", "several times", "file gone", "test gone"],
)
def test_a_list_that_no_longer_fits_is_told(change, sentence):
    (problem,) = problems([replace(MUTANT, **change)])

    assert sentence in problem


def test_a_test_is_found_wherever_it_stands(tmp_path):
    (tmp_path / "deep").mkdir()
    for place in ("test_a.py", "deep/test_b.py"):
        (tmp_path / place).write_text("def test_one():\n    pass\n\n\ndef helper():\n    pass\n")

    assert find_tests(tmp_path) == {
        "test_one": [tmp_path / "deep" / "test_b.py", tmp_path / "test_a.py"]
    }


def test_a_guard_is_back_after_its_test(tmp_path):
    (tmp_path / "code.py").write_text("one\nguard\ntwo\n")
    mutant = replace(MUTANT, file="code.py", text="guard\n")

    with Bench(tmp_path, "").without(mutant):
        assert (tmp_path / "code.py").read_text() == "one\ntwo\n"

    assert (tmp_path / "code.py").read_text() == "one\nguard\ntwo\n"
