"""Blocks of products: by rule, hand-picked, experiences, and the times of the flash deals."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail import blocks

from cms.blocks import choices
from cms.blocks.base import HeadedBlock
from cms.choosers import product_chooser
from cms.pages.scene import Gathered, Phase, Scene
from shop.storefront.listings.models import ALIKE
from shop.storefront.search.filters import Filters
from shop.storefront.search.shelves import MOST, Shelf

ProductChooserBlock = product_chooser.get_block_class(
    name="ProductChooserBlock", module_path="cms.blocks.deals"
)


def picked(value: Any) -> tuple[int, ...]:
    """Return the ids of chosen products, in the editor's order, each once."""
    return tuple(dict.fromkeys(product.pk for product in value if product is not None))


class ShelfBlock(HeadedBlock):
    """A part of a page that shows products."""

    def shown(self, value: Any, gathered: Gathered) -> dict[str, Any]:
        """Return the heading and the cards."""
        shelf = self.shelf(value, gathered.scene)
        cards = gathered.cards.get(shelf, []) if shelf else []
        return super().shown(value, gathered) | {"cards": cards}


class DealGridBlock(ShelfBlock):
    """Products by rule. Prices are those of the moment of the page."""

    country = choices.LateChoiceBlock(choices=choices.countries, required=False)
    category = choices.LateChoiceBlock(choices=choices.categories, required=False)
    slot = choices.LateChoiceBlock(
        choices=choices.flash_slots, required=False, label="Flash deals of this time"
    )
    low = blocks.IntegerBlock(
        min_value=0, max_value=choices.DEAREST, required=False, label="Costs at least"
    )
    high = blocks.IntegerBlock(
        min_value=0,
        max_value=choices.DEAREST,
        required=False,
        label="Costs at most",
        help_text="In whole units of the shop's currency: 50 for “only under 50”.",
    )
    in_festival = blocks.BooleanBlock(
        required=False, default=True, label="Only what takes part in the festival"
    )
    only_deals = blocks.BooleanBlock(required=False, label="Only what has a deal at the moment")
    sort = blocks.ChoiceBlock(choices=choices.SORTS, default="popular")
    count = blocks.IntegerBlock(min_value=1, max_value=MOST, default=8, label="How many")
    look = blocks.ChoiceBlock(choices=choices.LOOKS, default="grid")

    class Meta:
        icon = "tag"
        label = "Products by rule"
        template = "cms/blocks/deals.html"
        description = "Products by country, category, time or price: they fill in themselves."
        preview_value = {"title": "Under 50", "high": 50, "in_festival": False, "count": 4}

    def filters(self, value: Any, scene: Scene) -> Filters:
        """Return the rule as filters of the list of products."""
        return Filters(
            countries=(value["country"],) if value["country"] else (),
            category=value["category"] or "",
            slot=int(value["slot"]) if value["slot"] else None,
            low=choices.minor_units(value["low"]) if value["low"] is not None else None,
            high=choices.minor_units(value["high"]) if value["high"] is not None else None,
            in_festival=bool(value["in_festival"] and scene.festivals),
            in_stock=True,
            sort=value["sort"] or "popular",
        )

    def shelf(self, value: Any, scene: Scene) -> Shelf:
        """Return the products of the rule."""
        return Shelf(
            self.filters(value, scene), only_deals=value["only_deals"], most=count_of(value)
        )

    def default_title(self, value: Any, gathered: Gathered) -> str:
        """Return a title that tells whether the order is one of sales."""
        has_sales = self.shelf(value, gathered.scene) in gathered.with_sales
        return _("Most bought this week") if has_sales else _("Products")

    def shown(self, value: Any, gathered: Gathered) -> dict[str, Any]:
        """Return the cards, and the list that goes on with the same rule."""
        scene = gathered.scene
        filters = self.filters(value, scene).changed(in_stock=False)
        if scene.phase is not Phase.LIVE:
            filters = filters.changed(in_festival=False)
        more = f"{reverse('products')}?{filters.query()}".rstrip("?")
        return super().shown(value, gathered) | {"more": more, "more_label": _("All products")}


class TourShelfBlock(ShelfBlock):
    """Experiences, of a country or of all."""

    country = choices.LateChoiceBlock(choices=choices.countries, required=False)
    count = blocks.IntegerBlock(min_value=1, max_value=MOST, default=8, label="How many")

    class Meta:
        icon = "site"
        label = "Experiences"
        template = "cms/blocks/deals.html"
        description = "Days out with local guides, the most booked first."
        preview_value = {"title": "Go and see", "count": 4}

    def shelf(self, value: Any, scene: Scene) -> Shelf:
        """Return the experiences that are on sale."""
        countries = (value["country"],) if value["country"] else ()
        filters = Filters(countries=countries, kind="experience", in_stock=True)
        return Shelf(filters, most=count_of(value))

    def default_title(self, value: Any, gathered: Gathered) -> str:
        """Return the title "Experiences" in the language of the page."""
        return _("Experiences")

    def shown(self, value: Any, gathered: Gathered) -> dict[str, Any]:
        """Return the cards, and the list of all experiences."""
        query = self.shelf(value, gathered.scene).filters.changed(in_stock=False).query()
        more = {"more": f"{reverse('products')}?{query}", "more_label": _("Experiences")}
        return super().shown(value, gathered) | more | {"look": "rail"}


class PickedBlock(ShelfBlock):
    """Products that an editor chose, in the editor's order."""

    products = blocks.ListBlock(ProductChooserBlock(), min_num=1, max_num=MOST)
    look = blocks.ChoiceBlock(choices=choices.LOOKS, default="grid")

    class Meta:
        icon = "pick"
        label = "Hand-picked products"
        template = "cms/blocks/deals.html"
        description = "Products that you choose and put in order; withdrawn ones are left out."

    def shelf(self, value: Any, scene: Scene) -> Shelf | None:
        """Return the chosen products, as far as they are on sale."""
        ids = picked(value["products"])
        return Shelf(picked=ids, most=len(ids)) if ids else None

    def default_title(self, value: Any, gathered: Gathered) -> str:
        """Return the title "Products" in the language of the page."""
        return _("Products")


class SlotStripBlock(ShelfBlock):
    """The times of the flash deals, and the deals of the one that is on."""

    needs = frozenset({"slots"})

    count = blocks.IntegerBlock(min_value=0, max_value=MOST, default=10, label="How many deals")

    class Meta:
        icon = "time"
        label = "Flash deals"
        template = "cms/blocks/slots.html"
        description = "The hours of the flash deals, and the deals of the one that is on."
        preview_value = {"count": 4}

    def shelf(self, value: Any, scene: Scene) -> Shelf | None:
        """Return the flash deals that are on; there are none outside a festival."""
        if scene.phase is not Phase.LIVE or value["count"] == 0:
            return None
        return Shelf(Filters(in_flash=True), most=count_of(value))

    def default_title(self, value: Any, gathered: Gathered) -> str:
        """Return the title "Flash deals" in the language of the page."""
        return _("Flash deals")

    def default_text(self, value: Any, gathered: Gathered) -> str:
        """Return the sentence that explains flash deals."""
        return _("A fixed number at the flash price. When it is claimed, the price goes back.")

    def shown(self, value: Any, gathered: Gathered) -> dict[str, Any]:
        """Return the hours beside the deals."""
        found = super().shown(value, gathered)
        more = f"{reverse('products')}?deal=flash" if found["cards"] else ""
        return found | {
            "slots": gathered.slots,
            "zone": gathered.zone_name,
            "more": more,
            "more_label": _("All flash deals"),
        }


def count_of(value: Any) -> int:
    """Return how many products are wanted; a draft may not say it yet."""
    return min(value["count"] or 8, MOST)


def has_sales(rows: list[Any]) -> bool:
    """Tell whether products stand in an order that sales decided."""
    return any(row.popularity >= ALIKE for row in rows)
