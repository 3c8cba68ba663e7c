"""Tells a translation from a copy that is still in English: Wagtail begins every one as a copy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from wagtail import blocks
from wagtail.rich_text import RichText

from cms.pages.base import ShopPage

WORDS = (blocks.CharBlock, blocks.TextBlock, blocks.RichTextBlock)
NOT_READ = {"address"}  # of a block: where something leads


def untranslated(pages: Iterable[ShopPage]) -> tuple[list[str], list[str]]:
    """Return in which languages a page is shown in English, and where a copy in English stands in.

    Args:
        pages: the English page and those of the other languages, drafts included.
    """
    by_language = {page.locale.language_code: page for page in pages}
    english = words_of(by_language[settings.LANGUAGE_CODE])
    missing, copies = [], []
    for code, name in settings.LANGUAGES:
        page = by_language.get(code)
        if code == settings.LANGUAGE_CODE:
            continue
        if page is None or page.alias_of_id or not page.live:
            missing.append(name)
        elif words_of(page) == english:
            missing.append(name)
            copies.append(name)
    return missing, copies


def words_of(page: ShopPage) -> tuple[str, ...]:
    """Return the texts of a page, in its order: no choices, numbers or addresses."""
    found = [page.title, page.search_description]
    for child in getattr(page, "body", ()):
        found += _words(child.block, child.value)
    return tuple(text for text in found if any(letter.isalpha() for letter in text))


def _words(block: blocks.Block, value: Any) -> Iterator[str]:
    if isinstance(block, WORDS) and value:
        yield value.source if isinstance(value, RichText) else str(value)
    for inner, part in _parts(block, value):
        yield from _words(inner, part)


def _parts(block: blocks.Block, value: Any) -> list[tuple[blocks.Block, Any]]:
    """Return the blocks inside a block with their values."""
    if isinstance(block, blocks.StructBlock):
        fields = block.child_blocks.items()
        return [(inner, value.get(name)) for name, inner in fields if name not in NOT_READ]
    if isinstance(block, blocks.ListBlock):
        return [(block.child_block, part) for part in value or ()]
    if isinstance(block, blocks.StreamBlock):
        return [(child.block, child.value) for child in value or ()]
    return []
