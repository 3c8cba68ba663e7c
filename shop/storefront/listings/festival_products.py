"""Products that a festival lists: approved ones, and those that the organizer adds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from django.db import transaction

from shop.catalogue.models import Product
from shop.festivals.enrolment import enrol
from shop.festivals.models import Deal, Enrolment, Festival, Nomination, Participation
from shop.festivals.nominations import approve as nominations_approve
from shop.festivals.nominations.approval_checks import Seen
from shop.festivals.nominations.approve import Outcome
from shop.people.accounts.models import User
from shop.storefront.listings.refresh import refresh


@transaction.atomic
def approve(nomination: Nomination, *, at: datetime, by: User | None = None) -> list[Deal]:
    """Accept a nomination and list its product in the festival; return its deals.

    Raises:
        NotPossible, FenceBroken: as ``approve.approve`` says; nothing is changed.
    """
    deals = nominations_approve.approve(nomination, at=at, by=by)
    list_products(nomination.slot.festival, [nomination.product_id], at=at)
    return deals


def approve_all(
    nomination_ids: Sequence[int],
    *,
    at: datetime,
    by: User | None = None,
    seen: Seen | None = None,
    then: Callable[[Sequence[Nomination]], object] | None = None,
) -> list[Outcome]:
    """Accept many nominations and list their products; return the outcome of each.

    ``approve.approve_all`` says more. The mails are queued.

    Args:
        then: called with what was approved, in the same transaction.
    """

    def list_them(approved: Sequence[Nomination]) -> None:
        products: dict[Festival, list[int]] = {}
        for row in approved:
            products.setdefault(row.slot.festival, []).append(row.product_id)
        for festival, ids in products.items():
            list_products(festival, ids, at=at)
        if then:
            then(approved)

    return nominations_approve.approve_all(nomination_ids, at=at, by=by, seen=seen, then=list_them)


@transaction.atomic
def list_products(festival: Festival, product_ids: Collection[int], *, at: datetime) -> int:
    """List products as taking part in a festival; return how many were not listed before."""
    known = festival.participations.filter(product_id__in=product_ids)
    fresh = set(product_ids) - set(known.values_list("product_id", flat=True))
    if fresh:
        Participation.objects.bulk_create(
            [Participation(festival=festival, product_id=pk) for pk in sorted(fresh)],
            ignore_conflicts=True,
        )
        refresh(sorted(fresh), at=at)
    return len(fresh)


@transaction.atomic
def leave(enrolment: Enrolment, *, at: datetime, by: User) -> None:
    """Take a store out of a festival, and its products out of the festival's lists.

    Raises:
        NotPossible: as ``enrol.leave`` says; nothing is changed.
    """
    mine = Product.objects.filter(
        merchant=enrolment.merchant_id, participations__festival=enrolment.festival_id
    )
    listed = sorted(mine.values_list("pk", flat=True))
    enrol.leave(enrolment, at=at, by=by)
    if listed:
        refresh(listed, at=at)


def list_everything(festival: Festival, *, at: datetime) -> int:
    """List all public products of the stores that take part; return how many were new."""
    products = Product.objects.public().filter(
        merchant__enrolments__festival=festival,
        merchant__enrolments__state=Enrolment.State.ACCEPTED,
    )
    return list_products(festival, list(products.values_list("pk", flat=True)), at=at)
