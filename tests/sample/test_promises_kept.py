"""What texts promise can be done, and leads to where; the rest is said nowhere."""

import csv
import json
import re

import pytest
from django.urls import get_resolver
from django.utils import translation

from sample.doors import doors, settled, waits
from sample.filling import CONTENT
from sample.sheets import LANGUAGES
from tests.sample.test_promises import CATALOGUE, ROOT
from tools.scripts.catalogues import sentences_of, sources

SHEETS = ROOT / "sample"
ITALICS = re.compile(r"(?<![*\w])\*([^*\n]+)\*(?![*\w])")
KINDS = ("help", "academy", "stories")


def shown(file):
    """Return what a sheet says today, on one line; figures are filled in elsewhere."""
    return " ".join(settled(file.read_text("utf-8")).split())


def addresses(resolver=None, above=""):
    """Return the names of all addresses, those of the desk with its name before them."""
    found = set()
    for pattern in (resolver or get_resolver()).url_patterns:
        if hasattr(pattern, "url_patterns"):
            space = f"{above}{pattern.namespace}:" if pattern.namespace else above
            found |= addresses(pattern, space)
        elif pattern.name:
            found.add(f"{above}{pattern.name}")
    return found


def promises():
    with (CONTENT / "promises.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_each_promise_of_the_list_is_said_and_has_an_address():
    known = addresses()
    files = {row["file"]: shown(SHEETS / row["file"]) for row in promises()}

    wrong = [
        row for row in promises()
        if " ".join(row["sentence"].split()) not in files[row["file"]]
        or row["door"] not in known
    ]  # fmt: skip

    assert wrong == []
    assert len(promises()) > 80


def is_held(file):
    """Tell whether a whole page waits."""
    found = re.search(r"^waits_for: \[(.*)\]", file.read_text("utf-8"), re.MULTILINE)
    return bool(found) and waits(found[1].split(", "))


def english():
    """Return every English text that somebody reads, by where it stands."""
    files = [file for kind in KINDS for file in (CONTENT / kind).glob("*.md") if not is_held(file)]
    found = {str(file): shown(file) for file in files}
    for file in CATALOGUE.glob("*.json"):
        found[str(file)] = json.dumps(json.loads(settled(file.read_text("utf-8"))))
    for name in ("content/festivals.yaml", "organizing.yaml"):
        found[name] = shown(SHEETS / name)
    for path in sources():
        found[str(path)] = " / ".join(text for _context, text in sentences_of(path))
    return found


def test_no_text_promises_what_is_not_there():
    texts = english()
    closed = [door for door in doors().values() if not door.is_open]

    said = [
        f"{door.name}: “{found[0]}” in {name}"
        for door in closed
        for words in door.words
        for name, text in texts.items()
        if (found := re.search(words, text, re.IGNORECASE))
    ]

    assert said == []
    assert len(closed) > 10


@pytest.mark.parametrize("ours", LANGUAGES)
def test_labels_of_doors_that_are_closed_are_named_nowhere(ours):
    with translation.override(LANGUAGES[ours]):
        closed = {
            translation.gettext(label): door.name
            for door in doors().values() if not door.is_open for label in door.labels
        }  # fmt: skip
    folder = CONTENT if ours == "en" else CONTENT / "i18n" / ours
    named = [
        f"{file.name}: {label}"
        for kind in KINDS for file in (folder / kind).glob("*.md")
        if not is_held(file)
        for label in ITALICS.findall(settled(file.read_text("utf-8")))
        if label in closed
    ]  # fmt: skip

    assert named == []


def test_labels_of_doors_lead_to_them():
    from sample.pages import Shelf  # noqa: PLC0415 (needs the apps)

    shelf = Shelf({ours: {} for ours in LANGUAGES}, {})

    assert shelf.link("Find an order") == "/orders/find/"
    assert shelf.link("Your vouchers") == "/account/vouchers/"
    assert shelf.link("Vos bons de réduction", "fr") in ("/fr/account/vouchers/", "")
    assert shelf.link("Ask the store") == ""
