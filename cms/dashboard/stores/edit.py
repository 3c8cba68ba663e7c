"""Making a store, and changing the facts that organizers keep of one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cms.dashboard.permissions import needs, proved_again
from cms.dashboard.screens import Trail, show, version_seen, words_of
from shop.catalogue.delivery.names import countries_by_name
from shop.core import clock
from shop.core.errors import ShopError
from shop.core.forms.fields import AmountField, LineField
from shop.festivals.changelog import version_of
from shop.merchant.moderation import stores
from shop.merchant.moderation.stores import NoPlace, StoreFacts
from shop.money.settlements.models import PayoutMethod
from shop.people.accounts.requests import SignedIn
from shop.people.merchants.models import USUAL_COMMISSION, Merchant

KINDS = (
    ("goods", "Goods, sent by parcel"),
    ("experiences", "Experiences, on dates"),
    ("both", "Both: goods and experiences"),
)


class FactsForm(forms.Form):
    """The facts that organizers keep of a store; ``fixed`` are those that stay as they are."""

    fields: dict[str, Any]

    name = LineField(max_length=120, help_text="As shoppers read it.")
    kind = forms.ChoiceField(label="Sells", choices=KINDS, initial="goods")
    country = forms.ChoiceField(help_text="Where its parcels start.")
    city = LineField(label="Town", max_length=80)
    commission = forms.DecimalField(
        label="Commission, percent", min_value=0, max_value=100, decimal_places=2,
        initial=USUAL_COMMISSION // 100,
        help_text="Outside festivals. In a festival the terms count that the store accepted.",
    )  # fmt: skip
    vat = forms.DecimalField(
        label="VAT, percent", min_value=0, max_value=50, decimal_places=2, initial=0,
        help_text="Inside the prices of sales in its own country. 0: it is not registered.",
    )  # fmt: skip
    settle_every = forms.ChoiceField(
        label="Settled", choices=Merchant.SettleEvery, initial=Merchant.SettleEvery.WEEK
    )
    reserve = forms.DecimalField(
        label="Reserve, percent", min_value=0, max_value=50, decimal_places=2, initial=0,
        help_text="Kept of each settlement for refunds to come. 0: nothing is kept.",
    )  # fmt: skip
    reserve_days = forms.IntegerField(
        label="Reserve, days", min_value=1, max_value=365, initial=60,
        help_text="So long it is kept; then it comes with the next settlement.",
    )  # fmt: skip

    paid_only_by = forms.ChoiceField(
        label="Paid", required=False,
        choices=[("", "As the store likes"), *PayoutMethod.Way.choices],
        help_text="As the store likes among what reaches its country, or in one way alone.",
    )  # fmt: skip

    payout_tariff = AmountField(
        label="Fee of each payout", required=False,
        help_text="Taken off each settlement. Empty: you bear what payouts cost.",
    )  # fmt: skip

    def __init__(self, *args: Any, fixed: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = set(stores.countries()) | {self.initial.get("country", "")}
        names = [(code, name) for code, name in countries_by_name("en") if code in known]
        self.fields["country"].choices = [("", "Choose a country"), *names]
        for name in fixed:
            self.fields[name].disabled = True
            self.fields[name].help_text = "Stays as it is, since the store has products."

    def facts(self) -> StoreFacts:
        """Return the facts that were typed."""
        data = self.cleaned_data
        return StoreFacts(
            name=data["name"], kind=data["kind"], country=data["country"], city=data["city"],
            commission_bp=int(data["commission"] * 100), vat_bp=int(data["vat"] * 100),
            settle_every=data["settle_every"], reserve_bp=int(data["reserve"] * 100),
            reserve_days=data["reserve_days"], paid_only_by=data["paid_only_by"],
            payout_tariff=data["payout_tariff"] or 0,
        )  # fmt: skip


class StoreForm(FactsForm):
    """A new store."""

    slug = forms.SlugField(
        label="Address", max_length=80, required=False,
        help_text="Of its page: small letters, digits and hyphens. Empty: made from the name. "
        "It stays for good.",
    )  # fmt: skip
    field_order = ("name", "slug")

    def clean_slug(self) -> str:
        """Write an address in small letters."""
        return self.cleaned_data["slug"].lower()


@require_http_methods(["GET", "HEAD", "POST"])
@needs("add_merchant")
def add(request: SignedIn) -> HttpResponse:
    """Make a store."""
    form = StoreForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        at = clock.moment_of(request)
        try:
            made = stores.open_store(
                form.facts(), slug=form.cleaned_data["slug"], at=at, by=request.user
            )
        except ShopError as refusal:
            form.add_error("slug" if isinstance(refusal, NoPlace) else "country", str(refusal))
        else:
            said = "Shoppers see it as soon as a product of it is on sale. Now invite its people."
            messages.success(request, f"{made.name} is made. {said}")
            return redirect("desk:store-page", made.pk)
    about = "A store has people who work for it. Invite them by mail once it is made."
    return _form(request, form, "New store", stores_trail(), "Make the store", about=about)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("change_merchant")
@proved_again
def edit(request: SignedIn, pk: int) -> HttpResponse:
    """Change the facts of a store; its country while it sells nothing."""
    store = get_object_or_404(Merchant, pk=pk)
    fixed = ("country",) if store.products.exists() else ()
    initial = {
        "name": store.name, "kind": store.kind, "country": store.country, "city": store.city,
        "commission": f"{store.commission_bp / 100:.2f}", "vat": f"{store.vat_bp / 100:.2f}",
        "settle_every": store.settle_every, "reserve": f"{store.reserve_bp / 100:.2f}",
        "reserve_days": store.reserve_days, "paid_only_by": store.paid_only_by,
        "payout_tariff": store.payout_tariff or None,
    }  # fmt: skip
    form = FactsForm(request.POST or None, initial=initial, fixed=fixed)
    if request.method == "POST" and form.is_valid():
        at = clock.moment_of(request)
        seen = version_seen(request)
        try:
            is_new = stores.change_facts(store, form.facts(), seen=seen, at=at, by=request.user)
        except ShopError as refusal:
            form.add_error(None, words_of(refusal))
        else:
            messages.success(request, "Saved." if is_new else "Nothing was changed.")
            return redirect("desk:store-page", pk)
    trail = [*stores_trail(), (reverse("desk:store-page", args=[pk]), store.name)]
    version = version_of(store)
    return _form(request, form, f"Change {store.name}", trail, "Save", version=version)


def stores_trail() -> list[tuple[str, str]]:
    """Return the way to the list of stores."""
    return [(reverse("desk_stores:index"), "Merchants")]


def _form(
    request: SignedIn, form: forms.Form, title: str, trail: Trail, save: str, **context: Any
) -> HttpResponse:
    return show(
        request, "form.html", title, trail=trail, icon="group", form=form, save=save,
        status=422 if form.errors else 200, **context,
    )  # fmt: skip
