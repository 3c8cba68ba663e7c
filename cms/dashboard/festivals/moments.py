"""Moments of a festival, chosen from its boundaries or typed as a wall time in its zone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from django import forms

from cms.dashboard.festivals.forms import WallTimeField, WallTimes
from shop.core import dates
from shop.festivals.models import Festival, Slot
from shop.festivals.prices.price_list import Only
from shop.people.merchants.models import Merchant
from shop.storefront.previews.banner import STOCK, WHO
from shop.storefront.previews.boundaries import Boundary, by_instant


class MomentsForm(WallTimes):
    """One moment or several: each a choice among the boundaries, or a time that is typed."""

    def __init__(
        self, *args: Any, festival: Festival, known: Sequence[Boundary], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.festival, self.zone = festival, festival.zone
        zone = dates.zone_name(festival.starts_at, festival.zone, "en")
        choices = [
            (boundary.at.isoformat(), f"{boundary.label} · {boundary.wall:%d %b %Y, %H:%M:%S}")
            for boundary in by_instant(known)
        ]
        for name, label in self.moments():
            self.fields[name] = forms.ChoiceField(label=label, choices=choices, required=False)
            self.fields[f"{name}_wall"] = WallTimeField(
                label="Or this time", required=False, help_text=f"In {zone}."
            )
        self.order_fields([*(n for name, _ in self.moments() for n in (name, f"{name}_wall"))])

    @classmethod
    def moments(cls) -> list[tuple[str, str]]:
        """Return the names and labels of the moments that are asked for."""
        return [("at", "Moment")]

    def clean(self) -> dict[str, Any]:
        """Work the instants out: a time that was typed counts before the list."""
        found = cast("dict[str, Any]", super().clean())
        for name, _label in self.moments():
            if found.get(f"{name}_wall"):
                found[name] = self.instant_of(f"{name}_wall")
            elif found.get(name):
                found[name] = datetime.fromisoformat(found[name])
            elif name not in self.errors and f"{name}_wall" not in self.errors:
                self.add_error(name, "Choose a moment, or type a time.")
        return found


class PreviewForm(MomentsForm):
    """The settings of a preview: moment, shopper, stock, and waiting nominations."""

    who = forms.ChoiceField(label="Shopper", choices=WHO, required=False)
    stock = forms.ChoiceField(label="Stock", choices=STOCK, required=False)
    waiting = forms.BooleanField(label="With what waits for a decision", required=False)


class ShareForm(MomentsForm):
    """A preview for somebody outside: one moment, for some hours."""

    shared_with = forms.CharField(
        label="For whom", max_length=120, help_text="Such as: Ministry of Trade, Nairobi"
    )
    hours = forms.IntegerField(label="Hours", min_value=1, max_value=72, initial=24)
    stock = forms.ChoiceField(label="Stock", choices=STOCK, required=False)
    waiting = forms.BooleanField(label="With what waits for a decision", required=False)


class CompareForm(MomentsForm):
    """Two moments whose prices are compared."""

    waiting = forms.BooleanField(label="With what waits for a decision", required=False)

    @classmethod
    def moments(cls) -> list[tuple[str, str]]:
        """Return the names and labels of the two moments."""
        return [("first", "Prices at"), ("second", "Compared with")]


class PriceListForm(MomentsForm):
    """One moment whose prices are listed, and which of them."""

    fields: dict[str, Any]

    what = forms.ChoiceField(
        label="Products", choices=(("", "Only this festival"), ("shop", "The whole shop")),
        required=False,
    )  # fmt: skip
    store: forms.ModelChoiceField[Merchant] = forms.ModelChoiceField(
        None, required=False, empty_label="All"
    )
    slot: forms.ModelChoiceField[Slot] = forms.ModelChoiceField(
        None, required=False, empty_label="All"
    )
    waiting = forms.BooleanField(label="With what waits for a decision", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stores = Merchant.objects.filter(enrolments__festival=self.festival)
        self.fields["store"].queryset = stores.order_by("name")
        self.fields["slot"].queryset = self.festival.slots.order_by("starts_at", "pk")

    def only(self) -> Only:
        """Return which prices are asked for."""
        told = self.cleaned_data
        festival = None if told["what"] else self.festival.pk
        ids = (told[name] and told[name].pk for name in ("store", "slot"))
        return Only(festival, *ids)

    def words(self) -> list[str]:
        """Say which prices are asked for."""
        told = self.cleaned_data
        whole = dict(self.fields["what"].choices)[told["what"]].lower()
        return [whole, *(str(told[name]) for name in ("store", "slot") if told[name])]
