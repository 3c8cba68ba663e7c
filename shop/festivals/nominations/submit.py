"""Proposes many products of a store at once, with the same number of statements for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from shop.catalogue.models import Product
from shop.core.errors import NotPossible
from shop.core.locks import lock, locked
from shop.festivals.changelog import log_all
from shop.festivals.enrolment.enrol import refuse_suspended
from shop.festivals.models import Enrolment, Festival, Nomination, ProductRequest, Slot
from shop.festivals.nominations.checks import check_all
from shop.festivals.nominations.entry_rules import slot_over, store_full
from shop.festivals.nominations.proposal import Case, Problem, Proposal, ProposalCheck
from shop.festivals.pricing.kinds import NUMBERS
from shop.people.accounts.models import User

State = Nomination.State
EDITABLE = (State.DRAFT, State.SUBMITTED, State.CHANGES_REQUESTED, State.REJECTED, State.WITHDRAWN)
TERMS = ("rule", *(n.name for n in NUMBERS), "prices", "allotments", "per_shopper")
WRITTEN = (*TERMS, "state", "submitted_at", "reviewer", "decided_at", "subsidy", "fund", "wanted",
           "agreed_from", "agreed_to")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Offer:
    """A product for a slot, under terms. The slot comes with its festival."""

    product: Product
    slot: Slot
    proposal: Proposal
    wanted: ProductRequest | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of an offer. Without a problem or refusal the nomination stands as proposed.

    ``is_new`` tells that there was none before.
    """

    check: ProposalCheck
    nomination: Nomination | None = None
    is_new: bool = False
    is_same: bool = False
    refusal: str = ""


@transaction.atomic
def submit_all(
    merchant_id: int,
    festival: Festival,
    offers: Sequence[Offer],
    *,
    at: datetime,
    by: User | None,
    keeps_same: bool = False,
) -> list[Answer]:
    """Submit products for slots of one festival, or submit them again with other terms.

    Eighteen statements at the most, however many offers. Each is a nomination of its own: what
    breaks a rule does not stop the others.

    Args:
        keeps_same: leave a nomination alone whose terms are those proposed already.

    Raises:
        NotPossible: the merchant takes no part, or enrolment is closed.
    """
    enrolment = _enrolment(merchant_id, festival, at=at)
    # The enrolment's lock keeps one store from passing its limit in two tabs.
    cases = [Case(offer.product, offer.slot, enrolment, offer.proposal) for offer in offers]
    checks = check_all(cases, at=at) if cases else []
    known = _known(offers)
    room = _Room(festival, enrolment)
    answers = []
    for offer, check in zip(offers, checks, strict=True):
        place = (offer.slot.pk, offer.product.pk)
        answer = _answer(offer, room.judged(offer, check), known.get(place), at=at, same=keeps_same)
        if answer.nomination is not None and answer.is_new:
            answer.nomination.enrolment = enrolment
            known[place] = answer.nomination
        answers.append(answer)
    _save(answers, festival, at=at, by=by)
    return answers


def terms_of(nomination: Nomination) -> dict[str, Any]:
    """Return the terms of a nomination as the change log keeps them."""
    return {name: getattr(nomination, name) for name in TERMS}


class _Room:
    """How many products the store has nominated, counted on while more are."""

    def __init__(self, festival: Festival, enrolment: Enrolment) -> None:
        self.festival = festival
        is_limited = festival.max_nominations is not None
        counted = (State.SUBMITTED, State.APPROVED)
        rows = Nomination.objects.filter(enrolment=enrolment, state__in=counted)
        self.own = set(rows.values_list("product", flat=True)) if is_limited else set()

    def judged(self, offer: Offer, check: ProposalCheck) -> ProposalCheck:
        """Return the check, with a problem more if there is no room after those before."""
        if check.problems:
            return check
        if text := store_full(self.festival, len(self.own - {offer.product.pk})):
            problem = Problem.at("product", text)
            return ProposalCheck(check.variants, (problem,), check.warnings)
        self.own.add(offer.product.pk)
        return check


def _answer(
    offer: Offer, check: ProposalCheck, found: Nomination | None, *, at: datetime, same: bool
) -> Answer:
    wanted = offer.proposal.columns
    is_same = found is not None and terms_of(found) == wanted and found.state != State.WITHDRAWN
    if is_same and same:
        return Answer(check, found, is_same=True)
    if found is not None and found.state not in EDITABLE:
        refusal = _("This product was approved for the slot already.")
        return Answer(check, refusal=refusal)
    if refusal := slot_over(offer.slot, at=at):
        return Answer(check, refusal=refusal)
    if check.problems:
        return Answer(check)
    row = found or Nomination(slot=offer.slot, product=offer.product)
    row.terms_before = terms_of(row) if row.pk else {}
    for name, value in wanted.items():
        setattr(row, name, value)
    row.enter(State.SUBMITTED)
    row.submitted_at = at
    row.reviewer = row.decided_at = row.fund = None
    row.agreed_from = row.agreed_to = None  # the time of the slot as it is now is agreed to
    row.subsidy, row.wanted = 0, offer.wanted or row.wanted
    return Answer(check, row, is_new=row.pk is None)


def _save(answers: Sequence[Answer], festival: Festival, *, at: datetime, by: User | None) -> None:
    written = [answer for answer in answers if not answer.is_same]
    named = [answer.nomination for answer in written if answer.nomination]
    rows = list({id(row): row for row in named}.values())
    fresh = [row for row in rows if row.pk is None]
    changed = [row for row in rows if row.pk is not None]
    Nomination.objects.bulk_create(fresh)
    if changed:
        Nomination.objects.bulk_update(changed, WRITTEN)
    lines = [
        (row, "submit", festival, {"before": row.terms_before, "after": terms_of(row)})
        for row in rows
    ]
    log_all(lines, at=at, by=by)


def _enrolment(merchant_id: int, festival: Festival, *, at: datetime) -> Enrolment:
    """Return the merchant's part in the festival, locked.

    Raises:
        NotPossible: there is none, it was not accepted, the store is suspended, or the time to
            nominate is over.
    """
    rows = Enrolment.objects.select_related("festival", "merchant")
    own = rows.filter(festival=festival, merchant=merchant_id)
    enrolment = locked(own, fully=True).first()
    if enrolment is None or enrolment.state != Enrolment.State.ACCEPTED:
        raise NotPossible(_("Your store does not take part in this festival."))
    refuse_suspended(enrolment.merchant)
    if not enrolment.festival.is_enrolling(at):
        raise NotPossible(_("Enrolment for this festival is closed."))
    return enrolment


def _known(offers: Sequence[Offer]) -> dict[tuple[int, int], Nomination]:
    """Return the nominations that stand already, locked, by slot and product."""
    rows = Nomination.objects.select_related("slot", "product", "enrolment").filter(
        slot__in={offer.slot.pk for offer in offers},
        product__in={offer.product.pk for offer in offers},
    )
    return {(row.slot_id, row.product_id): row for row in lock(rows, fully=True)}
