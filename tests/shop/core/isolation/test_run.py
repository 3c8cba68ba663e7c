"""What works on a stranger's file has so much memory and time, and the shop outlives it."""

import os
from pathlib import Path
from signal import SIGKILL

import pytest

from shop.core.isolation.run import ChildLimits, Overrun, run_apart
from tests.patience import PATIENCE
from tests.taking import taken

MODULE = "tests.shop.core.isolation.greedy"
SMALL = ChildLimits(memory=200_000_000, seconds=20, answer=1_000)
LITTLE_WORK = ChildLimits(memory=200_000_000, seconds=1, answer=1_000, patience=PATIENCE)
IMPATIENT = ChildLimits(memory=200_000_000, seconds=20, answer=1_000, patience=1)


def left_over() -> list[Path]:
    """Return the children of this process that still run the greedy module."""
    own = [
        place.parent
        for place in Path("/proc").glob("[0-9]*/cmdline")
        if MODULE.encode() in place.read_bytes()
    ]
    parents = [(place / "stat").read_text().rpartition(")")[2].split()[1] for place in own]
    return [place for place, pid in zip(own, parents, strict=True) if int(pid) == os.getpid()]


def test_a_file_is_worked_on_apart():
    assert run_apart(MODULE, b"you", SMALL) == b"heard you"


def test_a_file_larger_than_a_pipe_holds_comes_over_whole():
    large = b"x" * 5_000_000

    assert run_apart(MODULE, large, ChildLimits(200_000_000, 20, 6_000_000)) == b"heard " + large


@pytest.mark.parametrize("what", [b"memory", b"crash", b"raise", b"talk"])
def test_a_child_that_takes_too_much_or_dies_gives_no_answer(what):
    with pytest.raises(Overrun):
        run_apart(MODULE, what, SMALL)


@pytest.mark.parametrize(
    ("what", "limits"), [(b"loop", LITTLE_WORK), (b"hang", IMPATIENT)], ids=["loop", "hang"]
)
def test_a_child_that_takes_too_long_is_stopped_and_nothing_of_it_is_left(what, limits):
    with taken() as found, pytest.raises(Overrun, match=f"ended with -{int(SIGKILL)}"):
        run_apart(MODULE, what, limits)

    assert found.children < 2 * limits.seconds
    assert not left_over()


def test_a_child_that_does_not_listen_holds_nobody_up():
    with pytest.raises(Overrun):
        run_apart("tests.shop.core.isolation.no_such_module", b"x" * 5_000_000, SMALL)


def test_a_child_writes_no_files(tmp_path):
    place = tmp_path / "planted"

    with pytest.raises(Overrun):
        run_apart(MODULE, b"write " + bytes(place), SMALL)

    assert not place.exists() or not place.read_bytes()


def test_a_child_knows_no_secret():
    names = run_apart(MODULE, b"environment", SMALL).decode().split(",")

    assert not {"SECRET_KEY", "DATABASE_URL", "STRIPE_SECRET_KEY"} & set(names)


@pytest.mark.parametrize(
    "module", ["shop.core.images.decode", "shop.merchant.dashboard.spreadsheets.child"]
)
def test_what_works_apart_knows_neither_settings_nor_database(module):
    assert run_apart(MODULE, f"modules {module}".encode(), SMALL) == b""
