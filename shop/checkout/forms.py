"""Who gets the parcels and where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.functional import lazy
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from shop.catalogue.delivery.addresses import AddressRules, address_rules
from shop.catalogue.delivery.areas import area_of, areas
from shop.catalogue.delivery.models import Contact
from shop.core.forms.phones import phone_wanted, read_phone
from shop.orders.cart.controls import PlainEmail, PlainInput, PlainSelect
from shop.orders.cart.countries import CountryField
from shop.orders.cart.formats import language

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

AUTOCOMPLETE = {
    "email": "email",
    "country": "country",
    "name": "name",
    "line1": "address-line1",
    "line2": "address-line2",
    "postcode": "postal-code",
    "city": "address-level2",
    "region": "address-level1",
    "phone": "tel",
}
LONGEST_PHONE = 30


def _text(
    label: StrOrPromise, most: int, missing: StrOrPromise = "", *, required: bool = True
) -> forms.CharField:
    messages = {"required": missing}
    return forms.CharField(
        label=label, max_length=most, required=required, error_messages=messages, widget=PlainInput
    )


class AddressForm(forms.Form):
    """An address with the fields that its country asks for; for tickets alone, who is booking."""

    fields: dict[str, Any]
    initial: dict[str, Any]

    email = forms.EmailField(
        label=_("Email"),
        max_length=254,
        widget=PlainEmail,
        help_text=_("For your receipt and tracking."),
        error_messages={
            "required": _("Enter your email address"),
            "invalid": _("Enter an email address in the correct format, like name@example.com"),
        },
    )
    country = CountryField(
        label=_("Country"),
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose a country")),
    )
    name = _text(_("Full name"), 120, _("Enter your full name"))
    line1 = _text(_("Street and number"), 120, _("Enter a street and number"))
    line2 = _text(_("Flat, floor or company"), 120, required=False)
    postcode = _text(_("Postcode"), 20)
    city = _text(_("City"), 80, _("Enter a town or city"))
    region = _text(_("State, province or region"), 80, _("Choose a state, province or region"))
    phone = forms.CharField(
        label=_("Phone"),
        help_text=_("Only for the courier. Customs in some countries also asks for it."),
        widget=PlainInput(attrs={"type": "tel"}),
        error_messages={"required": _("Enter a phone number the courier can call")},
    )

    def __init__(self, *args: Any, country: str, needs_place: bool = True, **kwargs: Any) -> None:
        """Shape the form for a country; the posted data may name another one."""
        super().__init__(*args, **kwargs)
        posted = self.data.get("country", "") if self.is_bound else ""
        known = self.fields["country"].valid_value(posted)
        self.code = posted if known else country
        self.rules = address_rules(self.code)
        for name in ("postcode", "city", "region"):
            self.fields[name].required = name in self.rules.required
            if name not in self.rules.asked:
                del self.fields[name]
        if not needs_place:
            self._ask_who_is_booking()
        elif known_areas := areas(self.code, language()):
            self._offer(known_areas)
        for name, field in self.fields.items():
            _word(field, AUTOCOMPLETE[name])
        if "postcode" in self.fields:
            self.fields["postcode"].error_messages["required"] = _wrong_postcode(self.rules)

    @property
    def places(self) -> list[list[forms.BoundField]]:
        """Return the fields of the place, line by line, as the country writes them."""
        return [
            [self[name] for name in line if name in self.fields]
            for line in self.rules.order_for(language())
        ]

    def clean_postcode(self) -> str:
        """Return the postcode as it was typed, if it has the form of the country."""
        postcode = self.cleaned_data["postcode"]
        if postcode and not self.rules.takes_postcode(postcode):
            raise forms.ValidationError(_wrong_postcode(self.rules))
        return postcode

    def clean_phone(self) -> str:
        """Return the number with its country code, as couriers abroad dial it."""
        typed = self.cleaned_data["phone"]
        if not typed:  # which is refused before where one is needed
            return ""
        text = read_phone(typed, self.code)
        if not text or len(text) > LONGEST_PHONE:
            raise forms.ValidationError(phone_wanted(self.code))
        return text

    def _ask_who_is_booking(self) -> None:
        for name in ("line1", "line2", "postcode", "city", "region"):
            self.fields.pop(name, None)
        self.fields["email"].help_text = now("For your tickets and your receipt.")
        self.fields["phone"].help_text = now("Only for the host, if something changes.")
        self.fields["phone"].required = False

    def _offer(self, known: tuple[tuple[str, str], ...]) -> None:
        """Offer a list of regions. A region that stands there already is kept, known or not."""
        before = self.data if self.is_bound else self.initial
        text = before.get("region") or ""
        region = area_of(self.code, language(), text) or text
        if self.is_bound:
            self.data = data = cast("Any", self.data).copy()
            data["region"] = region
        else:
            self.initial = {**self.initial, "region": region}
        own = [] if region in ("", *dict(known)) else [(region, region)]
        field = self.fields["region"]
        field.widget = PlainSelect(field.widget.attrs, [("", "–"), *own, *known])

    def contact(self) -> Contact:
        """Return the typed contact, not saved."""
        return Contact(**{name: self.cleaned_data.get(name, "") for name in AUTOCOMPLETE})


def _word(field: forms.Field, autocomplete: str) -> None:
    field.widget.attrs["autocomplete"] = autocomplete
    # A browser would cut off what is pasted without a word; our message says what is wrong.
    if most := field.widget.attrs.pop("maxlength", None):
        field.error_messages["max_length"] = too_long_later(field.label, int(most))


def _too_long(label: StrOrPromise | None, most: int) -> str:
    text = ngettext(
        "%(label)s must be %(count)d character or fewer",
        "%(label)s must be %(count)d characters or fewer",
        most,
    )
    return text % {"label": label, "count": most}


too_long_later = lazy(_too_long, str)  # said to few: most of what is typed fits


def _wrong_postcode(rules: AddressRules) -> str:
    if not rules.example.isdecimal():
        return now("Enter a postcode, like %(example)s") % {"example": rules.example}
    count = len(rules.example)
    text = ngettext(
        "Enter a postcode with %(count)d digit, like %(example)s",
        "Enter a postcode with %(count)d digits, like %(example)s",
        count,
    )
    return text % {"count": count, "example": rules.example}
