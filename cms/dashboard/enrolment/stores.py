"""Stores of a festival: who takes part, applied, waits in line or was invited."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import (
    Case,
    Count,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST
from wagtail.admin.messages import button as way
from wagtail.admin.messages import error
from wagtail.admin.widgets.button import HeaderButton

from cms.dashboard.enrolment.invite import countries
from cms.dashboard.listing import ChoiceFilter, Choices, FestivalListView, ListFilters, WordsFilter
from cms.dashboard.permissions import needs, own_stores
from cms.dashboard.screens import button
from cms.dashboard.tables import (
    SMALL,
    Column,
    element,
    joined,
    link,
    moment,
    posted,
    small,
    status,
)
from cms.templatetags.cms import as_percent
from shop.catalogue.delivery.names import country_name
from shop.core import clock
from shop.core.errors import ShopError
from shop.festivals.enrolment import enrol
from shop.festivals.enrolment.owners import without_owner
from shop.festivals.models import Enrolment, Nomination
from shop.money.settlements.models import PayoutMethod
from shop.people.accounts.requests import SignedIn
from shop.storefront.listings import festival_products

ORDER = ("applied", "waiting", "invited", "accepted", "declined", "withdrawn")
STATES = (
    ("applied", "Applied"), ("waiting", "In line"), ("invited", "Invited"),
    ("accepted", "Takes part"), ("declined", "Declined"), ("withdrawn", "Left"),
)  # fmt: skip
DECIDED_ON = (Enrolment.State.APPLIED, Enrolment.State.WAITING)
# What is posted, the word on the button, how it looks, and what it says to those who hear it.
DECISIONS = (("accept", "Accept", "", "Accept {}"), ("decline", "Decline", "no", "Decline {}"))
TAKE_BACK = (("uninvite", "Take back", "button-secondary", "Take the invitation of {} back"),)
TAKE_OUT = (("remove", "Take out", "button-secondary no", "Take {} out"),)
WAYS: dict[str, tuple[tuple[str, str, str, str], ...]] = {
    Enrolment.State.INVITED: TAKE_BACK, Enrolment.State.ACCEPTED: TAKE_OUT,
}  # fmt: skip
SAID = {"accepted": "takes part", "waiting": "is in line", "declined": "is declined"}


class EnrolmentFilters(ListFilters):
    q = WordsFilter("Name or town", "merchant__name", "merchant__city", most=60)
    country = ChoiceFilter("Country", every="All", field_name="merchant__country")
    state = ChoiceFilter("State", STATES, every="All")
    people = ChoiceFilter(
        "People", [("none", "No owner signs in")], every="All", method="without_people"
    )
    account = ChoiceFilter(
        "Payout account", [("none", "None confirmed")], every="All", method="lacking_account"
    )

    def without_people(self, rows: QuerySet[Enrolment], _name: str, _value: str) -> Any:
        """Keep the stores for which no owner signs in."""
        return without_owner(rows)

    def lacking_account(self, rows: QuerySet[Enrolment], _name: str, _value: str) -> Any:
        """Keep the stores that take part and cannot be paid."""
        return without_account(rows)


def without_account(rows: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """Keep the stores that take part and have no payout account that is confirmed."""
    ready = PayoutMethod.objects.filter(
        merchant=OuterRef("merchant"), state=PayoutMethod.State.READY
    )
    return rows.filter(~Exists(ready), state=Enrolment.State.ACCEPTED)


def _state(row: Enrolment) -> SafeString:
    is_waiting = row.state == Enrolment.State.WAITING
    word = "in line" if is_waiting else row.get_state_display().lower()
    since = row.waiting_since and f"since {moment(row.waiting_since, 'j M, H:i T')}"
    return small(status(word, "primary" if row.state == Enrolment.State.ACCEPTED else ""), since)


class StoresView(FestivalListView):
    """The stores of a festival with the terms of each, and how many places are taken."""

    needed = "view_enrolment"
    template_name = "cms/dashboard/stores.html"
    filterset_class = EnrolmentFilters
    page_title = "Stores"
    header_icon = "group"
    paginate_by = 300
    table_label = "Stores of this festival"
    default_ordering = ("place", "waiting_since", "merchant__name", "pk")
    none_fits = "No store of this festival fits."

    @property
    def columns(self) -> list[Column]:
        """Return the columns of the list, with the decision for those who may take it."""
        return [
            Column("Store", "merchant.name"),
            Column("Country", lambda row: country_name(row.merchant.country, "en")),
            Column("State", _state),
            Column("Commission", lambda row: as_percent(row.commission_bp)),
            Column("Terms", self.terms_of), Column("Nominations", "nominated"),
            Column("Decide", self.decision_on, empty=""),
        ]  # fmt: skip

    @property
    def none(self) -> SafeString:
        """Lead to where stores are invited."""
        url = reverse("desk:festival-invite", args=[self.festival.pk])
        return format_html(
            "Nobody yet. {}: they read the terms and answer on their own desk.",
            link("Invite stores", url),
        )

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """Lead those who may to the stores to invite, and to those without an owner."""
        found = []
        if self.may("add_enrolment"):
            invite = reverse("desk:festival-invite", args=[self.festival.pk])
            found.append(button("Invite stores", invite, "mail"))
        if self.may("change_merchant"):
            remind = reverse("desk:festival-remind", args=[self.festival.pk])
            found.append(button("Remind stores without an owner", remind, "mail"))
        return found

    @cached_property
    def own(self) -> set[int]:
        """Return the stores on which others decide."""
        return own_stores(self.request)

    def terms_of(self, row: Enrolment) -> SafeString | str:
        """Return the terms that a store accepted, and when."""
        if not row.terms_version:
            return ""
        in_force = self.festival.terms_version
        return small(
            row.terms_version,
            row.agreed_at and f"accepted {moment(row.agreed_at)}",
            row.terms_version != in_force and f"keeps it; {in_force} is in force",
        )

    def decision_on(self, row: Enrolment) -> SafeString | str:
        """Return the buttons for the possible decisions about a store."""
        if not self.may("change_enrolment"):
            return ""
        is_in = row.state == Enrolment.State.ACCEPTED
        if row.merchant_id in self.own and not is_in:
            return element("small", "your own store: somebody else decides")
        ways = DECISIONS if row.state in DECIDED_ON else WAYS.get(row.state, ())
        presses = (
            element("button", word, class_=f"{SMALL} {look}", name=name,
                    aria_label=said.format(row.merchant.name))
            for name, word, look, said in ways
        )  # fmt: skip
        url = reverse("desk:enrolment-decide", args=[row.festival_id, row.pk])
        return posted(self.request, url, joined(" ", presses)) if ways else ""

    def get_choices(self) -> dict[str, Choices]:
        """Offer the countries in which there are stores."""
        return {"country": countries()}

    def get_base_queryset(self) -> QuerySet[Enrolment]:
        """Return the enrolments: those that wait for a word have the first places."""
        place = Case(
            *(When(state=state, then=Value(number)) for number, state in enumerate(ORDER)),
            output_field=IntegerField(),
        )
        return self.festival.enrolments.select_related("merchant").annotate(
            place=place, nominated=Count("nominations", ~Q(nominations__state="withdrawn"))
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the context of the screen, and how many places are taken."""
        rows = self.festival.enrolments.order_by().values_list("state")
        counts = dict(rows.annotate(n=Count("pk")))
        return super().get_context_data(**kwargs) | {
            "counts": [(name, counts.get(state, 0)) for state, name in STATES],
            "taken": counts.get("accepted", 0),
        }


@require_POST
@needs("change_enrolment")
def decide(request: SignedIn, pk: int, enrolment_id: int) -> HttpResponse:
    """Accept or decline a store that applied, or take one out."""
    rows = Enrolment.objects.filter(festival=pk).select_related("festival", "merchant")
    enrolment = get_object_or_404(rows, pk=enrolment_id)
    name, at = enrolment.merchant.name, clock.moment_of(request)
    try:
        if "uninvite" in request.POST:
            enrol.take_invitation_back(enrolment, at=at, by=request.user)
            messages.success(request, f"The invitation of {name} is taken back.")
        elif "remove" in request.POST:
            festival_products.leave(enrolment, at=at, by=request.user)
            messages.success(request, f"{name} does not take part any more.")
        else:
            is_accepted = "accept" in request.POST
            made = enrol.decide(enrolment, is_accepted=is_accepted, at=at, by=request.user)
            messages.success(request, f"{name} {SAID[made.state]}, and is told by mail.")
    except ShopError as refusal:
        error(request, str(refusal), buttons=_approved_of(enrolment))
    return redirect("desk:festival-stores", pk)


def _approved_of(enrolment: Enrolment) -> list[Any]:
    """Return a button that leads to the approved nominations of a store, where there are some."""
    if not enrolment.nominations.filter(state=Nomination.State.APPROVED).exists():
        return []
    where = reverse("desk:festival-nominations", args=[enrolment.festival_id])
    query = urlencode({"state": "approved", "q": enrolment.merchant.name[:60]})
    return [way(f"{where}?{query}", "Look at them")]
