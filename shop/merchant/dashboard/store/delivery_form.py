"""The form of a store's delivery: packing days, ways of sending, zones with prices of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shop.catalogue.delivery.models import Country, OwnRate, Rate
from shop.catalogue.delivery.names import countries_by_name, country_name, service_name, zone_name
from shop.catalogue.delivery.quote import arrival, delivery_options, parcel_of, workdays_of
from shop.core import dates
from shop.core.errors import CannotDeliver
from shop.core.forms.fields import AmountField
from shop.core.languages import beside
from shop.people.merchants.models import Merchant

Level = Rate.ServiceLevel
CHOSEN = (Level.PACKET, Level.EXPRESS)
"""What a store may leave out. A tracked parcel goes everywhere: festivals promise it."""
USUAL_G = 501  # where the band begins that is shown first
WEEK = tuple(range(7))


@dataclass(frozen=True, slots=True)
class Band:
    """A way of sending and the weights that cost the same."""

    service: str
    weight_from: int
    weight_to: int

    @property
    def code(self) -> str:
        """Return what stands for it in an address."""
        return f"{self.service}-{self.weight_from}"

    @property
    def name(self) -> str:
        """Return what it is called."""
        grams = _("%(from)d to %(to)d g") % {"from": self.weight_from, "to": self.weight_to}
        return beside(service_name(self.service), grams)


@dataclass(slots=True)
class ZoneRow:
    """A zone as the form shows it: how many countries, the table's price, the store's own."""

    code: str
    name: str
    countries: int
    rate: Rate | None
    own: int | None
    is_open: bool
    field: forms.BoundField | None = None
    price: forms.BoundField | None = None


def bands_of(merchant: Merchant) -> list[Band]:
    """Return the bands of weight in which a store sends, the usual one first. One statement."""
    rows = Rate.objects.filter(origin_region=merchant.ship_region).order_by(
        "service", "weight_from"
    )
    found = [Band(*row) for row in
             rows.values_list("service", "weight_from", "weight_to").distinct()]  # fmt: skip
    order = [Level.PARCEL, Level.PACKET, Level.EXPRESS]
    found.sort(key=lambda band: (order.index(Level(band.service)), band.weight_from))
    usual = [one for one in found if (one.service, one.weight_from) == (Level.PARCEL, USUAL_G)]
    return usual + [one for one in found if one not in usual] or [Band(Level.PARCEL, 0, 0)]


def zone_rows(merchant: Merchant, band: Band) -> list[ZoneRow]:
    """Return the zones with their prices for a band. Three statements."""
    counts: dict[str, int] = {}
    for zone, service in Country.objects.values_list("zone", "service"):
        counts[zone] = counts.get(zone, 0) + (service != Country.Service.CLOSED)
    rates = {row.zone: row for row in Rate.objects.filter(
        origin_region=merchant.ship_region, service=band.service, weight_from=band.weight_from
    )}  # fmt: skip
    own = dict(OwnRate.objects.filter(
        merchant=merchant, service=band.service, weight_from=band.weight_from
    ).values_list("zone", "price"))  # fmt: skip
    return [
        ZoneRow(code, zone_name(code), count, rates.get(code), own.get(code),
                code not in merchant.closed_zones)
        for code, count in sorted(counts.items(), key=lambda pair: -pair[1]) if count
    ]  # fmt: skip


class DeliveryForm(forms.Form):
    """How a store sends; the prices are those of one band of weight."""

    fields: dict[str, Any]

    dispatch_from = forms.IntegerField(
        label=gettext_lazy("Packed after, working days"), min_value=0, max_value=60
    )
    dispatch_to = forms.IntegerField(
        label=gettext_lazy("Packed at the latest after, working days"), min_value=0, max_value=60
    )
    works_on = forms.TypedMultipleChoiceField(
        label=gettext_lazy("You work on"), coerce=int, widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose one day of the week at least.")},
    )  # fmt: skip
    packet = forms.BooleanField(
        label=gettext_lazy("Packet, up to 2 kg, in some countries without tracking"),
        required=False,
    )
    express = forms.BooleanField(label=gettext_lazy("Express, by courier"), required=False)
    free_from = AmountField(
        label=gettext_lazy("Free delivery from"), required=False,
        help_text=gettext_lazy("For the goods of one order of your store. Empty: never. You pay "
                               "the carrier yourself then; express stays paid."),
    )  # fmt: skip
    is_free_in_africa_only = forms.BooleanField(
        label=gettext_lazy("Free in Africa only"), required=False
    )
    leave_out = forms.ChoiceField(label=gettext_lazy("Leave a country out"), required=False)
    back = forms.MultipleChoiceField(
        label=gettext_lazy("Send there again"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self, merchant: Merchant, zones: Sequence[ZoneRow], data: Any, *, language: str = "en"
    ) -> None:
        super().__init__(data, initial=_first(merchant))
        self.merchant, self.zones = merchant, zones
        self.fields["works_on"].choices = [(day, WEEKDAYS[day]) for day in WEEK]
        others = [pair for pair in countries_by_name(language) if pair[0] not in merchant.left_out]
        self.fields["leave_out"].choices = [("", "–"), *others]
        self.fields["back"].choices = [
            (code, country_name(code, language)) for code in merchant.left_out
        ]
        for zone in zones:
            self.fields[f"open_{zone.code}"] = forms.BooleanField(
                label=gettext_lazy("Send there"), required=False, initial=zone.is_open
            )
            self.fields[f"own_{zone.code}"] = AmountField(
                label=gettext_lazy("Your own price"), required=False, initial=zone.own
            )
            self.fields[f"own_{zone.code}"].widget.attrs["placeholder"] = "–"
            zone.field, zone.price = self[f"open_{zone.code}"], self[f"own_{zone.code}"]
        for field in self.fields.values():  # they stand beside other forms, in many panels
            field.widget.attrs["form"] = "delivery"

    def clean(self) -> dict[str, Any]:
        """Keep the days in their order, and one zone open."""
        told: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = told.get("dispatch_from"), told.get("dispatch_to")
        if first is not None and last is not None and first > last:
            self.add_error("dispatch_to", _("The last working day comes before the first."))
        if not any(told.get(f"open_{zone.code}") for zone in self.zones):
            text = _("Send to one zone at least. To sell nothing for a while, set a holiday.")
            self.add_error(None, text)
        return told

    def facts(self) -> dict[str, Any]:
        """Return what is written on the store."""
        told = self.cleaned_data
        services = [Level.PARCEL, *(one for one in CHOSEN if told[one.value])]
        left_out = [code for code in self.merchant.left_out if code not in told["back"]]
        if told["leave_out"]:
            left_out = sorted({*left_out, told["leave_out"]})
        # A zone without countries at present is not shown, and stays as it is.
        shown = {zone.code for zone in self.zones}
        hidden = [code for code in self.merchant.closed_zones if code not in shown]
        return {
            "dispatch_from": told["dispatch_from"], "dispatch_to": told["dispatch_to"],
            "works_on": sorted(told["works_on"]),
            "services": [] if len(services) > len(CHOSEN) else [one.value for one in services],
            "free_from": told["free_from"],
            "is_free_in_africa_only": told["is_free_in_africa_only"],
            "closed_zones": sorted(
                [*hidden, *(zone.code for zone in self.zones if not told[f"open_{zone.code}"])]
            ),
            "left_out": left_out,
        }  # fmt: skip

    def own_prices(self) -> dict[str, int | None]:
        """Return the typed prices by zone; None where the table's holds."""
        return {zone.code: self.cleaned_data[f"own_{zone.code}"] for zone in self.zones}


def example_of(
    merchant: Merchant, country: str, band: Band, *, today: date, language: str
) -> dict[str, Any]:
    """Return what a shopper in a country sees of a parcel. One statement."""
    known = [code for code, _name in countries_by_name(language)]
    where = country if country in known else merchant.country
    found: dict[str, Any] = {
        "country": where, "choices": countries_by_name(language), "band": band.code, "ways": [],
    }  # fmt: skip
    parcels = {merchant.pk: parcel_of(merchant, max(1, band.weight_to), where)}
    try:
        options = delivery_options(parcels, where)[merchant.pk]
    except CannotDeliver:
        return found
    dispatch = (merchant.dispatch_from, merchant.dispatch_to)
    for option in options:
        by, first, last = arrival(
            today, dispatch=dispatch, option=option, workdays=workdays_of(merchant)
        )
        arrives_from, arrives_to = dates.from_to(first, last, language)
        found["ways"].append({
            "name": service_name(option.service), "price": option.price,
            "leaves": dates.day_of_year(by, language),
            "arrives": _("%(from)s to %(to)s") % {"from": arrives_from, "to": arrives_to},
        })  # fmt: skip
    return found


def _first(merchant: Merchant) -> dict[str, Any]:
    return {
        "dispatch_from": merchant.dispatch_from, "dispatch_to": merchant.dispatch_to,
        "works_on": merchant.works_on, "free_from": merchant.free_from,
        "is_free_in_africa_only": merchant.is_free_in_africa_only,
        **{one.value: _sends(merchant.services, one) for one in CHOSEN},
    }  # fmt: skip


def _sends(services: Iterable[str], service: str) -> bool:
    told = list(services)
    return not told or service in told
