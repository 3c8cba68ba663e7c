"""What texts promise is there, or waits for its door, in every language."""

import csv
import json
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from django.urls import get_resolver

from sample.articles import articles
from sample.doors import MARK, Door, doors, settled, waits
from sample.filling import CONTENT, placeholders
from sample.sheets import SheetError

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "sample" / "catalogue"
LANGUAGES = sorted(folder.name for folder in (CONTENT / "i18n").glob("*") if folder.is_dir())
TABLE = {
    "kitchen": Door("kitchen", "", is_open=True, labels=(), words=()),
    "cellar": Door("cellar", "", is_open=False, labels=(), words=()),
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sit. [[kitchen: Eat. || Wait.]] Go.", "Sit. Eat. Go."),
        ("Sit. [[cellar: Drink. || Wait.]] Go.", "Sit. Wait. Go."),
        ("Sit.[[cellar:  Drink.]] Go.", "Sit. Go."),
        ("[[cellar: | a | b |\n\n| c | d |\n|| One\n\nTwo]]", "One\n\nTwo"),
        ("[[cellar: a || b]] and [[kitchen: c || d]]", "b and c"),
        ("[a link](b) and [ ]", "[a link](b) and [ ]"),
    ],
)
def test_a_passage_waits_for_its_door(text, expected):
    assert settled(text, TABLE) == expected


def test_a_door_that_does_not_exist_is_refused():
    with pytest.raises(SheetError, match="there is no door 'attic'"):
        settled("[[attic: Look. ]]", TABLE)
    with pytest.raises(SheetError, match="there is no door 'attic'"):
        waits(["kitchen", "attic"], TABLE)


def test_a_page_waits_until_all_of_its_doors_are_open():
    assert not waits([], TABLE)
    assert not waits(["kitchen"], TABLE)
    assert waits(["kitchen", "cellar"], TABLE)


def test_a_page_that_waits_is_left_out():
    kept = [article.slug for article in articles("academy", placeholders())]

    assert "photographs-with-a-phone" in kept
    for file in (CONTENT / "academy").glob("*.md"):
        waiting = re.search(r"^waits_for: \[(.*)\]$", file.read_text("utf-8"), re.MULTILINE)
        is_kept = not waiting or not waits(waiting[1].split(", "))
        assert (file.stem[2:] in kept) == is_kept, file.name


def test_a_door_is_open_exactly_when_its_address_is_there():
    addresses = {name for name in get_resolver().reverse_dict if isinstance(name, str)}

    wrong = {
        door.name: "open it" if door.at in addresses else "close it"
        for door in doors().values()
        if door.at and door.is_open != (door.at in addresses)
    }

    assert wrong == {}
    assert any(door.at and door.is_open for door in doors().values())


def test_marks_in_templates_name_doors_that_are_closed():
    for file in (ROOT / "templates").rglob("*.*"):
        for name in re.findall(r"\{# not yet ([a-z-]+):", file.read_text("utf-8")):
            assert not doors()[name].is_open, f"{file.name}: {name} is open"


def test_every_mark_is_whole():
    sheets = [*CONTENT.rglob("*.*"), *CATALOGUE.rglob("*.*"), ROOT / "sample" / "organizing.yaml"]
    for file in sheets:
        if file.suffix in (".md", ".yaml", ".json", ".csv") and file.name not in (
            "doors.yaml",
            "README.md",
        ):
            text = file.read_text("utf-8")
            marks = MARK.findall(text)
            assert text.count("[[") == text.count("]]") == len(marks), file
            assert {name for name, _will_be, _now in marks} <= doors().keys(), file
            assert re.search(r"\[\[|\]\]|\|\|", settled(text)) is None, file


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_waits_for_the_same(language):
    for file in sorted(CONTENT.glob("*/*.md")):
        if file.parent.parent == CONTENT:
            translated = CONTENT / "i18n" / language / file.parent.name / file.name
            assert waiting_in(translated.read_text("utf-8")) == waiting_in(file.read_text("utf-8"))
    known, found = of_catalogue(), of_translations(language)
    assert {key: found[key] for key in known if found[key] != known[key]} == {}


def waiting_in(text):
    return [name for name, _will_be, _now in MARK.findall(text)]


def of_catalogue():
    found = {}
    for file in CATALOGUE.glob("*.json"):
        sheet = json.loads(file.read_text("utf-8"))
        found[sheet["slug"]] = Counter(waiting_in(sheet["tagline"] + sheet["story"]))
        for product in sheet["products"]:
            shown = (product[name] for name in ("title", "summary", "description"))
            found[product["sku"]] = Counter(waiting_in(" ".join(shown)))
    return found


def of_translations(language):
    found = defaultdict(Counter)
    for file in (CATALOGUE / "i18n" / language).glob("*.csv"):
        with file.open(encoding="utf-8", newline="") as lines:
            for name, *cells in csv.reader(lines):
                found[name] += Counter(waiting_in(" ".join(cells)))
    return found
