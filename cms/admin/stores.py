"""Stores of a festival: whom to invite, who applied, who takes part."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from cms.admin.festivals import trail_of
from cms.admin.pages import show
from cms.admin.permissions import needs
from shop import clock
from shop.delivery.names import country_name
from shop.errors import ShopError
from shop.festivals import enrolling
from shop.festivals.mailing import tell_invited
from shop.festivals.models import Enrolment, Festival
from shop.merchants.models import Merchant

MOST = 200  # rows on a screen; filters narrow them down
ORDER = {"applied": 0, "invited": 1, "accepted": 2, "declined": 3, "withdrawn": 4}


@require_http_methods(["GET", "HEAD", "POST"])
@needs("view_enrolment", to_post="add_enrolment")
def stores(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who takes part and whom to invite; invite those who are ticked."""
    festival = get_object_or_404(Festival, pk=pk)
    if request.method == "POST":
        return _invite(request, festival)
    enrolments = festival.enrolments.select_related("merchant").annotate(
        nominated=Count("nominations", ~Q(nominations__state="withdrawn"))
    )
    rows = sorted(enrolments, key=lambda row: (ORDER[row.state], row.merchant.name))
    found = _uninvited(festival, request)
    context = {
        "festival": festival,
        "rows": [(row, country_name(row.merchant.country, "en")) for row in rows],
        "uninvited": [(row, country_name(row.country, "en")) for row in found[:MOST]],
        "countries": _countries(),
        "asked": {name: request.GET.get(name, "") for name in ("q", "country", "kind")},
        "can_invite": request.user.has_perm("shop.add_enrolment"),
        "can_decide": request.user.has_perm("shop.change_enrolment"),
    }
    return show(request, "stores.html", "Stores", trail=trail_of(festival), icon="group", **context)


@require_POST
@needs("change_enrolment")
def decide(request: HttpRequest, pk: int, enrolment_id: int) -> HttpResponse:
    """Accept or decline a store that applied."""
    rows = Enrolment.objects.filter(festival=pk).select_related("festival", "merchant")
    enrolment = get_object_or_404(rows, pk=enrolment_id)
    is_accepted = "accept" in request.POST
    try:
        enrolling.decide(
            enrolment, is_accepted=is_accepted, at=clock.moment_of(request), by=request.user
        )
    except ShopError as refusal:
        messages.error(request, str(refusal))
    else:
        word = "takes part" if is_accepted else "is declined"
        messages.success(request, f"{enrolment.merchant.name} {word}.")
    return redirect("desk:festival-stores", pk)


def _invite(request: HttpRequest, festival: Festival) -> HttpResponse:
    ids = [int(text) for text in request.POST.getlist("store") if text.isdecimal()][:MOST]
    chosen = list(Merchant.objects.filter(pk__in=ids))
    at = clock.moment_of(request)
    try:
        with transaction.atomic():  # nobody is invited without a mail
            invited = enrolling.invite(festival, chosen, at=at, by=request.user)
            tell_invited(invited)
    except ShopError as refusal:
        messages.error(request, str(refusal))
    else:
        word = "store is" if len(invited) == 1 else "stores are"
        messages.success(request, f"{len(invited)} {word} invited and told by mail.")
    return redirect("desk:festival-stores", festival.pk)


def _uninvited(festival: Festival, request: HttpRequest) -> QuerySet[Merchant]:
    """Return approved stores without a part in the festival, as the filters ask."""
    part = festival.enrolments.filter(merchant=OuterRef("pk"))
    rows = Merchant.objects.filter(~Exists(part), state=Merchant.State.APPROVED)
    if words := request.GET.get("q", "").replace("\0", "").strip():
        rows = rows.filter(Q(name__icontains=words) | Q(city__icontains=words))
    if country := request.GET.get("country", "")[:2]:
        rows = rows.filter(country=country)
    if request.GET.get("kind") in Merchant.Kind.values:
        rows = rows.filter(kind=request.GET["kind"])
    return rows.annotate(listed=Count("products", Q(products__state="published"))).order_by("name")


def _countries() -> list[tuple[str, str]]:
    codes = Merchant.objects.order_by().values_list("country", flat=True).distinct()
    return sorted(((code, country_name(code, "en")) for code in codes), key=lambda pair: pair[1])
