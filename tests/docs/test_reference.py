"""The reference pages name everything that exists."""

import importlib.util
import re
from collections import Counter
from pathlib import Path

from django.apps import apps

from shop.people.merchants.models import Role
from tools.scripts import glossary

ROOT = Path(__file__).parents[2]
CLASSES = [*apps.get_models(), Role]


def test_every_setting_from_the_environment_is_documented():
    code = (ROOT / "config" / "settings.py").read_text()
    page = (ROOT / "docs" / "reference" / "settings.md").read_text()

    read = set(re.findall(r'env(?:_on|_list)?\(\s*"([A-Z_]+)"', code))

    assert {name for name in read if f"`{name}`" not in page} == set()
    assert "STRIPE_SECRET_KEY" in read


def test_every_command_is_documented():
    page = (ROOT / "docs" / "reference" / "commands.md").read_text()
    folders = ("shop", "sample", "cms", "config")

    commands = {
        file.stem
        for folder in folders
        for file in (ROOT / folder).glob("management/commands/*.py")
        if file.stem != "__init__"
    }

    assert {name for name in commands if f"manage.py {name}" not in page} == set()
    assert "beat" in commands


def test_the_glossary_is_what_its_table_says():
    assert glossary.PAGE.read_text() == glossary.page()


def test_the_glossary_says_each_word_once():
    words = Counter(word for row in glossary.rows() for word in row["word"].split("; "))

    assert [word for word, count in words.items() if count > 1] == []
    assert words["proof"] == 1


def test_what_the_glossary_names_is_there_in_the_code():
    named = {name for row in glossary.rows() for name in row["code"].split("; ") if name}

    assert {name for name in named if not _is_there(name)} == set()
    assert "FailedJob" in named


def _is_there(name):
    if name.startswith(("shop.", "cms.")):
        return importlib.util.find_spec(name) is not None
    head, *rest = name.split(".")
    found = [cls for cls in CLASSES if cls.__name__ == head]
    return bool(found) and (not rest or hasattr(found[0], rest[0]))


def test_every_decision_is_listed():
    index = (ROOT / "docs" / "index.md").read_text()

    records = [file.name for file in (ROOT / "docs" / "decisions").glob("*.md")]

    assert [name for name in records if f"decisions/{name}" not in index] == []


def test_each_figure_that_a_page_or_an_alert_names_is_one_that_monitors_get():
    told = (ROOT / "config/watching/metrics.py").read_text("utf-8")
    pages = [ROOT / "docs/how-to" / name for name in ("install.md", "opening-night.md")]
    places = [*pages, *(ROOT / "deploy/monitoring").iterdir()]
    named = set().union(*(
        re.findall(r"\bbaobab_[a-z]+(?:_[a-z]+)*\b(?=[`{\[)\" ])", place.read_text("utf-8"))
        for place in places
    ))  # fmt: skip
    plain = {re.sub(r"_(?:bucket|count|sum|total)$", "", name) for name in named}

    assert plain
    assert [name for name in sorted(plain) if f'"{name}' not in told] == []
