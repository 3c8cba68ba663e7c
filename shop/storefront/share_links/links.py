"""Makes, stops and removes links, and knows where each leads: never out of the shop."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import Resolver404, resolve, reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language_from_path
from django.utils.translation import gettext as _

from shop.catalogue.models import Product
from shop.core.errors import NotPossible
from shop.core.forms.visible_text import seen_only
from shop.festivals.changelog import log
from shop.festivals.models import Festival
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant
from shop.storefront.share_links.models import ShareLink

LONGEST = 200  # letters of a path
MOST = 200
"""Own links of one store, or links of the organizers, at the most; pictures bring theirs beside."""
NOT_SHARED = (
    "/merchant/", "/organize/", "/webhooks/", "/account/", "/mail/", "/s/", "/media/", "/feeds/",
    "/calendars/", "/orders/", "/apply/link/", "/report/", "/preview/", "/learning/certificates/",
    "/documents/", "/static/", "/cart/", "/checkout/", "/remind/",
)  # fmt: skip
Channel = ShareLink.Channel


@transaction.atomic
def make_link(
    merchant: Merchant, product: Product | None, name: str, *, at: datetime, by: User
) -> ShareLink:
    """Make an own link of a store, to a product or to all of it.

    Raises:
        NotPossible: it has no name, or there are too many links.
    """
    own = _name(name)
    _refuse_many(merchant)
    made = ShareLink.objects.create(
        merchant=merchant, product=product, name=own, made_at=at, made_by=by
    )
    _log(made, "create", at=at, by=by)
    return made


def link_for(
    merchant: Merchant, product: Product | None, channel: str, *, at: datetime, by: User
) -> ShareLink:
    """Return the link of a store's pictures or of its posters, made at first."""
    rows = ShareLink.objects.filter(
        merchant=merchant, product=product, channel=channel, stopped_at=None
    )
    if found := rows.order_by("pk").first():
        return found
    return ShareLink.objects.create(
        merchant=merchant, product=product, channel=channel, made_at=at, made_by=by
    )


@transaction.atomic
def make_own(
    path: str, name: str, festival: Festival | None, *, at: datetime, by: User
) -> ShareLink:
    """Make a link of the organizers to a page of the shop.

    Raises:
        NotPossible: it has no name, leads nowhere or out of the shop, or there are too many.
    """
    own, there = _name(name), checked_path(path)
    _refuse_many(None)
    made = ShareLink.objects.create(path=there, name=own, festival=festival, made_at=at, made_by=by)
    _log(made, "create", at=at, by=by)
    return made


def checked_path(path: str) -> str:
    """Return a path of the shop that everybody may see, as it is kept: in no language.

    Raises:
        NotPossible: it leads out of the shop, to a desk, or nowhere.
    """
    text = path.strip().removeprefix(settings.SITE_URL)
    is_own = text.startswith("/") and url_has_allowed_host_and_scheme(text, None)
    plain, mark, query = text.partition("?")
    while is_own and (own := get_language_from_path(plain)) and plain.startswith(f"/{own}/"):
        plain = plain.removeprefix(f"/{own}")
    if not is_own or "\\" in text or any(plain.startswith(barred) for barred in NOT_SHARED):
        raise NotPossible(_("Enter the address of a page of this shop that everybody sees."))
    whole = f"{plain}{mark}{query}"
    try:
        with translation.override(settings.LANGUAGE_CODE):  # as addresses without one are
            resolve(plain)
    except Resolver404:
        raise NotPossible(_("There is no page at this address.")) from None
    if len(whole) > LONGEST:
        raise NotPossible(_("This address is too long. Leave out what follows the question mark."))
    return whole


@transaction.atomic
def stop(link: ShareLink, *, at: datetime, by: User) -> None:
    """Let a link count no more; it still leads to its page, since it stands on paper."""
    if ShareLink.objects.filter(pk=link.pk, stopped_at=None).update(stopped_at=at):
        _log(link, "pause", at=at, by=by)


@transaction.atomic
def go_on(link: ShareLink, *, at: datetime, by: User) -> None:
    """Let a link count again."""
    stopped = ShareLink.objects.filter(pk=link.pk, stopped_at__isnull=False)
    if stopped.update(stopped_at=None):
        _log(link, "resume", at=at, by=by)


@transaction.atomic
def remove(link: ShareLink, *, at: datetime, by: User) -> None:
    """Delete a link with its sums; its address leads nowhere any more."""
    _log(link, "remove", at=at, by=by)
    link.delete()


def address_of(link: ShareLink) -> str:
    """Return the whole address of a link."""
    return settings.SITE_URL + reverse("share-link", args=[link.code])


def shown_address(link: ShareLink) -> str:
    """Return the address as it is written on paper: without what browsers add by themselves."""
    return address_of(link).partition("://")[2].rstrip("/")


def target_of(link: ShareLink, language: str) -> str:
    """Return the path to which a link leads in a language; empty where there is no such page."""
    merchant, product = link.merchant, link.product
    with translation.override(language):
        if merchant is None:
            start = "" if language == settings.LANGUAGE_CODE else f"/{language}"
            return start + link.path
        if not merchant.is_trading:
            return ""
        if product and product.merchant_id == merchant.pk and product.state == "published":
            return reverse("product", args=[product.slug])
        return reverse("store", args=[merchant.slug])


def _log(link: ShareLink, action: str, *, at: datetime, by: User) -> None:
    """Leave a line in the log: whose link it is, and what it is called."""
    facts = {"name": link.name or link.code}
    if link.path:
        facts["path"] = link.path
    log(link, action, at=at, by=by, festival=link.festival, after=facts)


def _name(text: str) -> str:
    found = " ".join(seen_only(text).split())[:60]
    if not found:
        raise NotPossible(_("Give the link a name, such as Newsletter."))
    return found


def _refuse_many(merchant: Merchant | None) -> None:
    own = ShareLink.objects.filter(merchant=merchant, channel=Channel.OWN)
    if own.count() >= MOST:
        text = _("There are %(most)d links, which is the most. Remove one first.")
        raise NotPossible(text % {"most": MOST})
