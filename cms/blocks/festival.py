"""Blocks of the festival itself: its head, its countdown, its words, vouchers and hosts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError

from cms.blocks.base import HeadedBlock, PageBlock
from cms.blocks.choices import zones
from cms.blocks.deals import ProductChooserBlock, ShelfBlock, picked
from cms.blocks.words import Words
from cms.pages.scene import Gathered, Phase, Scene
from shop.core import dates
from shop.core.languages import in_language
from shop.storefront.festival.hero import words
from shop.storefront.search.shelves import MOST, Shelf

MINUTE = timedelta(minutes=1)
EARLY = 15 * MINUTE  # before a session starts, its stream can be opened


class HeroBlock(PageBlock):
    """The festival at the head of the page, with its cloth and its meters."""

    needs = frozenset({"hero"})

    class Meta:
        icon = "home"
        label = "Head of the festival"
        template = "cms/blocks/hero.html"
        description = "Title, days, countdown, the cloth of stores: all from the festival itself."

    def shown(self, value: Any, gathered: Gathered) -> dict[str, Any]:
        """Return the festival, and its button's label and address."""
        scene = gathered.scene
        products = reverse("products")
        if scene.phase is Phase.LIVE:
            label = call(scene, "live") or _("Shop the festival")
            return {"hero": gathered.hero, "label": label, "url": f"{products}?festival=1"}
        if scene.phase is Phase.ENDED and (label := call(scene, "ended")):
            return {"hero": gathered.hero, "label": label, "url": reverse("stores")}
        return {"hero": gathered.hero, "label": _("All products"), "url": products}


def call(scene: Scene, phase: str) -> str:
    """Return the festival's own label of its button, if it has one in the page's language."""
    texts = in_language(scene.festival.texts, scene.language) if scene.festival else None
    return (texts or {}).get("cta", {}).get(phase, "")


class CountdownBlock(PageBlock):
    """The time until the festival starts or ends."""

    needs = frozenset({"hero"})

    class Meta:
        icon = "time"
        label = "Countdown"
        template = "cms/blocks/countdown.html"
        description = "Counts to the start, then to the end; afterwards it is not there."

    def shown(self, value: Any, gathered: Gathered) -> dict[str, Any]:
        """Return the festival's next turn."""
        return {"hero": gathered.hero}


class IntroBlock(PageBlock):
    """The festival's introduction, in every language that has it."""

    class Meta:
        icon = "openquote"
        label = "The festival's introduction"
        template = "cms/blocks/intro.html"
        description = "The paragraph that the festival itself carries."

    def shown(self, value: Any, gathered: Gathered) -> dict[str, Any]:
        """Return the paragraph."""
        scene = gathered.scene
        return {"intro": words(scene.festival, "intro", scene.language) if scene.festival else None}


class NoticeBlock(HeadedBlock):
    """A sentence set apart: news, or that the festival is over."""

    class Meta:
        icon = "info-circle"
        label = "Notice"
        template = "cms/blocks/notice.html"
        description = "A title and a sentence that stand out."
        preview_value = {"title": "The festival is over", "text": "The stores are open as always."}


class HowBlock(HeadedBlock):
    """How buying works, in four sentences."""

    class Meta:
        icon = "help"
        label = "How it works"
        template = "cms/blocks/how.html"
        description = "One cart, honest prices, delivery, payment: the shop's own words."

    def default_title(self, value: Any, gathered: Gathered) -> str:
        """Return the title "How it works" in the language of the page."""
        return _("How it works")


class VoucherStripBlock(HeadedBlock):
    """The festival's savings and the vouchers that can be claimed."""

    needs = frozenset({"vouchers"})

    class Meta:
        icon = "tag"
        label = "Vouchers"
        template = "cms/blocks/vouchers.html"
        description = "What the festival saves on whole orders; codes stay secret."
        preview_value = {"title": "Save across stores"}

    def default_title(self, value: Any, gathered: Gathered) -> str:
        """Return the title "Vouchers" in the language of the page."""
        return _("Vouchers")

    def shown(self, value: Any, gathered: Gathered) -> dict[str, Any]:
        """Return the promotions that can be used or claimed at the moment of the page."""
        return super().shown(value, gathered) | {"vouchers": gathered.vouchers}


class SessionBlock(ShelfBlock):
    """A host at a time, with the products that are spoken of."""

    name = blocks.CharBlock(max_length=120, label="Title of the session")
    host = blocks.CharBlock(max_length=120)
    starts_at = blocks.DateTimeBlock(help_text="As the time zone of your account has it.")
    zone = blocks.ChoiceBlock(
        choices=zones,
        required=False,
        label="Time zone of the page",
        help_text="In which readers are told when. Empty: the festival's.",
    )
    minutes = blocks.IntegerBlock(min_value=5, max_value=720, default=60)
    about = Words(required=False)
    stream = blocks.URLBlock(
        required=False,
        label="Address of the stream",
        help_text="https://… It opens on the host's own page; nothing of it is loaded here.",
    )
    products = blocks.ListBlock(ProductChooserBlock(), max_num=MOST, default=[])

    class Meta:
        icon = "media"
        label = "Host session"
        template = "cms/blocks/session.html"
        description = "Somebody shows their things live: when, who, where, and which products."

    def clean(self, value: Any) -> Any:
        """Refuse a stream that is not served over https."""
        cleaned = super().clean(value)
        if cleaned["stream"] and not cleaned["stream"].startswith("https://"):
            wrong = ValidationError("The address of a stream begins with https://.")
            raise StructBlockValidationError(block_errors={"stream": wrong})
        return cleaned

    def shelf(self, value: Any, scene: Scene) -> Shelf | None:
        """Return the products that the host shows."""
        ids = picked(value["products"])
        return Shelf(picked=ids, most=len(ids)) if ids else None

    def turns(self, value: Any) -> list[Any]:
        """Return the instants at which the part changes: the stream opens, it starts, it ends."""
        starts_at = value["starts_at"]
        if not starts_at:
            return []
        ends_at = starts_at + timedelta(minutes=value["minutes"] or 0)
        return [starts_at - EARLY, starts_at, ends_at]

    def shown(self, value: Any, gathered: Gathered) -> dict[str, Any]:
        """Return when it is, in the festival's time, and whether it is on."""
        scene, turns = gathered.scene, self.turns(value)
        shown = super().shown(value, gathered) | {"about": gathered.rich(value["about"])}
        if not turns:
            return shown
        own = scene.festival.zone if scene.festival else settings.SHOP_ZONE
        zone = value.get("zone") or own
        opens_at, starts_at, ends_at = turns
        when = dates.day_and_hour(starts_at, zone, scene.language)
        name = dates.zone_name(starts_at, zone, scene.language)
        stream = value["stream"] or ""
        return shown | {
            "starts_at": starts_at,
            "ends_at": ends_at,
            "zone_id": zone,
            "early": EARLY // MINUTE,
            "may_watch": opens_at <= scene.at < ends_at,
            "when": when,
            "text": f"{when}–{dates.hour(ends_at, zone)} · {name}",
            "pattern": f"{dates.own_words()}–{{until}}",
            "is_on": starts_at <= scene.at < ends_at,
            "is_over": scene.at >= ends_at,
            "stream": stream if stream.startswith("https://") else "",
        }
