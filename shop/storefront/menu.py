"""Links to the pages that editors want to be found from everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext

from shop.storefront.cache.catalogue_version import MenuPage


@dataclass(frozen=True, slots=True)
class MenuLink:
    """A page in a menu; ``lang`` is the language of its title where that is not the page's.

    ``is_help``: it answers a question, so it stands with the others of its kind.
    """

    url: str
    slug: str
    title: str
    lang: str
    is_help: bool


def menu(pages: Sequence[MenuPage], language: str) -> tuple[MenuLink, ...]:
    """Return the links of a menu in a language; a page has one address in all of them."""
    translated = {page.key: page.title for page in pages if page.language == language}
    english = (page for page in pages if page.language == settings.LANGUAGE_CODE)
    return tuple(_link(page, translated.get(page.key, ""), language) for page in english)


def _link(page: MenuPage, translated: str, language: str) -> MenuLink:
    path = page.path.lstrip("/").partition("/")[2]
    prefix = "" if language == settings.LANGUAGE_CODE else f"/{language}"
    own = translated or gettext(page.title)  # lists are called what the shop calls them
    is_foreign = own == page.title and not translated and bool(prefix)
    return MenuLink(
        url=f"{prefix}/{path}",
        slug=page.slug,
        title=own,
        lang=settings.LANGUAGE_CODE if is_foreign else "",
        is_help=path.startswith("help/"),
    )
