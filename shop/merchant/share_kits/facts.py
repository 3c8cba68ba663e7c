"""What the pictures of a kit say. No price: a picture is passed on when its price is long over."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from shop.catalogue.delivery.names import country_name
from shop.catalogue.models import Product, ProductPicture, Translation
from shop.core import dates
from shop.core.images.models import Picture
from shop.core.languages import beside, in_language, languages_like
from shop.festivals.local_time import last_day, wall_of
from shop.festivals.models import Enrolment, Festival
from shop.festivals.words import festival_title
from shop.merchant.share_kits.models import ShareKit
from shop.people.merchants.models import Merchant
from shop.storefront.share_links.links import address_of, shown_address
from shop.storefront.share_links.models import ShareLink

EDITION = 1
"""Raise it when the templates change, so that pictures are drawn anew."""


@dataclass(frozen=True, slots=True)
class KitFacts:
    """The words of a kit's pictures, and which photograph they show."""

    language: str
    rtl: bool
    store: str
    title: str
    below: str
    summary: str
    festival: str
    days: str
    last: str
    address: str
    poster_address: str
    poster_url: str
    scan: str
    photo: str
    edition: int = EDITION

    @property
    def digest(self) -> str:
        """Return a digest of all that the pictures show."""
        return hashlib.sha256(json.dumps(asdict(self)).encode()).hexdigest()


def festivals_of(merchant: Merchant, *, at: datetime) -> QuerySet[Festival]:
    """Return the festivals that a store may tell of: announced, not over, and it takes part.

    A draft is the organizers' secret, and so is which product will have which price.
    """
    own = Enrolment.objects.filter(merchant=merchant, state=Enrolment.State.ACCEPTED)
    rows = Festival.objects.filter(state=Festival.State.PUBLISHED, ends_at__gt=at)
    return rows.filter(pk__in=own.values("festival")).order_by("starts_at", "pk")


def facts_of(
    kit: ShareKit, post: ShareLink | None, poster: ShareLink | None, *, at: datetime
) -> KitFacts:
    """Return what the pictures of a kit say at an instant. Up to five statements.

    Args:
        post: the link in the pictures and words; None while it is not made.
        poster: the link in the code of the poster.
    """
    merchant, product, language = kit.merchant, kit.product, kit.language
    festival = _festival(kit, at=at)
    photo = photo_of(kit)
    with translation.override(language):
        where = beside(merchant.city, country_name(merchant.country, language))
        own = _words(merchant, language)
        return KitFacts(
            language=language,
            rtl=bool(get_language_info(language)["bidi"]),
            store=merchant.name,
            title=product.title_in(language) if product else merchant.name,
            below=beside(merchant.name, where) if product else where,
            summary=_summary(product, language) if product else own or merchant.tagline,
            festival=festival_title(festival, language) if festival else "",
            days=days_of(festival, language) if festival else "",
            last=_last(festival, language) if festival else "",
            address=shown_address(post) if post else "",
            poster_address=shown_address(poster) if poster else "",
            poster_url=address_of(poster) if poster else "",
            scan=_("Point the camera of your phone at the code."),
            photo=f"{photo.pk}:{photo.file.name}" if photo else "",
        )


def photo_of(kit: ShareKit) -> Picture | None:
    """Return the photograph of a kit: the product's first, the store's banner, else any."""
    if kit.product is None and kit.merchant.banner_id:
        return kit.merchant.banner
    rows = ProductPicture.objects.filter(position=0).select_related("picture")
    if kit.product:
        found = rows.filter(product=kit.product).first()
    else:
        public = Product.objects.public().filter(merchant=kit.merchant)
        found = rows.filter(product__in=public).order_by("product").first()
    return found.picture if found else None


def days_of(festival: Festival, language: str) -> str:
    """Return the days of a festival with the year: a picture is seen much later as well."""
    first = wall_of(festival.starts_at, festival.zone).date()
    last = last_day(festival.ends_at, festival.zone)
    return dates.days(first, last, language, has_year=True)


def post_words(facts: KitFacts, address: str) -> str:
    """Return words to be posted beside the pictures, in the kit's language."""
    with translation.override(facts.language):
        first = facts.title if facts.title == facts.store else beside(facts.title, facts.store)
        lines = [first, facts.summary]
        if facts.festival:
            told = {"festival": facts.festival, "date": facts.last}
            lines.append(_("In the festival “%(festival)s” until %(date)s.") % told)
        return "\n".join([*filter(None, lines), address])


def languages_of(merchant: Merchant) -> list[str]:
    """Return the languages that a store speaks: the shop's own, and those it has words in."""
    known = set(
        Translation.objects.filter(merchant=merchant).values_list("language", flat=True)
    ) | set(
        Translation.objects.filter(product__merchant=merchant)
        .values_list("language", flat=True).distinct()
    )  # fmt: skip
    return [
        code for code, _name in settings.LANGUAGES
        if code == settings.LANGUAGE_CODE or known & set(languages_like(code))
    ]  # fmt: skip


def _festival(kit: ShareKit, *, at: datetime) -> Festival | None:
    """Return the festival of a kit's badge while the store may tell of it."""
    if kit.festival_id is None:
        return None
    return festivals_of(kit.merchant, at=at).filter(pk=kit.festival_id).first()


def _last(festival: Festival, language: str) -> str:
    return dates.day_of_year(last_day(festival.ends_at, festival.zone), language)


def _words(merchant: Merchant, language: str) -> str:
    """Return the tagline of a store in a language, empty where it has none."""
    rows = Translation.objects.filter(merchant=merchant, language__in=languages_like(language))
    found = {row.language: row.words for row in rows}
    return (in_language(found, language) or {}).get("tagline", "")


def _summary(product: Product, language: str) -> str:
    rows = Translation.objects.filter(product=product, language__in=languages_like(language))
    found = {row.language: row.words for row in rows}
    return (in_language(found, language) or {}).get("summary", "") or product.summary
