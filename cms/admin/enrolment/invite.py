"""Whom to invite to a festival: by country, category and what was sold before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.defaultfilters import pluralize
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cms.admin.confirm import Act, perform
from cms.admin.festivals.views import trail_of
from cms.admin.fields import CountField, ids_of
from cms.admin.permissions import needs, own_stores
from cms.admin.screens import Trail, query_of, show
from shop import clock
from shop.accounts.models import User
from shop.catalogue.models import Category, Product
from shop.currencies import currencies, written
from shop.delivery.names import country_name
from shop.errors import NotPossible, ShopError
from shop.festivals.enrolment import enrol
from shop.festivals.mail import tell_invited
from shop.festivals.models import Festival
from shop.merchants.models import Merchant
from shop.orders.models import Order, OrderLine

NAMED = 5  # of the stores that would be invited
MOST = 200  # rows on a screen; filters narrow them down
YEAR = timedelta(days=365)
NAMES = ("q", "country", "kind", "category", "sold", "festivals")
SOLD = (("", "Any amount"), ("1", "Something"), ("1000", "1,000 or more"),
        ("10000", "10,000 or more"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class StoreFilter:
    """Which stores are looked for; what cannot be understood is left out."""

    q: str = ""
    country: str = ""
    kind: str = ""
    category: str = ""
    sold: str = ""
    festivals: str = ""

    @property
    def query(self) -> str:
        """Return the filters as the query of an address."""
        return query_of(self, NAMES)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("view_enrolment", to_post="add_enrolment")
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Show which stores a filter finds, and invite those ticked."""
    festival = get_object_or_404(Festival, pk=pk)
    at, asked = clock.moment_of(request), asked_of(request)
    own = own_stores(request)
    found = candidates(festival, asked, at=at).exclude(pk__in=own)
    if request.method == "POST":
        return _invite(request, festival, asked)
    rows, count = list(found[:MOST]), found.count()
    context = {
        "festival": festival,
        "rows": [(row, country_name(row.country, "en"), _amount(row.sold)) for row in rows],
        "count": count,
        "countries": countries(),
        "categories": [(row.path, row.name) for row in Category.objects.order_by("path")],
        "sold": SOLD,
        "asked": asked,
        "has_own": bool(own),
        "can_invite": request.user.has_perm("shop.add_enrolment"),
    }
    return show(
        request, "invite.html", "Invite stores", trail=_trail(festival), icon="mail", **context
    )


class InviteCountForm(forms.Form):
    """How many stores the organizer was told of."""

    count = CountField(min_value=0, widget=forms.HiddenInput)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("add_enrolment")
def invite_all(request: HttpRequest, pk: int) -> HttpResponse:
    """Say how many stores a filter finds, and invite them if they are as many still."""
    festival = get_object_or_404(Festival, pk=pk)
    at, asked = clock.moment_of(request), asked_of(request)
    found = candidates(festival, asked, at=at).exclude(pk__in=own_stores(request))
    back = f"{reverse('desk:festival-invite', args=[pk])}?{asked.query}"
    act = _all(request, festival, found, at=at)
    return perform(request, act, back=back, trail=_trail(festival))


def _all(
    request: HttpRequest, festival: Festival, found: QuerySet[Merchant], *, at: datetime
) -> Act:
    def run(answers: dict[str, Any]) -> str:
        rows = list(found)
        if len(rows) != answers["count"]:
            raise NotPossible(f"By now this filter finds {len(rows)} stores. Look at them first.")
        return _send(festival, rows, at=at, by=request.user)

    rows = list(found)
    lands = len({row.country for row in rows})
    named = ", ".join(row.name for row in rows[:NAMED])
    more = f" and {len(rows) - NAMED} more" if len(rows) > NAMED else ""
    many = f"{len(rows)} store{pluralize(len(rows))}"
    where = f"{lands} countr{pluralize(lands, 'y,ies')}"
    verb = pluralize(len(rows), "is,are")
    effects = [
        f"{many} of {where} {verb} invited to {festival.title}: {named}{more}.",
        "Their members are told by mail at once. An invitation cannot be taken back.",
    ]
    return Act(
        f"Invite {many}", f"Invite {many}", effects, run, InviteCountForm, {"count": len(rows)}
    )


def _trail(festival: Festival) -> Trail:
    return [*trail_of(festival), (reverse("desk:festival-stores", args=[festival.pk]), "Stores")]


def asked_of(request: HttpRequest) -> StoreFilter:
    """Return what the address asks for."""
    told = {name: request.GET.get(name, "").replace("\0", "").strip()[:80] for name in NAMES}
    told["kind"] = told["kind"] if told["kind"] in Merchant.Kind.values else ""
    told["sold"] = told["sold"] if told["sold"] in dict(SOLD) else ""
    return StoreFilter(**told)


def candidates(festival: Festival, asked: StoreFilter, *, at: datetime) -> QuerySet[Merchant]:
    """Return approved stores without a part in a festival, the best sellers first.

    ``sold`` is what shoppers paid for their goods in the last 365 days, minor units;
    ``listed`` their published products.
    """
    part = festival.enrolments.filter(merchant=OuterRef("pk"))
    rows = Merchant.objects.trading().filter(~Exists(part))
    if asked.q:
        rows = rows.filter(Q(name__icontains=asked.q) | Q(city__icontains=asked.q))
    if asked.country:
        rows = rows.filter(country=asked.country[:2])
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.category:
        path = asked.category
        below = Q(category__path=path) | Q(category__path__startswith=f"{path}/")
        own = Product.objects.filter(below, merchant=OuterRef("pk"), state="published")
        rows = rows.filter(Exists(own))
    lines = _lines(at=at)
    if asked.festivals:
        before = lines.filter(festival__isnull=False).exclude(festival=festival)
        rows = rows.filter(Exists(before))
    listed = Count("products", Q(products__state="published"))
    total = lines.order_by().values("suborder__merchant").annotate(n=Sum("paid")).values("n")
    sold = Coalesce(Subquery(total, output_field=IntegerField()), 0)
    rows = rows.annotate(listed=listed, sold=sold)
    if asked.sold:
        least = int(asked.sold) * 10 ** currencies()[settings.SHOP_CURRENCY].exponent
        rows = rows.filter(sold__gte=least if asked.sold != "1" else 1)
    return rows.order_by("-sold", "name", "pk")


def countries() -> list[tuple[str, str]]:
    """Return the countries in which there are stores, by name."""
    codes = Merchant.objects.order_by().values_list("country", flat=True).distinct()
    return sorted(((code, country_name(code, "en")) for code in codes), key=lambda pair: pair[1])


def _lines(*, at: datetime) -> QuerySet[OrderLine]:
    """Return the lines of a store that were paid in the last 365 days."""
    return OrderLine.objects.filter(
        suborder__merchant=OuterRef("pk"),
        order__state=Order.State.PAID,
        order__paid_at__gte=at - YEAR,
    )


def _invite(request: HttpRequest, festival: Festival, asked: StoreFilter) -> HttpResponse:
    try:
        said = _send(festival, _ticked(request), at=clock.moment_of(request), by=request.user)
    except ShopError as refusal:
        messages.error(request, str(refusal))
        return redirect(f"{reverse('desk:festival-invite', args=[festival.pk])}?{asked.query}")
    messages.success(request, said)
    return redirect("desk:festival-stores", festival.pk)


def _ticked(request: HttpRequest) -> list[Merchant]:
    """Return the stores that are ticked.

    Raises:
        NotPossible: none is.
    """
    ticked = ids_of(request.POST.getlist("store"), most=MOST)
    if not ticked:
        raise NotPossible("Tick at least one store.")
    return list(Merchant.objects.filter(pk__in=ticked))


@transaction.atomic
def _send(festival: Festival, chosen: list[Merchant], *, at: datetime, by: User) -> str:
    """Invite stores, none without a mail; return what to say.

    Raises:
        NotPossible: enrolment is closed, or none of them is to be asked any more.
    """
    invited = enrol.invite(festival, chosen, at=at, by=by)
    if not invited:
        raise NotPossible("All of these were asked already.")
    return _said(len(invited), tell_invited(invited))


def _said(invited: int, told: int) -> str:
    """Say how many stores are invited, and how many of them get no mail."""
    text = f"{invited:,} {'store is' if invited == 1 else 'stores are'} invited"
    if not (silent := invited - told):
        return f"{text} and told by mail."
    who = "It has" if invited == 1 else f"{silent:,} of them {'has' if silent == 1 else 'have'}"
    get = "gets" if silent == 1 else "get"
    return f"{text}. {who} nobody who signs in yet, and {get} no mail."


def _amount(minor: int) -> str:
    return written(minor, settings.SHOP_CURRENCY, "en") if minor else "–"
