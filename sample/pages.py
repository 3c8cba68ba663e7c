"""Writes the sample's pages: the home page, lists, stories, lessons, help, and each festival's.

Each page is a transaction of its own and looks for what is there: after a kill the next run goes
on, and whatever an editor has changed stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from wagtail.models import Locale, Page, Site

from cms.models import (
    FestivalIndexPage,
    FestivalPage,
    HelpIndexPage,
    HelpPage,
    HomePage,
    LessonIndexPage,
    LessonPage,
    StoryIndexPage,
    StoryPage,
)
from sample.articles import Article, articles
from sample.festival_pages import body, keep_revision, translate
from sample.filling import placeholders
from sample.formatting import blocks
from sample.reading import festivals, pavilions
from shop import dates
from shop.catalogue.models import Product, ProductPicture, Variant
from shop.festivals import walltime
from shop.festivals.models import Festival
from shop.merchants.models import Merchant
from shop.pictures.models import Picture

HOME = "shop"
LISTS = (
    (FestivalIndexPage, "festivals", "Festivals", "What runs, what comes, what was."),
    (StoryIndexPage, "stories", "Stories", "How things are made, and who makes them."),
    (LessonIndexPage, "academy", "Academy", "Lessons for those who sell here."),
    (HelpIndexPage, "help", "Help", "Answers for shoppers and for merchants."),
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
    """What texts can lead to: products by title and by SKU, as far as they are loaded."""

    places: Mapping[str, str]
    by_sku: Mapping[str, Product]

    def link(self, words: str) -> str:
        """Return the address of the product whose title begins so, or nothing."""
        title = " ".join(words.split())
        return next((self.places[name] for name in self.places if name.startswith(title)), "")

    def picture(self, article: Article) -> Picture | None:
        """Return the picture of a product that the text is about: the first that is drawn."""
        found = [self.by_sku[sku].pk for sku in article.products if sku in self.by_sku]
        covers = ProductPicture.objects.filter(product__in=found[:1], position=0)
        cover = covers.select_related("picture").first()
        return cover.picture if cover else None


def write_pages(*, at: datetime) -> int:
    """Make the pages that are missing; return how many."""
    home, made = _home()
    lists = {}
    for model, slug, title, summary in LISTS:
        lists[slug], is_new = _page(
            home, model, slug, at, title=title, search_description=summary, show_in_menus=True
        )
        made += is_new
    values = placeholders() | _figures(at)
    shelf = _shelf()
    made += sum(_articles(lists, values, shelf, at))
    return made + sum(_festivals(lists["festivals"], at))


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
    lists: Mapping[str, Page], values: Mapping[str, str], shelf: Shelf, at: datetime
) -> Iterator[int]:
    kinds = (
        ("stories", StoryPage, lambda _article: {}),
        ("academy", LessonPage, lambda one: {"order": one.order, "minutes": one.minutes}),
        ("help", HelpPage, _help_facts),
    )
    for kind, model, facts in kinds:
        for number, article in enumerate(articles(kind, values)):
            if lists[kind].get_children().filter(slug=article.slug).exists():
                continue
            _new_page, made = _page(
                lists[kind],
                model,
                article.slug,
                at - timedelta(days=number),
                title=article.title,
                search_description=article.summary,
                picture=shelf.picture(article),
                body=_body(article, shelf),
                **facts(article),
            )
            yield made


def _help_facts(article: Article) -> dict[str, Any]:
    is_in_menus = article.slug in IN_MENUS
    return {"order": article.order, "audience": article.audience, "show_in_menus": is_in_menus}


def _body(article: Article, shelf: Shelf) -> list[tuple[str, dict]]:
    found = blocks(article.words, shelf.link)
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
        for ours in ("fr", "zh"):
            yield translate(page, sheet, body(sheet, countries, own, ours), ours)


def _shelf() -> Shelf:
    rows = Product.objects.filter(state=Product.State.PUBLISHED).order_by("title", "pk")
    places = {row.title: f"/products/{row.slug}/" for row in rows.only("title", "slug")}
    variants = Variant.objects.select_related("product").order_by("sku")
    by_sku = {}
    for variant in variants:
        sku = "-".join(variant.sku.split("-")[:3])
        by_sku.setdefault(sku, variant.product)
    return Shelf(places, by_sku)


def _figures(at: datetime) -> dict[str, str]:
    """Return what the texts say of this shop and its first festival."""
    stores = Merchant.objects.filter(state=Merchant.State.APPROVED)
    festival = Festival.objects.order_by("-priority", "starts_at").first()
    words = {
        "stores_live": str(stores.count()),
        "products_live": f"{Product.objects.filter(state=Product.State.PUBLISHED).count():,}",
        "countries_live": str(stores.values("country").distinct().count()),
        "languages_live": str(len(settings.LANGUAGES)),
    }
    if festival is None:
        return words | dict.fromkeys(("festival_title", "starts_on", "ends_on", "time_zone"), "")
    last = walltime.last_day(festival.ends_at, festival.zone)
    return words | {
        "festival_title": festival.title,
        "starts_on": dates.day_in(festival.starts_at, festival.zone, "en"),
        "ends_on": dates.day(last, "en"),
        "time_zone": dates.zone_name(at, festival.zone, "en"),
    }
