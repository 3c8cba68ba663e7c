"""Each package is asked for once, with an exact version and the reason why it is here."""

import re
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from config.editors import WAGTAIL_USER_TIME_ZONES
from tools.scripts.packages.runtime import RUNTIME, installed, wanted

ROOT = Path(__file__).parents[2]
FILES = (
    "requirements.txt", "requirements-demo.txt", "requirements-watching.txt", "requirements-s3.txt",
    "requirements-dev.txt",
)  # fmt: skip
LOCKED = re.compile(r"([A-Za-z0-9_.-]+)(?:\[[a-z0-9,-]+\])?==(\S+).*")
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


def locked(file):
    """Return the versions of a lock file by name, with how many hashes each has."""
    text = (ROOT / file).with_suffix(".lock").read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    found = [LOCKED.match(line) for line in lines]
    assert None not in found
    return {canonicalize_name(one[1]): (one[2], one[0].count("--hash=sha256:")) for one in found}


@pytest.mark.parametrize("file", FILES)
def test_each_lock_pins_what_its_file_asks_for_with_hashes_and_all_agree(file):
    lock, every = locked(file), locked("requirements-dev.txt")

    asked = {canonicalize_name(one.name): str(one.specifier) for one in wanted(ROOT / file)}
    assert {name: f"=={lock[name][0]}" for name in asked if name in lock} == asked
    assert [name for name, (_version, hashes) in lock.items() if not hashes] == []
    assert {name: version for name, (version, _hashes) in lock.items()
            if every[name][0] != version} == {}  # fmt: skip
    assert len(lock) >= len(asked)


def test_everything_that_production_has_here_is_locked_in_this_version():
    known = {}
    for file in RUNTIME:
        known |= locked(file.name)

    here = {canonicalize_name(name): one.version for name, one in installed().items()}
    assert {name: known[name][0] for name in here} == here


@pytest.mark.parametrize(
    "script", ["tools/scripts/setup.sh", "deploy/install.sh", "deploy/container/Containerfile"]
)
def test_scripts_install_from_lock_files_with_hashes_alone(script):
    text = (ROOT / script).read_text("utf-8")

    assert "--require-hashes" in text
    assert not re.search(r"requirements[\w$-]*\.txt", text)


def test_editors_choose_no_zone_that_a_browser_does_not_know():
    assert {"localtime", "Factory"}.isdisjoint(WAGTAIL_USER_TIME_ZONES)
    assert "Africa/Nairobi" in WAGTAIL_USER_TIME_ZONES
