"""Tells a translation from a copy that is still in English: Wagtail begins every one as a copy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.html import strip_tags
from wagtail import blocks
from wagtail.models import Page, PageLogEntry, Revision

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


def outdated(pages: Iterable[Page]) -> list[ShopPage]:
    """Return which of some pages were written before the words of their English page changed.

    A translation that is saved again is taken as following them. Four statements for all of them,
    and one for each kind of page.

    Args:
        pages: of any kind and language, with their locale; aliases follow by themselves.
    """
    own = [
        page
        for page in pages
        if isinstance(page, ShopPage) and page.latest_revision_created_at
        and not page.alias_of_id and page.locale.language_code != settings.LANGUAGE_CODE
    ]  # fmt: skip
    if not own:
        return []
    english = Page.objects.filter(locale__language_code=settings.LANGUAGE_CODE)
    keys = {page.translation_key for page in own}
    sources = {
        row.translation_key: row for row in english.filter(translation_key__in=keys).specific()
    }
    published, saved = _versions([row.pk for row in sources.values()])
    read = {}
    for page in own:
        if source := sources.get(page.translation_key):
            at = page.latest_revision_created_at
            version = _last(published[source.pk], at) or _last(saved[source.pk], at)
            if version:
                read[page] = (source, version)
    versions = {version for _source, version in read.values()}
    contents = dict(Revision.objects.filter(pk__in=versions).values_list("pk", "content"))
    return [
        page
        for page, (source, version) in read.items()
        if _words_then(source, contents[version]) != words_of(source)
    ]


Versions = dict[int, list[tuple[datetime, int]]]  # by page: when, and which revision


def _versions(pages: list[int]) -> tuple[Versions, Versions]:
    """Return when which revisions of pages were published, and when they were saved."""
    published: Versions = defaultdict(list)
    saved: Versions = defaultdict(list)
    public = PageLogEntry.objects.filter(
        page__in=pages, action="wagtail.publish", revision__isnull=False
    )
    for page, at, pk in public.values_list("page", "timestamp", "revision"):
        published[page].append((at, pk))
    revisions = Revision.page_revisions.filter(object_id__in=map(str, pages))
    for page, at, pk in revisions.values_list("object_id", "created_at", "pk"):
        saved[int(page)].append((at, pk))
    return published, saved


def _last(versions: list[tuple[datetime, int]], at: datetime) -> int | None:
    """Return the last version until an instant."""
    return max((row for row in versions if row[0] <= at), default=(at, None))[1]


def _is_left(words: tuple[str, ...], english: tuple[str, ...]) -> bool:
    """Tell whether a copy is as it began, or has a sentence that is still in English."""
    known = set(english)
    same = [text for text in words if text in known]
    return words == english or any(len(strip_tags(text).split()) >= SENTENCE for text in same)


def words_of(page: ShopPage) -> tuple[str, ...]:
    """Return the texts of a page, in its order: no choices, numbers or addresses."""
    return _texts(page.title, page.search_description, getattr(page, "body", None))


def _words_then(page: ShopPage, content: dict[str, Any]) -> tuple[str, ...]:
    """Return the texts that a page had in a revision. No statement, unlike Revision.as_object."""
    kept = content.get("body")
    body = page._meta.get_field("body").to_python(kept) if kept else None
    return _texts(content["title"], content["search_description"], body)


def _texts(title: str, description: str, body: blocks.StreamValue | None) -> tuple[str, ...]:
    found = [title, description]
    if body:
        found += _words(body.stream_block, list(body.raw_data))
    return tuple(text for text in found if any(letter.isalpha() for letter in text))


def _words(block: blocks.Block, value: Any) -> Iterator[str]:
    """Return the texts of a block from what is stored: looking up its pictures costs statements."""
    if isinstance(block, WORDS) and value:
        yield str(value)
    for inner, part in _parts(block, value):
        yield from _words(inner, part)


def _parts(block: blocks.Block, value: Any) -> list[tuple[blocks.Block, Any]]:
    """Return the blocks inside a block with their values."""
    if isinstance(block, blocks.StructBlock):
        fields, known = block.child_blocks.items(), value or {}
        return [(inner, known.get(name)) for name, inner in fields if name not in NOT_READ]
    if isinstance(block, blocks.ListBlock):
        return [(block.child_block, _item(part)) for part in value or ()]
    if isinstance(block, blocks.StreamBlock):
        known = block.child_blocks
        return [
            (known[part["type"]], part["value"]) for part in value or () if part["type"] in known
        ]
    return []


def _item(part: Any) -> Any:
    """Return the value of a list's item; what older programs stored is the value alone."""
    return part["value"] if isinstance(part, dict) and part.get("type") == "item" else part
