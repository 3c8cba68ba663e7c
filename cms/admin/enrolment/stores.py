"""Stores of a festival: who takes part, applied, waits in line or was invited."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.messages import button as way
from wagtail.admin.messages import error

from cms.admin.enrolment.invite import countries
from cms.admin.festivals.views import trail_of
from cms.admin.permissions import needs, own_stores
from cms.admin.screens import button, show
from shop import clock
from shop.delivery.names import country_name
from shop.errors import ShopError
from shop.festivals.enrolment import enrol
from shop.festivals.models import Enrolment, Festival, Nomination
from shop.listings import festival_products

MOST = 300  # rows on a screen; filters narrow them down
ORDER = ("applied", "waiting", "invited", "accepted", "declined", "withdrawn")
STATES = (
    ("applied", "Applied"), ("waiting", "In line"), ("invited", "Invited"),
    ("accepted", "Takes part"), ("declined", "Declined"), ("withdrawn", "Left"),
)  # fmt: skip
SAID = {"accepted": "takes part", "waiting": "is in line", "declined": "is declined"}


@require_safe
@needs("view_enrolment")
def stores(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the stores of a festival with what each agreed to, and how many places are taken."""
    festival = get_object_or_404(Festival, pk=pk)
    asked = {
        name: request.GET.get(name, "").replace("\0", "") for name in ("q", "country", "state")
    }
    rows = list(_filtered(festival, asked)[: MOST + 1])
    counts = dict(festival.enrolments.order_by().values_list("state").annotate(n=Count("pk")))
    can_decide = request.user.has_perm("shop.change_enrolment")
    invite = reverse("desk:festival-invite", args=[festival.pk])
    buttons = [button("Invite stores", invite, "mail")]
    context = {
        "festival": festival,
        "rows": [(row, country_name(row.merchant.country, "en")) for row in rows[:MOST]],
        "has_more": len(rows) > MOST,
        "counts": [(name, counts.get(state, 0)) for state, name in STATES],
        "taken": counts.get("accepted", 0),
        "states": STATES,
        "countries": countries(),
        "asked": asked,
        "can_decide": can_decide,
        "own": own_stores(request),
    }
    return show(
        request, "stores.html", "Stores", trail=trail_of(festival), icon="group",
        buttons=buttons if request.user.has_perm("shop.add_enrolment") else [], **context,
    )  # fmt: skip


@require_POST
@needs("change_enrolment")
def decide(request: HttpRequest, pk: int, enrolment_id: int) -> HttpResponse:
    """Accept or decline a store that applied, or take one out."""
    rows = Enrolment.objects.filter(festival=pk).select_related("festival", "merchant")
    enrolment = get_object_or_404(rows, pk=enrolment_id)
    name, at = enrolment.merchant.name, clock.moment_of(request)
    try:
        if "remove" in request.POST:
            festival_products.leave(enrolment, at=at, by=request.user)
            messages.success(request, f"{name} does not take part any more.")
        else:
            is_accepted = "accept" in request.POST
            made = enrol.decide(enrolment, is_accepted=is_accepted, at=at, by=request.user)
            messages.success(request, f"{name} {SAID[made.state]}, and is told by mail.")
    except ShopError as refusal:
        error(request, str(refusal), buttons=_approved_of(enrolment))
    return redirect("desk:festival-stores", pk)


def _approved_of(enrolment: Enrolment) -> list:
    """Return a button that leads to what of a store is approved, where something is."""
    if not enrolment.nominations.filter(state=Nomination.State.APPROVED).exists():
        return []
    where = reverse("desk:festival-nominations", args=[enrolment.festival_id])
    query = urlencode({"state": "approved", "q": enrolment.merchant.name[:60]})
    return [way(f"{where}?{query}", "Look at them")]


def _filtered(festival: Festival, asked: dict[str, str]) -> QuerySet[Enrolment]:
    """Return the enrolments that filters ask for: those that wait for a word come first."""
    place = Case(
        *(When(state=state, then=Value(number)) for number, state in enumerate(ORDER)),
        output_field=IntegerField(),
    )
    rows = festival.enrolments.select_related("merchant").annotate(
        place=place, nominated=Count("nominations", ~Q(nominations__state="withdrawn"))
    )
    if words := asked["q"].strip():
        rows = rows.filter(Q(merchant__name__icontains=words) | Q(merchant__city__icontains=words))
    if asked["country"]:
        rows = rows.filter(merchant__country=asked["country"][:2])
    if asked["state"]:
        rows = rows.filter(state=asked["state"][:10])
    return rows.order_by("place", "waiting_since", "merchant__name", "pk")
