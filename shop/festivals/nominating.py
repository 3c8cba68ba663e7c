"""Merchants propose products for a festival's slots; organizers decide.

A nomination moves along its states by compare-and-set under its row lock. Approval is in
``running``: it makes the deals.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from shop.accounts.models import User
from shop.catalogue.models import Product
from shop.errors import NotPossible, StaleState
from shop.festivals import spans
from shop.festivals.changes import log
from shop.festivals.checking import Check, Proposal, check
from shop.festivals.enrolling import is_enrolling
from shop.festivals.models import Deal, Enrolment, Nomination, Slot

State = Nomination.State
EDITABLE = (State.DRAFT, State.SUBMITTED, State.CHANGES_REQUESTED, State.REJECTED, State.WITHDRAWN)


class Refused(NotPossible):
    """A proposal that breaks a rule of the festival; ``check`` says all that is wrong with it."""

    def __init__(self, found: Check) -> None:
        self.check = found
        super().__init__(" ".join(found.problems))


@transaction.atomic
def nominate(
    product: Product, slot: Slot, proposal: Proposal, *, at: datetime, by: User
) -> Nomination:
    """Submit a product for a slot, or submit it again with other terms.

    Raises:
        NotPossible: the merchant takes no part, enrolment is closed, or it was approved already.
        Refused: the proposal breaks rules; nothing is changed.
    """
    slot = Slot.objects.select_related("festival").get(pk=slot.pk)
    enrolment = _enrolment(product, slot, at=at)
    # The enrolment's lock keeps one store from passing its limit in two tabs.
    found = check(product, slot, enrolment, proposal, at=at)
    nomination = slot.nominations.select_for_update().filter(product=product).first()
    if nomination is not None and nomination.state not in EDITABLE:
        raise NotPossible(_("This product was approved for the slot already."))
    if found.problems:
        raise Refused(found)
    nomination = nomination or Nomination(slot=slot, product=product, enrolment=enrolment)
    _fill(nomination, proposal)
    nomination.state, nomination.submitted_at = State.SUBMITTED, at
    nomination.reviewer = nomination.decided_at = None
    nomination.save()
    log(nomination, "submit", at=at, by=by, festival=slot.festival, after=_terms(nomination))
    return nomination


@transaction.atomic
def withdraw(nomination: Nomination, *, at: datetime, by: User) -> None:
    """Take a nomination back, with its deals, before they have begun.

    Raises:
        NotPossible: a deal has begun, or it is withdrawn already.
    """
    nomination = _locked(nomination)
    if nomination.state == State.WITHDRAWN:
        raise NotPossible(_("This nomination is withdrawn already."))
    deals = nomination.deals.exclude(state__in=Deal.GONE)
    rows = list(deals.select_for_update(no_key=True, of=("self",)).order_by("pk"))
    products = [nomination.product_id] if rows else []
    since = spans.lock_prices(products, at=at)
    if any(deal.effective_from <= since for deal in rows):
        raise NotPossible(_("The deal has begun: ask the organizer to stop it."))
    deals.update(state=Deal.State.WITHDRAWN)
    _set(nomination, State.WITHDRAWN)
    spans.rebuild(products, since=since, what="nomination withdrawn")
    log(nomination, "withdraw", at=at, by=by, festival=nomination.slot.festival)


def refuse_if_newer(nomination: Nomination, *, seen: datetime | None) -> None:
    """Lock a nomination, and refuse to decide on one that was submitted again after it was seen.

    Raises:
        StaleState: its terms are newer than those that the reviewer looked at.
    """
    if _locked(nomination).submitted_at != seen:
        raise StaleState


def request_changes(nomination: Nomination, note: str, *, at: datetime, by: User) -> None:
    """Send a nomination back with a note that the merchant reads."""
    _decide(nomination, State.CHANGES_REQUESTED, note, at=at, by=by)


def reject(nomination: Nomination, note: str, *, at: datetime, by: User) -> None:
    """Turn a nomination down with a note that the merchant reads."""
    _decide(nomination, State.REJECTED, note, at=at, by=by)


def proposal_of(nomination: Nomination) -> Proposal:
    """Return what a nomination proposes, so that it can be checked and changed."""
    return Proposal(
        rule=nomination.rule,
        percent=nomination.percent,
        prices={int(pk): price for pk, price in nomination.prices.items()},
        allotments={int(pk): units for pk, units in nomination.allotments.items()},
        per_shopper=nomination.per_shopper,
    )


@transaction.atomic
def _decide(nomination: Nomination, state: str, note: str, *, at: datetime, by: User) -> None:
    if not note.strip():
        raise NotPossible(_("Say why: the merchant reads it."))
    nomination = _locked(nomination)
    if nomination.state != State.SUBMITTED:
        raise NotPossible(_("This nomination was decided already."))
    nomination.note, nomination.reviewer, nomination.decided_at = note.strip(), by, at
    _set(nomination, state)
    log(nomination, state, at=at, by=by, festival=nomination.slot.festival, reason=note)


def _enrolment(product: Product, slot: Slot, *, at: datetime) -> Enrolment:
    """Return the merchant's part in the festival, locked.

    Raises:
        NotPossible: there is none, it was not accepted, or the time to nominate is over.
    """
    rows = Enrolment.objects.select_for_update(of=("self",))
    enrolment = rows.filter(festival=slot.festival, merchant=product.merchant_id).first()
    if enrolment is None or enrolment.state != Enrolment.State.ACCEPTED:
        raise NotPossible(_("Your store does not take part in this festival."))
    if not is_enrolling(slot.festival, at=at) or slot.ends_at <= at:
        raise NotPossible(_("Enrolment for this festival is closed."))
    return enrolment


def _locked(nomination: Nomination) -> Nomination:
    rows = Nomination.objects.select_for_update(of=("self",))
    return rows.select_related("slot__festival").get(pk=nomination.pk)


def _set(nomination: Nomination, state: str) -> None:
    nomination.state = state
    nomination.save()


def _fill(nomination: Nomination, proposal: Proposal) -> None:
    is_percent = proposal.rule == Nomination.Rule.PERCENT
    nomination.rule = proposal.rule
    nomination.percent = proposal.percent if is_percent else None
    nomination.prices = {} if is_percent else _by_text(proposal.prices)
    nomination.allotments = _by_text(proposal.allotments)
    nomination.per_shopper = proposal.per_shopper


def _by_text(values: dict[int, int]) -> dict[str, int]:
    return {str(pk): value for pk, value in sorted(values.items())}


def _terms(nomination: Nomination) -> dict[str, object]:
    names = ("rule", "percent", "prices", "allotments", "per_shopper")
    return {name: getattr(nomination, name) for name in names}
