"""Offering products for the slots of festivals, and taking them back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from shop.catalogue.models import Product, Variant
from shop.core import clock
from shop.core.errors import ShopError
from shop.festivals.models import Enrolment, Nomination, ProductRequest, Slot
from shop.festivals.nominations import checks
from shop.festivals.nominations import decide as use_cases
from shop.festivals.nominations.proposal import Proposal, proposal_of
from shop.merchant.dashboard.access import MemberRequest, nominations_of, products_of, store_members
from shop.merchant.dashboard.festivals.nomination_form import NominationForm, first_values
from shop.merchant.dashboard.festivals.raise_allotment import deals_of
from shop.merchant.dashboard.festivals.wishes import answered_by, proposed
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right

ACCEPTED = Enrolment.State.ACCEPTED
APPROVED = Nomination.State.APPROVED


@require_http_methods(["GET", "POST"])
@store_members(Right.PRICES)
def nominate(
    request: MemberRequest, merchant: Merchant, slot_id: int, product_id: int
) -> HttpResponse:
    """Propose a product for a slot; without script the button Check gives the same answer."""
    at = clock.moment_of(request)
    slot, product, enrolment = _place(merchant, slot_id, product_id)
    variants = _variants(product, at=at)
    before = nominations_of(merchant).filter(slot=slot, product=product).first()
    told = request.POST if request.method == "POST" else request.GET
    wanted = answered_by(merchant, told.get("wanted", ""), product, slot)
    first = _first(before, wanted, variants)
    form = NominationForm(variants, request.POST or None, initial=first and first_values(first))
    if request.method == "POST" and form.is_valid() and "check" not in request.POST:
        save = partial(use_cases.nominate, product, slot, form.proposal(), wanted=wanted)
        if _done(request, form, lambda: save(at=at, by=request.user)):
            messages.success(request, _("Waiting for review"))
            return redirect("workspace-festival", merchant.slug, slot.festival_id)
    is_approved = bool(before and before.state == APPROVED)
    decided_at = before.decided_at if before and is_approved else None
    proposal = None
    if request.method == "POST":
        proposal = form.proposal() if form.is_bound and form.is_valid() else None
    elif first:
        proposal = first
    context = {
        "part": "festivals",
        "slot": slot,
        "product": product,
        "nomination": before,
        "wanted": wanted,
        "form": form,
        "found": proposal
        and checks.check(product, slot, enrolment, proposal, decided_at=decided_at, at=at),
        "places": places_of(slot),
        "is_open": slot.is_open(at=at),
        "is_enrolling": slot.festival.is_enrolling(at),
        "enrolment": enrolment,
        "is_goods": product.kind == Product.Kind.GOODS,
        "deals": deals_of(before) if before and is_approved else None,
    }
    status = 422 if form.errors else 200
    return render(request, "shop/merchant/dashboard/nominate.html", context, status=status)


@require_POST
@store_members(Right.PRICES)
def check(
    request: MemberRequest, merchant: Merchant, slot_id: int, product_id: int
) -> HttpResponse:
    """Show the effects of a proposal while it is typed. Writes nothing."""
    at = clock.moment_of(request)
    slot, product, enrolment = _place(merchant, slot_id, product_id)
    form = NominationForm(_variants(product, at=at), request.POST)
    form.is_valid()  # what cannot be read yet is left out
    found = None
    if set(form.changed_data) - {"rule"}:
        found = checks.check(product, slot, enrolment, form.proposal(), at=at)
    context = {"found": found, "rights": request.rights}
    return render(request, "shop/merchant/dashboard/parts/check.html", context)


@require_POST
@store_members(Right.PRICES)
def withdraw(request: MemberRequest, merchant: Merchant, nomination_id: int) -> HttpResponse:
    """Take a nomination back."""
    nomination = get_object_or_404(nominations_of(merchant), pk=nomination_id)
    try:
        use_cases.withdraw(nomination, at=clock.moment_of(request), by=request.user)
    except ShopError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Withdrawn"))
    return redirect("workspace-festival", merchant.slug, nomination.slot.festival_id)


def _first(
    before: Nomination | None, wanted: ProductRequest | None, variants: Sequence[Variant]
) -> Proposal | None:
    """Return the proposal that the form begins with: the store's own, or the organizers'."""
    if before and before.state != Nomination.State.WITHDRAWN:
        return proposal_of(before)
    if wanted and (found := proposed(wanted, variants)):
        return found
    return proposal_of(before) if before else None


def _done(request: MemberRequest, form: NominationForm, save: Callable[[], object]) -> bool:
    try:
        save()
    except use_cases.RuleBroken as refusal:
        for problem in refusal.check.problems:
            form.add_error(None, problem)
        return False
    except ShopError as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _place(merchant: Merchant, slot_id: int, product_id: int) -> tuple[Slot, Product, Enrolment]:
    """Return a slot, an own product and the store's accepted part; else there is no such page."""
    product = get_object_or_404(products_of(merchant), pk=product_id)
    taken = Count("nominations", filter=Q(nominations__state=Nomination.State.APPROVED))
    rows = Slot.objects.select_related("festival").annotate(taken=taken)
    slot = get_object_or_404(rows, pk=slot_id)
    enrolments = Enrolment.objects.select_related("festival")
    enrolment = get_object_or_404(
        enrolments, festival=slot.festival_id, merchant=merchant, state=ACCEPTED
    )
    return slot, product, enrolment


def _variants(product: Product, *, at: datetime) -> list[Variant]:
    """Return the variants with fields of their own; sessions follow one rule."""
    if product.kind == Product.Kind.EXPERIENCE:
        return []
    return list(product.variants.on_sale(at=at).order_by("position", "pk"))


def places_of(slot: Slot) -> int | None:
    """Return how many places of a slot are free, or None where there is no limit."""
    return None if slot.max_nominations is None else max(0, slot.max_nominations - slot.taken)
