"""The form of a merchant's proposal for a slot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shop.catalogue.models import Variant
from shop.catalogue.stock.count import MOST
from shop.core.forms.fields import AmountField
from shop.festivals.nominations.checks import Proposal
from shop.festivals.pricing.kinds import KINDS, NUMBERS


class NominationForm(forms.Form):
    """One rule for all variants of a product, and the units set aside for each."""

    fields: dict[str, Any]

    rule = forms.ChoiceField(
        label=_("How is the price set?"),
        choices=[(code, _(kind.way)) for code, kind in KINDS.items()],
        initial=next(iter(KINDS)),
        widget=forms.RadioSelect,
    )
    per_shopper = forms.IntegerField(
        label=_("Most per shopper"), min_value=1, max_value=1_000, required=False
    )

    def __init__(self, variants: Sequence[Variant], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.variants = variants
        if not variants:  # the dates of an experience have one deal for all
            ways = [(code, _(kind.way)) for code, kind in KINDS.items() if not kind.names_prices]
            self.fields["rule"].choices = ways
        for number in NUMBERS:
            self.fields[number.name] = forms.IntegerField(
                label=_(number.label),
                min_value=number.least,
                max_value=number.most,
                required=False,
            )
            self.fields[number.name].is_asked_later = True  # where its kind is chosen
        for variant in variants:
            facts = {"size": variant.label or variant.sku}
            self.fields[f"price_{variant.pk}"] = AmountField(
                label=_("Price, %(size)s") % facts, required=False
            )
            self.fields[f"units_{variant.pk}"] = forms.IntegerField(
                label=_("Festival pieces, %(size)s") % facts,
                min_value=1,
                max_value=MOST,
                required=False,
            )

    def numbers(self) -> list[forms.BoundField]:
        """Return the fields of the numbers that kinds of deals ask for."""
        return [self[number.name] for number in NUMBERS]

    def rows(self) -> list[tuple[Variant, forms.BoundField, forms.BoundField]]:
        """Return each variant with the fields of its price and of its units."""
        return [
            (variant, self[f"price_{variant.pk}"], self[f"units_{variant.pk}"])
            for variant in self.variants
        ]

    def proposal(self) -> Proposal:
        """Return the proposal typed so far; unreadable fields are left out."""
        told = self.cleaned_data
        ids = [variant.pk for variant in self.variants]
        prices = ((pk, told.get(f"price_{pk}")) for pk in ids)
        units = ((pk, told.get(f"units_{pk}")) for pk in ids)
        return Proposal(
            rule=told.get("rule") or next(iter(KINDS)),
            numbers={number.name: told.get(number.name) for number in NUMBERS},
            prices={pk: price for pk, price in prices if price is not None},
            allotments={pk: count for pk, count in units if count is not None},
            per_shopper=told.get("per_shopper"),
        )


def first_values(proposal: Proposal) -> dict[str, Any]:
    """Return the initial values of the form of a proposal."""
    return {
        "rule": proposal.rule,
        **proposal.numbers,
        "per_shopper": proposal.per_shopper,
        **{f"price_{pk}": price for pk, price in proposal.prices.items()},
        **{f"units_{pk}": units for pk, units in proposal.allotments.items()},
    }
