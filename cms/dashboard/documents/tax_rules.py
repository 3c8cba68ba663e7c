"""Rules of tax: who owes the tax inside a sale between two countries. They move no price."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods
from wagtail.admin.widgets.button import HeaderButton

from cms.dashboard.confirm import Act, perform
from cms.dashboard.documents.index import LIST as PAPERS
from cms.dashboard.documents.index import TRAIL as PAPERS_TITLE
from cms.dashboard.listing import ListView
from cms.dashboard.permissions import needs
from cms.dashboard.saved_form import KeptForm, keep
from cms.dashboard.screens import Trail, button
from cms.dashboard.tables import QUIET, Column, joined, link, small
from shop.catalogue.delivery.models import TaxRule
from shop.catalogue.delivery.names import countries_by_name, country_name
from shop.core import clock
from shop.core.currencies import written
from shop.core.forms.fields import AmountField, LineField
from shop.core.languages import percent
from shop.orders.documents.rules import TaxRuleFacts, keep_rule, remove_rule
from shop.people.accounts.models import User
from shop.people.accounts.requests import SignedIn

LIST, TITLE = "desk:tax-rules", "Rules of tax"
CHANGES = "publish_festival"


class TaxRuleForm(forms.Form):
    """One rule."""

    fields: dict[str, Any]

    seller = forms.ChoiceField(label="Sold from", required=False)
    buyer = forms.ChoiceField(label="Sent to", required=False)
    up_to = AmountField(
        label="Up to a value of", required=False,
        help_text="Of the goods of one store in an order. Empty: any value.",
    )  # fmt: skip
    treatment = forms.ChoiceField(choices=TaxRule.Treatment.choices)
    rate = forms.DecimalField(
        label="Rate, percent", required=False, min_value=0, max_value=50, decimal_places=2,
        help_text="Inside the price. Empty: the store’s own; for the platform say one.",
    )  # fmt: skip
    source = LineField(max_length=300, help_text="Where it is written: the law, or a letter.")
    seen_on = forms.DateField(label="Looked at on", widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("seller", "buyer"):
            self.fields[name].choices = [("", "Every country"), *countries_by_name("en")]

    def facts(self) -> TaxRuleFacts:
        """Return the facts that were typed."""
        data = dict(self.cleaned_data)
        rate = data.pop("rate")
        return TaxRuleFacts(**data, rate_bp=None if rate is None else int(rate * 100))


class TaxRulesView(ListView):
    """All rules; of several that fit, the one that says most of the countries counts."""

    needed = "view_settlement"
    queryset = TaxRule.objects.all()
    default_ordering = ("buyer", "seller", "up_to")
    page_title = TITLE
    header_icon = "form"
    table_label = TITLE
    none = "No rule: a registered store sells domestically in its own country, and exports else."
    about = (
        "A rule says who owes the tax inside a price and what papers say of it. It counts for "
        "orders from then on; no total changes by it. Of several that fit, one that names the "
        "country sent to counts before one that names the country sold from, then the least value."
    )

    def setup(self, request: SignedIn, *args: Any, **kwargs: Any) -> None:
        """Write the trail, whose address is known only now."""
        super().setup(request, *args, **kwargs)
        self.trail = [(reverse(PAPERS), PAPERS_TITLE)]

    @property
    def header_buttons(self) -> list[HeaderButton]:
        """Lead those who may to a new rule."""
        new = button("Add a rule", reverse("desk:tax-rule-add"), "plus")
        return [new] if self.may(CHANGES) else []

    @property
    def columns(self) -> list[Column]:
        """Return the columns of the list."""
        return [
            Column("Sold from", lambda row: _named(row.seller)),
            Column("Sent to", lambda row: _named(row.buyer)), Column("Up to", _value),
            Column("Treatment", "get_treatment_display"), Column("Rate", _rate),
            Column("Source", lambda row: small(row.source, f"{row.seen_on:%-d %b %Y}")),
            Column("Do", self.acts_of, "desk-acts"),
        ]  # fmt: skip

    def acts_of(self, row: TaxRule) -> SafeString | str:
        """Return the ways to change a rule for those who may."""
        if not self.may(CHANGES):
            return ""
        return joined(" ", (
            link(word, reverse(f"desk:tax-rule-{name}", args=[row.pk]), class_=QUIET,
                 aria_label=f"{word}: {row}")
            for word, name in (("Change", "edit"), ("Remove", "remove"))
        ))  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@needs(CHANGES)
def add(request: SignedIn) -> HttpResponse:
    """Make a rule."""
    today = clock.moment_of(request).date()
    return _form(request, TaxRuleForm(request.POST or None, initial={"seen_on": today}), None)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(CHANGES)
def edit(request: SignedIn, pk: int) -> HttpResponse:
    """Change a rule; orders that were placed keep what they have."""
    rule = get_object_or_404(TaxRule, pk=pk)
    initial = asdict(TaxRuleFacts.of(rule))
    rate = initial.pop("rate_bp")
    initial["rate"] = None if rate is None else f"{rate / 100:.2f}"
    return _form(request, TaxRuleForm(request.POST or None, initial=initial), rule)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(CHANGES)
def remove(request: SignedIn, pk: int) -> HttpResponse:
    """Ask whether a rule should go, and remove it."""
    rule = get_object_or_404(TaxRule, pk=pk)

    def run(_answers: dict[str, Any]) -> str:
        remove_rule(rule, at=clock.moment_of(request), by=request.user)
        return "Removed."

    act = Act(f"Remove the rule {rule}", "Remove it", ["Orders that were placed keep it."], run)
    return perform(request, act, back=reverse(LIST), trail=_trail())


def _form(request: SignedIn, form: TaxRuleForm, rule: TaxRule | None) -> HttpResponse:
    said = "Saved. It counts for orders from now on."
    page = KeptForm("New rule", said, LIST, "form", _trail())

    def save(seen: int, at: datetime, by: User) -> None:
        keep_rule(form.facts(), rule, seen=seen, at=at, by=by)

    return keep(request, page, form, rule, save)


def _trail() -> Trail:
    return [(reverse(PAPERS), PAPERS_TITLE), (reverse(LIST), TITLE)]


def _named(code: str) -> str:
    return country_name(code, "en") if code else "every country"


def _value(row: TaxRule) -> str:
    return "any value" if row.up_to is None else written(row.up_to, settings.SHOP_CURRENCY, "en")


def _rate(row: TaxRule) -> str:
    if row.treatment == TaxRule.Treatment.EXPORT:
        return ""
    return "the store’s own" if row.rate_bp is None else percent(row.rate_bp / 100, "en")
