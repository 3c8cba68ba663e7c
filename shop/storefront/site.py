"""The frame of every page. Nothing of it belongs to a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any

from babel import Locale
from django.conf import settings
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_bidi, get_language_from_path

from shop.catalogue.delivery.names import country_name
from shop.core import clock, dates
from shop.core.currencies import OFFERED
from shop.core.demonstration.resets import DemoLine, is_public, notice
from shop.core.languages import Wording, said
from shop.festivals import local_time
from shop.storefront.cache.catalogue_version import (
    CatalogueVersion,
    KnownFestival,
    KnownIncident,
    current_version,
)
from shop.storefront.listing.options import country_options, options
from shop.storefront.menu import MenuLink, menu
from shop.storefront.preferences import country_of, currency_of
from shop.storefront.previews.banner import Banner
from shop.storefront.previews.preview import preview_of
from shop.storefront.search.filters import Filters

NAV = {
    "home": "festival",
    "products": "products",
    "product": "products",
    "stores": "stores",
    "store": "stores",
}

LOCALES = {"en": "en_GB", "fr": "fr_FR", "zh-hans": "zh_CN", "ar": "ar_AR", "sw": "sw_KE",
           "pt": "pt_PT"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class LanguageLink:
    """A language of the shop, and this page's address in it."""

    code: str
    name: str
    url: str


class Site:
    """The frame of one page. Each part is worked out when a template asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.name = settings.SITE_NAME
        self.root = settings.SITE_URL
        self.language = get_language() or settings.LANGUAGE_CODE

    @property
    def locale(self) -> str:
        """Return the language as Open Graph names it: with a country, of which it knows one."""
        return LOCALES.get(self.language, self.language)

    @property
    def direction(self) -> str:
        """Return the direction of writing, as HTML names it."""
        return "rtl" if get_language_bidi() else "ltr"

    @cached_property
    def languages(self) -> tuple[LanguageLink, ...]:
        """Return this page's address in every language."""
        query = getattr(self.request, "filters", Filters()).query()
        own = get_language_from_path(self.request.path)
        path = self.request.path.removeprefix(f"/{own}") if own else self.request.path
        tail = f"{path}?{query}" if query else path
        return tuple(
            LanguageLink(code, name, tail if code == settings.LANGUAGE_CODE else f"/{code}{tail}")
            for code, name in settings.LANGUAGES
        )

    @cached_property
    def url(self) -> str:
        """Return this page's own address, with no more of its query than the page takes."""
        return next(link.url for link in self.languages if link.code == self.language)

    @property
    def language_names(self) -> list[tuple[str, str]]:
        """Return the code and the name of every language, for forms that keep one."""
        return settings.LANGUAGES

    @property
    def here(self) -> str:
        """Return this page's address with all of its query: where a form on it leads back to."""
        return self.request.get_full_path()

    @property
    def canonical(self) -> str:
        """Return the one address under which search engines list this page, empty for none.

        Its order makes no other page, and made-up combinations of filters have no end.
        """
        query = getattr(self.request, "filters", Filters()).listed
        path = self.url.partition("?")[0]
        return "" if query is None else f"{path}?{query}" if query else path

    @cached_property
    def currency(self) -> str:
        """Return the currency of approximate prices."""
        return currency_of(self.request)

    @cached_property
    def country(self) -> str:
        """Return the code of the country that parcels go to."""
        return country_of(self.request)

    @property
    def country_name(self) -> str:
        """Return the name of the country that parcels go to."""
        return country_name(self.country, self.language)

    @property
    def country_options(self) -> SafeString:
        """Return the options of the choice of countries that are served."""
        return country_options(self.version.served, self.language, self.country)

    @property
    def currency_options(self) -> SafeString:
        """Return the options of the choice of currencies."""
        return _currency_options(self.language, self.currency)

    @cached_property
    def version(self) -> CatalogueVersion:
        """Return the version that the page belongs to."""
        return current_version(at=clock.moment_of(self.request))

    @cached_property
    def preview(self) -> Banner | None:
        """Return the banner of the preview that the page belongs to, if it is one."""
        preview = preview_of(self.request)
        is_dummy = getattr(self.request, "is_dummy", False)
        return Banner(preview, is_chosen_elsewhere=is_dummy) if preview else None

    @property
    def demonstration(self) -> DemoLine | None:
        """Return when all that was written is deleted, in a demonstration for strangers."""
        if not is_public():
            return None
        return notice(clock.moment_of(self.request), settings.SHOP_ZONE, self.language)

    @property
    def preview_moment(self) -> str:
        """Return the moment that a preview shows, in words."""
        shown: Any = self.preview
        return shown.moment(self.language)

    @property
    def incident(self) -> Wording | None:
        """Return the title of the disturbance that every page tells of, if there is one."""
        known = self.version.incident
        return said(_titles(known), known.title, self.language) if known else None

    @property
    def festival(self) -> KnownFestival | None:
        """Return the festival that runs now."""
        return self.version.festival

    @property
    def festival_key(self) -> tuple[int, datetime] | None:
        """Return the id and the end of the festival, on which its line in the masthead depends."""
        return (self.festival.id, self.festival.ends_at) if self.festival else None

    @property
    def festival_ends(self) -> str:
        """Return the last day of the festival that runs now."""
        festival: Any = self.festival
        last = local_time.last_day(festival.ends_at, festival.zone)
        return dates.day(last, self.language, since=clock.moment_of(self.request))

    @cached_property
    def menu(self) -> tuple[MenuLink, ...]:
        """Return the pages that editors put into menus, in the page's language."""
        return menu(self.version.menu, self.language)

    @cached_property
    def help_pages(self) -> dict[str, str]:
        """Return the addresses of pages in menus by slug, with lines below for hyphens."""
        return {link.slug.replace("-", "_"): link.url for link in self.menu}

    @property
    def nav(self) -> str:
        """Return which entry of the main navigation this page belongs to."""
        if known := getattr(self.request, "nav", ""):  # a view knows what it shows
            return known
        if self.request.path.startswith(self.help_pages.get("stories") or "//"):
            return "stories"
        match = self.request.resolver_match
        place = NAV.get(match.url_name or "", "") if match else ""
        filters = getattr(self.request, "filters", Filters())
        if place == "products" and filters.kind == "experience":
            return "experiences"
        return "flash" if place == "products" and filters.in_flash else place


def site(request: HttpRequest) -> dict[str, Site]:
    """Return the frame of the page as context of every template."""
    return {"site": Site(request)}


def _titles(known: KnownIncident) -> dict[str, str]:
    return {code: own["title"] for code, own in known.texts.items() if "title" in own}


@lru_cache(maxsize=200)
def _currency_options(language: str, chosen: str) -> SafeString:
    names = Locale.parse(language, sep="-").currencies
    codes = dict.fromkeys((settings.SHOP_CURRENCY, *OFFERED))
    return options([(code, f"{names.get(code, code)} ({code})") for code in codes], chosen)
