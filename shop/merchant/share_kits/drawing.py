"""Draws a kit, and knows what its pictures would say now."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from shop.merchant.share_kits.draw import draw_all
from shop.merchant.share_kits.facts import KitFacts, facts_of, photo_of
from shop.merchant.share_kits.models import ShareKit, SharePicture
from shop.storefront.share_links.models import ShareLink

Channel = ShareLink.Channel


def draw(kit_id: int, *, at: datetime) -> None:
    """Draw the files of a kit in place of those before; nothing if it is gone, or was drawn."""
    kit = kits().filter(pk=kit_id).first()
    if kit is None or not kit.is_waiting:
        return
    facts = present_facts(kit, at=at)
    made = draw_all(facts, photo_of(kit))
    with transaction.atomic():
        # Asked for again meanwhile: then another task draws it, and this one is as good.
        done = {"digest": facts.digest, "made_at": at}
        rows = ShareKit.objects.filter(pk=kit.pk, asked_at=kit.asked_at, made_at=None)
        if rows.update(**done):
            SharePicture.objects.filter(kit=kit).delete()
            SharePicture.objects.bulk_create(
                SharePicture(kit=kit, shape=shape, content=content, size=len(content))
                for shape, content in made.items()
            )


def present_facts(kit: ShareKit, *, at: datetime) -> KitFacts:
    """Return what the pictures of a kit would say now."""
    post, poster = links_of(kit)
    return facts_of(kit, post, poster, at=at)


def links_of(kit: ShareKit) -> tuple[ShareLink | None, ShareLink | None]:
    """Return the links of a kit's pictures and of its poster. One statement."""
    rows = ShareLink.objects.filter(
        merchant=kit.merchant_id, product=kit.product_id, stopped_at=None,
        channel__in=(Channel.POST, Channel.POSTER),
    ).order_by("-pk")  # fmt: skip
    found = {row.channel: row for row in rows}
    return found.get(Channel.POST), found.get(Channel.POSTER)


def kits() -> QuerySet[ShareKit]:
    """Return kits with what their pictures are of."""
    return ShareKit.objects.select_related("merchant__banner", "product", "festival")
