"""For whom and when a page is written, and the data that its blocks show then."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import count

from django.utils.safestring import SafeString, mark_safe
from wagtail.rich_text import RichText, expand_db_html

from cms.pages.addresses import localized
from cms.pages.cards import PageCard
from cms.pages.offers import OfferCard
from shop.storefront.cache.catalogue_version import CatalogueVersion, KnownFestival
from shop.storefront.cards import Card
from shop.storefront.festival.collections import Collection
from shop.storefront.festival.hero import Hero
from shop.storefront.festival.slots import SlotShown
from shop.storefront.search.shelves import Shelf
from shop.storefront.stores.cards import StoreCard

LINK = re.compile(r"<a\b[^>]*>")
TO_PAGE = re.compile(r'linktype="page"')
ID = re.compile(r'\bid="(\d{1,15})"')
OWN_PLACE = re.compile(r'(<a\b[^>]*?\bhref=")(/[^"]*)"')


class Phase(StrEnum):
    """Where a festival stands; it comes from the clock, never from a job."""

    TEASER = "teaser"
    LIVE = "live"
    ENDED = "ended"


def phase_of(festival: KnownFestival, at: datetime) -> Phase:
    """Return the phase of a festival at an instant; its end is already over."""
    if at < festival.starts_at:
        return Phase.TEASER
    return Phase.LIVE if at < festival.ends_at else Phase.ENDED


@dataclass(frozen=True, slots=True)
class Scene:
    """The facts that the words of a page depend on beside themselves.

    ``is_of_one`` says that the page is about this festival alone, and not about whatever runs.
    ``words_lang`` is the language of the page's own words where that is not the one it is shown
    in.
    """

    at: datetime
    language: str
    version: CatalogueVersion
    festival: KnownFestival | None = None
    is_of_one: bool = False
    words_lang: str = ""

    @property
    def phase(self) -> Phase | None:
        """Return the phase of the festival, or None where the page has none."""
        return phase_of(self.festival, self.at) if self.festival else None

    @property
    def festivals(self) -> list[int]:
        """Return the festivals whose products count as those of the page."""
        if self.festival:
            return [self.festival.id]
        return [known.id for known in self.version.live]

    def shows(self, phases: list[str]) -> bool:
        """Tell whether something meant for some phases is shown; for none named, always."""
        return not phases or self.phase in phases


@dataclass
class Gathered:
    """All that the blocks of one page show, read in a fixed number of statements."""

    scene: Scene
    cards: dict[Shelf, list[Card]] = field(default_factory=dict)
    with_sales: set[Shelf] = field(default_factory=set)
    stores: list[StoreCard] = field(default_factory=list)
    collections: list[Collection] = field(default_factory=list)
    hero: Hero | None = None
    slots: tuple[SlotShown, ...] = ()
    zone_name: str = ""
    vouchers: list[OfferCard] = field(default_factory=list)
    stories: dict[int, PageCard] = field(default_factory=dict)
    links: dict[int, str] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    pavilions: Iterator[int] = field(default_factory=lambda: count(1))

    def next_number(self) -> int:
        """Return a number that no other part of the page got."""
        return next(self.numbers)

    def next_pavilion(self) -> int:
        """Return which of the page's pavilions comes next, from 1 on."""
        return next(self.pavilions)

    def localized(self, place: str) -> str:
        """Return an address of the shop in the language of the page."""
        return localized(place, self.scene.language)

    def rich(self, value: RichText | None) -> SafeString:
        """Return formatted words with their links, in the language of the page."""
        if not value:
            return SafeString("")
        html = LINK.sub(self._link, value.source)
        html = OWN_PLACE.sub(
            lambda found: f'{found[1]}{self.localized(found[2])}"', expand_db_html(html)
        )
        return mark_safe(html)  # noqa: S308 (cleaned by Wagtail when it was written)

    def _link(self, found: re.Match[str]) -> str:
        if not TO_PAGE.search(found[0]):
            return found[0]
        page = ID.search(found[0])
        url = self.links.get(int(page[1])) if page else None
        return f'<a href="{url}">' if url else "<a>"


def linked_pages(html: str) -> set[int]:
    """Return the ids of the pages to which formatted words link."""
    links = (link for link in LINK.findall(html) if TO_PAGE.search(link))
    return {int(pk) for link in links for pk in ID.findall(link)}
