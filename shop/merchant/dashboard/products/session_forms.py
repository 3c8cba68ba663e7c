"""The forms in which a host opens dates and calls them off."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from shop.core.currencies import example
from shop.core.errors import NotPossible
from shop.core.forms.fields import AmountField, ProseField
from shop.festivals.local_time import instant
from shop.merchant.dashboard.products.date_plans import DatePlanForm
from shop.people.merchants.models import Merchant
from shop.storefront.listings.sessions import MOST_SEATS, MOST_SESSIONS, Plan, TicketKind

WEEKDAYS = [
    ("0", _("Monday")), ("1", _("Tuesday")), ("2", _("Wednesday")), ("3", _("Thursday")),
    ("4", _("Friday")), ("5", _("Saturday")), ("6", _("Sunday")),
]  # fmt: skip
KINDS = (("adult", _("Adult"), "Adult", 1), ("child", _("Child"), "Child", 1),
         ("family", _("Family of four"), "Family of four", 4))  # fmt: skip
MOST_WEEKS = 26


class SessionsForm(DatePlanForm):
    """A weekly pattern: days, hour, seats, and a price for each kind of ticket."""

    first = forms.DateField(
        label=_("First day"),
        widget=forms.DateInput({"type": "date"}),
        error_messages={"required": _("Enter the first day")},
    )
    last = forms.DateField(
        label=_("Last day"),
        widget=forms.DateInput({"type": "date"}),
        error_messages={"required": _("Enter the last day")},
    )
    weekdays = forms.MultipleChoiceField(
        label=_("On these days"),
        choices=WEEKDAYS,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one day of the week")},
    )
    hour = forms.TimeField(
        label=_("Begins at"),
        widget=forms.TimeInput({"type": "time"}),
        error_messages={"required": _("Enter the hour at which it begins, like 09:30")},
    )
    seats = forms.IntegerField(
        label=_("Seats"),
        min_value=1,
        max_value=MOST_SEATS,
        error_messages={"required": _("Enter how many seats there are")},
    )
    closes_before = forms.IntegerField(
        label=_("Booking closes, hours before"), min_value=0, max_value=24 * 14, initial=24
    )

    def __init__(self, data: Any, *, merchant: Merchant, zone: str, at: datetime) -> None:
        """Read the form for a zone; ``at`` is the moment after which sessions begin."""
        super().__init__(data)
        self.offer_plan(merchant, None, at=at)
        self.zone, self.at = zone, at
        self.starts: list[datetime] = []
        self.plan: Plan | None = None
        self.price_fields = {option: f"price_{name}" for name, _label, option, _seats in KINDS}
        code = settings.SHOP_CURRENCY
        facts = {"currency": code, "example": example(code)}
        adults = _("Enter a price for adults in %(currency)s, like %(example)s")
        for name, label, _option, _seats in KINDS:
            self.fields[f"price_{name}"] = AmountField(
                label=_("Price, %(kind)s") % {"kind": label},
                required=name == "adult",
                error_messages={"required": adults % facts},
            )
        own = [name for name in self.fields if name not in self.PLAN]
        self.order_fields([*own, *self.PLAN])

    def clean(self) -> dict[str, Any]:
        """Work out the instants and the kinds of tickets."""
        typed = cast("dict[str, Any]", super().clean())
        if self.errors:
            return typed
        if not timedelta(0) <= typed["last"] - typed["first"] <= timedelta(weeks=MOST_WEEKS):
            raise forms.ValidationError(
                _("The last day comes after the first one, at most half a year later.")
            )
        self.starts = self._starts(typed)
        if not self.starts:
            raise forms.ValidationError(_("None of these days lies in the future."))
        if len(self.starts) > MOST_SESSIONS:
            text = _("These are more than %(count)d dates. Choose fewer days.")
            raise forms.ValidationError(text % {"count": MOST_SESSIONS})
        self.plan = Plan(
            zone=self.zone,
            seats=typed["seats"],
            kinds=tuple(self._kinds(typed)),
            closes_before=timedelta(hours=typed["closes_before"]),
            wish=self.plan_wish(),
        )
        return typed

    def _starts(self, typed: dict[str, Any]) -> list[datetime]:
        count = (typed["last"] - typed["first"]).days + 1
        days = (typed["first"] + timedelta(days=number) for number in range(count))
        found = [
            self._instant(datetime.combine(day, typed["hour"]))
            for day in days
            if str(day.weekday()) in typed["weekdays"]
        ]
        return [start for start in found if start > self.at]

    def _instant(self, wall: datetime) -> datetime:
        try:
            # Of an hour that the clock repeats the first one is meant.
            return instant(wall, self.zone, is_second=False)
        except NotPossible as refusal:
            raise forms.ValidationError(str(refusal)) from refusal

    def _kinds(self, typed: dict[str, Any]) -> list[TicketKind]:
        return [
            TicketKind(option, typed[f"price_{name}"], seats)
            for name, _label, option, seats in KINDS
            if typed.get(f"price_{name}")
        ]


class CallOffForm(forms.Form):
    """Why a session will not take place."""

    reason = ProseField(
        label=_("Why? The guests read it."),
        max_length=300,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": _("Say why: the guests read it.")},
    )
