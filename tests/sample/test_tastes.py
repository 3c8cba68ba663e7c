"""What food tastes of is said as a taste in every language: nobody takes it for contents."""

import csv
import re
from pathlib import Path

import pytest

from sample.reading import HERE, stores

NUTS = r"\b(walnut|hazelnut|almond|groundnut|peanut|cashew)"
SAYS_TASTE = r"notes? of|taste|flavour|smell|expect|with a note|finish|gives|bring out|almondy"
OTHER_USES = r"shells|like peanuts|contains|stew|allergy"
TASTE = {
    "fr": r"\bnotes?\b|goût|arôme|sav",
    "pt": r"\bnotas?\b|\bsab[eo]|aroma",
    "sw": r"ladha|harufu|noti|dokezo",
    "zh": r"[味香]|气息",
    "ar": r"نكه|طعم|نفح|لمحة",
}


def foods():
    return [one for store in stores() for one in store.products if one.category[:5] == "food/"]


def texts(language):
    """Return summaries and descriptions by SKU."""
    found: dict[str, dict[str, str]] = {}
    for file in sorted(Path(HERE, "catalogue", "i18n", language).glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                if "sku" in row:
                    found.setdefault(row["sku"], {}).update(row)
    return found


def test_a_nut_that_is_no_ingredient_is_a_taste():
    wrong = []
    for one in foods():
        contents = f"{one.title} {' '.join(one.materials)}".lower()
        for sentence in re.split(r"(?<=\.)\s+", f"{one.summary} {one.description}".lower()):
            nuts = {nut for nut in re.findall(NUTS, sentence) if nut not in contents}
            if nuts and not re.search(f"{SAYS_TASTE}|{OTHER_USES}", sentence):
                wrong.append((one.sku, sentence))
    assert wrong == []


@pytest.mark.parametrize("language", TASTE)
@pytest.mark.parametrize("field", ["summary", "description"])
def test_a_taste_is_said_as_a_taste_in_each_language(language, field):
    translated = texts(language)
    tastes = [one for one in foods() if re.search(r"\b[Nn]otes? of\b", getattr(one, field))]
    assert len(tastes) > 20
    wrong = [
        one.sku
        for one in tastes
        if not re.search(TASTE[language], translated[one.sku][field], re.IGNORECASE)
    ]
    assert wrong == []
