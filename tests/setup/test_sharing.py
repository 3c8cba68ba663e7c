from tests.sharing import parts


def test_modules_are_dealt_out_whole_but_for_tests_that_commit_and_browsers():
    asked = [
        "tests/a.py::test_reads[1]", "tests/a.py::test_reads[2]", "tests/b.py::test_reads",
        "tests/a.py::test_commits", "tests/journeys/c.py::test_buys[desk]",
        "tests/journeys/c.py::test_buys[phone]", "tests/b.py::test_commits",
    ]  # fmt: skip

    found = parts(asked)

    assert found[asked[0]] == found[asked[1]]
    assert len({*found.values()}) == 6
