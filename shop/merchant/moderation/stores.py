"""Makes a store, and changes the facts of one that only organizers change.

A store is approved from its first moment, since an organizer makes it: it is listed nowhere
before a product of it was reviewed. Organizers read the refusals, whose desk is in English.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from zlib import crc32

from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils.text import slugify

from shop.catalogue.delivery.models import Country
from shop.catalogue.models import Product
from shop.core.errors import NotPossible
from shop.core.images.storage import all_or_none
from shop.festivals.changelog import log, refuse_if_changed
from shop.merchant.moderation.write import lock
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant
from shop.people.merchants.own_stores import refuse_own
from shop.storefront.festival.cloth import strip, weave_of
from shop.storefront.listings.refresh import refresh

# What a store that sells one kind alone has among its products.
KINDS_OF = {
    Merchant.Kind.GOODS: Product.Kind.GOODS, Merchant.Kind.EXPERIENCES: Product.Kind.EXPERIENCE,
}  # fmt: skip
# What stands in the place of a store's name at the merchants' desk.
RESERVED = frozenset({"orders", "replacements", "returns", "tickets"})


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """The facts of a store that organizers set; the rates are basis points."""

    name: str
    kind: str
    country: str
    city: str
    commission_bp: int
    vat_bp: int
    settle_every: str
    reserve_bp: int
    reserve_days: int
    paid_only_by: str
    payout_tariff: int


class NoPlace(NotPossible):
    """An address that no new store can have."""


def address_for(name: str, slug: str) -> str:
    """Return the address of a new store; made from its name where none is given.

    Raises:
        NoPlace: it is taken, or cannot be one.
    """
    slug = slug or slugify(name)[:80]
    if not slug:
        raise NoPlace("The name has no letter of an address. Type an address, like amani-kettles.")
    if slug in RESERVED:
        raise NoPlace(f"“{slug}” is an address of the desk itself. Choose another one.")
    if Merchant.objects.filter(slug=slug).exists():
        raise taken(slug)
    return slug


def taken(slug: str) -> NoPlace:
    """Return the refusal of an address that another store has."""
    return NoPlace(f"A store has the address “{slug}” already. Choose another one.")


@transaction.atomic
def open_store(facts: StoreFacts, *, slug: str, at: datetime, by: User) -> Merchant:
    """Make a store, with a cloth of its own, that shoppers see as soon as something is on sale.

    Args:
        slug: its address; made from its name where nothing is given.

    Raises:
        NoPlace: the address is taken, or cannot be one.
        NotPossible: nobody knows what parcels from its country cost.
    """
    slug = address_for(facts.name, slug)
    weave = weave_of(slug)
    content = strip(weave).encode()
    with all_or_none() as keep:
        name = keep(f"cloths/{slug}-{crc32(content):08x}.svg", content)
        made = Merchant(
            **asdict(facts), slug=slug, state=Merchant.State.APPROVED, created_at=at,
            ship_region=_region(facts.country), colours=[weave.dye, weave.partner, weave.dye],
            pattern=weave.pattern, cloth=default_storage.url(name),
        )  # fmt: skip
        try:
            with transaction.atomic():
                made.save()
        except IntegrityError:  # somebody else was faster
            raise taken(slug) from None
        log(made, "open", at=at, by=by, festival=None, after=asdict(facts) | {"slug": slug})
    return made


@transaction.atomic
def change_facts(
    merchant: Merchant, facts: StoreFacts, *, seen: int, at: datetime, by: User
) -> bool:
    """Change the facts of a store; return whether anything is new.

    A commission counts for orders from now on, outside festivals: in these the accepted terms do.

    Args:
        seen: the version that the form showed.

    Raises:
        ChangedMeanwhile: somebody else changed it in between.
        NotPossible: the organizer is a member of the store; it has products of a kind that it
            would sell no more, or that start from its country; or nobody knows what parcels from
            there cost.
    """
    refuse_if_changed(merchant, seen=seen)
    now = lock(merchant)
    refuse_own(now.pk, by=by)
    before = {name: getattr(now, name) for name in asdict(facts)}
    after = {name: value for name, value in asdict(facts).items() if before[name] != value}
    if not after:
        return False
    ids = list(Product.objects.filter(merchant=now).order_by("pk").values_list("pk", flat=True))
    if ids and "country" in after:
        raise NotPossible("It has products by now: its country stays as it is.")
    left = KINDS_OF.get(Merchant.Kind(facts.kind))
    if left and Product.objects.filter(merchant=now).exclude(kind=left).exists():
        raise NotPossible("It has products of the other kind by now: let it sell both.")
    region = _region(facts.country) if "country" in after else now.ship_region
    Merchant.objects.filter(pk=now.pk).update(**after, ship_region=region)
    refresh(ids, at=at)  # lists show its name and its town
    log(now, "change", at=at, by=by, festival=None,
        before={name: before[name] for name in after}, after=after)  # fmt: skip
    return True


def countries() -> list[str]:
    """Return the countries from which parcels have a price."""
    return list(Country.objects.exclude(ship_region="").values_list("code", flat=True))


def _region(country: str) -> str:
    """Return where parcels from a country start, for rates.

    Raises:
        NotPossible: nobody knows.
    """
    found = Country.objects.filter(code=country).exclude(ship_region="").first()
    if found is None:
        raise NotPossible("What parcels from this country cost is not known. Choose another one.")
    return found.ship_region
