"""Festivals at the merchants' desk: which there are, their terms, joining and leaving."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shop.catalogue.models import Product
from shop.core import clock
from shop.core.errors import ShopError
from shop.core.forms.numbers import number_of
from shop.festivals.enrolment import enrol
from shop.festivals.enrolment.terms import terms_of
from shop.festivals.enrolment.waitlist import place_in_line
from shop.festivals.models import Enrolment, Festival, Nomination
from shop.festivals.nominations import consent
from shop.merchant.dashboard.access import MemberRequest, nominations_of, products_of, store_members
from shop.merchant.dashboard.dashboard.today import invitations
from shop.merchant.dashboard.festivals.nominate import places_of
from shop.merchant.dashboard.festivals.participation import joined_by
from shop.merchant.dashboard.festivals.wishes import wanted_for
from shop.merchant.dashboard.paging import page_of
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right
from shop.storefront.listings import festival_products

SHOWN = 50
MOST_CHOICES = 500
State = Enrolment.State


@require_GET
@store_members(Right.PRICES)
def festivals(request: MemberRequest, merchant: Merchant) -> HttpResponse:
    """Show the festivals that concern the store, and its nominations."""
    at = clock.moment_of(request)
    taking = invitations(merchant, at=at, most=None)
    context = {
        "part": "festivals",
        "at": at,
        "invitations": taking,
        "joined": joined_by(merchant, at=at, but=[festival.pk for festival, _own in taking]),
        "page": page_of(request, nominations_of(merchant), size=SHOWN),
    }
    return render(request, "shop/merchant/dashboard/festivals.html", context)


@require_GET
@store_members(Right.PRICES)
def festival(request: MemberRequest, merchant: Merchant, festival_id: int) -> HttpResponse:
    """Show a festival's terms and slots; lead to the form of a product in a slot."""
    at = clock.moment_of(request)
    found, enrolment = _festival(merchant, festival_id, at=at)
    slot, product = (number_of(request.GET.get(name, "")) for name in ("slot", "product"))
    if slot is not None and product is not None:
        return redirect(_with_wanted(request, merchant, (slot, product)))
    taken = Count("nominations", filter=Q(nominations__state=Nomination.State.APPROVED))
    is_enrolling = found.is_enrolling(at)
    rows = found.slots.open(at=at).annotate(taken=taken).order_by("starts_at", "pk")
    offered = (Product.State.PUBLISHED, Product.State.SUBMITTED)
    own = products_of(merchant).filter(state__in=offered).order_by("title", "pk")
    products = list(own.only("pk", "title", "category")[:MOST_CHOICES])
    slots = list(rows) if is_enrolling else []
    is_accepted = enrolment is not None and enrolment.state == State.ACCEPTED
    is_waiting = enrolment is not None and enrolment.state == State.WAITING
    version = _version(found, enrolment)
    accepted = terms_of(found, version)
    asked = consent.asked_of(enrolment, at=at) if enrolment and is_accepted else []
    context = {
        "part": "festivals",
        "festival": found,
        "enrolment": enrolment,
        "is_accepted": is_accepted,
        "is_enrolling": is_enrolling,
        "has_agreed": enrolment is not None and enrolment.state in enrol.AGREED,
        "may_leave": enrolment is not None and enrol.may_leave(enrolment, at=at),
        "line": place_in_line(enrolment) if enrolment and is_waiting else 0,
        "slots": [(slot, places_of(slot)) for slot in slots],
        "products": products,
        "wanted": wanted_for(merchant, found, products, slots) if is_accepted and slots else [],
        "page": page_of(request, nominations_of(merchant).filter(enrolment=enrolment), size=SHOWN),
        "terms": accepted,
        "terms_text": accepted.in_language(get_language() or "en") if accepted else None,
        "asked": asked,
        "asked_stamp": consent.stamp_of(asked),
        "version": version,
        "at": at,
    }
    return render(request, "shop/merchant/dashboard/festival.html", context)


@require_GET
@store_members(Right.PRICES)
def terms(
    request: MemberRequest, merchant: Merchant, festival_id: int, version: str
) -> HttpResponse:
    """Show the terms of one version in full: those in force, or those that the store accepted."""
    found, enrolment = _festival(merchant, festival_id, at=clock.moment_of(request))
    own = enrolment.terms_version if enrolment else ""
    text = terms_of(found, version) if version in (found.terms_version, own) else None
    if text is None:
        raise Http404
    context = {
        "part": "festivals", "festival": found, "enrolment": enrolment, "terms": text,
        "text": text.in_language(get_language() or "en"),
    }  # fmt: skip
    return render(request, "shop/merchant/dashboard/terms.html", context)


@require_POST
@store_members(Right.PRICES)
def answer(request: MemberRequest, merchant: Merchant, festival_id: int) -> HttpResponse:
    """Join a festival under its terms, or turn the invitation down."""
    at = clock.moment_of(request)
    found, enrolment = _festival(merchant, festival_id, at=at, may_be_late=True)
    try:
        if request.POST.get("do") == "decline":
            if enrolment is None:
                raise Http404
            enrol.decline(enrolment, at=at, by=request.user)
        elif "accept" not in request.POST:
            messages.error(request, _("Accept the terms to join."))
        else:
            own = enrol.join(found, merchant, at=at, by=request.user, **_agreed(request))
            messages.success(request, _said(own))
    except ShopError as refusal:
        messages.error(request, str(refusal))
        if enrolment is None and not found.is_enrolling(at):
            return redirect("workspace-festivals", merchant.slug)
    return redirect("workspace-festival", merchant.slug, found.pk)


@require_POST
@store_members(Right.PRICES)
def agree(request: MemberRequest, merchant: Merchant, festival_id: int) -> HttpResponse:
    """Agree to the new times of slots in which the store has products."""
    rows = Enrolment.objects.select_related("festival", "merchant")
    enrolment = get_object_or_404(rows, festival=festival_id, merchant=merchant)
    try:
        count = consent.agree(
            enrolment,
            seen=request.POST.get("seen", ""),
            at=clock.moment_of(request),
            by=request.user,
        )
    except ShopError as refusal:
        messages.error(request, str(refusal))
    else:
        text = ngettext(
            "Agreed. %(count)s product runs in the new time.",
            "Agreed. %(count)s products run in the new time.",
            count,
        )
        messages.success(request, text % {"count": count})
    return redirect("workspace-festival", merchant.slug, enrolment.festival_id)


@require_POST
@store_members(Right.PRICES)
def leave(request: MemberRequest, merchant: Merchant, festival_id: int) -> HttpResponse:
    """Take the store out of a festival, or out of the line for it."""
    rows = Enrolment.objects.select_related("festival")
    enrolment = get_object_or_404(rows, festival=festival_id, merchant=merchant)
    try:
        festival_products.leave(enrolment, at=clock.moment_of(request), by=request.user)
    except ShopError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Your store does not take part any more."))
    return redirect("workspace-festivals", merchant.slug)


def _festival(
    merchant: Merchant, festival_id: int, *, at: datetime, may_be_late: bool = False
) -> tuple[Festival, Enrolment | None]:
    """Return a festival that takes stores now or in which this store has a part.

    Args:
        may_be_late: whoever had its page before it closed is told so, and not that there is none.
    """
    found = get_object_or_404(Festival, pk=festival_id)
    rows = found.enrolments.select_related("merchant").annotate(has_approved=enrol.HAS_APPROVED)
    enrolment = rows.filter(merchant=merchant).first()
    has_closed = found.enrol_closes is not None and found.enrol_closes <= at
    is_known = found.is_enrolling(at) or (may_be_late and has_closed)
    if enrolment is None and not is_known:
        raise Http404
    if enrolment is not None:
        enrolment.festival = found
    return found, enrolment


def _version(festival: Festival, enrolment: Enrolment | None) -> str:
    """Return the terms that concern a store: those that it accepted, or those in force."""
    if enrolment is not None and enrolment.state in enrol.AGREED:
        return enrolment.terms_version
    return festival.terms_version


def _agreed(request: MemberRequest) -> dict[str, Any]:
    """Return the terms and the commission of the page on which the store agreed."""
    rate = number_of(request.POST.get("commission_bp", ""), digits=5)
    return {
        "terms_version": request.POST.get("terms_version", ""),
        "commission_bp": -1 if rate is None else rate,
    }


def _with_wanted(request: MemberRequest, merchant: Merchant, place: tuple[int, int]) -> str:
    address = reverse("workspace-nominate", args=[merchant.slug, *place])
    wanted = number_of(request.GET.get("wanted", ""))
    return address if wanted is None else f"{address}?wanted={wanted}"


def _said(own: Enrolment) -> str:
    if own.state == State.ACCEPTED:
        return _("You take part. Choose the products that you would like to offer.")
    if own.state == State.WAITING:
        return _("All places are taken. You are in line, and get the next free place by itself.")
    return _("You have applied. What the organizers decide is shown here.")
