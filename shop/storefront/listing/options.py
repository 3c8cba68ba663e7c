"""The options of long lists. Writing two hundred costs more than the rest of a page: once each."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from shop.catalogue.delivery.names import countries_by_name


@lru_cache(maxsize=1_000)
def country_options(offered: frozenset[str] | None, language: str, chosen: str) -> SafeString:
    """Return countries by name: those that are offered, or all, and always the chosen one."""
    names: Iterable[tuple[str, str]] = countries_by_name(language)
    if offered is not None:
        names = [(code, name) for code, name in names if code in offered or code == chosen]
    return options(names, chosen)


def options(names: Iterable[tuple[Any, Any]], chosen: str) -> SafeString:
    """Return the options of a list with one of them chosen."""
    rows = ((code, " selected" if code == chosen else "", name) for code, name in names)
    return format_html_join("", '<option value="{}"{}>{}</option>', rows)
