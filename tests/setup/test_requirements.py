"""Each package is asked for once, with an exact version and the reason why it is here."""

import re
from pathlib import Path

import pytest

from config.editors import WAGTAIL_USER_TIME_ZONES

ROOT = Path(__file__).parents[2]
FILES = (
    "requirements.txt", "requirements-demo.txt", "requirements-watching.txt", "requirements-s3.txt",
    "requirements-dev.txt",
)  # fmt: skip
LINE = re.compile(r"([A-Za-z0-9_.-]+)(?:\[[a-z0-9,]+\])?==[0-9][^ ]* +# .{10,}")


def names(file):
    lines = (ROOT / file).read_text("utf-8").splitlines()
    wanted = [line for line in lines if line and not line.startswith(("#", "-r"))]
    return [(line, LINE.fullmatch(line)) for line in wanted]


@pytest.mark.parametrize("file", FILES)
def test_every_line_names_a_version_and_a_reason(file):
    assert [line for line, found in names(file) if found is None] == []


def test_no_package_is_asked_for_twice():
    every = [found[1].lower().replace("_", "-") for file in FILES for _l, found in names(file)]

    assert sorted({name for name in every if every.count(name) > 1}) == []


def test_editors_choose_no_zone_that_a_browser_does_not_know():
    assert {"localtime", "Factory"}.isdisjoint(WAGTAIL_USER_TIME_ZONES)
    assert "Africa/Nairobi" in WAGTAIL_USER_TIME_ZONES
