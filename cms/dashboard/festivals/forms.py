"""The forms for a festival and its slots: wall times in its zone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from django import forms
from django.utils.text import slugify

from cms.dashboard.fields import CountField
from shop.catalogue.delivery.names import countries_by_name
from shop.core.errors import NotPossible
from shop.core.forms.fields import AmountField
from shop.festivals.local_time import DoubledTime, instant, typed, wall_of, zones
from shop.festivals.models import Festival, Slot
from shop.festivals.schedule.plan import SLOT_FIELDS
from shop.festivals.schedule.window import Window

LOCAL = "%Y-%m-%dT%H:%M"
WHICH = "Which of the two?"


class WallTimeField(forms.DateTimeField):
    """A date and a time as a clock on the wall shows them; no zone is added."""

    def __init__(self, **facts: Any) -> None:
        widget = forms.DateTimeInput({"type": "datetime-local"}, format=LOCAL)
        super().__init__(widget=widget, input_formats=[LOCAL, "%Y-%m-%d %H:%M"], **facts)

    def clean(self, value: Any) -> datetime | None:
        """Return the naive wall time."""
        found = super().clean(value)
        return found.replace(tzinfo=None, second=0, microsecond=0) if found else None


class CountryPlacesField(forms.CharField):
    """Places by country code, typed as KE 10, GH 5; a mapping when cleaned."""

    def to_python(self, value: Any) -> Any:
        """Return the places by code."""
        text = (super().to_python(value) or "").upper()
        known = {code for code, _name in countries_by_name("en")}
        found: dict[str, int] = {}
        for part in filter(None, (part.strip() for part in re.split(r"[,;\n]", text))):
            match = re.fullmatch(r"([A-Z]{2})[ :=]+([0-9]{1,5})", part)
            if not match or match[1] not in known:
                raise forms.ValidationError(f"“{part}” is no country code with a number: KE 10")
            found[match[1]] = int(match[2])
        return found

    def run_validators(self, value: dict[str, int]) -> None:
        """Leave the value as it is: a mapping has no length in letters."""

    def prepare_value(self, value: Any) -> Any:
        """Write a mapping as it is typed."""
        if isinstance(value, dict):
            return ", ".join(f"{code} {places}" for code, places in sorted(value.items()))
        return value


class WallTimes(forms.Form):
    """A form with wall times in one zone. A time that happens twice is asked about in a field.

    ``kept`` are instants, by field, that stay as long as nobody types another minute.
    """

    zone: str = ""
    kept: Mapping[str, datetime] = {}

    def instant_of(self, name: str) -> datetime | None:
        """Return the instant that a field means, or None with an error at the field."""
        wall = self.cleaned_data.get(name)
        if wall is None or not self.zone:
            return None
        if self._is_kept(name, wall):
            return self.kept[name]
        try:
            return instant(wall, self.zone, is_second=self._choice(name))
        except DoubledTime as asked:
            self._ask(name, asked)
            self.add_error(name, str(asked))
        except NotPossible as refusal:
            self.add_error(name, str(refusal))
        return None

    def window(self) -> Window | None:
        """Return the time from ``starts`` to ``ends``, or None with errors."""
        starts_at, ends_at = self.instant_of("starts"), self.instant_of("ends")
        if starts_at is None or ends_at is None:
            return None
        starts, ends = self.cleaned_data["starts"], self.cleaned_data["ends"]
        try:
            return Window(starts_at, ends_at, typed(starts), typed(ends))
        except NotPossible as refusal:
            self.add_error("ends", str(refusal))
            return None

    def _is_kept(self, name: str, wall: datetime) -> bool:
        """Tell whether a field still shows the instant kept to the second, as a stop left it."""
        at = self.kept.get(name)
        if at is None or not (at.second or at.microsecond):
            return False
        return wall_of(at, self.zone).replace(second=0, microsecond=0) == wall

    def _choice(self, name: str) -> bool | None:
        chosen = self.data.get(self.add_prefix(f"{name}_which"), "")
        return {"first": False, "second": True}.get(chosen)

    def _ask(self, name: str, asked: DoubledTime) -> None:
        choices = [("first", f"{asked.first:%H:%M} UTC"), ("second", f"{asked.second:%H:%M} UTC")]
        field = forms.ChoiceField(label=WHICH, choices=choices, widget=forms.RadioSelect)
        order = list(self.fields)
        order.insert(order.index(name) + 1, f"{name}_which")
        self.fields[f"{name}_which"] = field
        self.order_fields(order)


class FestivalForm(WallTimes):
    """A festival: words, time, entry rules, targets."""

    title = forms.CharField(max_length=120)
    slug = forms.SlugField(
        max_length=80,
        required=False,
        help_text="In the address of its result, and of its page if that is begun later. "
        "Empty: made from the title.",
    )
    tagline = forms.CharField(max_length=200, required=False, help_text="One line below the title.")
    intro = forms.CharField(
        label="Introduction", max_length=1_500, required=False, widget=forms.Textarea({"rows": 4}),
        help_text="A paragraph on its page, in English. Other languages: under Its words.",
    )  # fmt: skip
    zone_name = forms.ChoiceField(label="Time zone", choices=[(name, name) for name in zones()])
    starts = WallTimeField(help_text="What a clock in that zone shows.")
    ends = WallTimeField(help_text="At this minute it is over.")
    along = forms.BooleanField(
        label="Move flash slots along", required=False,
        help_text="Each by as much as the start. Without it they keep their time.",
    )  # fmt: skip
    enrol_opens = WallTimeField(label="Enrolment opens", required=False)
    enrol_closes = WallTimeField(label="Enrolment closes", required=False)
    commission = forms.DecimalField(
        label="Commission, percent", min_value=0, max_value=100, decimal_places=2, initial=10,
        help_text="Frozen for each store when it accepts the terms.",
    )  # fmt: skip
    min_percent_off = forms.IntegerField(
        label="Least reduction, percent", min_value=0, max_value=99, initial=10
    )
    min_allotment = forms.IntegerField(
        label="Least units set aside", min_value=0, max_value=100_000, initial=0,
        help_text="For each nomination; 0: deals may sell from everyday stock.",
    )  # fmt: skip
    max_nominations = forms.IntegerField(
        label="Most nominations per store", min_value=1, max_value=10_000, required=False
    )
    price_ceiling = AmountField(
        label="Highest price of a deal", required=False, help_text="Empty: any price.",
    )  # fmt: skip
    max_stores = forms.IntegerField(
        label="Places for stores", min_value=0, max_value=100_000, required=False,
        help_text="Further stores wait in line. Empty: no limit.",
    )  # fmt: skip
    max_stores_per_country = forms.IntegerField(
        label="Places for each country", min_value=0, max_value=100_000, required=False
    )
    country_places = CountryPlacesField(
        label="Other numbers for some countries", required=False,
        help_text="Country codes with places, such as: KE 10, GH 5",
    )  # fmt: skip
    must_beat_prior_price = forms.BooleanField(
        label="Only real reductions", required=False, initial=True,
        help_text="Refuse prices that are not below the lowest one of the 30 days before.",
    )  # fmt: skip
    priority = forms.IntegerField(
        min_value=-100, max_value=100, initial=0,
        help_text="Of two festivals with the same price the higher number gets the sale.",
    )  # fmt: skip
    hold_minutes = forms.IntegerField(label="Minutes to pay", min_value=5, max_value=60, initial=30)
    max_extensions = forms.IntegerField(
        label="How often a slot may be extended", min_value=0, max_value=10, initial=1
    )
    refund_window_days = forms.IntegerField(
        label="Days for refunds after its end", min_value=0, max_value=365, initial=14
    )
    target_stores = CountField(label="Stores wanted", min_value=1, initial=100)
    target_products = CountField(label="Products wanted", min_value=1, initial=1000)
    target_countries = CountField(label="Countries wanted", min_value=1, initial=20)

    initial: dict[str, Any]

    WORDS = ("title", "tagline", "intro")
    RULES = (
        "title", "slug", "min_percent_off", "min_allotment", "max_nominations", "price_ceiling",
        "max_stores", "max_stores_per_country", "country_places", "must_beat_prior_price",
        "priority", "hold_minutes", "max_extensions", "refund_window_days", "target_stores",
        "target_products", "target_countries",
    )  # fmt: skip

    def __init__(self, *args: Any, festival: Festival | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.festival = festival
        self.during: Window | None = None
        flash = festival.slots.filter(kind=Slot.Kind.FLASH, cancelled_at=None) if festival else ()
        if not flash:
            del self.fields["along"]
        if festival:
            self.fields["zone_name"].disabled = True
            self.fields["priority"].disabled = festival.state != Festival.State.DRAFT
            self.kept = {"starts": festival.starts_at, "ends": festival.ends_at}
            self.initial |= {"zone_name": festival.zone}

    def clean(self) -> dict[str, Any]:
        """Work out the instants; refuse an address that is taken."""
        found = cast("dict[str, Any]", super().clean())
        self.zone = found.get("zone_name", "")
        self.during = self.window()
        found["enrol_opens_at"] = self.instant_of("enrol_opens")
        found["enrol_closes_at"] = self.instant_of("enrol_closes")
        opens, closes = found["enrol_opens_at"], found["enrol_closes_at"]
        if opens and closes and closes <= opens:
            self.add_error("enrol_closes", "Enrolment closes after it opens.")
        found["slug"] = found.get("slug") or slugify(found.get("title", ""))[:80]
        self._refuse_taken(found["slug"])
        return found

    def facts(self) -> dict[str, Any]:
        """Return the festival's fields but for its time."""
        data = self.cleaned_data
        texts = dict(self.festival.texts) if self.festival else {}
        own = {name: data[name] for name in self.WORDS}
        texts["en"] = texts.get("en", {}) | own
        return {name: data[name] for name in self.RULES} | {
            "texts": texts,
            "zone": self.zone,
            "commission_bp": int(data["commission"] * 100),
            "enrol_opens": data["enrol_opens_at"],
            "enrol_closes": data["enrol_closes_at"],
            "enrol_opens_wall": typed(data["enrol_opens"]) if data["enrol_opens"] else "",
            "enrol_closes_wall": typed(data["enrol_closes"]) if data["enrol_closes"] else "",
        }

    def _refuse_taken(self, slug: str) -> None:
        own: Any = self.festival.pk if self.festival else None
        others = Festival.objects.exclude(pk=own)
        if not slug:
            self.add_error(
                "title", "Use at least one letter from a to z or a digit, or type an address."
            )
        elif others.filter(slug=slug).exists():
            self.add_error("slug", "Another festival has this address.")


class SlotForm(WallTimes):
    """A flash slot: some hours inside a festival."""

    label = forms.CharField(max_length=60, help_text="Shoppers read it, such as: Opening night")
    starts = WallTimeField()
    ends = WallTimeField()
    max_nominations = forms.IntegerField(
        label="Places", min_value=1, max_value=10_000, required=False,
        help_text="How many products it takes; empty: as many as are approved.",
    )  # fmt: skip
    hold_minutes = forms.IntegerField(
        label="Minutes to pay", min_value=5, max_value=60, required=False,
        help_text="Empty: as the festival says.",
    )  # fmt: skip
    price_ceiling = AmountField(
        label="Highest price of a deal", required=False, help_text="Empty: as the festival says.",
    )  # fmt: skip

    def __init__(
        self, *args: Any, festival: Festival, slot: Slot | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.zone = festival.zone
        self.during: Window | None = None
        if slot:
            self.kept = {"starts": slot.starts_at, "ends": slot.ends_at}

    def clean(self) -> dict[str, Any]:
        """Work out the instants."""
        found = cast("dict[str, Any]", super().clean())
        self.during = self.window()
        return found

    def fill(self, slot: Slot) -> Slot:
        """Set a slot's fields but for its time."""
        for name in SLOT_FIELDS:
            setattr(slot, name, self.cleaned_data[name])
        return slot


def refused(form: forms.Form, refusal: NotPossible) -> None:
    """Show a refusal at the head of a form."""
    form.add_error(None, str(refusal))
