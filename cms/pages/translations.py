"""Tells a translation from a copy that is still in English: Wagtail begins every one as a copy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.utils.html import strip_tags
from wagtail import blocks
from wagtail.models import PageLogEntry, Revision
from wagtail.rich_text import RichText

from cms.pages.base import ShopPage

WORDS = (blocks.CharBlock, blocks.TextBlock, blocks.RichTextBlock)
SENTENCE = 4  # words; what is shorter may be a name, which is the same in each language
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
        elif _is_left(words_of(page), english):
            missing.append(name)
            copies.append(name)
    return missing, copies


def outdated(source: ShopPage, pages: Iterable[ShopPage]) -> list[ShopPage]:
    """Return the translations written before the words of their English page changed.

    A translation that is saved again is taken as following them. Four statements.

    Args:
        source: the English page.
        pages: of other languages; aliases follow by themselves.
    """
    saved = list(Revision.page_revisions.filter(object_id=str(source.pk))
                 .order_by("created_at", "pk").values_list("created_at", "pk"))  # fmt: skip
    public = PageLogEntry.objects.filter(
        page=source.pk, action="wagtail.publish", revision__isnull=False
    )
    published = list(public.order_by("timestamp", "pk").values_list("timestamp", "revision"))
    read = {}
    for page in pages:
        if page.pk != source.pk and not page.alias_of_id and page.latest_revision_created_at:
            written = page.latest_revision_created_at
            before = [pk for at, pk in published if at <= written]
            before = before or [pk for at, pk in saved if at <= written]
            if before:
                read[page] = before[-1]
    then = Revision.objects.in_bulk(set(read.values()))
    words = {pk: words_of(row.as_object()) for pk, row in then.items()}
    now = words_of(source)
    return [page for page, pk in read.items() if words[pk] != now]


def _is_left(words: tuple[str, ...], english: tuple[str, ...]) -> bool:
    """Tell whether a copy is as it began, or has a sentence that is still in English."""
    known = set(english)
    same = [text for text in words if text in known]
    return words == english or any(len(strip_tags(text).split()) >= SENTENCE for text in same)


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
