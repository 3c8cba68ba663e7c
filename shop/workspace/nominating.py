"""Taking part in festivals: joining, offering products, and what became of it."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shop import clock
from shop.catalogue.models import Product, Variant
from shop.errors import ShopError
from shop.festivals import checking, enrolling
from shop.festivals import nominating as use_cases
from shop.festivals.models import Enrolment, Festival, Nomination, Slot
from shop.merchants.models import Merchant
from shop.workspace.nomination_form import NominationForm, first_values
from shop.workspace.own import nominations_of, products_of, store_members_only
from shop.workspace.paging import page_of
from shop.workspace.participating import joined_by
from shop.workspace.raising import deals_of
from shop.workspace.today import invitations

SHOWN = 50
MOST_CHOICES = 500
ACCEPTED = Enrolment.State.ACCEPTED
APPROVED = Nomination.State.APPROVED


@require_GET
@store_members_only
def festivals(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """Show the festivals that concern the store, and what it has offered."""
    at = clock.moment_of(request)
    taking = invitations(merchant, at=at, most=None)
    context = {
        "part": "festivals",
        "at": at,
        "invitations": taking,
        "joined": joined_by(merchant, at=at, but=[festival.pk for festival, _own in taking]),
        "page": page_of(request, nominations_of(merchant), size=SHOWN),
    }
    return render(request, "shop/workspace/festivals.html", context)


@require_GET
@store_members_only
def festival(request: HttpRequest, merchant: Merchant, festival_id: int) -> HttpResponse:
    """Show a festival's terms and slots; lead to the form of a product in a slot."""
    at = clock.moment_of(request)
    found, enrolment = _festival(merchant, festival_id, at=at)
    if request.GET.get("slot", "").isdecimal() and request.GET.get("product", "").isdecimal():
        place = (int(request.GET["slot"]), int(request.GET["product"]))
        return redirect("merchant-nominate", merchant.slug, *place)
    taken = Count("nominations", filter=Q(nominations__state=Nomination.State.APPROVED))
    slots = found.slots.filter(ends_at__gt=at).annotate(taken=taken).order_by("starts_at", "pk")
    offered = (Product.State.PUBLISHED, Product.State.SUBMITTED)
    products = products_of(merchant).filter(state__in=offered).order_by("title", "pk")
    context = {
        "part": "festivals",
        "festival": found,
        "enrolment": enrolment,
        "is_accepted": enrolment is not None and enrolment.state == ACCEPTED,
        "is_enrolling": enrolling.is_enrolling(found, at=at),
        "slots": [(slot, _places(slot)) for slot in slots],
        "products": products.only("pk", "title", "category")[:MOST_CHOICES],
        "nominations": nominations_of(merchant).filter(slot__festival=found)[:MOST_CHOICES],
        "at": at,
    }
    return render(request, "shop/workspace/festival.html", context)


@require_POST
@store_members_only
def answer(request: HttpRequest, merchant: Merchant, festival_id: int) -> HttpResponse:
    """Join a festival under its terms, or turn the invitation down."""
    at = clock.moment_of(request)
    found, enrolment = _festival(merchant, festival_id, at=at)
    try:
        if request.POST.get("do") == "decline":
            if enrolment is None:
                raise Http404
            enrolling.decline(enrolment, at=at, by=request.user)
        elif "accept" not in request.POST:
            messages.error(request, _("Accept the terms to join."))
        else:
            version = request.POST.get("terms_version", "")
            own = enrolling.join(found, merchant, terms_version=version, at=at, by=request.user)
            _say_joined(request, own)
    except ShopError as refusal:
        messages.error(request, str(refusal))
    return redirect("merchant-festival", merchant.slug, found.pk)


@require_http_methods(["GET", "POST"])
@store_members_only
def nominate(
    request: HttpRequest, merchant: Merchant, slot_id: int, product_id: int
) -> HttpResponse:
    """Propose a product for a slot; without script the button Check gives the same answer."""
    at = clock.moment_of(request)
    slot, product, enrolment = _place(merchant, slot_id, product_id, at=at)
    variants = _variants(product, at=at)
    before = nominations_of(merchant).filter(slot=slot, product=product).first()
    first = first_values(use_cases.proposal_of(before)) if before else {}
    form = NominationForm(variants, request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid() and "check" not in request.POST:
        save = partial(use_cases.nominate, product, slot, form.proposal())
        if _done(request, form, lambda: save(at=at, by=request.user)):
            messages.success(request, _("Waiting for review"))
            return redirect("merchant-festival", merchant.slug, slot.festival_id)
    proposal = None
    if request.method == "POST":
        proposal = form.proposal() if form.is_bound and form.is_valid() else None
    elif before:
        proposal = use_cases.proposal_of(before)
    context = {
        "part": "festivals",
        "slot": slot,
        "product": product,
        "nomination": before,
        "form": form,
        "found": proposal and checking.check(product, slot, enrolment, proposal, at=at),
        "places": _places(slot),
        "enrolment": enrolment,
        "is_goods": product.kind == Product.Kind.GOODS,
        "deals": deals_of(before) if before and before.state == APPROVED else None,
    }
    status = 422 if form.errors else 200
    return render(request, "shop/workspace/nominate.html", context, status=status)


@require_POST
@store_members_only
def check(request: HttpRequest, merchant: Merchant, slot_id: int, product_id: int) -> HttpResponse:
    """Say what a proposal means while it is typed. Writes nothing."""
    at = clock.moment_of(request)
    slot, product, enrolment = _place(merchant, slot_id, product_id, at=at)
    form = NominationForm(_variants(product, at=at), request.POST)
    form.is_valid()  # what cannot be read yet is left out
    found = None
    if set(form.changed_data) - {"rule"}:
        found = checking.check(product, slot, enrolment, form.proposal(), at=at)
    context = {"found": found, "sees_money": request.sees_money}
    return render(request, "shop/workspace/parts/check.html", context)


@require_POST
@store_members_only
def withdraw(request: HttpRequest, merchant: Merchant, nomination_id: int) -> HttpResponse:
    """Take a nomination back."""
    nomination = get_object_or_404(nominations_of(merchant), pk=nomination_id)
    try:
        use_cases.withdraw(nomination, at=clock.moment_of(request), by=request.user)
    except ShopError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Withdrawn"))
    return redirect("merchant-festival", merchant.slug, nomination.slot.festival_id)


def _done(request: HttpRequest, form: NominationForm, save: object) -> bool:
    try:
        save()
    except use_cases.Refused as refusal:
        for problem in refusal.check.problems:
            form.add_error(None, problem)
        return False
    except ShopError as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _festival(
    merchant: Merchant, festival_id: int, *, at: datetime
) -> tuple[Festival, Enrolment | None]:
    """Return a festival that takes stores now or in which this store has a part."""
    found = get_object_or_404(Festival, pk=festival_id)
    enrolment = found.enrolments.filter(merchant=merchant).first()
    if enrolment is None and not enrolling.enrolling(at=at).filter(pk=found.pk).exists():
        raise Http404
    return found, enrolment


def _place(
    merchant: Merchant, slot_id: int, product_id: int, *, at: datetime
) -> tuple[Slot, Product, Enrolment]:
    """Return a slot, an own product and the store's accepted part; else there is no such page."""
    product = get_object_or_404(products_of(merchant), pk=product_id)
    taken = Count("nominations", filter=Q(nominations__state=Nomination.State.APPROVED))
    rows = Slot.objects.select_related("festival").annotate(taken=taken)
    slot = get_object_or_404(rows, pk=slot_id, ends_at__gt=at)
    enrolments = Enrolment.objects.select_related("festival")
    enrolment = get_object_or_404(
        enrolments, festival=slot.festival_id, merchant=merchant, state=ACCEPTED
    )
    return slot, product, enrolment


def _variants(product: Product, *, at: datetime) -> list[Variant]:
    """Return the variants with fields of their own; sessions follow one rule."""
    if product.kind == Product.Kind.EXPERIENCE:
        return []
    return list(product.variants.to_come(at=at).order_by("position", "pk"))


def _places(slot: Slot) -> int | None:
    """Return how many places of a slot are free, or None where there is no limit."""
    return None if slot.max_nominations is None else max(0, slot.max_nominations - slot.taken)


def _say_joined(request: HttpRequest, own: Enrolment) -> None:
    if own.state == ACCEPTED:
        text = _("You take part. Choose the products that you would like to offer.")
    else:
        text = _("You have applied. What the organizers decide is shown here.")
    messages.success(request, text)
