"""No cell of our sheets is a formula, whichever program opens it; reading gives the words back."""

import random
import re

import pytest

from shop.core.spreadsheets.tables import as_read, as_text

SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20"
LETTERS = f"{SIGNS}\t\r\n;,' \"ab1"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("\uff1d1", "'\uff1d1"),
        ("\uff0b1", "'\uff0b1"),
        ("\uff0d1", "'\uff0d1"),
        ("\uff20SUM(1)", "'\uff20SUM(1)"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        (" =1", " '=1"),
        ("Bowl;=1", "Bowl;'=1"),
        ("Bowl; =1", "Bowl; '=1"),
        ('Bowl,"@1', "Bowl,\"'@1"),
        ("one\r\n-two", "one\r\n'-two"),
        ("'=1", "''=1"),
        ("Red, -20 %", "Red, -20 %"),
        ("a = b, c-d; 1+1", "a = b, c-d; 1+1"),
        ("it's", "it's"),
    ],
)
def test_a_formula_gets_an_apostrophe_wherever_a_cell_may_begin(text, written):
    assert as_text(text) == written
    assert as_read(written) == text


def test_any_words_come_back_as_they_were_and_no_part_of_them_is_a_formula():
    dice = random.Random(21)
    for _ in range(20_000):
        text = "".join(dice.choice(LETTERS) for _ in range(dice.randrange(10)))

        written = as_text(text)

        assert as_read(written) == text
        parts = re.split("[;,\t\r\n]", written)
        assert not [part for part in parts if re.match(rf'"*[{re.escape(SIGNS)}]', part)]
