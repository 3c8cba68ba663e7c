"""The words of a festival in a language, and those of deals whose price does not say it all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from django.conf import settings
from django.utils.translation import gettext as _

from shop.core.languages import Wording, in_language, lang_mark
from shop.festivals.pricing.kinds import DealKind


class Worded(Protocol):
    """A festival, as its row or as pages know it."""

    @property
    def texts(self) -> Mapping[str, Any]:
        """Return its texts by language."""


def festival_text(festival: Worded, name: str, language: str) -> Wording:
    """Return a text of a festival in a language, else in the shop's own, marked as such."""
    found = (in_language(festival.texts, language) or {}).get(name)
    own = festival.texts.get(settings.LANGUAGE_CODE, {}).get(name) or getattr(festival, name, "")
    return Wording(found or own, lang_mark(found or not own, language))


def festival_title(festival: Worded, language: str) -> str:
    """Return the title of a festival in a language."""
    return festival_text(festival, "title", language).text


def deal_text(rule: DealKind) -> str:
    """Return a deal in words where its price does not say it all: "Buy 3, pay for 2"."""
    return _(rule.said) % rule.facts if rule.said else ""


def deal_written(rule: DealKind, money: Callable[[int], str]) -> str:
    """Return a deal as lists of deals write it: "$48.00", "−25 %", "Buy 3, pay for 2".

    Args:
        money: writes minor units.
    """
    return deal_text(rule) or rule.written(money)


def deal_on_flag(rule: DealKind) -> str:
    """Return such a deal as a flag shows it: "3 for 2"."""
    return _(rule.said_short) % rule.facts if rule.said_short else ""


def deal_note(rule: DealKind) -> str:
    """Return the note that a page adds to such a deal."""
    return _(rule.explained) % rule.facts if rule.explained else ""
