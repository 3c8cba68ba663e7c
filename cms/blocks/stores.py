"""Blocks of stores: a strip of them, a country's pavilion, stories of how things are made."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail import blocks

from cms.blocks import choices
from cms.blocks.base import HeadedBlock
from cms.blocks.deals import ShelfBlock, count_of
from cms.blocks.words import Words as WordsField
from cms.choosers import store_chooser
from cms.pages.scene import Gathered, Phase, Scene
from shop.catalogue.delivery.names import country_name
from shop.storefront.search.filters import Filters
from shop.storefront.search.shelves import MOST, Shelf
from shop.storefront.stores.cards import by_country, spread

StoreChooserBlock = store_chooser.get_block_class(
    name="StoreChooserBlock", module_path="cms.blocks.stores"
)


class StoreStripBlock(HeadedBlock):
    """A few stores from many countries, or chosen ones."""

    needs = frozenset({"stores"})

    stores = blocks.ListBlock(
        StoreChooserBlock(),
        max_num=MOST,
        default=[],
        help_text="None: the most bought from, one of each country as far as possible.",
    )
    count = blocks.IntegerBlock(min_value=1, max_value=MOST, default=8, label="How many")

    class Meta:
        icon = "group"
        label = "Stores"
        template = "cms/blocks/stores.html"
        description = "Stores with their cloths, and a way to each country."
        preview_value = {"count": 4}

    def default_title(self, value: Any, gathered: Gathered) -> str:
        """Return the title "Stores by country" in the language of the page."""
        return _("Stores by country")

    def default_text(self, value: Any, gathered: Gathered) -> str:
        """Return the sentence that explains the cloths."""
        return _(
            "Every store carries its own cloth. You will see it again in your cart and on your "
            "parcel."
        )

    def shown(self, value: Any, gathered: Gathered) -> dict[str, Any]:
        """Return stores, on a festival's page those that take part, and all their countries."""
        everyone, language = gathered.stores, gathered.scene.language
        here = [store for store in everyone if store.takes_part]
        chosen = [store.slug for store in value["stores"] if store is not None]
        by_url = {f"{reverse('stores')}{slug}/": slug for slug in chosen}
        known = {by_url[store.url]: store for store in everyone if store.url in by_url}
        wanted = [known[slug] for slug in dict.fromkeys(chosen) if slug in known]
        return super().shown(value, gathered) | {
            "stores": wanted or spread(here, count_of(value)),
            "store_count": len(everyone),
            "countries": by_country(here, language),
        }


class PavilionBlock(ShelfBlock):
    """A country with its words, its stores and its best known products."""

    needs = frozenset({"stores"})

    country = choices.LateChoiceBlock(choices=choices.countries)
    about = WordsField(required=False)
    count = blocks.IntegerBlock(min_value=1, max_value=MOST, default=5, label="How many products")

    class Meta:
        icon = "globe"
        label = "Country pavilion"
        template = "cms/blocks/pavilion.html"
        description = "What a country brings: your words, its stores, its products."
        preview_value = {"country": "KE", "count": 4}

    def shelf(self, value: Any, scene: Scene) -> Shelf | None:
        """Return the country's products; in a festival those that take part."""
        if not value["country"]:
            return None
        takes_part = bool(scene.festival)
        return Shelf(
            Filters(countries=(value["country"],), in_festival=takes_part, in_stock=True),
            most=count_of(value),
        )

    def default_title(self, value: Any, gathered: Gathered) -> str:
        """Return the country's name."""
        return country_name(value["country"] or "", gathered.scene.language)

    def shown(self, value: Any, gathered: Gathered) -> dict[str, Any]:
        """Return the country's stores beside its products."""
        here = [store for store in gathered.stores if store.takes_part]
        own = [store for store in here if store.country == value["country"]]
        filters = Filters(
            countries=(value["country"] or "",), in_festival=gathered.scene.phase is Phase.LIVE
        )
        more = f"{reverse('products')}?{filters.query()}"
        about = gathered.rich(value["about"])
        found = super().shown(value, gathered) | {"stores": own, "more": more, "about": about}
        is_shown = bool(about or own or found["cards"])
        return found | {"is_first": is_shown and gathered.next_pavilion() == 1}


class StoriesBlock(HeadedBlock):
    """Stories of how things are made: chosen ones, or the newest."""

    stories = blocks.ListBlock(
        blocks.PageChooserBlock(page_type="cms.StoryPage"),
        max_num=MOST,
        default=[],
        help_text="None: the newest.",
    )
    count = blocks.IntegerBlock(min_value=1, max_value=MOST, default=3, label="How many")
    needs = frozenset({"stories"})

    class Meta:
        icon = "doc-full"
        label = "Stories"
        template = "cms/blocks/stories.html"
        description = "Cards of stories, with picture and summary."
        preview_value = {"count": 3}

    def default_title(self, value: Any, gathered: Gathered) -> str:
        """Return the title "Stories" in the language of the page."""
        return _("Stories")

    def chosen(self, value: Any) -> list[int]:
        """Return the ids of the chosen stories."""
        return [page.pk for page in value["stories"] if page is not None]

    def shown(self, value: Any, gathered: Gathered) -> dict[str, Any]:
        """Return the cards of the stories that are published."""
        chosen = [gathered.stories[pk] for pk in self.chosen(value) if pk in gathered.stories]
        newest = list(gathered.stories.values())[: value["count"] or 3]
        shown = chosen or ([] if self.chosen(value) else newest)
        return super().shown(value, gathered) | {"cards": shown}
