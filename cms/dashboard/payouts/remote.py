"""What the provider pays: which countries it reaches, and payouts that are taken back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from cms.dashboard.confirm import Act, perform, reason_form
from cms.dashboard.listing import ChoiceFilter, ListFilters, ListView
from cms.dashboard.payouts.batches import payout_or_404, payout_trail
from cms.dashboard.permissions import needs, proved_again
from cms.dashboard.tables import QUIET, Column, link, small, status
from shop.catalogue.delivery.names import country_name
from shop.core import clock
from shop.core.currencies import written
from shop.core.forms.fields import LineField
from shop.money.settlements.countries import CountryFacts, change_country, sends_abroad
from shop.money.settlements.models import Payout
from shop.money.settlements.remote import stuck
from shop.money.settlements.remote.models import PayoutCountry
from shop.people.accounts.requests import SignedIn

TRAIL = [
    ("/organize/settlements/", "Settlements"), ("/organize/payout-countries/", "Countries"),
]  # fmt: skip
Reason = reason_form("Colleagues read it.")
REACHED = PayoutCountry.Reached.choices
RAILS = [("", "–"), ("local", "A bank there"), ("wire", "A wire, by SWIFT")]


class ReachForm(forms.Form):
    by_connect = forms.ChoiceField(
        label="Can stores there have their own account at the provider?", choices=REACHED
    )
    by_global = forms.ChoiceField(label="Does the provider pay to banks there?", choices=REACHED)
    rail = forms.ChoiceField(label="By which rail", choices=RAILS, required=False)
    source = LineField(max_length=400, help_text="Who says so: a page of the provider, a letter.")
    as_of = forms.DateField(
        label="Of which day that is", widget=forms.DateInput(attrs={"type": "date"})
    )


def _reached(rows: QuerySet[Any], _name: str, which: str) -> QuerySet[Any]:
    return rows.filter(by_global=which)


class CountryFilters(ListFilters):
    reached = ChoiceFilter("To its bank", REACHED, every="All", method=_reached)


class CountriesView(ListView):
    """Where stores can be paid by the provider, and by whose word."""

    needed = "view_settlement"
    filterset_class = CountryFilters
    queryset = PayoutCountry.objects.all()
    default_ordering = ("code",)
    page_title = "Countries of payouts"
    header_icon = "globe"
    table_label = "Countries"
    none = "No country."
    trail = TRAIL[:1]

    @property
    def about(self) -> SafeString:
        """Say what stands here, and whether the provider sends payouts at all."""
        state = "on" if sends_abroad() else "off: see PAYOUT_SENDER in the settings"
        return format_html(
            "Stores everywhere are paid by hand. Those of a country with <em>yes</em> may choose "
            "that the provider pays them: to a bank account, or to an account of their own at the "
            "provider. Unknown counts as no. Payouts to banks are {}.",
            state,
        )

    @property
    def columns(self) -> list[Column]:
        """Return the columns of the list."""
        return [
            Column("Country", _named), Column("Currency", lambda row: row.currency),
            Column("Own account", lambda row: status(row.get_by_connect_display())),
            Column("To its bank", lambda row: status(row.get_by_global_display())),
            Column("Rail", lambda row: row.rail),
            Column("As of", lambda row: row.as_of.strftime("%-d %b %Y")),
            Column("Change", _change),
        ]  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@needs("publish_festival")
@proved_again
def country(request: SignedIn, pk: int) -> HttpResponse:
    """Write down whether the provider reaches a country, with source and day."""
    row = get_object_or_404(PayoutCountry, pk=pk)
    name = country_name(row.code, "en")

    def run(answers: dict[str, Any]) -> str:
        facts = CountryFacts(**answers)
        change_country(pk, facts, at=clock.moment_of(request), by=request.user)
        return f"Written down of {name}."

    effects = [
        (
            f"It says now: own accounts {row.get_by_connect_display()}, banks "
            f"{row.get_by_global_display()}, as of {row.as_of:%-d %b %Y}."
        ),
        f"Who says so: {row.source}",
        f"What the provider asks there: {row.needs}" if row.needs else "",
        "Yes lets its stores choose the provider, and no blocks what was not sent yet.",
    ]
    initial = {
        "by_connect": row.by_connect,
        "by_global": row.by_global,
        "rail": row.rail,
        "source": "",
        "as_of": None,
    }
    act = Act(f"Payouts to {name}", "Write it down", list(filter(None, effects)), run,
              ReachForm, initial)  # fmt: skip
    return perform(request, act, back=reverse("desk:payout-countries"), trail=TRAIL)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("publish_festival")
@proved_again
def take_back(request: SignedIn, pk: int) -> HttpResponse:
    """Take a payout back that the provider has, and that has not left."""
    row = payout_or_404(pk)

    def run(answers: dict[str, Any]) -> str:
        stuck.take_back(pk, **answers, at=clock.moment_of(request), by=request.user)
        return "It is taken back. A task says so: pay it again, or by hand."

    amount = written(row.amount, row.settlement.currency or settings.SHOP_CURRENCY, "en")
    effects = [
        f"{row.reference}, {amount} to {row.settlement.merchant.name}.",
        "The provider takes it back if nothing has left; else it says that it is too late.",
        "The store is owed it again. Nothing is sent again by itself.",
    ]
    act = Act(f"Take {row.reference} back", "Take it back", effects, run, Reason, is_grave=True)
    barred_unless_sent = _barred(pk)
    return perform(request, act, back=reverse("desk:payout", args=[pk]), trail=payout_trail(row),
                   barred=barred_unless_sent)  # fmt: skip


def _barred(pk: int) -> Any:
    def barred() -> str:
        is_sent = Payout.objects.filter(pk=pk, state=Payout.State.SENT).exists()
        return "" if is_sent else "It is not with the provider, or it has left."

    return barred


def _named(row: PayoutCountry) -> SafeString:
    return small(country_name(row.code, "en"), row.code)


def _change(row: PayoutCountry) -> SafeString:
    where = reverse("desk:payout-country", args=[row.pk])
    return link("Change", where, class_=QUIET, aria_label=f"Change {country_name(row.code, 'en')}")
