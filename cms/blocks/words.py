"""Blocks of words and pictures that editors write themselves."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.images.blocks import ImageChooserBlock

from cms.blocks.base import PageBlock
from cms.pages.addresses import is_safe
from cms.pages.pictures import files_of
from cms.pages.scene import Gathered

FEATURES = [
    "h2", "h3", "bold", "italic", "ol", "ul", "blockquote", "hr", "link", "document-link",
]  # fmt: skip


class Words(blocks.RichTextBlock):
    """Formatted words without pictures or embeds: those have blocks of their own."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"features": FEATURES} | options)


class TextBlock(PageBlock):
    """Formatted words."""

    words = Words()

    class Meta:
        icon = "pilcrow"
        label = "Text"
        template = "cms/blocks/text.html"
        description = "Headings, paragraphs, lists, quotations and links."
        preview_value = {"words": "<h2>Before jeans</h2><p>Three sisters dye with leaves.</p>"}

    def shown(self, value: Any, gathered: Gathered) -> dict[str, Any]:
        """Return the words with their links."""
        return {"words": gathered.rich(value["words"])}


class TableBlock(PageBlock):
    """A table whose first row names its columns, typed as lines with bars between the cells."""

    caption = blocks.CharBlock(max_length=120, required=False)
    rows = blocks.TextBlock(help_text="A line for each row, cells apart by |. First the headings.")

    class Meta:
        icon = "table"
        label = "Table"
        template = "cms/blocks/table.html"
        description = "A small table of words and figures."
        preview_value = {"rows": "Country | Days\nKenya | 4\nGhana | 5"}

    def shown(self, value: Any, gathered: Gathered) -> dict[str, Any]:
        """Return the cells, each row as long as the first one."""
        lines = [line for line in (value["rows"] or "").splitlines() if line.strip()]
        rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]
        width = len(rows[0]) if rows else 0
        padded = [(row + [""] * width)[:width] for row in rows]
        return {"head": padded[0] if padded else [], "body": padded[1:]}


class PictureBlock(PageBlock):
    """A picture; its message stands in its alternative text as well."""

    picture = ImageChooserBlock()
    alt = blocks.CharBlock(
        required=False,
        max_length=200,
        label="Alternative text",
        help_text="What the picture tells, for those who do not see it.",
    )
    is_decoration = blocks.BooleanBlock(
        required=False, label="It tells nothing", help_text="A decoration: no text is needed."
    )
    caption = blocks.CharBlock(required=False, max_length=200)

    class Meta:
        icon = "image"
        label = "Picture"
        template = "cms/blocks/picture.html"
        description = "A picture with its alternative text, and a caption if you like."

    def clean(self, value: Any) -> Any:
        """Ask for the alternative text of a picture that tells something."""
        cleaned = super().clean(value)
        if not cleaned["alt"].strip() and not cleaned["is_decoration"]:
            asked = ValidationError(
                "Say what the picture tells, or tick that it tells nothing.", code="alt"
            )
            raise StructBlockValidationError(block_errors={"alt": asked})
        return cleaned

    def shown(self, value: Any, gathered: Gathered) -> dict[str, Any]:
        """Return the picture's files."""
        return {"picture": files_of(value["picture"])}


class CallBlock(PageBlock):
    """A button to another page of the shop or, over https, elsewhere."""

    label = blocks.CharBlock(max_length=60)
    text = blocks.CharBlock(max_length=200, required=False)
    page = blocks.PageChooserBlock(required=False)
    address = blocks.CharBlock(
        max_length=300, required=False, help_text="/products/?kind=experience or https://…"
    )

    class Meta:
        icon = "link"
        label = "Call to action"
        template = "cms/blocks/call.html"
        description = "A sentence and a button."
        preview_value = {"label": "See the stores", "address": "/stores/"}

    def clean(self, value: Any) -> Any:
        """Ask for one place to go to; another scheme than https could run script."""
        cleaned = super().clean(value)
        if bool(cleaned["page"]) == bool(cleaned["address"]):
            raise StructBlockValidationError(
                non_block_errors=[ValidationError("Choose a page or type an address.")]
            )
        if cleaned["address"] and not is_safe(cleaned["address"]):
            wrong = ValidationError("Begin with / for a page of the shop, or with https://.")
            raise StructBlockValidationError(block_errors={"address": wrong})
        return cleaned

    def shown(self, value: Any, gathered: Gathered) -> dict[str, Any]:
        """Return where the button leads, in the language of the page."""
        if value["page"]:
            return {"url": gathered.links.get(value["page"].pk, "")}
        address = value["address"] or ""
        return {"url": gathered.localized(address) if is_safe(address) else ""}


class ChecklistBlock(PageBlock):
    """What to look at before one is finished; whoever learns ticks it for themselves."""

    points = blocks.ListBlock(blocks.CharBlock(max_length=300), min_num=1, max_num=50)

    class Meta:
        icon = "tasks"
        label = "Checklist"
        template = "cms/blocks/checklist.html"
        description = "Points that people tick while they learn. One list in a lesson."
        preview_value = {"points": ["Lens wiped", "The whole product is seen"]}


class QuestionBlock(PageBlock):
    """A question with answers to choose from. Readers find it beside the lesson, not in it."""

    question = blocks.CharBlock(max_length=300)
    answers = blocks.ListBlock(blocks.CharBlock(max_length=200), min_num=2, max_num=6)
    right = blocks.IntegerBlock(min_value=1, max_value=6, label="Number of the right answer")
    why = blocks.TextBlock(required=False, max_length=600)

    class Meta:
        icon = "help"
        label = "Question"
        template = "cms/blocks/question.html"
        description = "A question of the lesson: people answer it when they are signed in."
        preview_value = {
            "question": "Which picture comes first?",
            "answers": ["The whole product", "The workshop"],
            "right": 1,
            "why": "It is the one that lists show.",
        }

    def clean(self, value: Any) -> Any:
        """Refuse a right answer that is not there."""
        cleaned = super().clean(value)
        if cleaned["right"] > len(cleaned["answers"]):
            wrong = ValidationError("There is no answer of this number.")
            raise StructBlockValidationError(block_errors={"right": wrong})
        return cleaned

    def shown(self, value: Any, gathered: Gathered) -> dict[str, Any]:
        """Return the right answer."""
        place = (value["right"] or 1) - 1
        return {"right_answer": value["answers"][place] if place < len(value["answers"]) else ""}
