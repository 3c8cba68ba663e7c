"""Writes the sample's pages: the home page, lists, stories, lessons, help, and each festival's.

Each page is a transaction of its own and looks for what is there: after a kill the next run goes
on, and whatever an editor has changed stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any

import yaml
from babel.numbers import format_decimal
from django.conf import settings
from django.db import transaction
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.translation import gettext
from wagtail.models import Locale, Page, Site

from cms.models import (
    FestivalIndexPage,
    FestivalPage,
    HelpIndexPage,
    HelpPage,
    HomePage,
    LessonIndexPage,
    LessonPage,
    SellPage,
    StoryIndexPage,
    StoryPage,
)
from sample.articles import Article, articles
from sample.doors import doors
from sample.festival_pages import body, called, keep_revision, translate
from sample.filling import CONTENT, values_in
from sample.formatting import blocks
from sample.reading import festivals, pavilions
from sample.sheets import LANGUAGES, naming
from shop.catalogue.models import Product, ProductPicture, Variant
from shop.core import dates
from shop.core.images.models import Picture
from shop.core.languages import in_language, locale_of
from shop.festivals import local_time
from shop.festivals.models import Festival
from shop.people.merchants.models import Merchant

HOME = "shop"
OTHERS = [ours for ours in LANGUAGES if ours != "en"]
LISTS = (
    (FestivalIndexPage, "festivals"),
    (StoryIndexPage, "stories"),
    (LessonIndexPage, "academy"),
    (HelpIndexPage, "help"),
    (SellPage, "sell"),
)
IN_MENUS = {
    "about",
    "accessibility",
    "delivery-and-duties",
    "paying-and-safety",
    "privacy-and-cookies",
    "returns-and-refunds",
}


@dataclass(frozen=True, slots=True)
class Shelf:
    """What texts can lead to: products by title and by SKU, as far as they are loaded.

    ``places`` are addresses by the sheets' code of a language, then by title.
    """

    places: Mapping[str, Mapping[str, str]]
    by_sku: Mapping[str, Product]

    def link(self, words: str, ours: str = "en") -> str:
        """Return the address of the product whose title in a language begins so, or nothing.

        A label of something that can be done leads to where it is done.
        """
        title = _plain(words)
        places = self.places[ours]
        product = next((places[name] for name in places if name.startswith(title)), "")
        return product or _address_of(title, ours)

    def picture(self, article: Article) -> Picture | None:
        """Return the picture of a product that the text is about: the first that is drawn."""
        found = [self.by_sku[sku].pk for sku in article.products if sku in self.by_sku]
        covers = ProductPicture.objects.filter(product__in=found[:1], position=0)
        cover = covers.select_related("picture").first()
        return cover.picture if cover else None


def _address_of(label: str, ours: str) -> str:
    """Return the address of the open door with a label in a language, or nothing."""
    with translation.override(LANGUAGES[ours]):
        found = (door.at for door in doors().values() if door.is_open and door.at
                 for own in door.labels if _plain(gettext(own)) == label)  # fmt: skip
        with suppress(NoReverseMatch):  # of one order, or one store, there is no address
            return next(map(reverse, found), "")
    return ""


def write_pages(*, at: datetime) -> int:
    """Make the pages that are missing; return how many."""
    home, made = _home()
    lists = {}
    for model, slug in LISTS:
        words = {
            ours: {"title": called(model, ours), "search_description": told}
            for ours, told in _list_words()[slug].items()
        }
        lists[slug], is_new = _page(home, model, slug, at, show_in_menus=True, **words["en"])
        made += is_new
        made += sum(translate(lists[slug], ours, **words[ours]) for ours in OTHERS)
    shelf = _shelf()
    values = {ours: values_in(ours) | _figures(at, code) for ours, code in LANGUAGES.items()}
    made += sum(_articles(lists, values, shelf, at))
    return made + sum(_festivals(lists["festivals"], at))


@cache
def _list_words() -> dict[str, dict[str, str]]:
    with naming("lists.yaml"):
        return yaml.safe_load((CONTENT / "lists.yaml").read_text(encoding="utf-8"))


def _home() -> tuple[HomePage, int]:
    """Return the home page at the root of the site; Wagtail's welcome page makes way for it."""
    known = HomePage.objects.filter(sites_rooted_here__is_default_site=True).first()
    if known is not None:
        return known, 0
    english, _new = Locale.objects.get_or_create(language_code=settings.LANGUAGE_CODE)
    with transaction.atomic():
        root = Page.get_first_root_node()
        if root is None:
            root = Page.add_root(instance=Page(title="Root", slug="root", locale=english))
        home = root.add_child(instance=HomePage(title="Baobab", slug=HOME, locale=english))
        site = Site.objects.filter(is_default_site=True).first()
        if site is None:
            site = Site(hostname="localhost", port=80, is_default_site=True)
        welcome = site.root_page if site.pk else None
        site.root_page = home
        site.save()
        if welcome is not None and type(welcome.specific) is Page and not welcome.numchild:
            welcome.delete()
    return HomePage.objects.get(pk=home.pk), 1


@transaction.atomic
def _page(parent: Page, model: type[Page], slug: str, at: datetime, **facts: Any) -> tuple:
    """Return a page by its slug, and whether it was made just now."""
    known = parent.get_children().filter(slug=slug).first()
    if known is not None:
        return known.specific, 0
    page = model(
        slug=slug,
        locale=parent.locale,
        first_published_at=at,
        last_published_at=at,
        **facts,
    )
    parent.refresh_from_db()  # it counts its children itself
    parent.add_child(instance=page)
    keep_revision(page)
    return page, 1


def _articles(
    lists: Mapping[str, Page], values: Mapping[str, Mapping[str, str]], shelf: Shelf, at: datetime
) -> Iterator[int]:
    kinds = (
        ("stories", StoryPage, lambda _article: {}),
        ("academy", LessonPage, lambda one: {"order": one.order, "minutes": one.minutes}),
        ("help", HelpPage, _help_facts),
    )
    for kind, model, facts in kinds:
        own = {ours: _by_slug(kind, values[ours], ours) for ours in OTHERS}
        for number, article in enumerate(articles(kind, values["en"])):
            day = at - timedelta(days=number)
            known = facts(article) | {"picture": shelf.picture(article)}
            page, made = _page(
                lists[kind], model, article.slug, day, **known, **_words(article, shelf, "en")
            )
            yield made
            for ours in OTHERS:
                yield translate(page, ours, **_words(own[ours][article.slug], shelf, ours))


def _by_slug(kind: str, values: Mapping[str, str], ours: str) -> dict[str, Article]:
    return {article.slug: article for article in articles(kind, values, ours)}


def _words(article: Article, shelf: Shelf, ours: str) -> dict[str, Any]:
    return {
        "title": article.title,
        "search_description": article.summary,
        "body": _body(article, shelf, ours),
    }


def _help_facts(article: Article) -> dict[str, Any]:
    is_in_menus = article.slug in IN_MENUS
    return {"order": article.order, "audience": article.audience, "show_in_menus": is_in_menus}


def _body(article: Article, shelf: Shelf, ours: str) -> list[tuple[str, dict]]:
    found = blocks(article.words, partial(shelf.link, ours=ours))
    for one in article.questions:
        found.append(
            (
                "question",
                {
                    "question": one.question,
                    "answers": list(one.answers),
                    "right": one.right,
                    "why": one.why,
                },
            )
        )
    products = [shelf.by_sku[sku] for sku in article.products if sku in shelf.by_sku]
    return [*found, *([("picked", {"products": products, "look": "rail"})] if products else [])]


def _festivals(parent: Page, at: datetime) -> Iterator[int]:
    """Make a page for each festival that is in the database and in the copy."""
    countries = {sheet.country: sheet for sheet in pavilions()}
    stories = {page.slug: page for page in StoryPage.objects.filter(locale=parent.locale)}
    for sheet in festivals():
        festival = Festival.objects.filter(slug=sheet.slug).first()
        if festival is None:
            continue
        own = [stories[slug] for slug in sheet.stories if slug in stories]
        facts = {
            "title": festival.title,
            "festival": festival,
            "search_description": sheet.texts["en"].tagline,
            "body": body(sheet, countries, own, "en"),
        }
        page, made = _page(parent, FestivalPage, sheet.slug, at, **facts)
        yield made
        for ours in OTHERS:
            words = sheet.texts[ours]
            yield translate(
                page,
                ours,
                title=words.title,
                search_description=words.tagline,
                body=body(sheet, countries, own, ours),
            )


def _shelf() -> Shelf:
    rows = Product.objects.filter(state=Product.State.PUBLISHED).order_by("title", "pk")
    known = list(rows.only("title", "titles", "slug"))
    places = {
        ours: {_plain(row.title_in(code)): f"/products/{row.slug}/" for row in known}
        for ours, code in LANGUAGES.items()
    }
    variants = Variant.objects.select_related("product").order_by("sku")
    by_sku = {}
    for variant in variants:
        sku = "-".join(variant.sku.split("-")[:3])
        by_sku.setdefault(sku, variant.product)
    return Shelf(places, by_sku)


def _plain(words: str) -> str:
    """Return a title with plain blanks alone: texts are broken into lines anywhere."""
    return " ".join(words.split())


def _figures(at: datetime, language: str) -> dict[str, str]:
    """Return what the texts of a language say of this shop and its first festival."""
    stores = Merchant.objects.filter(state=Merchant.State.APPROVED)
    products = Product.objects.filter(state=Product.State.PUBLISHED)
    festival = Festival.objects.order_by("-priority", "starts_at").first()
    words = {
        "stores_live": str(stores.count()),
        "products_live": format_decimal(products.count(), locale=locale_of(language)),
        "countries_live": str(stores.values("country").distinct().count()),
        "languages_live": str(len(settings.LANGUAGES)),
    }
    if festival is None:
        return words | dict.fromkeys(("festival_title", "starts_on", "ends_on", "time_zone"), "")
    title = (in_language(festival.texts, language) or {}).get("title") or festival.title
    last = local_time.last_day(festival.ends_at, festival.zone)
    return words | {
        "festival_title": title,
        "starts_on": dates.day_in(festival.starts_at, festival.zone, language),
        "ends_on": dates.day(last, language),
        "time_zone": dates.zone_name(at, festival.zone, language),
    }
