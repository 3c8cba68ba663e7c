"""Blocks of the catalogue's parts: large pictures that lead into them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from wagtail import blocks

from cms.blocks import choices
from cms.blocks.base import HeadedBlock
from cms.pages.scene import Gathered
from shop.storefront.festival.collections import Collection

MOST = 8


class CollectionBlock(blocks.StructBlock):
    """One part of the catalogue, with words of the editor or its own."""

    category = choices.LateChoiceBlock(choices=choices.categories)
    title = blocks.CharBlock(required=False, max_length=60)
    text = blocks.CharBlock(required=False, max_length=100)

    class Meta:
        icon = "folder-open-inverse"
        label = "Collection"


class CollectionsBlock(HeadedBlock):
    """Large pictures of the catalogue's parts; each shows the best-selling product in it."""

    needs = frozenset({"collections"})

    tiles = blocks.ListBlock(
        CollectionBlock(),
        max_num=MOST,
        default=[],
        help_text="None: the first parts of the catalogue, and its last one.",
    )
    count = blocks.IntegerBlock(min_value=2, max_value=MOST, default=4, label="How many")

    class Meta:
        icon = "grip"
        label = "Collections"
        template = "cms/blocks/collections.html"
        description = (
            "Parts of the catalogue as large pictures: the newest pictures, by themselves."
        )
        preview_value = {"count": 4}

    def paths(self, value: Any) -> list[str]:
        """Return the parts that an editor chose."""
        return [tile["category"] for tile in value["tiles"] if tile["category"]]

    def default_title(self, value: Any, gathered: Gathered) -> str:
        """Return the title "Collections" in the language of the page."""
        return _("Collections")

    def shown(self, value: Any, gathered: Gathered) -> dict[str, Any]:
        """Return the tiles."""
        return super().shown(value, gathered) | {"tiles": self._tiles(value, gathered)}

    def _tiles(self, value: Any, gathered: Gathered) -> list[Collection]:
        if not self.paths(value):
            tops = [one for one in gathered.collections if "/" not in one.path]
            few = max(2, min(MOST, value["count"] or 2))
            return tops if len(tops) <= few else [*tops[: few - 1], tops[-1]]
        known = {one.path: one for one in gathered.collections}
        lang = gathered.scene.words_lang
        return [
            _worded(known[tile["category"]], tile, lang)
            for tile in value["tiles"]
            if tile["category"] in known
        ]


def _worded(one: Collection, tile: Any, lang: str) -> Collection:
    """Return a part with the editor's words in place of its own."""
    if tile["title"]:
        one = replace(one, title=tile["title"], title_lang=lang)
    return replace(one, text=tile["text"], text_lang=lang) if tile["text"] else one
