"""What stands on pages of the sample, in English and in their translations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext
from wagtail.models import Locale, Page

from sample.filling import cents_of, placeholders
from sample.sheets import LANGUAGES, FestivalSheet, PavilionSheet

type Body = list[tuple[str, dict]]

TEASER, LIVE, ENDED = "teaser", "live", "ended"


def body(
    sheet: FestivalSheet,
    countries: Mapping[str, PavilionSheet],
    stories: Sequence[Page],
    language: str,
) -> Body:
    """Return the blocks of a festival's page with the pavilions' words in a language."""
    return [
        ("hero", {}),
        ("notice", {"words": "ended", "phases": [ENDED]}),
        ("intro", {"phases": [TEASER, LIVE]}),
        ("slots", {"words": "flash", "phases": [LIVE]}),
        ("vouchers", {"words": "vouchers", "phases": [LIVE]}),
        ("deals", {"words": "shelf", "count": 10}),
        ("deals", {"words": "under", "high": _small_price(), "count": 5}),
        *(_pavilion(countries[code], language) for code in sheet.pavilions),
        ("stories", {"words": "stories", "stories": list(stories)}),
        ("tours", {"words": "experiences", "phases": [TEASER, LIVE]}),
        ("how", {"words": "how"}),
    ]


@transaction.atomic
def translate(page: Page, ours: str, **facts: Any) -> int:
    """Make the translation of a page, unless it is there; return whether it was made.

    Args:
        ours: the sheets' code of the language.
        facts: the fields that are said otherwise in it.
    """
    locale, _new = Locale.objects.get_or_create(language_code=LANGUAGES[ours])
    translated = page.get_translation_or_none(locale)
    if translated is None:
        translated = _beside(page, locale, facts)
    elif not translated.alias_of_id:
        return 0
    translated.alias_of = None  # it was a copy, for the sake of what stands below it
    for name, value in facts.items():
        setattr(translated, name, value)
    translated.draft_title = translated.title
    translated.live, translated.has_unpublished_changes = True, False
    translated.first_published_at = translated.last_published_at = page.first_published_at
    translated.save()
    keep_revision(translated)
    return 1


def _beside(page: Page, locale: Locale, facts: dict[str, Any]) -> Page:
    """Add the translation of a page below that of its parent, where there is one.

    Wagtail's copy writes each page thrice and keeps a revision of what is replaced at once.
    """
    parent = page.get_parent().get_translation_or_none(locale)
    if parent is None:
        return page.copy_for_translation(locale, copy_parents=True)
    without = {"page_ptr", *page.exclude_fields_in_copy}
    own = {row.name: getattr(page, row.name) for row in page._meta.local_fields
           if row.name not in without}  # fmt: skip
    shared = {name: getattr(page, name) for name in ("slug", "show_in_menus", "translation_key")}
    return parent.add_child(instance=type(page)(locale=locale, **shared, **own | facts))


def called(model: type[Page], ours: str) -> str:
    """Return what a list is called in a language, as the shop's own words have it."""
    with translation.override(LANGUAGES[ours]):
        return gettext(model.own_title)


def keep_revision(page: Page) -> None:
    """Keep what is published as a revision; without one, a change that waits would hide it."""
    revision = page.save_revision(clean=False)
    Page.objects.filter(pk=page.pk).update(live_revision=revision, has_unpublished_changes=False)


def _pavilion(sheet: PavilionSheet, language: str) -> tuple[str, dict]:
    text = sheet.texts[language].text
    return "pavilion", {"country": sheet.country, "about": f"<p>{text}</p>", "count": 5}


def _small_price() -> int:
    return cents_of(placeholders()["small_price"]) // 100
