"""What production is made of can be handed on, is listed, and its holes are asked for."""

import json
import sys
from email.message import Message
from importlib.metadata import Distribution
from pathlib import PurePosixPath

import pytest

from tools.scripts.packages import audit, licences, sbom, updates
from tools.scripts.packages.runtime import ROOT, installed, wanted


class Package(Distribution):
    """A package with the licence that a test gives it."""

    def __init__(self, *, files=(), **told):
        self.told, self.held = told, files

    @property
    def metadata(self):
        said = Message()
        said["Name"], said["Version"] = "thing", "1.0"
        for name, value in self.told.items():
            for one in value if isinstance(value, list) else [value]:
                said[name.replace("_", "-")] = one
        return said

    @property
    def files(self):
        return [PurePosixPath(file) for file in self.held]

    def read_text(self, filename):
        return None

    def locate_file(self, path):
        return path


def test_every_package_that_production_needs_can_be_handed_on():
    found = [licences.look_at(package) for package in installed().values()]

    assert [one for one in found if one.problem] == []
    assert len(found) > 50


@pytest.mark.parametrize(
    ("licence", "is_taken"),
    [
        ("MIT", True),
        ("Apache-2.0 OR GPL-3.0-only", True),
        ("Apache-2.0 AND GPL-3.0-only", False),
        ("MIT AND (Apache-2.0 OR AGPL-3.0-only)", True),
        ("LGPL-3.0-only", True),
        ("GPL-2.0-only", False),
        ("AGPL-3.0-or-later", False),
        ("SSPL-1.0", False),
        ("Other/Proprietary License", False),
        ("Dual License", False),
        ("", False),
    ],
)
def test_a_licence_that_binds_the_shop_or_that_nobody_can_read_is_refused(licence, is_taken):
    assert licences.is_taken(licence) is is_taken


@pytest.mark.parametrize(
    ("told", "licence"),
    [
        ({"License_Expression": "MIT-0", "License": "GPL"}, "MIT-0"),
        ({"License": "PSFL"}, "PSF-2.0"),
        ({"License": "Dual License", "Classifier": [
            "License :: OSI Approved :: BSD License",
            "License :: OSI Approved :: Apache Software License",
        ]}, "BSD AND Apache-2.0"),
        ({"License": "Copyright somebody. " * 20,
          "Classifier": ["License :: OSI Approved :: MIT License"]}, "MIT"),
        ({}, ""),
    ],
)  # fmt: skip
def test_a_licence_is_read_wherever_a_package_says_it(told, licence):
    assert licences.licence_of(Package(**told)) == licence


def test_a_library_under_a_stricter_licence_is_found_in_its_wheel():
    package = Package(License="MIT", files=["thing/a.py", "thing.libs/libx265-4883ecb5.so.217"])

    assert licences.look_at(package).problem == "holds x265, GPL-2.0-or-later"
    assert licences.look_at(Package(License="MIT")).problem == ""


def test_each_decision_is_about_something_that_is_there():
    there = installed()

    for name, library in licences.KNOWN:
        assert library in licences.libraries_of(there[name])


@pytest.mark.long
def test_the_list_holds_what_production_needs_and_nothing_of_the_tests():
    facts = json.loads(sbom.listed(sys.executable, set(installed())))

    names = {one["name"].lower() for one in facts["components"]}
    assert {"django", "stripe", "psycopg", "sentry-sdk", "boto3"} <= names
    assert not {"pytest", "mypy", "playwright"} & names
    assert len(facts["components"]) == len(installed())
    assert facts["metadata"]["component"]["name"] == "baobab"


def test_what_is_built_stays_out_of_git():
    assert "/build/" in (ROOT / ".gitignore").read_text("utf-8").splitlines()


def answer(*packages):
    return {"dependencies": list(packages)}


HOLE = {"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["2.0"]}


def test_a_hole_is_named_with_the_version_that_mends_it():
    found = answer({"name": "thing", "version": "1.0", "vulns": [HOLE]},
                   {"name": "other", "version": "1.0", "vulns": []})  # fmt: skip

    assert audit.holes_in(found, 2) == ["thing 1.0: PYSEC-1, mended in 2.0"]


def test_a_hole_that_does_not_concern_the_shop_is_left_out(monkeypatch):
    monkeypatch.setitem(audit.HARMLESS, "CVE-1", "it is never called")

    assert audit.holes_in(answer({"name": "thing", "version": "1.0", "vulns": [HOLE]}), 1) == []


def test_a_package_of_which_nobody_knows_is_not_called_safe():
    found = answer({"name": "thing", "skip_reason": "not found"})

    with pytest.raises(audit.NotAsked, match="of 1 packages 0"):
        audit.holes_in(found, 1)


@pytest.mark.parametrize(("words", "code"), [([], 0), (["--strict"], 1)])
def test_where_nobody_can_be_asked_it_is_said_and_fails_the_strict_alone(
    words, code, monkeypatch, capsys
):
    monkeypatch.setattr(sys, "argv", ["audit", *words])
    monkeypatch.setattr(audit, "SERVICES", {"pypi": "http://127.0.0.1:9/"})

    assert audit.main() == code
    assert "NOT LOOKED AT" in capsys.readouterr().out


def test_a_mirror_that_knows_of_no_hole_is_not_asked(tmp_path, monkeypatch):
    (tmp_path / "pip.json").write_text('{"vulnerabilities": []}')
    monkeypatch.setattr(audit, "SERVICES", {"pypi": (tmp_path / "pip.json").as_uri()})

    with pytest.raises(audit.NotAsked, match="can be reached"):
        audit.answering()


def test_what_is_wanted_is_read_with_the_files_that_it_builds_upon():
    names = {one.name for one in wanted(ROOT / "requirements-dev.txt")}

    assert {"Django", "honcho", "pytest"} <= names
    [psycopg] = [one for one in wanted(ROOT / "requirements.txt") if one.name == "psycopg"]
    assert psycopg.extras == {"binary", "pool"}


def test_an_update_says_what_changes_and_what_comes_along():
    old, new = {"a": "1", "b": "1", "gone": "1"}, {"a": "1", "b": "2", "c": "3"}

    assert [line.split() for line in updates.differences(old, new)] == [
        ["b", "1", "→", "2"], ["c", "–", "→", "3"],
    ]  # fmt: skip
    assert updates.differences(old, old) == ["Everything is the newest."]


def test_the_tests_of_a_rehearsal_are_there():
    assert [name for name in updates.TESTS if not (ROOT / name).exists()] == []
