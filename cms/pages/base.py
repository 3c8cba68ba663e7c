"""The base of all pages: one English tree, words in other languages, previews at any moment."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.forms import Widget
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import COMMENTS_RELATION_NAME, Page
from wagtail.search import index

from cms.pages import preview
from cms.pages.addresses import address
from cms.pages.gather import BlockPart, gather, turns
from cms.pages.pictures import make_missing
from cms.pages.scene import Gathered, Scene
from shop.core import clock
from shop.core.images.models import Picture
from shop.core.languages import Wording
from shop.festivals.prices.spans import mark_change
from shop.storefront.cache.catalogue_version import CatalogueVersion, KnownFestival, current_version

TOP = 2  # the depth of the home page, below which addresses begin
TAKEN = "This is an address of the shop itself: choose another one."


class Shown(Widget):
    """A value to read. It is no field, so that the script of the title writes nothing into it."""

    def render(
        self, name: str, value: object, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        """Return the value as text."""
        return format_html('<code id="{}">{}</code>', (attrs or {}).get("id", ""), value)


class PageForm(WagtailAdminPageForm):
    """Says at once when an address is taken; a translation has that of its English page."""

    of_source: ClassVar[tuple[str, ...]] = ()  # what a translation does not choose either

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        source = self.instance.source if self.instance.pk else None
        if source is None or source.depth <= TOP:
            return
        for name in self.of_source:
            self.fields.pop(name, None)
        if address := self.fields.get("slug"):
            address.widget, address.disabled = Shown(), True
            address.help_text = "All languages share the address of the English page."
            self.initial["slug"] = source.slug

    def clean(self) -> dict[str, Any]:
        """Refuse an address at the top that is not a page's to have."""
        cleaned = super().clean()
        parent = self.parent_page
        if parent and parent.depth == TOP and is_taken(cleaned.get("slug") or ""):
            self.add_error("slug", TAKEN)
        return cleaned


def is_taken(slug: str) -> bool:
    """Tell whether an address at the top belongs to the shop and not to a page."""
    try:
        match = resolve(f"/{slug}/")
    except Resolver404:
        return False
    return match.url_name not in ("wagtail_serve", "home")


# What saving a draft writes: nobody but editors sees any of it.
OF_DRAFTS = {
    COMMENTS_RELATION_NAME,
    "draft_title",
    "has_unpublished_changes",
    "latest_revision",
    "latest_revision_created_at",
    "locked",
    "locked_at",
    "locked_by",
}


class ShopPage(Page):
    """A page of the shop. It is the same for everyone, and kept whole until something changes.

    The English page gives the address in every language. Where a translation is published its
    words are shown there, and the English ones otherwise, marked as English.
    """

    preview_at = models.DateTimeField(
        "preview at",
        null=True,
        blank=True,
        help_text="As the time zone of your account has it. For the preview alone.",
    )

    base_form_class = PageForm
    own_title = above_title = ""
    is_of_one_festival = False
    private_page_options: list[str] = []  # pages are public or not published: copies are shared
    description_help = "A sentence for lists, search engines and the top of the page."

    promote_panels = [
        MultiFieldPanel(
            [
                FieldPanel("slug"),
                FieldPanel("seo_title"),
                FieldPanel("search_description", help_text=description_help),
            ],
            heading="For search engines and lists",
        )
    ]
    settings_panels = [*Page.settings_panels, FieldPanel("preview_at")]
    search_fields = [*Page.search_fields, index.SearchField("search_description")]

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the page, and make its kept copies stale; drafts change nothing public."""
        super().save(*args, **kwargs)
        written = kwargs.get("update_fields")
        if written is None or not set(written) <= OF_DRAFTS:
            make_missing(self.pictures() if self.live else [])
            mark_change("page", at=clock.now())  # Wagtail saves, so nobody hands us a moment

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Delete, and let no kept copy outlive the page."""
        deleted = super().delete(*args, **kwargs)
        mark_change("page deleted", at=clock.now())
        return deleted

    def clean(self) -> None:
        """Refuse an address that belongs to the shop, and another one for a translation."""
        super().clean()
        source = self.source if self.pk else None
        if source is not None and source.depth > TOP and source.slug != self.slug:
            text = f"All languages share one address: the English page is “{source.slug}”."
            raise ValidationError({"slug": text})
        if self.depth == TOP + 1 and is_taken(self.slug):
            raise ValidationError({"slug": TAKEN})

    @property
    def source(self) -> Page | None:
        """Return the English page of a translation, or None for the English page itself."""
        if self.locale.language_code == settings.LANGUAGE_CODE:
            return None
        same = type(self).objects.filter(translation_key=self.translation_key)
        return same.filter(locale__language_code=settings.LANGUAGE_CODE).first()

    def pictures(self) -> list[Picture]:
        """Return the pictures that the page shows."""
        blocks = [child for child in getattr(self, "body", ()) if child.block_type == "picture"]
        return [child.value["picture"] for child in blocks if child.value["picture"]]

    def words_language(self) -> str:
        """Return the language of the page's words; an alias still has those of its English page."""
        is_own = self.locale_id and not self.alias_of_id
        return self.locale.language_code if is_own else settings.LANGUAGE_CODE

    def festival_at(self, version: CatalogueVersion) -> KnownFestival | None:
        """Return the festival that the page is about."""
        return version.festival or version.next_festival

    def is_public(self) -> bool:
        """Tell whether visitors may see it, apart from being published."""
        return True

    def parts(self, scene: Scene) -> list[BlockPart]:
        """Return the blocks that are shown in the scene's phase; one head at the most."""
        found, has_hero = [], False
        for child in getattr(self, "body", ()):
            is_hero = child.block_type == "hero"
            if scene.shows(child.value["phases"] or []) and not (is_hero and has_hero):
                found.append(BlockPart(child.block, child.value))
                has_hero = has_hero or is_hero
        return found

    def scene(self, request: HttpRequest) -> Scene:
        """Return for whom and when the page is written."""
        at = clock.moment_of(request)
        language = get_language() or settings.LANGUAGE_CODE
        version = current_version(at=at)
        words = self.words_language()
        return Scene(
            at=at,
            language=language,
            version=version,
            festival=self.festival_at(version),
            is_of_one=self.is_of_one_festival,
            words_lang="" if words == language else words,
        )

    def shown_title(self, lang: str) -> Wording:
        """Return the title; lists have the shop's own words in other languages.

        Args:
            lang: the language of the page's words, where it is not the visitor's.
        """
        return Wording(_(self.own_title)) if lang and self.own_title else Wording(self.title, lang)

    def crumbs(self, language: str) -> list[tuple[str, str]]:
        """Return addresses and titles of the pages above this one."""
        if self.depth is None or self.depth <= TOP:
            return []
        above = self.url_path.rstrip("/").rpartition("/")[0] + "/"
        way = [(reverse("home"), _("Festival"))]
        return [*way, (address(above, language), _(self.above_title))] if self.above_title else way

    def facts(self, gathered: Gathered, request: HttpRequest) -> dict[str, Any]:
        """Return the template's context for this kind of page, beside the blocks."""
        return {}

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Return the page as it is at the request's moment."""
        scene = self.scene(request)
        parts = self.parts(scene)
        gathered = gather(parts, scene)
        context = {
            "page": self,
            "parts": parts,
            "gathered": gathered,
            "scene": scene,
            "lang": scene.words_lang,
            "crumbs": self.crumbs(scene.language),
            "title": self.shown_title(scene.words_lang),
            "has_hero": any(part.block.name == "hero" for part in parts) and gathered.hero,
        }
        context |= self.facts(gathered, request)
        response = render(request, self.template, context)
        marked: Any = response
        marked.holds_until = turns(parts, scene.at)
        return response

    @property
    def preview_modes(self) -> list[tuple[str, str]]:
        """Return the moments at which a preview can be looked at."""
        return preview.modes(self)

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """Return the page as it will be at a moment; see ``preview``."""
        return preview.show(self, request, mode_name)


class ListPage(ShopPage):
    """A list of pages of one kind. There is one below the home page."""

    max_count_per_parent = 1
    parent_page_types = ["cms.HomePage"]

    class Meta:
        abstract = True
