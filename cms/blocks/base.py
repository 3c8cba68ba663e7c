"""The base of all blocks of pages: their phases, their headings, the data that they need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from wagtail import blocks
from wagtail.blocks.struct_block import BlockGroup

from cms.pages.scene import Gathered, Scene
from shop.core.languages import Wording
from shop.storefront.festival.hero import heading
from shop.storefront.search.shelves import Shelf

PHASES = [("teaser", "Before the festival"), ("live", "While it runs"), ("ended", "After its end")]
KEYS = [
    (key, f"The festival's words: {key}")
    for key in [
        "flash",
        "pavilions",
        "shelf",
        "under",
        "stories",
        "experiences",
        "vouchers",
        "how",
        "ended",
    ]
]


@dataclass(frozen=True, slots=True)
class Heading:
    """A title and a sentence above a part of a page."""

    title: Wording
    text: Wording


class PageBlock(blocks.StructBlock):
    """A part of a page. It queries nothing: it names its data, and the page collects them.

    ``needs`` names parts of ``Gathered``; a block of products returns its ``shelf``.
    """

    needs: frozenset[str] = frozenset()
    # Wagtail asks a block for its example; ``cms.pages.gather``, which knows all blocks, sets it.
    gather_example: ClassVar[staticmethod[[PageBlock, Any], Gathered]]

    phases = blocks.MultipleChoiceBlock(
        choices=PHASES,
        required=False,
        label="Show in phase",
        widget=forms.CheckboxSelectMultiple,
        help_text="Nothing ticked: always. The phase comes from the festival's own times.",
    )

    def get_form_layout(self) -> BlockGroup:
        """Put the phases behind the other fields, among the settings."""
        names = [name for name in self.child_blocks if name != "phases"]
        return BlockGroup(children=names, settings=["phases"])

    def normalize(self, value: Any) -> Any:
        """Take a value that names a few fields only; the others get their defaults."""
        if not isinstance(value, blocks.StructValue):
            fields = self.child_blocks.items()
            value = {name: value.get(name, field.get_default()) for name, field in fields}
        return super().normalize(value)

    def shelf(self, value: Any, scene: Scene) -> Shelf | None:
        """Return the products that the block shows, if it shows any."""
        return None

    def shown(self, value: Any, gathered: Gathered) -> dict[str, Any]:
        """Return the template's context beside the value."""
        return {}

    def get_context(
        self, value: Any, parent_context: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the template's context; without a page's data, the value alone."""
        context = super().get_context(value, parent_context)
        gathered = context.get("gathered")
        if gathered is None:
            return context
        context |= {"scene": gathered.scene, "lang": gathered.scene.words_lang}
        return context | self.shown(value, gathered)

    def get_preview_context(
        self, value: Any, parent_context: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Show the block's example with the shop's products of this moment."""
        context = super().get_preview_context(value, parent_context)
        return context | {"gathered": self.gather_example(self, value)}


class HeadedBlock(PageBlock):
    """A part with a heading: the editor's words, else the festival's, else the shop's."""

    title = blocks.CharBlock(required=False, max_length=80)
    text = blocks.CharBlock(required=False, max_length=200)
    words = blocks.ChoiceBlock(
        choices=KEYS,
        required=False,
        label="Festival's words",
        help_text="Used, in every language that has them, where the title is empty.",
    )

    def default_title(self, value: Any, gathered: Gathered) -> str:
        """Return the shop's own words above such a part, in the language of the page."""
        return ""

    def default_text(self, value: Any, gathered: Gathered) -> str:
        """Return the shop's own sentence below the title."""
        return ""

    def heading_of(self, value: Any, gathered: Gathered) -> Heading:
        """Return the heading above the part."""
        scene = gathered.scene
        if value["title"]:
            lang = scene.words_lang
            return Heading(Wording(value["title"], lang), Wording(value["text"], lang))
        if value["words"] and scene.festival:
            title, text = heading(scene.festival, value["words"], scene.language)
            if title.text and (not title.lang or not self.default_title(value, gathered)):
                return Heading(title, text)
        return Heading(
            Wording(self.default_title(value, gathered)),
            Wording(self.default_text(value, gathered)),
        )

    def shown(self, value: Any, gathered: Gathered) -> dict[str, Any]:
        """Return the heading."""
        return {"heading": self.heading_of(value, gathered)}
