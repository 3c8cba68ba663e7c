"""Collects the data of a page's blocks: each kind of thing once, however many blocks ask."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Expression, F, Q, QuerySet
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from wagtail.models import Page
from wagtail.rich_text import RichText

from cms.blocks.base import PageBlock
from cms.blocks.deals import has_sales
from cms.pages.addresses import address
from cms.pages.cards import PageCard, cards_of, rows_of
from cms.pages.offers import offers
from cms.pages.scene import Gathered, Scene, linked_pages
from shop.core import clock, dates
from shop.core.statements.composed import IDS, AnyOf, composed
from shop.storefront.cache.catalogue_version import current_version
from shop.storefront.cards import cards
from shop.storefront.festival.collections import collections
from shop.storefront.festival.hero import hero
from shop.storefront.festival.slots import slots
from shop.storefront.search.find import ProductRow
from shop.storefront.search.shelves import MOST, Shelf, find_shelves
from shop.storefront.stores.cards import store_cards

STORIES = 24


@dataclass(frozen=True, slots=True)
class BlockPart:
    """A block that is shown, as templates write it."""

    block: PageBlock
    value: Any

    def render_as_block(self, context: dict[str, Any]) -> SafeString:
        """Return the block as Wagtail's ``include_block`` asks for it."""
        return self.block.render(self.value, context=context)


def gather(parts: Sequence[BlockPart], scene: Scene) -> Gathered:
    """Read everything that these blocks show at the moment of the scene."""
    found = Gathered(scene)
    shelves = [part.block.shelf(part.value, scene) for part in parts]
    _fill(found, list(dict.fromkeys(filter(None, shelves))))
    needs = set().union(*(part.block.needs for part in parts))
    festival, at, language = scene.festival, scene.at, scene.language
    if "stores" in needs:
        own = festival.id if festival and scene.is_of_one else None
        found.stores = store_cards(language, festival=own)
    if "collections" in needs:
        every = [p.block.paths(p.value) for p in parts if "collections" in p.block.needs]
        chosen = sorted({path for paths in every for path in paths})
        found.collections = collections(chosen, language, with_top=not all(every))
    if festival and "hero" in needs:
        found.hero = hero(festival, at=at, language=language)
    if festival and "slots" in needs:
        found.slots = slots(festival, at=at, language=language)
        found.zone_name = dates.zone_name(at, festival.zone, language)
    if festival and "vouchers" in needs:
        found.vouchers = offers(festival, at=at, language=language)
    if "stories" in needs:
        found.stories = _stories(parts, language)
    found.links = _links(parts, language)
    return found


def gather_example(block: PageBlock, value: Any) -> Gathered:
    """Read the data of one block at this moment, for its example in the list of blocks."""
    at = clock.now()
    version = current_version(at=at)
    scene = Scene(
        at=at,
        language=get_language() or settings.LANGUAGE_CODE,
        version=version,
        festival=version.festival or version.next_festival,
    )
    return gather([BlockPart(block, value)], scene)


def turns(parts: Iterable[BlockPart], at: datetime) -> datetime | None:
    """Return the next instant at which one of the blocks changes by itself."""
    every = [turn for part in parts if hasattr(part.block, "turns") for turn in _turns(part)]
    return min((turn for turn in every if turn > at), default=None)


def _turns(part: BlockPart) -> list[datetime]:
    return part.block.turns(part.value)


def _fill(found: Gathered, shelves: list[Shelf]) -> None:
    """Fill the shelves, each product once: a shelf leaves out the products of those above it."""
    scene = found.scene
    asked = dict(zip(shelves, _rows(_with_spare(shelves), scene), strict=True))
    seen = {row.product_id for shelf in shelves if _is_fixed(shelf) for row in asked[shelf]}
    for shelf, rows in asked.items():
        kept = rows if _is_fixed(shelf) else _unseen(rows, seen, shelf.most)
        seen |= {row.product_id for row in kept}
        found.cards[shelf] = cards(kept, scene.language, in_flash=shelf.filters.in_flash)
        if has_sales(kept):
            found.with_sales.add(shelf)


def _is_fixed(shelf: Shelf) -> bool:
    """Tell whether a shelf shows a fixed set of products: picked by hand, or in flash."""
    return bool(shelf.picked) or shelf.filters.in_flash


def _with_spare(shelves: list[Shelf]) -> list[Shelf]:
    """Ask for more where other shelves of the page may show some of the products already."""
    found, others = [], sum(shelf.most for shelf in shelves if _is_fixed(shelf))
    for shelf in shelves:
        if _is_fixed(shelf):
            found.append(shelf)
        else:
            found.append(replace(shelf, most=shelf.most + min(others, MOST)))
            others += shelf.most
    return found


def _unseen(rows: list[ProductRow], seen: set[int], most: int) -> list[ProductRow]:
    """Return the products that the page does not show yet; a small shop repeats them instead."""
    fresh = [row for row in rows if row.product_id not in seen][:most]
    return fresh if 2 * len(fresh) >= len(rows[:most]) else rows[:most]


def _rows(shelves: list[Shelf], scene: Scene) -> list[list[ProductRow]]:
    return find_shelves(shelves, festivals=scene.festivals, at=scene.at, language=scene.language)


def _stories(parts: Sequence[BlockPart], language: str) -> dict[int, PageCard]:
    """Return the chosen stories and the newest ones."""
    chosen = {
        pk
        for part in parts
        if "stories" in part.block.needs
        for pk in part.block.chosen(part.value)
    }
    return cards_of(stories_to_show(chosen=sorted(chosen)), language)


@composed(chosen=IDS)
def stories_to_show(*, chosen: Expression) -> QuerySet[Any]:
    """Return the columns of cards for stories: chosen ones and the newest.

    The model is looked up by its name, since pages know the blocks they are made of.
    """
    model = apps.get_model("cms", "StoryPage")
    newest = model.objects.order_by("-first_published_at", "-pk")[:STORIES].values("pk")
    wanted = model.objects.filter(Q(AnyOf(F("pk"), chosen)) | Q(pk__in=newest))
    return rows_of(wanted.order_by("-first_published_at", "-pk"))


def _links(parts: Sequence[BlockPart], language: str) -> dict[int, str]:
    """Return the addresses of the pages that words and buttons lead to. One statement at most."""
    wanted: set[int] = set()
    for part in parts:
        for value in part.value.values():
            if isinstance(value, RichText) and "linktype" in value.source:
                wanted |= linked_pages(value.source)
            elif isinstance(value, Page):
                wanted.add(value.pk)
    if not wanted:
        return {}
    rows = Page.objects.live().filter(pk__in=wanted)
    found = rows.values_list("pk", "url_path", "locale__language_code")
    return {
        pk: address(path, language if code == settings.LANGUAGE_CODE else code)
        for pk, path, code in found
    }


PageBlock.gather_example = staticmethod(gather_example)
