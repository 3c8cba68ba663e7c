"""Inviting stores to a festival: found by country, category and earlier sales."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.defaultfilters import pluralize
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods
from wagtail.admin.paginator import WagtailPaginator

from cms.dashboard.addresses import trail_of
from cms.dashboard.confirm import Act, perform
from cms.dashboard.fields import CountField
from cms.dashboard.listing import ChoiceFilter, FestivalListView, ListFilters, WordsFilter
from cms.dashboard.permissions import needs, own_stores
from cms.dashboard.screens import Trail
from cms.dashboard.tables import Column, element, hidden
from shop.catalogue.delivery.names import country_name
from shop.catalogue.models import Category, Product
from shop.core import clock
from shop.core.currencies import currencies, written
from shop.core.errors import NotPossible, ShopError
from shop.core.forms.numbers import ids_of
from shop.festivals.enrolment import enrol
from shop.festivals.mail import tell_invited
from shop.festivals.models import Festival
from shop.orders.models import Order, OrderLine
from shop.people.accounts.models import User
from shop.people.accounts.requests import SignedIn
from shop.people.merchants.models import Merchant

NAMED = 5  # of the stores that would be invited
MOST = 200  # rows of a page
YEAR = timedelta(days=365)
SOLD = (("1", "Something"), ("1000", "1,000 or more"), ("10000", "10,000 or more"))


class InviteFilters(ListFilters):
    q = WordsFilter("Name or town", "name", "city", most=60)
    country = ChoiceFilter("Country", every="All")
    kind = ChoiceFilter("Kind", Merchant.Kind.choices, every="All")
    category = ChoiceFilter("Has products in", every="Any category", method="with_products")
    sold = ChoiceFilter("Sold in 365 days", SOLD, every="Any amount", method="who_sold")
    festivals = ChoiceFilter(
        "Earlier festivals", [("1", "Sold in one of the last year")], every="All stores",
        method="from_before",
    )  # fmt: skip

    def __init__(self, data: QueryDict, *, festival: Festival, at: datetime) -> None:
        categories = [(row.path, row.name) for row in Category.objects.order_by("path")]
        choices = {"country": countries(), "category": categories}
        super().__init__(data, usual={}, choices=choices)
        self.festival, self.at = festival, at

    def with_products(self, rows: QuerySet[Merchant], _name: str, path: str) -> QuerySet[Merchant]:
        """Keep the stores with published products in a category or below it."""
        below = Q(category__path=path) | Q(category__path__startswith=f"{path}/")
        own = Product.objects.filter(below, merchant=OuterRef("pk"), state="published")
        return rows.filter(Exists(own))

    def who_sold(self, rows: QuerySet[Any], _name: str, least: str) -> QuerySet[Any]:
        """Keep the stores that sold so many whole units of money, or anything at all."""
        unit = 10 ** currencies()[settings.SHOP_CURRENCY].exponent
        return rows.filter(sold__gte=int(least) * unit if least != "1" else 1)

    def from_before(self, rows: QuerySet[Merchant], _name: str, _value: str) -> QuerySet[Merchant]:
        """Keep the stores that sold in another festival."""
        others = _lines(at=self.at).filter(festival__isnull=False)
        return rows.filter(Exists(others.exclude(festival=self.festival)))


class InviteView(FestivalListView):
    """The stores that a filter finds; posting invites those ticked."""

    needed, to_post = "view_enrolment", "add_enrolment"
    http_method_names: ClassVar[list[str]] = ["get", "head", "post"]
    template_name = "cms/dashboard/invite.html"
    filterset_class = InviteFilters
    paginator_class, paginate_by = WagtailPaginator, MOST
    page_title = "Invite stores"
    header_icon = "mail"
    table_label = "Stores to invite"
    none = none_fits = "No store fits, or all of them have been asked."

    @property
    def trail(self) -> Trail:
        """Return the way to the stores of the festival."""
        return _trail(self.festival)

    @property
    def columns(self) -> list[Column]:
        """Return the columns of the list, the first with a box to tick."""
        return [
            Column(hidden("Invite"), self.tick),
            Column("Store", lambda row: element("label", row.name, for_=f"store-{row.pk}")),
            Column("Country", lambda row: country_name(row.country, "en")), Column("Kind", "kind"),
            Column("Products", "listed"),
            Column("Sold in 365 days", lambda row: _amount(row.sold)),
        ]  # fmt: skip

    def tick(self, row: Merchant) -> SafeString:
        """Return a box to tick."""
        facts = {} if self.may("add_enrolment") else {"disabled": True}
        return element(
            "input", type="checkbox", name="store", value=row.pk, id=f"store-{row.pk}", **facts
        )

    def get_filterset_kwargs(self) -> dict[str, Any]:
        """Return the arguments of the filters."""
        return {"data": self.request.GET, "festival": self.festival, "at": self.at}

    def get_base_queryset(self) -> QuerySet[Merchant]:
        """Return the stores that could be invited, but one's own."""
        return candidates(self.festival, at=self.at).exclude(pk__in=self.own)

    @cached_property
    def own(self) -> set[int]:
        """Return the stores that somebody else invites."""
        return own_stores(self.request)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the context of the screen."""
        facts = {"has_own": bool(self.own), "can_invite": self.may("add_enrolment")}
        return super().get_context_data(**kwargs) | facts

    def post(self, request: SignedIn, pk: int) -> HttpResponse:
        """Invite the stores that are ticked."""
        try:
            said = _send(self.festival, _ticked(request), at=self.at, by=request.user)
        except ShopError as refusal:
            messages.error(request, str(refusal))
            return redirect(f"{request.path}?{self.filters.query}")
        messages.success(request, said)
        return redirect("desk:festival-stores", pk)


class InviteCountForm(forms.Form):
    """How many stores the organizer was told of."""

    count = CountField(min_value=0, widget=forms.HiddenInput)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("add_enrolment")
def invite_all(request: SignedIn, pk: int) -> HttpResponse:
    """Say how many stores a filter finds, and invite them if they are as many still."""
    festival = get_object_or_404(Festival, pk=pk)
    at = clock.moment_of(request)
    asked = InviteFilters(request.GET, festival=festival, at=at)
    found = asked.found(candidates(festival, at=at)).exclude(pk__in=own_stores(request))
    back = f"{reverse('desk:festival-invite', args=[pk])}?{asked.query}"
    act = _all(request, festival, found, at=at)
    return perform(request, act, back=back, trail=_trail(festival))


def _all(request: SignedIn, festival: Festival, found: QuerySet[Merchant], *, at: datetime) -> Act:
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
        "We email their members at once. You can take an invitation back until it is answered.",
    ]
    return Act(
        f"Invite {many}", f"Invite {many}", effects, run, InviteCountForm, {"count": len(rows)}
    )


def _trail(festival: Festival) -> Trail:
    return [*trail_of(festival), (reverse("desk:festival-stores", args=[festival.pk]), "Stores")]


def candidates(festival: Festival, *, at: datetime) -> QuerySet[Merchant]:
    """Return approved stores without a part in a festival, the best sellers first.

    ``sold`` is what shoppers paid for their goods in the last 365 days, minor units;
    ``listed`` their published products.
    """
    part = festival.enrolments.filter(merchant=OuterRef("pk"))
    listed = Count("products", Q(products__state="published"))
    lines = _lines(at=at).order_by().values("suborder__merchant")
    total = lines.annotate(n=Sum("paid")).values("n")
    sold = Coalesce(Subquery(total, output_field=IntegerField()), 0)
    rows = Merchant.objects.trading().filter(~Exists(part)).annotate(listed=listed, sold=sold)
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


def _ticked(request: SignedIn) -> list[Merchant]:
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
    """Invite stores, none without a mail; return the message about it.

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
