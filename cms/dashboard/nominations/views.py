"""One nomination: its effect on each variant, and the decision."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cms.dashboard.addresses import trail_of
from cms.dashboard.nominations import queue
from cms.dashboard.nominations.review import ReviewRow, review_rows
from cms.dashboard.nominations.take_back import barred
from cms.dashboard.permissions import needs, own_stores
from cms.dashboard.screens import seen_at, show
from cms.dashboard.tables import Column, Table
from shop.core import clock
from shop.core.errors import NotPossible, ShopError
from shop.core.forms.fields import AmountField
from shop.core.forms.numbers import ids_of
from shop.festivals.mail import tell_decided
from shop.festivals.models import Festival, Nomination
from shop.festivals.nominations import decide
from shop.people.accounts.models import User
from shop.people.accounts.requests import SignedIn
from shop.storefront.listings import festival_products

TYPED = ("note", "subsidy", "fund")
VARIANT = (
    Column("Variant", "label"), Column("SKU", "sku"), Column("Regular", "regular"),
    Column("Deal", "price"), Column("Lowest in 30 days", "prior"), Column("Off", "percent"),
    Column("Store gets", "payout"), Column("Set aside", "allotment"),
    Column("Left for everyday sale", "left"),
)  # fmt: skip
DEAL = (
    Column("Variant", "variant.sku"), Column("State", "get_state_display"),
    Column("From", "effective_from"), Column("To", "effective_to"),
    Column("Set aside", "allotment"), Column("Held", "held"), Column("Sold", "sold"),
)  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@needs("view_nomination", to_post="review_nomination")
def nomination(request: SignedIn, pk: int, nomination_id: int) -> HttpResponse:
    """Show one nomination with all its variants, and decide."""
    festival = get_object_or_404(Festival, pk=pk)
    found = get_object_or_404(queue.of(festival), pk=nomination_id)
    at = clock.moment_of(request)
    if request.method == "POST":
        return _decide(request, found)
    return _screen(request, found, at=at)


def _screen(
    request: SignedIn, found: Nomination, *, at: datetime, refusal: str = "", **typed: str
) -> HttpResponse:
    """Show a nomination; after a refusal with the reviewer's typed answers."""
    festival = found.slot.festival
    row: ReviewRow = review_rows([found], at=at)[0]
    way = (reverse("desk:festival-nominations", args=[festival.pk]), "Nominations")
    is_own = found.product.merchant_id in own_stores(request)
    context = {
        "festival": festival,
        "row": row,
        "variants": Table("Variants of the nomination", VARIANT, row.variants),
        "deals": Table("Deals", DEAL, found.deals.select_related("variant").order_by("pk")[:200]),
        "can_review": request.user.has_perm("shop.review_nomination") and not is_own,
        "is_own": is_own,
        "funds": list(festival.funds.all()),
        "may_take_back": not barred(found, at=at),
        "refusal": refusal,
        "typed": typed,
    }
    return show(
        request,
        "nomination.html",
        found.product.title,
        trail=[*trail_of(festival), way],
        icon="tag",
        status=422 if refusal else 200,
        **context,
    )


def _decide(request: SignedIn, found: Nomination) -> HttpResponse:
    festival = found.slot.festival
    back = QueryDict(request.POST.get("back", "")[:500]).urlencode()
    to_queue = reverse("desk:festival-nominations", args=[festival.pk])
    at = clock.moment_of(request)
    typed = {name: request.POST.get(name, "").replace("\0", "")[:1000] for name in TYPED}
    note = typed["note"]
    try:
        with transaction.atomic():  # nothing is decided without its mail
            is_approved = "approve" in request.POST
            decide.refuse_if_newer(found, seen=seen_at(request), to_approve=is_approved)
            if is_approved:
                _subsidise(found, typed, at=at, by=request.user)
                festival_products.approve(found, at=at, by=request.user)
                said = "approved"
            elif "changes" in request.POST:
                decide.request_changes(found, note, at=at, by=request.user)
                said = "sent back for changes"
            else:
                decide.reject(found, note, at=at, by=request.user)
                said = "rejected"
            tell_decided([found.pk])
    except ShopError as refusal:
        now = queue.of(festival).get(pk=found.pk)  # somebody else may have changed it
        return _screen(request, now, at=at, refusal=str(refusal), back=back, **typed)
    messages.success(request, f"“{found.product.title}” is {said}. The store is told by mail.")
    return redirect(f"{to_queue}?{back}" if back else to_queue)


def _subsidise(found: Nomination, typed: Mapping[str, str], *, at: datetime, by: User) -> None:
    """Set the subsidy that the reviewer typed; nothing typed leaves it at nothing.

    Raises:
        NotPossible: it is no amount, the fund cannot give it or is none of the festival's.
    """
    if not typed["subsidy"].strip():
        return
    field = AmountField(required=False)
    try:
        amount = field.clean(typed["subsidy"]) or 0
    except ValidationError as wrong:
        raise NotPossible("Write the subsidy per unit as an amount, like 2.50.") from wrong
    fund = None
    if typed["fund"]:
        fund = found.slot.festival.funds.filter(pk__in=ids_of([typed["fund"]], most=1)).first()
        if fund is None:
            raise NotPossible("This festival has no such sponsor. Choose who pays again.")
    decide.subsidise(found, amount, fund, at=at, by=by)
