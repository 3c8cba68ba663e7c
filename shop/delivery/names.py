"""Names of countries in the reader's language, by Unicode's data."""

from functools import lru_cache

from babel import Locale

# Two letters in Unicode's data, but nowhere to send to: unions, parts of other countries, tests.
NOT_COUNTRIES = {"CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "UN", "XA", "XB", "ZZ"}


@lru_cache(maxsize=4_000)
def country_name(code: str, language: str) -> str:
    """Return a country's name in a language, or its code where none is known."""
    return Locale.parse(language, sep="-").territories.get(code, code)


@lru_cache(maxsize=16)
def countries_by_name(language: str) -> tuple[tuple[str, str], ...]:
    """Return all countries as (code, name), in the order of the language's alphabet, roughly."""
    names = Locale.parse(language, sep="-").territories
    found = [
        (code, name)
        for code, name in names.items()
        if len(code) == 2 and code.isalpha() and code not in NOT_COUNTRIES
    ]
    return tuple(sorted(found, key=lambda pair: pair[1].casefold()))
