"""Merchants propose products for a festival's slots; organizers decide.

A nomination moves along its states by compare-and-set under its row lock. Approval is in
``approve``: it makes the deals. Many at once are proposed by ``submit``.
"""

from __future__ import annotations

from datetime import datetime
from typing import cast

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from shop.catalogue.models import Product
from shop.core.currencies import written
from shop.core.errors import NotPossible, StaleState
from shop.core.locks import lock, lock_one
from shop.festivals.changelog import decided, log
from shop.festivals.mail import tell_changed
from shop.festivals.models import Deal, Festival, Fund, Nomination, ProductRequest, Slot
from shop.festivals.nominations.checks import check
from shop.festivals.nominations.proposal import Proposal, ProposalCheck, proposal_of
from shop.festivals.nominations.submit import Offer, submit_all
from shop.festivals.prices import spans
from shop.festivals.promotions import sponsors
from shop.people.accounts.models import User
from shop.people.merchants.own_stores import refuse_own

State = Nomination.State


class RuleBroken(NotPossible):
    """A proposal that breaks a rule of the festival; ``check`` says all that is wrong with it."""

    def __init__(self, found: ProposalCheck) -> None:
        self.check = found
        super().__init__(" ".join(found.problems))


@transaction.atomic
def nominate(
    product: Product,
    slot: Slot,
    proposal: Proposal,
    *,
    at: datetime,
    by: User,
    wanted: ProductRequest | None = None,
) -> Nomination:
    """Submit a product for a slot, or submit it again with other terms.

    Args:
        wanted: what the organizers were looking for, if this is an answer to it.

    Raises:
        NotPossible: the merchant takes no part, enrolment is closed, or it was approved already.
        Refused: the proposal breaks rules; nothing is changed.
    """
    slot = Slot.objects.select_related("festival").get(pk=slot.pk)
    offer = Offer(product, slot, proposal, wanted)
    (found,) = submit_all(product.merchant_id, slot.festival, [offer], at=at, by=by)
    if found.refusal:
        raise NotPossible(found.refusal)
    if found.check.problems:
        raise RuleBroken(found.check)
    return cast("Nomination", found.nomination)


@transaction.atomic
def withdraw(nomination: Nomination, *, at: datetime, by: User) -> None:
    """Take a nomination back, with its deals, before they have begun.

    Raises:
        NotPossible: a deal has begun, or it is withdrawn already.
    """
    nomination = _locked(nomination)
    if nomination.state == State.WITHDRAWN:
        raise NotPossible(_("This nomination is withdrawn already."))
    _give_up(nomination, at=at)
    log(nomination, "withdraw", at=at, by=by, festival=nomination.slot.festival)


@transaction.atomic
def take_back(nomination: Nomination, reason: str, *, at: datetime, by: User) -> None:
    """Withdraw an approved nomination as its organizer, before its deals have begun.

    Its store is told why.

    Raises:
        NotPossible: there is no reason, it is not approved, or a deal has begun.
        OwnStore: whoever decides acts for its store.
    """
    if not reason.strip():
        raise NotPossible("Say why: the store gets it by mail.")
    refuse_own(nomination.product.merchant_id, by=by)
    nomination = _locked(nomination)
    if nomination.state != State.APPROVED:
        raise NotPossible("Only what is approved is taken back.")
    _give_up(nomination, at=at, note=reason.strip(), reviewer=by, decided_at=at)
    festival = nomination.slot.festival
    line = log(nomination, "take back", at=at, by=by, festival=festival, reason=reason)
    tell_changed(line, nomination.pk)


def _give_up(nomination: Nomination, *, at: datetime, **changes: object) -> None:
    """Withdraw a nomination that is locked, with its deals, if none of them has begun.

    Args:
        changes: what else is written down of it.
    """
    if nomination.fund_id:
        sponsors.lock_funds(nomination.slot.festival_id)
    deals = nomination.deals.exclude(state__in=Deal.GONE)
    rows = lock(deals)
    products = [nomination.product_id] if rows else []
    since = spans.lock_prices(products, at=at)
    if any(deal.effective_from <= since for deal in rows):
        raise NotPossible(_("The deal has begun: ask the organizer to stop it."))
    deals.move_to(Deal.State.WITHDRAWN)
    if nomination.fund_id:
        sponsors.reckon(nomination.slot.festival_id, at=since)
    nomination.move_to(State.WITHDRAWN, **changes)
    spans.rebuild(products, since=since, what="nomination withdrawn")


def refuse_if_newer(
    nomination: Nomination, *, seen: datetime | None, to_approve: bool = False
) -> None:
    """Lock a nomination, and refuse to decide on one that was submitted again after it was seen.

    Args:
        to_approve: it is approved next, which locks its festival before it.

    Raises:
        StaleState: its terms are newer than those that the reviewer looked at.
    """
    if to_approve:
        lock_one(Festival.objects, nomination.slot.festival_id)
    if _locked(nomination).submitted_at != seen:
        raise StaleState


@transaction.atomic
def subsidise(
    nomination: Nomination, amount: int, fund: Fund | None, *, at: datetime, by: User
) -> None:
    """Set the amount that the organizer, or a fund, adds for each unit sold; before approval.

    Args:
        amount: minor units per unit; 0 for nothing.

    Raises:
        NotPossible: it was decided already, the fund is another festival's, a subsidy from a
            fund has no units set aside, or it is more than the price is lowered by.
    """
    refuse_own(nomination.product.merchant_id, by=by)
    nomination = _locked(nomination)
    if nomination.state != State.SUBMITTED:
        raise decided(nomination)
    festival = nomination.slot.festival
    if fund and fund.festival_id != festival.pk:
        raise NotPossible("This fund belongs to another festival.")
    if fund and amount and not nomination.allotments:
        raise NotPossible("A subsidy from a fund needs units set aside.")
    _refuse_beyond_reduction(nomination, amount, at=at)
    before = {"subsidy": nomination.subsidy, "fund": nomination.fund_id}
    nomination.subsidy, nomination.fund = amount, fund if amount else None
    after = {"subsidy": amount, "fund": nomination.fund_id}
    if before != after:
        nomination.save(update_fields=["subsidy", "fund"])
        log(nomination, "subsidise", at=at, by=by, festival=festival, before=before, after=after)


def _refuse_beyond_reduction(nomination: Nomination, amount: int, *, at: datetime) -> None:
    """Refuse a subsidy above the reduction of any of its variants: it could never be paid."""
    found = check(
        nomination.product, nomination.slot, nomination.enrolment, proposal_of(nomination), at=at
    )
    lowered = [
        max(0, row.regular - row.price)
        for row in found.variants
        if row.price is not None and row.regular is not None
    ]
    if lowered and amount > min(lowered):
        which = ", the smallest reduction of its variants" if len(lowered) > 1 else ""
        raise NotPossible(
            "A subsidy is at most what the price is lowered by: "
            f"{written(min(lowered), settings.SHOP_CURRENCY, 'en')} per unit{which}."
        )


def request_changes(nomination: Nomination, note: str, *, at: datetime, by: User) -> None:
    """Send a nomination back with a note that the merchant reads."""
    _decide(nomination, State.CHANGES_REQUESTED, note, at=at, by=by)


def reject(nomination: Nomination, note: str, *, at: datetime, by: User) -> None:
    """Turn a nomination down with a note that the merchant reads."""
    _decide(nomination, State.REJECTED, note, at=at, by=by)


@transaction.atomic
def _decide(nomination: Nomination, state: str, note: str, *, at: datetime, by: User) -> None:
    if not note.strip():
        raise NotPossible(_("Say why: the merchant reads it."))
    refuse_own(nomination.product.merchant_id, by=by)
    nomination = _locked(nomination)
    if nomination.state != State.SUBMITTED:
        raise decided(nomination)
    nomination.move_to(state, note=note.strip(), reviewer=by, decided_at=at)
    log(nomination, state, at=at, by=by, festival=nomination.slot.festival, reason=note)


def _locked(nomination: Nomination) -> Nomination:
    rows = Nomination.objects.select_related("slot__festival", "reviewer")
    return lock_one(rows, nomination.pk, fully=True)


__all__ = [
    "RuleBroken", "nominate", "refuse_if_newer", "reject", "request_changes",
    "subsidise", "take_back", "withdraw",
]  # fmt: skip
