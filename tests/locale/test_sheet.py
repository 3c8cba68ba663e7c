"""The rules for the two sheets of words: what is lost, what is set wrongly.

What is missing is reported, and fails a release: see ``tools/scripts/catalogues.py``.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator

import pytest

from tools.scripts import catalogues

FORMS = {
    language: {column.removeprefix(f"{language}_"): column for column in columns}
    for language, (columns, _) in catalogues.LANGUAGES.items()
}
# Each of these Arabic forms stands for one number only, so the digit may be left out.
MAY_DROP_COUNT = {"ar_zero", "ar_one", "ar_two"}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%")
FULL_STOPS = (".", "。")
SENTENCE_ENDS = (".", "?", "!", "…", "؟", "。", "？", "！")

ROWS = catalogues.read_sheet()


def translations(row: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """Yield language, column and text of all that a row holds."""
    for language, forms in FORMS.items():
        for column in forms.values() if row["msgid_plural"] else [language]:
            if row[column]:
                yield language, column, row[column]


def placeholders(text: str) -> Counter:
    return Counter(PLACEHOLDER.findall(text))


def problems(rule: str) -> list[str]:
    """Name each translation that breaks a rule."""
    breaks = RULES[rule]
    return [
        f"{column} of {row['msgid']!r}: {text!r}"
        for row in ROWS
        for language, column, text in translations(row)
        if breaks(row, language, column, text)
    ]


def loses_a_placeholder(row: dict, language: str, column: str, text: str) -> bool:
    wanted, found = placeholders(row["msgid"]), placeholders(text)
    if column in MAY_DROP_COUNT and found["%(count)d"] == 0:
        wanted = wanted - Counter({"%(count)d": wanted["%(count)d"]})
    return found != wanted


def ends_otherwise(row: dict, language: str, column: str, text: str) -> bool:
    if row["msgid"].endswith("."):
        return not text.endswith(SENTENCE_ENDS)
    return not row["msgid"].endswith(("?", "!")) and text.endswith(FULL_STOPS)


def is_set_wrongly(row: dict, language: str, column: str, text: str) -> bool:
    words = PLACEHOLDER.sub("", text)
    match language:
        case "fr":
            return bool(re.search(r"(?<![\u00a0\u202f])[;:!?»](?!\w)|«(?!\u00a0)", words))
        case "ar":
            latin = re.search(r"[,;?]", re.sub(r"\d,\d", "", words))
            return bool(latin or re.search(r"[\u0660-\u0669\u06f0-\u06f9]", words))
        case "zh_Hans":
            half = r"[\u4e00-\u9fff][,.;:?!()]|[,.;:?!][\u4e00-\u9fff]"
            return bool(re.search(half, words))
    return False


def says_the_zone_twice(row: dict, language: str, column: str, text: str) -> bool:
    # The names of zones begin with "time" themselves: East Africa Time, توقيت شرق أفريقيا.
    word = {"ar": "توقيت", "fr": "heure", "zh_Hans": "时间", "sw": "saa", "pt": "hora"}[language]
    return bool(re.search(rf"{word}\w*\s*%\((zone|time_zone)\)s", text, re.IGNORECASE))


def bends_a_counted_phrase(row: dict, language: str, column: str, text: str) -> bool:
    # A phrase such as متجران is in the nominative: behind a preposition it would be متجرين.
    counted = "items|stores|parcels|products|rows|countries|experiences"
    before = r"(?:^|\s)(?:من|إلى|في|على|عن|مع|ل|ب)\s*"
    return language == "ar" and bool(re.search(rf"{before}%\(({counted})\)s", text))


def spaces_its_per_cent_otherwise(row: dict, language: str, column: str, text: str) -> bool:
    if language in ("fr", "pt"):
        return bool(re.search(r"(?<!\u00a0)%%", text))
    return bool(re.search(r"\s%%", text))


def grudges(row: dict, language: str, column: str, text: str) -> bool:
    only = re.search(r"\bonly\b", row["msgid"], re.IGNORECASE)
    return language == "fr" and "Plus que" in text and not only


def leaves_out_the_last_day(row: dict, language: str, column: str, text: str) -> bool:
    # "By 8 December" includes that day, "before 8 December" does not.
    before = {"fr": r"avant(?: le)?", "ar": "قبل", "sw": "kabla ya"}.get(language)
    by = re.search(r"\bby(?: %\((?:date|\w+_(?:by|closes|to))\)s|$)", row["msgid"])
    return bool(before and by and re.search(rf"\b{before}(?: %\(|$)", text))


RULES = {
    "what is due by a day is due on it as well": leaves_out_the_last_day,
    "the name of a zone needs no word before it": says_the_zone_twice,
    "an Arabic preposition governs no phrase that is counted": bends_a_counted_phrase,
    "a per cent sign stands as in its language": spaces_its_per_cent_otherwise,
    "what is left is not little because it is told": grudges,
    "placeholders are those of the English text": loses_a_placeholder,
    "a sentence stays a sentence": ends_otherwise,
    "punctuation is that of the language": is_set_wrongly,
    "there is no markup, and no percent sign, quote or space astray": lambda row, *rest: bool(
        re.search(r"""<[a-z/]|['"]|\s\s|[\n\t]|^\s|\s$""", rest[-1])
        or "%" in PLACEHOLDER.sub("", rest[-1])
    ),
    "no direction character hides in it": lambda row, *rest: bool(
        re.search(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]", rest[-1])
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_every_translation_keeps_to_the_rule(rule):
    assert problems(rule) == []


def test_singular_and_plural_of_a_message_hold_the_same_placeholders():
    plurals = [row for row in ROWS if row["msgid_plural"]]

    assert [
        row["msgid"]
        for row in plurals
        if placeholders(row["msgid"]) != placeholders(row["msgid_plural"])
    ] == []


def test_no_message_stands_in_the_sheet_twice():
    keys = Counter((row["context"], catalogues.as_text(row["msgid"])) for row in ROWS)

    assert [key for key, count in keys.items() if count > 1] == []


def test_every_term_has_a_note_and_a_word_in_each_language():
    with (catalogues.LOCALE / "terms.csv").open(newline="", encoding="utf-8") as file:
        terms = list(csv.DictReader(file, strict=True))

    assert [term["english"] for term in terms if not all(term.values())] == []
    assert len({term["english"] for term in terms}) == len(terms)
