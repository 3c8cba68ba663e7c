"""Takes stores into the flagship festival: enrolments, listed products, deals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils.text import slugify

from sample.edition import APPROVED, SUBMITTED, Edition
from sample.opening import slots_by_key
from sample.plans import NominationPlan
from sample.scheduling import allotments_of
from sample.sheets import ProductSheet
from shop.catalogue.models import Product
from shop.festivals.models import Enrolment, Festival, Nomination, Participation, Slot
from shop.festivals.nominations import approve
from shop.festivals.pricing.kinds import Multibuy, Percent
from shop.people.accounts.models import User

JOINED, JOINING_DAYS = -45, 30
# Small things that are bought by the handful: how many are bought, and paid for.
MULTIBUYS = {"BI-KHS-003": (3, 2), "CM-NPL-007": (3, 2), "EG-SQT-001": (4, 3)}
# What was agreed with a store, by the year it was founded: most pay the festival's rate.
COMMISSIONS_BP = (1000, 1000, 800, 1000, 1000, 900, 1200)


@transaction.atomic
def take_part(
    edition: Edition, festival: Festival, products: Sequence[Product], *, by: User
) -> int:
    """Enrol stores, list all their products, and approve their deals; return how many deals.

    Deals were approved before the festival began, so each counts from the start of its slot.
    Call it when the products' whole price history is written: prior prices come from it.
    """
    enrolments = _enrolments(edition, festival, products)
    Participation.objects.bulk_create(
        Participation(festival=festival, product=product) for product in products
    )
    nominations = _nominations(edition, festival, products, enrolments)
    return len(approve.approve_together(nominations, at=edition.at(APPROVED, 10), by=by))


def _enrolments(
    edition: Edition, festival: Festival, products: Sequence[Product]
) -> dict[int, Enrolment]:
    merchants = {product.merchant_id: product.merchant for product in products}
    rows = Enrolment.objects.bulk_create(
        Enrolment(
            festival=festival,
            merchant=merchant,
            state=Enrolment.State.ACCEPTED,
            terms_version=festival.terms_version,
            commission_bp=COMMISSIONS_BP[merchant.founded % len(COMMISSIONS_BP)],
            accepted_at=edition.spread(merchant.slug, JOINED, JOINING_DAYS),
        )
        for merchant in merchants.values()
    )
    return {row.merchant_id: row for row in rows}


def _nominations(
    edition: Edition,
    festival: Festival,
    products: Sequence[Product],
    enrolments: dict[int, Enrolment],
) -> list[Nomination]:
    by_slug = {product.slug: product for product in products}
    sheets = {sheet.sku: sheet for _, sheet in edition.products()}
    slots = slots_by_key(edition, festival)
    rows = []
    for plan in edition.nominations:
        sheet = sheets[plan.sku]
        product = by_slug.get(slugify(sheet.title))
        if product is None:
            continue  # of a store that is not among these
        rows.append(
            Nomination(
                slot=slots[plan.slot],
                product=product,
                enrolment=enrolments[product.merchant_id],
                submitted_at=edition.at(SUBMITTED, 9),
                allotments=_allotments(plan, sheet, product),
                **_terms(plan),
            )
        )
    for sku, (buys, pays) in MULTIBUYS.items():
        product = by_slug.get(slugify(sheets[sku].title)) if sku in sheets else None
        if product is not None:
            rows.append(
                Nomination(
                    slot=festival.slots.get(kind=Slot.Kind.WHOLE),
                    product=product,
                    enrolment=enrolments[product.merchant_id],
                    state=Nomination.State.SUBMITTED,
                    submitted_at=edition.at(SUBMITTED, 9),
                    rule=Multibuy.code,
                    buys=buys,
                    pays=pays,
                )
            )
    return Nomination.objects.bulk_create(rows)


def _allotments(plan: NominationPlan, sheet: ProductSheet, product: Product) -> Mapping[str, int]:
    if sheet.outing:
        units = next(iter(plan.allotments.values()))
        return allotments_of(product, units, seats=sheet.stock)
    ids = dict(product.variants.values_list("sku", "pk"))
    return {str(ids[sku]): units for sku, units in plan.allotments.items()}


def _terms(plan: NominationPlan) -> dict[str, object]:
    return {
        "state": Nomination.State.SUBMITTED,
        "rule": Percent.code,
        "percent": plan.percent,
        "per_shopper": plan.per_shopper,
        "subsidy": plan.subsidy,
    }
