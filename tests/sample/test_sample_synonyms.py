"""The words of everyday things stand in all six languages, each in one group."""

import csv
from collections import defaultdict

import pytest

from sample.languages import FOLDER
from sample.reading import HERE
from sample.reference import load_reference
from shop.storefront.listings.models import Synonym
from shop.storefront.listings.words import every_word, forms, words
from shop.storefront.search.parts import MOST_SYNONYMS
from shop.storefront.search.vocabulary import LONGEST_TERM

DATA = HERE / "data"
# Files of what people type besides the thing, with the columns in which they say it.
BESIDE = {"intent_words": "phrase", "joint_words": "phrase", "place_words": "word"}
# What things are made of, as shoppers think of it; food and drink are things as well.
STUFF = {"brass", "clay", "copper", "cotton", "glass", "leather", "linen", "paper", "silk", "wood",
         "wool"}  # fmt: skip
COLOURS = {"black", "blue", "brown", "cream", "green", "grey", "indigo", "natural", "ochre",
           "orange", "red", "rust", "white", "yellow"}  # fmt: skip


def rows_of(table):
    with (DATA / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def folded(term):
    return " ".join(words(term))


@pytest.fixture(scope="module")
def things():
    return rows_of("thing_words")


@pytest.fixture(scope="module")
def groups(things):
    """Return the rows of every group of things, those of specialities among them."""
    named = {row["group"] for row in things}
    found = defaultdict(list)
    for row in (*rows_of("synonyms"), *things):
        if row["group"] in named:
            found[row["group"]].append(row)
    return found


def test_things_are_written_as_specialities_are(things):
    assert things[0].keys() == rows_of("synonyms")[0].keys()
    for row in things:
        assert row["term"] == row["term"].strip(), row
        assert all(row.values()), row
        assert row["catalogue_hits"].isdecimal(), row
        assert 1 <= len(words(row["term"])) <= LONGEST_TERM, row


def test_every_thing_has_its_words_in_all_six_languages(groups):
    missing = {
        name: lacking
        for name, rows in groups.items()
        if (lacking := {"en", "fr", "zh", "ar", "sw", "pt"} - {row["lang"] for row in rows})
    }
    assert not missing


def test_a_group_is_of_one_kind_and_no_longer_than_a_search_looks_at(groups):
    for name, rows in groups.items():
        assert len({(row["category"], row["relation"]) for row in rows}) == 1, name
        assert len({folded(row["term"]) for row in rows}) <= MOST_SYNONYMS + 1, name


def test_no_word_of_a_thing_stands_in_two_groups(things):
    known = defaultdict(set)
    for row in (*rows_of("synonyms"), *things):
        known[folded(row["term"])].add(row["group"])
    twice = {row["term"]: known[folded(row["term"])] for row in things
             if len(known[folded(row["term"])]) > 1}  # fmt: skip
    assert not twice
    once = [(row["group"], row["term"], row["lang"]) for row in things]
    assert len(set(once)) == len(once)


def test_no_form_of_a_word_leads_into_another_group(things):
    known = {folded(row["term"]): row["group"] for row in things}
    led = {
        (row["term"], other)
        for row in things
        for *others, last in [words(row["term"])]
        for form in forms(last)
        if known.get(other := " ".join([*others, form]), row["group"]) != row["group"]
    }
    assert not led


def test_no_word_of_a_thing_is_a_place_a_wish_a_joint_a_colour_or_a_stuff(things):
    taken = STUFF | COLOURS
    for table, column in BESIDE.items():
        taken |= {" ".join(every_word(row[column])) for row in rows_of(table)}
    for file in FOLDER.glob("*/terms.csv"):
        with file.open(encoding="utf-8", newline="") as lines:
            taken |= {
                folded(row["translation"]) for row in csv.DictReader(lines)
                if row["kind"] in ("material", "value")
                and row["term"].casefold() in STUFF | COLOURS
            }  # fmt: skip
    assert not [row["term"] for row in things if " ".join(every_word(row["term"])) in taken]


def test_every_file_has_its_line_in_the_readme():
    told = (DATA / "README.md").read_text(encoding="utf-8")
    missing = [file.name for file in DATA.glob("*.csv") if told.count(file.name) < 2]
    assert not missing


@pytest.mark.django_db
def test_both_files_are_loaded_and_one_group_may_stand_in_both():
    load_reference()

    assert Synonym.objects.count() == len(rows_of("synonyms")) + len(rows_of("thing_words"))
    rows = Synonym.objects.filter(group="lantern").values_list("term", flat=True)
    assert {"lanterne", "lanterna"} <= set(rows)
    assert load_reference() == 0
