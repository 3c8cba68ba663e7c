"""The page that tells businesses how to sell here; each number is the shop's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_noop
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.search import index

from cms.blocks.body import ARTICLE_BODY
from cms.pages.base import ListPage, ShopPage
from cms.pages.lists import known
from cms.pages.scene import Gathered, Scene
from shop.catalogue.delivery.names import country_name
from shop.core import dates
from shop.core.currencies import written
from shop.core.languages import Wording, order_key
from shop.festivals.models import Enrolment, Festival
from shop.merchant.applications.write import ANSWERED_WITHIN
from shop.money.settlements.countries import moves_to_accounts, sends_abroad
from shop.money.settlements.make import LEAST
from shop.money.settlements.models import PayoutMethod
from shop.money.settlements.remote.models import PayoutCountry
from shop.orders.after_sale.arrive import AFTER_DELIVERY
from shop.people.merchants.models import USUAL_COMMISSION
from shop.storefront.cards import Card, cards
from shop.storefront.festival.hero import words
from shop.storefront.search.find import find_popular

PRICE = 38_00
"""Of the basket that is reckoned through, minor units."""
REDUCED = 85
"""Percent of it that the basket costs in the festival of the example."""
MOST, SHOTS = 6, 6
"""Festivals that are named, and pictures at the head."""
Rail = PayoutMethod.Rail


class SellPage(ListPage):
    """Sell with us: what it costs, how one is paid, what one needs; it leads to the application."""

    body = StreamField(ARTICLE_BODY, blank=True)

    content_panels = [*ShopPage.content_panels, FieldPanel("body")]
    search_fields = [*ShopPage.search_fields, index.SearchField("body")]
    template = "cms/pages/sell.html"
    own_title = gettext_noop("Sell with us")
    page_description = "Sell with us: costs, payouts and what is needed, with the shop’s numbers."
    subpage_types: list[str] = []

    class Meta:
        verbose_name = "page for new stores"

    def facts(self, gathered: Gathered, request: HttpRequest) -> dict[str, Any]:
        """Return the shop's numbers, a basket reckoned through, and who takes stores."""
        scene = gathered.scene
        return {
            "commission": USUAL_COMMISSION // 100,
            "opened": _money(0, scene),
            "released_after": AFTER_DELIVERY.days,
            "answered_within": ANSWERED_WITHIN,
            "least_bank": _money(_least(Rail.BANK), scene),
            "least_mobile": _money(_least(Rail.MOBILE), scene),
            "baskets": [_basket(price, USUAL_COMMISSION, scene)
                        for price in (PRICE, PRICE * REDUCED // 100)],
            "off": 100 - REDUCED,
            **_reached(scene),
            "taking": _taking(scene),
            "shots": _shots(scene),
            "apply": reverse("apply"),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class TakingFestival:
    """A festival that takes stores now."""

    title: Wording
    tagline: Wording
    until: str
    taken: int
    places: int | None


def _shots(scene: Scene) -> list[Card]:
    """Return what is bought most, for its pictures. One statement."""
    rows = find_popular(["true"], {}, most=SHOTS, at=scene.at, language=scene.language)
    return [card for card in cards(rows, scene.language) if card.small]


def _money(amount: int, scene: Scene) -> str:
    return written(amount, settings.SHOP_CURRENCY, scene.language)


def _least(rail: PayoutMethod.Rail) -> int:
    return LEAST[rail].in_minor(settings.SHOP_CURRENCY)


def _basket(price: int, commission_bp: int, scene: Scene) -> tuple[str, str, str]:
    """Return what a shopper pays for a basket, what is kept of it, and what its store receives."""
    kept = price * commission_bp // 10_000
    return _money(price, scene), _money(kept, scene), _money(price - kept, scene)


def _reached(scene: Scene) -> dict[str, Any]:
    """Return where the provider pays stores, and the day on which that was looked up."""
    ways = Q(pk=None)
    if moves_to_accounts():
        ways |= Q(by_connect=PayoutCountry.Reached.YES)
    if sends_abroad():
        ways |= Q(by_global=PayoutCountry.Reached.YES)
    rows = list(PayoutCountry.objects.filter(ways))
    names = [country_name(row.code, scene.language) for row in rows]
    names.sort(key=lambda name: order_key(name, scene.language))
    seen = max((row.as_of for row in rows), default=None)
    return {"reached": names, "seen": dates.day_of_year(seen, scene.language) if seen else ""}


def _taking(scene: Scene) -> list[TakingFestival]:
    """Return the public festivals that stores can join now, the soonest first. One statement."""
    accepted = Count("enrolments", filter=Q(enrolments__state=Enrolment.State.ACCEPTED))
    coming = Festival.objects.filter(state__in=Festival.SHOWN, ends_at__gt=scene.at)
    rows = coming.annotate(taken=accepted).order_by("starts_at", "pk")
    return [_card(row, scene) for row in rows if row.is_enrolling(scene.at)][:MOST]


def _card(row: Any, scene: Scene) -> TakingFestival:
    festival = known(row)
    closes: datetime = row.enrol_closes or row.ends_at
    return TakingFestival(
        title=words(festival, "title", scene.language),
        tagline=words(festival, "tagline", scene.language),
        until=dates.day_in(closes, row.zone, scene.language),
        taken=row.taken,
        places=row.max_stores,
    )
