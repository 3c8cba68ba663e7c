"""The cards of lists that are in groups: festivals by phase, answers by whom they are for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from cms.pages.addresses import address
from cms.pages.cards import PageCard, page_cards
from cms.pages.scene import Phase, phase_of
from shop.core import dates
from shop.core.languages import Wording
from shop.festivals import local_time
from shop.festivals.models import Festival
from shop.storefront.cache.catalogue_version import KnownFestival
from shop.storefront.festival.hero import words

MOST = 100


@dataclass(frozen=True, slots=True)
class FestivalCard:
    """A festival in the list of festivals."""

    url: str
    title: Wording
    tagline: Wording
    days: str
    phase: str
    is_live: bool


@dataclass(frozen=True, slots=True)
class HelpGroup:
    """Answers for the same people."""

    key: str
    title: str
    cards: tuple[PageCard, ...]


def festival_cards(model: Any, *, at: datetime, language: str) -> list[FestivalCard]:
    """Return the festivals with a page: running, to come, over. One statement.

    Each says its days, with the year where it is not this one.
    """
    pages = model.objects.live().filter(
        locale__language_code=settings.LANGUAGE_CODE,
        festival__state__in=Festival.SHOWN,
    )
    rows = pages.select_related("festival").order_by("-festival__starts_at")[:MOST]
    found = [_festival_card(row, at=at, language=language) for row in rows]
    live, coming, ended = (
        [card for own, card in found if own is phase]
        for phase in (Phase.LIVE, Phase.TEASER, Phase.ENDED)
    )
    return [
        *live,
        *reversed(coming),
        *ended,
    ]  # of what comes the soonest first, of the rest the last


def _festival_card(page: Any, *, at: datetime, language: str) -> tuple[Phase, FestivalCard]:
    festival = known(page.festival)
    zone = ZoneInfo(festival.zone)
    first = festival.starts_at.astimezone(zone).date()
    last = local_time.last_day(festival.ends_at, festival.zone)
    has_year = {first.year, last.year} != {at.astimezone(zone).year}
    phase = phase_of(festival, at)
    names = {Phase.LIVE: _("On now"), Phase.TEASER: _("Coming"), Phase.ENDED: _("Ended")}
    card = FestivalCard(
        url=address(page.url_path, language),
        title=words(festival, "title", language),
        tagline=words(festival, "tagline", language),
        days=dates.days(first, last, language, has_year=has_year),
        phase=names[phase],
        is_live=phase is Phase.LIVE,
    )
    return phase, card


def known(row: Festival) -> KnownFestival:
    """Return a festival as pages know it, whether it is public or not."""
    names = KnownFestival.__slots__
    return KnownFestival(**{name: getattr(row, name) for name in names})


def help_cards(model: Any, language: str) -> list[HelpGroup]:
    """Return all answers, grouped by whom they are for."""
    pages = model.objects.order_by("order", "pk")
    cards = page_cards(pages, language, extra="audience", with_picture=False).values()
    names = {
        "shopper": _("For shoppers"),
        "seller": _("For merchants"),
        "everyone": _("About us"),
    }
    groups = (
        HelpGroup(key, title, tuple(card for card in cards if card.extra == key))
        for key, title in names.items()
    )
    return [group for group in groups if group.cards]
